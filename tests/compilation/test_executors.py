"""Every code of a schedule on every executor: equal to the scalar rule; and what an executor does
not know is an error that names it, forward and backward, never a number."""

import math
import os
import subprocess
import sys
from importlib import util
from pathlib import Path

import numpy as np
import pytest

from micrograd_linear.compilation import numba_executor, numpy_executor, schedule
from micrograd_linear.compilation.python_executor import PythonLoop
from micrograd_linear.compilation.schedule import CODES, Schedule
from micrograd_linear.engine.value import RULES

CODE = {name: code for code, name in enumerate(CODES)}
UNARY = {name for name, rule in RULES.items() if rule.derivative.__code__.co_argcount == 2}
G = 0.7  # what the node's result is multiplied with, so that it is its gradient
POINTS = [(0.3, 1.7), (1.7, -0.6), (0.6, 0.6), (-0.6, 2.0), (-1.1, -2.3), (0.0, 1.0)]


def numpy_groups(schedule):
    made = numpy_executor.NumpyExecutor(schedule)
    made.loop = None
    return made


EXECUTORS = {"numpy": numpy_groups, "python": PythonLoop}
if util.find_spec("numba"):
    EXECUTORS["numba"] = numba_executor.executor

each_executor = pytest.mark.parametrize("name", EXECUTORS)


def of_one_node(code, back, left, right=0, start=0, terms=(), gradients=(True, True)):
    """The schedule of G times one node; the inputs are x, y and G, and the integer 1."""
    first, multiply = 5, CODE["multiply"]  # after four inputs and the constant -0.0
    arrays = {"left": (left, first), "right": (right, 2), "start": (start, 0), "terms": terms}
    return Schedule(
        differentiated=3,
        inputs=4,
        constants=np.array([-0.0]),
        code=np.array((code, multiply), dtype=np.uint8),
        back=np.array((back, multiply), dtype=np.uint8),
        needs=np.array((*gradients, True, False, False, back != CODE["nothing"], True)),
        root=first + 1,
        recorded=2,
        **{name: np.array(numbers, dtype=np.uint32) for name, numbers in arrays.items()},
    )


def case_of(name, x, y):
    """(schedule, value, gradients of x, y and G) by the scalar rule, for the code of that name."""
    code, nothing = CODE[name], CODE["nothing"]
    if name in RULES:
        numbers = (x,) if name in UNARY else (x, y)
        value, found = RULES[name].value(*numbers), RULES[name].derivative(G, *numbers)
        gradients = (found, 0.0) if name in UNARY else found
        return of_one_node(code, code, 0, len(numbers) - 1), value, gradients
    if name == "power_of_constant":
        power = RULES["power"]
        made = of_one_node(CODE["power"], code, 0, 1, gradients=(True, False))
        return made, power.value(x, y), (power.derivative(G, x, y)[0], None)
    return {
        "select": (of_one_node(code, code, 0, 3, 2, (0, 1)), y, (0.0, G)),
        "detach": (of_one_node(code, nothing, 0), x, (0.0, 0.0)),
        "sum": (of_one_node(code, code, 0, 3, 0, (0, 1, 0)), x + y + x, (G + G, G)),
        "dot": (of_one_node(code, code, 0, 1, 1, (0, 1)), y + x * y, (G * y, G + G * x)),
        "dot_left": (
            of_one_node(code, code, 0, 1, 4, (0, 1), (True, False)),
            -0.0 + x * y,
            (G * y, None),
        ),
        "nothing": (of_one_node(CODE["add"], nothing, 0, 1), x + y, (0.0, 0.0)),
    }[name]


def is_close(a, b):
    return (a != a and b != b) or a == b or math.isclose(a, b, rel_tol=4e-15)


def agrees(executor, case, x, y):
    """Does the executor compute what the case says, on its own and in a batch of two?"""
    made, value, gradients = case
    inputs, indices = np.array([x, y, G, 1.0]), np.array([0, 0, 0, 1])
    runs = [executor(made).run(inputs, indices)]
    if hasattr(executor(made), "run_batch"):
        runs += zip(*executor(made).run_batch(np.array([inputs] * 2), np.array([indices] * 2)))
    return all(
        is_close(found, value * G)
        and all(b is None or is_close(a, b) for a, b in zip(to, (*gradients, value)))
        for found, to in runs
    )


@each_executor
@pytest.mark.parametrize("code", CODES)
def test_every_code_is_the_scalar_rule_forward_and_backward(name, code):
    for x, y in POINTS:
        assert agrees(EXECUTORS[name], case_of(code, x, y), x, y), (x, y)


@each_executor
@pytest.mark.parametrize("code", CODES)
def test_the_comparison_rejects_another_value_and_another_derivative(name, code):
    made, value, (to_x, to_y) = case_of(code, 0.3, 1.7)
    assert agrees(EXECUTORS[name], (made, value, (to_x, to_y)), 0.3, 1.7)
    assert not agrees(EXECUTORS[name], (made, value + 1e-9, (to_x, to_y)), 0.3, 1.7)
    assert not agrees(EXECUTORS[name], (made, value, (to_x + 1e-9, to_y)), 0.3, 1.7)


# --- what an executor does not know ---------------------------------------------------------------


UNKNOWN = [
    (CODE["nothing"], CODE["add"], "the operation 'nothing'"),
    (CODE["power_of_constant"], CODE["power"], "the operation 'power_of_constant'"),
    (CODE["add"], CODE["detach"], "the operation 'detach'"),
    (CODE["sin"], len(CODES), f"an operation (code {len(CODES)})"),
    (200, CODE["sin"], "an operation (code 200)"),
]


def refusal(executor, code, back, batch):
    inputs, indices = np.array([[0.3, 1.7, G, 1.0]]), np.array([[0, 0, 0, 1]])
    with pytest.raises(NotImplementedError) as caught:
        made = executor(of_one_node(code, back, 0, 1))
        if batch and hasattr(made, "run_batch"):
            made.run_batch(inputs, indices)
        else:
            made.run(inputs[0], indices[0])
    return str(caught.value)


@each_executor
@pytest.mark.parametrize("batch", [False, True], ids=["one run", "a batch"])
@pytest.mark.parametrize("code, back, what", UNKNOWN)
def test_an_unknown_code_is_an_error_that_names_it_and_the_executor(name, code, back, what, batch):
    message = refusal(EXECUTORS[name], code, back, batch)
    assert message.startswith(f"compile: {what}") and f"executor {name!r}" in message


@each_executor
def test_an_executor_computes_rightly_after_it_met_an_unknown_code(name):
    refusal(EXECUTORS[name], 200, CODE["sin"], False)
    assert agrees(EXECUTORS[name], case_of("multiply", 0.3, 1.7), 0.3, 1.7)


def test_a_program_without_nodes_has_nothing_unknown():
    step = numpy_executor.NumpyExecutor(of_no_node())
    assert step.run(np.array([0.3]), np.array([0]))[0] == 0.3


def of_no_node():
    none = np.zeros(0, dtype=np.uint32)
    return Schedule(
        differentiated=1,
        inputs=1,
        constants=np.zeros(0),
        needs=np.array([True]),
        root=0,
        recorded=0,
        **dict.fromkeys(("code", "back", "left", "right", "start", "terms"), none),
    )


FORGOTTEN = """
import dataclasses
import math
import numpy as np
from micrograd_linear.engine import value

sinh = value.ScalarRule("sinh", "sinh", math.sinh, lambda g, x: g * math.cosh(x))
cubes = value.ScalarRule(
    "cubes", "cubes", lambda x, y: x**3 + y**3, lambda g, x, y: (g * 3 * x**2, g * 3 * y**2)
)
others = dict(value.RULES)
value.RULES.clear()
value.RULES.update({"cubes": cubes, **others, "sinh": sinh})

from micrograd_linear.compilation import tape, values
from micrograd_linear.compilation.python_executor import PythonLoop
from micrograd_linear.compilation.schedule import schedule

executors = {"python": PythonLoop, **values.EXECUTORS}
inputs, indices = np.array([-0.3, 2.0]), np.array([0, 0])
for rule, code in ((sinh, "sin"), (cubes, "add")):
    recorded = tape.Tape(2)
    both = schedule(recorded, recorded.record(tape.CODE[rule.name], ~0, ~1), 2)
    known = np.array([tape.CODE[code]], dtype=np.uint8)
    for made in both, dataclasses.replace(both, code=known), dataclasses.replace(both, back=known):
        for name, executor in executors.items():
            try:
                number, gradients = executor(made).run(inputs, indices)
                print(rule.name, name, number, *map(float, gradients))
            except (NotImplementedError, ImportError) as error:
                print(rule.name, name, error)
"""


def test_an_operation_that_one_executor_lacks_is_an_error_there_and_no_number(tmp_path):
    """One operation is added to the rules of Values behind all others, and one before them, so
    that the tape has codes for both; the ladders of machine code and the rules of arrays lack
    them, forward and backward, only forward, and only backward. The loop of Python reads the rules
    of Values themselves, so that it cannot lack one."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    environment["PYTHONPATH"] = str(Path(schedule.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", FORGOTTEN], capture_output=True, text=True, env=environment
    )
    said = [line.split(" ", 2) for line in done.stdout.splitlines()]
    assert len(said) == 2 * 3 * 3, done.stderr
    by_python = [text for _, name, text in said if name == "python"]
    x = -0.3
    assert by_python[0] == f"{math.sinh(x)} {math.cosh(x)} 0.0"
    assert by_python[3] == f"{x**3 + 2.0**3} {3 * x**2} {3 * 2.0**2}"
    for operation, name, text in said:
        if name in EXECUTORS.keys() - {"python"}:
            assert text.startswith(f"compile: the operation {operation!r}"), (name, text)
            assert f"executor {name!r}" in text
