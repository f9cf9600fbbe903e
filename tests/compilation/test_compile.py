"""compile on functions of Values equals the eager engine.

This holds for every operation, on whole models and in batches. What cannot be traced is refused.
"""

import math
import random
import sys
from collections import namedtuple
from importlib import util

import numpy as np
import pytest
from test_value import BINARY, UNARY, apply

import micrograd_linear as mgl
from micrograd_linear import TraceError, Value, nn
from micrograd_linear.foundations.nested import flatten, unflatten

ORDINARY = [0.3, 1.7, -0.6]
AWKWARD = [0.0, -0.0, 1.0, -2.0, math.inf, -math.inf, math.nan, 1e300, -1e300, 1e-310, 710.0, 2.0]


def eager(f, params, *data):
    """(value, gradients in the structure of params) by a graph of Values."""
    leaves, structure = flatten(params)
    nodes = [Value(x) for x in leaves]
    result = f(unflatten(structure, nodes), *data)
    if not isinstance(result, Value):
        return float(result), unflatten(structure, [0.0] * len(leaves))
    result.backward()
    return result.data, unflatten(structure, [node.grad for node in nodes])


def difference(found, expected, floor=1e-300):
    """The largest relative difference of two results; below ``floor`` it is absolute.

    It is inf where one is NaN or infinite and the other is not so.
    """
    worst = 0.0
    (value, gradients), (value_2, gradients_2) = found, expected
    (leaves, structure), (leaves_2, structure_2) = (
        flatten((value, gradients)),
        flatten((value_2, gradients_2)),
    )
    assert structure == structure_2
    for a, b in zip(leaves, leaves_2, strict=True):
        assert type(a) is float
        if a == b or (a != a and b != b):
            continue
        finite = math.isfinite(a) and math.isfinite(b)
        worst = max(worst, abs(a - b) / max(abs(a), abs(b), floor) if finite else math.inf)
    return worst


# --- the same numbers -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", UNARY)
def test_every_unary_operation_at_ordinary_and_awkward_points(compiled, name):
    def f(p):
        return 3.0 * apply(name, p[0])

    step = compiled(f)
    allowed = 1e-14 if name == "gammaln" else 4e-15  # Numba has a log of gamma of its own
    for x in ORDINARY + AWKWARD:
        assert difference(step([x]), eager(f, [x])) <= allowed, x
    assert step.traced == 1


@pytest.mark.parametrize("name", BINARY)
def test_every_binary_operation_at_ordinary_and_awkward_points(compiled, name):
    both, left, right = (
        (lambda p: 3.0 * apply(name, p[0], p[1])),
        (lambda p, y: 3.0 * apply(name, p[0], y)),
        (lambda p, x: 3.0 * apply(name, x, p[0])),
    )
    steps = [compiled(f) for f in (both, left, right)]
    for x in ORDINARY + AWKWARD:
        for y in ORDINARY + AWKWARD:
            if name == "power" and abs(x) == 1e300 and abs(y) >= 1e300:
                continue  # g * y overflows or not, by the order of the factors
            assert difference(steps[0]([x, y]), eager(both, [x, y])) <= 4e-15, (x, y)
            assert difference(steps[1]([x], y), eager(left, [x], Value(y))) <= 4e-15, (x, y)
            assert difference(steps[2]([y], x), eager(right, [y], Value(x))) <= 4e-15, (x, y)


def test_the_comparison_rejects_another_operation(compiled):
    assert (
        difference(compiled(lambda p: p[0].sin())([0.3]), eager(lambda p: p[0].cos(), [0.3])) > 0.1
    )
    assert difference((1.0, [math.nan]), (1.0, [1.0])) == math.inf


def mlp_data(points=20):
    rng = random.Random(1)

    def layer(inputs, outputs):
        return [([rng.uniform(-1, 1) for _ in range(inputs)], 0.0) for _ in range(outputs)]

    return [layer(2, 16), layer(16, 16), layer(16, 1)], [
        ((rng.gauss(0, 1), rng.gauss(0, 1)), float(rng.choice((-1, 1)))) for _ in range(points)
    ]


def mlp_loss(layers, points):
    losses = []
    for point, label in points:
        x = list(point)
        for depth, neurons in enumerate(layers):
            x = [sum((wi * xi for wi, xi in zip(w, x)), b) for w, b in neurons]
            x = [value.relu() for value in x] if depth < 2 else x
        losses.append((1 + -label * x[0]).relu())
    return sum(losses) * (1.0 / len(losses))


def test_the_scalar_mlp(compiled, executor):
    params, points = mlp_data()
    step = compiled(mlp_loss)
    for shift in (0.0, 0.25):
        moved = unflatten(flatten(params)[1], [x + shift for x in flatten(params)[0]])
        found, expected = step(moved, points), eager(mlp_loss, moved, points)
        if "NumPy; " not in str(step.explain()):
            assert found == expected  # to the last bit: every sum is added up in the eager order
        assert difference(found, expected, floor=1e-3) <= 1e-12
    assert step.traced == 1


@pytest.mark.parametrize("seed", range(8))
def test_random_graphs(compiled, executor, seed):
    """Sums, products and chains of both, of any shape, whose operands are used many times.

    Fusing them must not change a number.
    """
    rng = random.Random(seed)

    def f(p, x):
        choice = random.Random(seed)
        pool = [*p, *x, 2.0]
        for _ in range(300):
            a, b, c, d = (
                choice.choice(pool[-12:] if choice.random() < 0.7 else pool) for _ in range(4)
            )
            kind = choice.randrange(7)
            if kind == 0:
                pool.append(sum(u * v for u, v in ((a, b), (c, d), (b, c))))
            elif kind == 1:
                pool.append(a * b + c * d)
            elif kind == 2:
                pool.append((a + b + c + d) * 0.25)
            elif kind == 3:
                pool.append(mgl.tanh(a * b + c))
            elif kind == 4:
                pool.append(c - a * b)
            elif kind == 5:
                t = a * b
                pool += [t + c, mgl.sin(t)]
            else:
                products = [a * b, c * d, a * d]
                pool.append(mgl.sigmoid(sum(products, b)))
            if kind in (0, 4) or choice.random() < 0.3:
                pool.append(mgl.sin(pool.pop()))  # keeps the numbers small
        return sum((mgl.tanh(v) for v in pool[-40:]), p[0])

    params, data = [rng.uniform(-1, 1) for _ in range(4)], [rng.uniform(-1, 1) for _ in range(3)]
    step = compiled(f)
    found, expected = step(params, data), eager(f, params, [Value(x) for x in data])
    assert difference(found, expected, floor=1e-3) <= 1e-9 and all(
        map(math.isfinite, [expected[0], *expected[1]])
    )
    if "a loop of Python" in str(step.explain()):
        assert found == expected  # the same functions on the same numbers in the same order


def test_running_sums(compiled):
    """Running sums, of terms with one use and with several, and sums that are used in between."""
    params = [0.3, -0.2, 0.7]
    xs = [0.1 * i for i in range(30)]

    def f(params, xs):
        total, squares, kept = 0, 0.0, []
        for i, x in enumerate(xs):
            error = (params[0] * x + params[1]).tanh() - params[2]
            total = total + error * error
            squares += error.relu()
            if i % 7 == 3:
                kept.append(squares * total)
                squares = squares + error
            kept = [sum(kept, total)] if i % 11 == 5 else kept
        return total / len(xs) + squares + sum(kept)

    step = compiled(f)
    found, expected = step(params, xs), eager(f, params, xs)
    assert difference(found, expected) <= 1e-12
    if "a loop of Python" in str(step.explain()):
        assert found == expected
    plain = compiled(_running)
    plain(0.5, xs)
    assert len(plain.programs[-1].schedule.code) == 2 * len(xs) + 1  # the sum is one node
    assert difference(plain(0.5, xs), eager(_running, 0.5, xs)) <= 1e-13


def _running(w, xs):
    total = 0
    for x in xs:
        total += (w * x).tanh()
    return total


@pytest.mark.parametrize(
    "f",
    [
        lambda p: p[0],
        lambda p: 7.0,
        lambda p: p[0] * 0.0 + 1,
        lambda p: p[1] - p[1],
        lambda p: sum(p),
        lambda p: p[0] + p[0],
        lambda p: p[0] * p[0],
        lambda p: p[0] * p[0] + p[0] * p[1],
        lambda p: sum([p[0] * p[0], p[0] * p[0]], p[0]),
        lambda p: (p[0] + p[1]) + (p[0] + p[1]),
        lambda p: -0.0 * p[0],
        lambda p: p[1] + sum(x * x for x in p),
        lambda p: sum(x * 2 for x in p) + p[0] + p[1] + 1.0,
        lambda p: (lambda s: s * s + s)(p[0] * p[1] + p[1]),
        lambda p: (lambda t: (t + p[0]) * t)(p[0] * p[1]),
        lambda p: p[0] ** 2 + p[1] ** p[0] + 2 ** p[1],
        lambda p: abs(-p[0]) / (p[1] - 3),
        lambda p: (
            np.exp(p[0]) + np.maximum(p[0], p[1]) + mgl.minimum(1.0, p[1]) + np.float64(2) * p[0]
        ),
        lambda p: p[0].leaky_relu() + p[0].leaky_relu(p[1]),
        lambda p: +p[0] + Value(3.0),
    ],
)
def test_small_functions(compiled, f):
    assert difference(compiled(f)([0.7, 1.3]), eager(f, [0.7, 1.3])) <= 4e-15
    assert (
        difference(compiled(f)([-0.7, 2.0]), eager(f, [-0.7, 2.0])) <= 4e-15 or f([0.5, 0.5]) == 7.0
    )


def test_a_long_chain(compiled, executor):
    turns = (
        50_000 if executor == "numba" else 2_000
    )  # NumPy alone is called for each operation of a chain

    def f(x):
        for _ in range(turns):
            x = x * 0.9999 + 0.0001
        return x

    assert difference(compiled(f)(0.5), eager(f, 0.5)) <= 1e-12


# --- structures -----------------------------------------------------------------------------------

Pair = namedtuple("Pair", "w b")


def test_gradients_have_the_structure_of_the_argument(compiled):
    def f(p, x):
        return (
            p["pair"].w * x["a"]
            + p["pair"].b
            + p["rows"][1][0] * p["rows"][0][1]
            + p["one"] * 2
            + p["array"][0, 1] * p["array"][1, 0]
        )

    array = np.array([[1.0, 2.0], [3.0, 4.0]])
    params = {
        "pair": Pair(2, Value(3.0)),
        "rows": [(1.0, 2.0), (3.0, 4.0)],
        "one": np.float32(1.5),
        "name": "linear",
        "none": None,
        "array": array,
        "empty": [],
    }
    step = compiled(f, level="scalar")
    for _ in range(2):
        value, g = step(params, {"a": 5.0})
        assert value == 2 * 5 + 3 + 3 * 2 + 3 + 6
        assert (
            list(g) == list(params)
            and g["pair"] == Pair(5.0, 1.0)
            and type(g["pair"]) is Pair
            and g["rows"] == [(0.0, 3.0), (2.0, 0.0)]
        )
        assert g["one"] == 2.0 and g["name"] is None and g["none"] is None and g["empty"] == []
        np.testing.assert_array_equal(g["array"], [[0.0, 3.0], [2.0, 0.0]])
    before = g["array"].copy()
    step(params | {"array": array * 2}, {"a": 1.0})
    np.testing.assert_array_equal(
        g["array"], before
    )  # a later call does not change what was returned
    assert step.traced == 1


def test_argnums(compiled):
    def f(x, y, z):
        return x * y * y + z[0] * x

    assert compiled(f, 1)(2.0, 3.0, [4.0]) == (26.0, 12.0)
    assert compiled(f, (2, 0))(2.0, 3.0, [4.0]) == (26.0, ([2.0], 13.0))
    assert compiled(f, argnums=-1)(2.0, 3.0, [4.0]) == (26.0, [2.0])
    with pytest.raises(
        ValueError,
        match=(
            r"argnums: expected numbers of the 3 arguments that were passed by position, got \(3,\)"
        ),
    ):
        compiled(f, 3)(2.0, 3.0, [4.0])
    with pytest.raises(ValueError, match="each argument once"):
        compiled(f, (0, -3))(2.0, 3.0, [4.0])
    with pytest.raises(ValueError, match="argnums is empty"):
        compiled(f, ())


def test_keywords_strings_and_lengths_are_structure(compiled):
    def f(p, xs, kind="square", *, scale=1.0, negate=False):
        total = sum(p * x * x if kind == "square" else p * x for x in xs) * scale
        return -total if negate else total

    step = compiled(f)
    assert step(2.0, [1.0, 2.0]) == (10.0, 5.0)
    assert step(2.0, [1.0, 3.0]) == (20.0, 10.0) and step.traced == 1
    assert step(2.0, [1.0, 2.0, 3.0]) == (28.0, 14.0) and step.traced == 2
    assert step(2.0, [1.0, 2.0], "linear") == (6.0, 3.0) and step.traced == 3
    assert step(2.0, [1.0, 2.0], kind="linear", scale=10.0) == (60.0, 30.0)
    assert step(2.0, [1.0, 2.0], kind="linear", scale=100.0) == (600.0, 300.0) and step.traced == 4
    assert step(2.0, [1.0, 2.0], negate=True) == (-10.0, -5.0) and step(
        2.0, [1.0, 2.0], negate=False
    ) == (10.0, 5.0)
    assert step(2.0, (1.0, 2.0)) == (10.0, 5.0)


def test_traces_are_kept_up_to_a_bound(compiled):
    step = compiled(lambda p, xs: sum(p * x for x in xs), max_structures=2)
    for n in (1, 2, 1, 2):
        step(1.0, [1.0] * n)
    assert step.traced == 2
    step(1.0, [1.0] * 3)
    step(1.0, [1.0] * 2)
    assert (step.traced, len(step.programs)) == (3, 2)
    assert step(3.0, [1.0]) == (3.0, 1.0) and step.traced == 4


def test_numbers_of_every_type_are_data(compiled):
    step = compiled(lambda p, x: p * x)
    for x in (2.0, np.float64(2), np.float32(2), np.array(2.0), Value(2.0)):
        assert step(3, x) == (6.0, 2.0)
    for p in (3, 3.0, np.int64(3), np.array(3), Value(3.0), np.uint8(3)):
        assert step(p, 2.0) == (6.0, 2.0)
    assert step.traced == 1 and step.programs[-1].unpacked((Value(3.0), np.float32(2)), {}) == [
        [3.0],
        [2.0],
        [],
    ]
    assert all(
        step.programs[-1].unpacked(args, {}) is None
        for args in ((3.0, 2), (True, 2.0), (3.0, None), (3.0, [2.0]), ("3", 2.0), (3.0,))
    )
    for x in (2, np.int64(2), np.array(2)):
        assert step(3.0, x) == (6.0, 2.0)
    assert step.traced == 2
    assert step(1.0, 4.5) == (4.5, 4.5) and step.traced == 2


def test_arrays_as_data(compiled):
    def f(p, X, y):
        return sum(
            (np.sum(row * np.array(p, dtype=object)) - t) ** 2 for row, t in zip(X, y)
        ) / len(y)

    X, y = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([1, 2, 3])
    found = compiled(f)([0.5, -0.25], X, y)
    expected = mgl.value_and_grad(lambda p: ((X @ p - y) ** 2).mean())(np.array([0.5, -0.25]))
    assert found[0] == pytest.approx(expected[0]) and found[1] == pytest.approx(list(expected[1]))
    step = compiled(lambda p, X: p * X[0] + (2.0 * X).sum() + (p * X)[1])
    assert step(2.0, np.array([1.0, 2.0])) == (12.0, 3.0)
    assert step(2.0, np.array([1, 2])) == (12.0, 3.0)


def test_captured_numbers_are_constants_and_captured_nodes_are_refused(compiled):
    w = Value(2.0, "w")
    for f in (lambda x: x * w, lambda x: w * x, lambda x: x + w * w, lambda x: w.maximum(x)):
        with pytest.raises(
            TraceError,
            match=(
                r"test_compile.py:\d+: (f reads .*from outside of its arguments|.data of a traced "
                r"number)"
            ),
        ):
            compiled(f)(1.0)
    scale = 2.0
    assert compiled(lambda x: x * scale + Value(1.0) * Value(3.0))(5.0) == (13.0, 2.0)


# --- integers as indices --------------------------------------------------------------------------


def embed(params, tokens, target):
    rows = [params["table"][token] for token in tokens]
    mean = [sum(column) / len(rows) for column in zip(*rows)]
    return nn.cross_entropy(nn.linear(mean, params["head"]), target) + tokens[0] * 0.5


def embedding(rng):
    return {
        name: [[rng.gauss(0, 1) for _ in range(3)] for _ in range(5)] for name in ("table", "head")
    }


def test_integers_of_the_data_select(compiled):
    params, step = embedding(random.Random(3)), compiled(embed)
    for tokens, target in (([0, 4, 4], 1), ([-1, 2, -5], -2), ([3, 3, 3], 4)):
        assert (
            difference(step(params, tokens, target), eager(embed, params, tokens, target)) <= 1e-13
        )
    assert step.traced == 1


@pytest.mark.parametrize(
    "tokens, target, message",
    [
        ([0, 5, 1], 0, r"tokens\[1\] is 5, and selects from 5 items; expected -5 to 4"),
        ([0, 1, -6], 0, r"tokens\[2\] is -6"),
        ([0, 1, 1], 7, "target is 7"),
        ([0, 1, 2**60], 0, r"tokens\[2\]"),
    ],
)
def test_an_index_out_of_range_is_an_error_that_names_it(compiled, tokens, target, message):
    params, step = embedding(random.Random(3)), compiled(embed)
    expected = step(params, [0, 1, 1], 0)
    with pytest.raises((IndexError, OverflowError), match=message):
        step(params, tokens, target)
    assert step(params, [0, 1, 1], 0) == expected


def test_selecting_from_rows_of_every_kind(compiled):
    def f(p, i):
        return (
            p["list"][i]
            + p["tuple"][i] * 2
            + nn.pick([p["x"], 1.0, p["x"] * p["x"]], i)
            + p["dicts"][i]["a"] * 3
            + p["list"][1:][0] * p["nested"][0][i]
        )

    params = {
        "list": [1.0, 2.0, 3.0],
        "tuple": (4.0, 5.0, 6.0),
        "x": 7.0,
        "dicts": [{"a": 1.0}, {"a": 2.0}, {"a": 3.0}],
        "nested": [[1.0, 2.0, 3.0]],
    }
    step = compiled(f)
    for i in (0, 1, 2, -1):
        assert difference(step(params, i), eager(f, params, i)) <= 1e-15
    array = compiled(lambda p, i: nn.pick(p, i).sum() + nn.pick(p[0], i), level="scalar")
    value, g = array(np.array([[1.0, 2.0], [3.0, 4.0]]), 1)
    assert value == 9.0 and g.tolist() == [[0.0, 1.0], [1.0, 1.0]]
    with pytest.raises(TraceError, match="rows that differ"):
        compiled(lambda p, i: p[i][0])([[1.0], [1.0, 2.0]], 0)
    with pytest.raises(TraceError, match="empty list"):
        compiled(lambda p, x, i: x[i])(1.0, [], 0)
    with pytest.raises(TraceError, match="from numbers, or rows of numbers"):
        compiled(lambda p, x, i: x[i])(1.0, ["a", "b"], 0)


def test_an_integer_is_a_number_too(compiled):
    f = lambda p, k: p**k + k / 4 - 2 * k + (-k) * p + abs(k)  # noqa: E731
    step = compiled(f)
    for k in (2, 3, -1, 0):
        assert difference(step(1.5, k), eager(f, 1.5, k)) <= 1e-15
    with pytest.raises(OverflowError, match="k"):
        step(1.5, 2**70)


# --- batches, explain, executors ------------------------------------------------------------------


def test_a_batch_is_many_runs_at_once(compiled):
    rng = random.Random(5)
    params, step = embedding(rng), compiled(embed)
    samples = [[rng.randrange(5) for _ in range(3)] for _ in range(7)]
    targets = [rng.randrange(5) for _ in range(7)]
    values, gradients = step.batch(params, samples, np.array(targets))
    assert values.shape == (7,) and gradients["table"][2][1].shape == (7,)
    for b in range(7):
        value, alone = step(params, samples[b], targets[b])
        assert values[b] == pytest.approx(value, rel=1e-13)
        assert flatten(alone)[0] == pytest.approx(
            [g[b] for g in flatten(gradients)[0]], rel=1e-12, abs=1e-15
        )
    rows = compiled(lambda w, x: np.sum(w * x), level="scalar")
    values, g = rows.batch(np.array([1.0, 2.0]), np.array([[1.0, 1.0], [2.0, 3.0]]))
    assert values.tolist() == [3.0, 8.0] and g.tolist() == [[1.0, 1.0], [2.0, 3.0]]
    with pytest.raises(IndexError, match=r"tokens\[0\] is 9"):
        step.batch(params, [*samples, [9, 0, 0]], [*targets, 0])
    with pytest.raises(ValueError, match="sample 1 has another structure"):
        step.batch(params, [[1, 2, 3], [1, 2]], [0, 0])
    for data in ((samples, targets[:-1]), ([], []), (1.0, targets), ()):
        with pytest.raises(ValueError, match="equally many samples|entry for each sample"):
            step.batch(params, *data)


def test_explain(compiled, executor):
    step = compiled(embed)
    assert "not called yet" in str(step.explain()) and step.explain().drawing is None
    step(embedding(random.Random(1)), [1, 2, 3], 0)
    text = str(step.explain())
    assert text.startswith(
        "embed: a function of Values, for params (30 number), tokens (3 integer), target (integer)"
    )
    assert (
        "30 numbers with a gradient, 0 without, 4 integers" in text
        and {"numpy": "NumPy", "numba": "Numba"}[executor] in text
    )
    assert "traced for 1 structures so far, 1 of at most 8 are kept" in text
    assert "params['table']" in step.explain().drawing.text


def test_without_numba_the_executor_is_numpy_and_numba_is_refused_by_name(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    step = mgl.compile(lambda p: p * p)
    assert step(3.0) == (9.0, 6.0) and "a loop of Python" in str(step.explain())
    params, points = mlp_data()
    step = mgl.compile(mlp_loss)
    assert difference(
        step(params, points), eager(mlp_loss, params, points), floor=1e-3
    ) <= 1e-12 and "executor: NumPy; the nodes of one level" in str(step.explain())
    with pytest.raises(ImportError, match=r"micrograd_linear\[fast\]"):
        mgl.compile(lambda p: p * p, executor="numba")(3.0)


def test_kept_machine_code_is_not_that_of_other_rules(monkeypatch):
    if not util.find_spec("numba"):
        pytest.skip("Numba is not installed")
    from micrograd_linear.compilation import jitted, kernels
    from micrograd_linear.compilation.codes import CODES
    from micrograd_linear.operations import RULES, ScalarRule

    def kept():
        """The number that Numba looks up, since the loops close over it."""
        return kernels.loops(False, CODES.everyday)[0].py_func.__closure__[-1].cell_contents

    before = kept()
    assert kept() == before
    right = jitted.text_of(ScalarRule(RULES["sin"]))
    monkeypatch.setattr(RULES["sin"], "formula", lambda x: (np.sin(x), (lambda g: g * np.sin(x),)))
    assert jitted.text_of(ScalarRule(RULES["sin"])) != right
    text_of = jitted.text_of
    monkeypatch.setattr(kernels, "text_of", lambda rule: text_of(ScalarRule(rule.rule, rule.only)))
    assert kept() != before


def test_where_nothing_can_be_kept_the_loops_are_compiled_anew_and_explain_says_so(monkeypatch):
    if not util.find_spec("numba"):
        pytest.skip("Numba is not installed")
    from micrograd_linear.compilation import kernels
    from micrograd_linear.compilation.numba_executor import NumbaExecutor

    step, loops = mgl.compile(lambda p: p * p, executor="numba"), kernels.loops
    step(3.0)
    assert "are kept in" in str(step.explain())

    def no_folder(cache, known):
        if cache:
            raise RuntimeError(
                "cannot cache function 'replay': no locator available for file 'kernels.py'"
            )
        return loops(cache, known)

    monkeypatch.setattr(kernels, "loops", no_folder)
    monkeypatch.setattr(NumbaExecutor, "_loops", {})
    assert "compiled anew in every process" in str(step.explain())


def test_no_run_changes_its_arguments(compiled):
    params, points = mlp_data(2)
    before = repr((params, points))
    compiled(mlp_loss)(params, points)
    assert repr((params, points)) == before


def test_a_compiled_function_is_a_decorator_and_keeps_its_name(executor):
    @mgl.compile
    def loss(w):
        """The square."""
        return w * w

    assert loss(3.0) == (9.0, 6.0) and (loss.__name__, loss.__doc__) == ("loss", "The square.")


def test_pick_and_largest_on_plain_and_recorded_numbers():
    a, b = Value(1.0), Value(3.0)
    assert (
        nn.pick([a, b], 1) is b
        and nn.largest([a, b]) == 3.0
        and nn.largest([2.0, np.float64(5.0), a]) == 5.0
    )


def test_largest_is_a_constant_of_the_graph(compiled):
    step = compiled(lambda p: nn.largest(p) * p[0] + sum(nn.softmax(p)[:1]))
    for p in ([0.5, 2.0, -1.0], [700.0, 1.0, 2.0]):
        assert (
            difference(step(p), eager(lambda p: nn.largest(p) * p[0] + sum(nn.softmax(p)[:1]), p))
            <= 1e-14
        )
