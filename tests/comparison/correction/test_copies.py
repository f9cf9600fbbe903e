"""What a run of a function held, statement by statement, whatever it changes in place later."""

import ast
import importlib.util
import itertools

import numpy as np
import pytest

from micrograd_linear.comparison.correction import copies
from micrograd_linear.comparison.correction.routine import routine_of
from micrograd_linear.comparison.correction.side_effects import Effect, side_effect
from micrograd_linear.comparison.correction.trace import Trace

numbers = itertools.count()


def recorded(folder, body, *arguments, changing=True):
    """The visits of f, whose text is ``body``, each with the names before it."""
    text = f"def change(a):\n    {'a[0] = -1.0' if changing else 'pass'}\n    return a\n\n\n"
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    path = folder / f"program_{next(numbers)}.py"
    path.write_text(f"import numpy as np\n\n\n{text}def f(x):\n{lines}\n")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    routines = [routine_of([function]) for function in (module.f, module.change)]
    trace = Trace({routine.code: routine for routine in routines})
    with trace.watching():
        module.f(*arguments)
    return [(step.text, visit) for step, visit in trace.order if step.routine is routines[0]]


PROGRAMS = {
    "a name of the same array": "a = x\nb = a\nb[0] = 7.0\nc = a + 1",
    "a view": "a = x * 1\nb = a[1:]\nb += 3.0\nc = a + 1",
    "a view is written through its owner": "a = x * 1\nb = a[1:]\na *= 3.0\nc = b + 1",
    "a function of the file": "a = x * 1\nb = change(a)\nc = a + b",
    "a table": "t = {}\nt['a'] = x * 1\nu = t['a']\nt['a'] += 1\nc = u + 1",
    "a list of arrays": "t = [x * 1]\nu = t[0]\nt[0] += 1\nc = u + 1",
    "np.add.at": "a = x * 1\nb = a\nnp.add.at(b, [0, 0], 1.0)\nc = a + 1",
    "out=": "a = x * 1\nb = a\nnp.exp(x, out=b)\nc = a + 1",
    "a method": "a = x * -1\na.sort()\nc = a + 1",
    "a loop": "a = x * 0\nfor i in range(3):\n    a[i] = i\n    b = a * 1\nc = a + 1",
    "a name goes": "a = x * 1\ndel a\nc = x + 1",
    "a walrus": "b = (a := x * 2) + 1\nc = a + b",
}


def by_hand(body, x):
    """The names before each statement, found by running the lines one by one (no loops)."""
    names = {"x": x, "np": np, "change": lambda a: (a.__setitem__(0, -1.0), a)[1]}
    seen = []
    for line in body.splitlines():
        seen.append({n: np.array(v, copy=True) for n, v in names.items() if _is_array(v)})
        exec(line, names)
    return seen


def _is_array(x):
    return isinstance(x, np.ndarray)


@pytest.mark.parametrize("kind", [kind for kind in PROGRAMS if kind != "a loop"])
def test_each_statement_keeps_what_it_began_with(kind, tmp_path):
    x = np.array([1.0, 2.0, 3.0])
    expected = by_hand(PROGRAMS[kind], x.copy())
    visits = recorded(tmp_path, PROGRAMS[kind], x.copy())
    assert len(visits) == len(expected)
    for (text, visit), names in zip(visits, expected):
        found = {name: value for name, value in visit.before.items() if _is_array(value)}
        assert found.keys() == names.keys(), text
        for name in names:
            np.testing.assert_array_equal(found[name], names[name], err_msg=f"{name} at {text}")


def test_each_turn_of_a_loop_keeps_its_own_numbers(tmp_path):
    visits = recorded(tmp_path, PROGRAMS["a loop"], np.ones(3))
    kept = [visit.after["a"].tolist() for text, visit in visits if text == "a[i] = i"]
    assert kept == [[0, 0, 0], [0, 1, 0], [0, 1, 2]]


def test_copies_that_believe_every_statement_harmless_are_found_out(tmp_path, monkeypatch):
    """The broken twin: nothing is copied again, and the numbers of before are lost."""
    monkeypatch.setattr(copies, "_differs", lambda *_: False)
    with pytest.raises(AssertionError):
        test_each_turn_of_a_loop_keeps_its_own_numbers(tmp_path)


@pytest.mark.parametrize(
    "text, effect",
    [
        ("y = x @ W + b", Effect.NAMES),
        ("y = np.linalg.norm(x, axis=0).copy()", Effect.NAMES),
        ("print(x)", Effect.NAMES),
        ("self.x = x", Effect.TABLES),
        ("cache['x'] = x", Effect.TABLES),
        ("steps.append(x)", Effect.TABLES),
        ("x[x < 0] = 0", Effect.ARRAY),
        ("x -= 1", Effect.ARRAY),
        ("self.W -= rate * dW", Effect.ALL),
        ("self.W[0] = 1", Effect.ALL),
        ("y = np.exp(x, out=z)", Effect.ALL),
        ("np.copyto(y, x)", Effect.ALL),
        ("y = helper(x)", Effect.ALL),
        ("y = layer.backward(x)", Effect.ALL),
        ("x.fill(0)", Effect.ALL),
        ("del x", Effect.ALL),
    ],
)
def test_what_a_statement_may_change(text, effect):
    assert side_effect(ast.parse(text).body[0], "np") == effect


def test_a_watched_function_answers_for_itself():
    statement = ast.parse("y = helper(x)").body[0]
    assert side_effect(statement, "np", frozenset({"helper"})) == Effect.TABLES


def test_arrays_are_copied_only_where_something_is_written_into_one(tmp_path):
    x = np.ones(3)
    [plain, _] = recorded(tmp_path, "a = x * 1\nc = a + 1", x, changing=False)
    [copied, *_] = recorded(tmp_path, "a = x * 1\na += 1\nc = a + 1", x, changing=False)
    assert plain[1].before["x"] is x
    assert copied[1].before["x"] is not x
