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
from micrograd_linear.compilation.codes import CODES as TABLE
from micrograd_linear.compilation.python_executor import PythonLoop
from micrograd_linear.compilation.schedule import Schedule
from micrograd_linear.operations import SCALAR_RULES as RULES

CODES = TABLE.names
CODE = TABLE.of_name
UNARY = {name for name, rule in RULES.items() if rule.operand_count == 1}
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
    return (a != a and b != b) or a == b or math.isclose(a, b, rel_tol=4e-15, abs_tol=1e-15)


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
    # The scalar rule of arccosh has numbers from 1 on.
    x, y = (1.7, 0.3) if RULES.get(code) is RULES["arccosh"] else (0.3, 1.7)
    made, value, (to_x, to_y) = case_of(code, x, y)
    assert agrees(EXECUTORS[name], (made, value, (to_x, to_y)), x, y)
    assert not agrees(EXECUTORS[name], (made, value + 1e-9, (to_x, to_y)), x, y)
    assert not agrees(EXECUTORS[name], (made, value, (to_x + 1e-9, to_y)), x, y)


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


OF_ONES_OWN = """
import numpy as np
import micrograd_linear as mgl
from micrograd_linear import Value, rule

@rule("cubes")
def cubes(x, y):
    return x**3 + y**3, (lambda g: g * 3 * x**2, lambda g: g * 3 * y**2)

both = lambda x, y: cubes(x, y) * x
print(mgl.compile(both, executor=EXECUTOR, argnums=(0, 1))(-0.3, 2.0))

@rule("twice", scalar=None)
def twice(x):  # whose derivative is another one than that of its formula
    return 2 * x, (lambda g: 7 * g,)

print(mgl.compile(lambda x: twice(cubes(x, x)), executor=EXECUTOR)(2.0))
x = Value(2.0)
twice(cubes(x, x)).backward()
print(x.grad)
"""


@pytest.mark.parametrize("name", ["numpy", *["numba"] * bool(util.find_spec("numba"))])
def test_an_operation_of_ones_own_has_its_own_derivative_in_every_executor(name, tmp_path):
    """One is there before anything is compiled, one comes when machine code is loaded already."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    environment["PYTHONPATH"] = str(Path(schedule.__file__).parents[2])
    program = OF_ONES_OWN.replace("EXECUTOR", repr(name))
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment
    )
    x = -0.3
    first, second, eager = done.stdout.splitlines() or [done.stderr] * 3
    value, gradients = eval(first)
    assert value == pytest.approx(x**4 + 8 * x)
    assert gradients == pytest.approx((4 * x**3 + 8, 12 * x))
    assert eval(second) == (32.0, 168.0) and float(eager) == 168.0
