"""One operation is one record: what is added in one file is found by every reader."""

import ast
import re
from importlib import util

import pytest
from package_copy import ROOT, add, remove, run

from micrograd_linear.operations import RULES

SINH = """

@rule(
    np.cosh,
    scalar=ieee.unary(math.cosh, np.cosh),
    domains=(REAL,),
    notation=Notation(latex=r"\\cosh", javascript="Math.cosh({0})"),
)
def cosh(x):
    return np.cosh(x), (lambda g: g * np.sinh(x),)


@rule(
    np.sinh,
    scalar=ieee.unary(math.sinh, np.sinh),
    domains=(REAL,),
    notation=Notation(latex=r"\\sinh", javascript="Math.sinh({0})"),
    lesson=Lesson("cosh(z)", "function", lambda x, y: {"-cosh(z)": -np.cosh(x)}),
)
def sinh(x):
    return np.sinh(x), (lambda g: g * np.cosh(x),)
"""
HYPOT = '''

@rule(
    np.hypot,
    scalar=ieee.binary(math.hypot, np.hypot),
    domains=(POSITIVE, POSITIVE),
    commutative=True,
    notation=Notation(javascript="Math.hypot({0},{1})"),
)
def hypot(x, y):
    """sqrt(x**2 + y**2)."""
    h = np.hypot(x, y)
    return h, (lambda g: g * x / h, lambda g: g * y / h)
'''

READINGS = """
import json
import math

import numpy as np

import micrograd_linear as mgl
from micrograd_linear import Tensor, Value, compare, derive, draw, grad
from micrograd_linear.drawing.page import unpacked

ufunc = getattr(np, NAME)
function = getattr(mgl, NAME, None)
two = ufunc.nin == 2
numbers = (0.7, 1.9)[: ufunc.nin]
arrays = [np.array([0.3, 0.9, 1.7]), np.array([1.1, 0.4, 2.0])][: ufunc.nin]
h = 1e-6


def tensors():
    return [Tensor(array, name) for array, name in zip(arrays, "xy")]


def slope(f, numbers, i, h=h):
    ends = [f(*(n + s * h * (k == i) for k, n in enumerate(numbers))) for s in (1, -1)]
    return (ends[0] - ends[1]) / (2 * h)


def by_tensor():
    operands = tensors()
    y = ufunc(*operands)
    y.backward(np.ones(3))
    wanted = [slope(ufunc, arrays, i) for i in range(ufunc.nin)]
    assert all(np.allclose(x.grad, w, rtol=1e-6) for x, w in zip(operands, wanted))


def by_method():
    first, *others = tensors()
    assert np.array_equal(getattr(first, NAME)(*others).data, ufunc(*arrays))


def by_function():
    assert np.array_equal(function(*arrays), ufunc(*arrays))
    assert NAME in mgl.__all__ and NAME in mgl.functions.__all__


def by_value():
    operands = [Value(n) for n in numbers]
    y = getattr(operands[0], NAME)(*operands[1:])
    y.backward()
    assert math.isclose(y.data, ufunc(*numbers)) and ufunc(*operands).data == y.data
    wanted = [slope(ufunc, numbers, i) for i in range(ufunc.nin)]
    assert np.allclose([x.grad for x in operands], wanted, rtol=1e-6)
    assert type(ufunc(*(Value(800.0) for _ in numbers)).data) is float  # too large for math.sinh


def by_second_derivative():
    others = numbers[1:]
    first = grad(lambda x: ufunc(x, *others))
    assert math.isclose(grad(first)(numbers[0]), slope(first, numbers[:1], 0), rel_tol=1e-6)


def derivation():
    y = ufunc(*tensors())
    y.name = "h"
    return derive(y)


def by_text():
    assert NAME in derivation().text


def by_latex():
    assert ("\\\\" + NAME if LATEX else r"\\operatorname{" + NAME + "}") in derivation().latex


def by_index_form():
    y = ufunc(*tensors())
    y.name = "h"
    text = derive(y, form="index").text
    assert NAME + "(x_i" in text, text


def by_source():
    source = derivation().source
    assert f"np.{NAME}(" in source, source
    names = {}
    exec(source, names)
    value, gradients = names["value_and_gradients"](*arrays, np.ones(3))
    wanted = [slope(ufunc, arrays, i) for i in range(ufunc.nin)]
    assert np.array_equal(value, ufunc(*arrays)), source
    assert np.allclose(list(gradients.values()), wanted, rtol=1e-6)


def by_picture():
    assert NAME in draw(ufunc(*tensors())).text


def by_scalar_picture():
    y = ufunc(*tensors()).sum()
    assert NAME in draw(y, level="scalar").text


def by_page():
    y = ufunc(*(Value(n, name) for n, name in zip(numbers, "xy")))
    page = unpacked(draw(y).html)
    assert f"Math.{NAME}(" in page["script"]


def by_compare():
    operands = tensors()
    y = ufunc(*operands)
    right = {name: slope(ufunc, arrays, i) for i, name in enumerate("xy"[: ufunc.nin])}
    y.backward(np.ones(3))
    right = {x.name: x.grad for x in operands}
    assert compare(right, y, gradient=np.ones(3)).ok


def by_mistake():
    operands = tensors()
    y = ufunc(*operands)
    y.backward(np.array([1.0, 2.0, 3.0]))
    right = {x.name: x.grad for x in operands}
    left_out = {**right, "x": np.array([1.0, 2.0, 3.0])}
    (cause, *_) = compare(left_out, y, gradient=[1.0, 2.0, 3.0])["x"].causes
    assert cause.kind == "local-derivative" and "left out" in cause.sentence, cause
    if LATEX:  # whose record has a lesson
        wrong = {"x": -np.cosh(arrays[0]) * [1.0, 2.0, 3.0]}
        sentences = [c.sentence for c in compare(wrong, y, gradient=[1.0, 2.0, 3.0])["x"].causes]
        assert any("-cosh(z)" in sentence or "opposite sign" in sentence for sentence in sentences)


def by_compiled_values(executor):
    step = mgl.compile(lambda x: function(*x) * x[0], executor=executor)
    value, gradient = step(list(numbers))
    wanted = [slope(lambda *x: ufunc(*x) * x[0], numbers, i) for i in range(ufunc.nin)]
    assert math.isclose(value, ufunc(*numbers) * numbers[0])
    assert np.allclose(gradient, wanted, rtol=1e-6)


def by_python():
    by_compiled_values("numpy")


def by_numba():
    by_compiled_values("numba")


def by_compiled_tensors():
    step = mgl.compile(lambda x: ufunc(*x).sum())
    large = [np.tile(array, 7000) for array in arrays]
    value, gradient = step([Tensor(array) for array in large])
    wanted = [slope(ufunc, large, i) for i in range(ufunc.nin)]
    assert math.isclose(float(value), ufunc(*large).sum())
    assert np.allclose(np.stack([np.asarray(g) for g in gradient]), wanted, rtol=1e-6)


READERS = [
    by_tensor, by_method, by_function, by_value, by_second_derivative, by_text, by_latex,
    by_index_form, by_source, by_picture, by_scalar_picture, by_page, by_compare, by_mistake,
    by_python, by_compiled_tensors,
]
READERS += [by_numba] * NUMBA
for reader in READERS:
    try:
        reader()
        print(reader.__name__, "ok")
    except Exception as error:
        print(reader.__name__, type(error).__name__, " ".join(str(error).split()))
"""


def readings(copy, name, latex):
    known = f"NAME, LATEX, NUMBA = {name!r}, {latex}, {bool(util.find_spec('numba'))}\n"
    done = run(copy, "-c", known + READINGS)
    assert done.returncode == 0, done.stderr
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    "name, record, latex", [("sinh", SINH, True), ("hypot", HYPOT, False)], ids=["sinh", "hypot"]
)
def test_an_operation_that_is_added_in_one_file_is_found_by_every_reader(copy, name, record, latex):
    for each in re.findall(r"^def (\w+)", record, re.M):
        remove(copy, each)
    assert set(readings(copy, name, latex).values()).isdisjoint({"ok"})
    add(copy, record)
    found = readings(copy, name, latex)
    assert len(found) >= 16 and set(found.values()) == {"ok"}, found
    done = run(copy, copy / "docs/make_declarations.py")
    assert done.returncode == 0, done.stderr
    for path in ("functions/elementwise.pyi", "engine/elementary_methods.pyi"):
        assert f"def {name}(" in (copy / "micrograd_linear" / path).read_text()
    page = (copy / "docs/operations.md").read_text()
    assert page.count(f"`np.{name}`") == 1 and page.count(f"`{name}`") == 2


MATRIX_FUNCTION = """

@rule(
    np.linalg.matrix_norm,
    source="np.linalg.matrix_norm({0}, ord={ord!r})",
    shape=lambda x: x[:-2],
)
def matrix_norm(x, *, ord="fro"):
    y = np.linalg.matrix_norm(x, ord=ord)
    return y, (lambda g: (g / y)[..., None, None] * x,)
"""
OF_MATRICES = """
import numpy as np
import micrograd_linear as mgl
from micrograd_linear import Tensor, compare, derive, draw, grad
from micrograd_linear.engine.numpy_protocol import IMPLEMENTED

del IMPLEMENTED[np.linalg.matrix_norm]
f, x = np.linalg.matrix_norm, np.array([[2.0, 0.5], [0.3, 1.0]])
t, slope = Tensor(x, "A"), x / np.linalg.norm(x)
y = f(t, ord="fro")
y.name = "y"
y.backward()
assert np.allclose(t.grad, slope), t.grad
assert "y = matrix_norm(A)" in derive(y).text, derive(y).text
assert "np.linalg.matrix_norm(A, ord='fro')" in derive(y).source
assert "matrix_norm" in draw(y).text
assert compare({"A": slope}, y).ok
assert grad(lambda a: (grad(f)(a)[0, 0]))(x).shape == (2, 2)
value, (gradient,) = mgl.compile(lambda a: f(a[0]))([x])
assert np.allclose(gradient, slope)
"""


def test_a_function_of_arrays_is_added_in_one_file_too(copy):
    add(copy, MATRIX_FUNCTION)
    done = run(copy, "-c", OF_MATRICES)
    assert done.returncode == 0, done.stderr


def test_the_readings_reject_a_record_whose_derivative_is_wrong(copy):
    remove(copy, "sinh")
    remove(copy, "cosh")
    add(copy, SINH.replace("g * np.cosh(x),)", "g * np.cosh(x) * 1.01,)"))
    found = readings(copy, "sinh", True)
    wrong = {name for name, said in found.items() if said != "ok"}
    assert wrong >= {"by_tensor", "by_value", "by_source", "by_python", "by_compiled_tensors"}


def test_the_declarations_are_those_that_the_records_give():
    spec = util.spec_from_file_location("make_declarations", ROOT / "docs/make_declarations.py")
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for path, text in module.files().items():
        assert path.read_text(encoding="utf-8") == text, (
            f"run python docs/make_declarations.py: {path}"
        )
    assert module.page(
        module.files()[ROOT / "docs/operations.md"].replace("`np.exp`, ", "")
    ) in set(module.files().values())


# The words of people, of pictures and of causes may be those of operations, too.
MOST_LITERALS = 60


def literals(package):
    """(file, line, text) of every string that is the name of an operation, outside of the rooms
    that define them; what stands in the room of PyTorch are PyTorch's names.
    """
    found = []
    for path in sorted(package.rglob("*.py")):
        name = str(path.relative_to(package))
        if not name.startswith(("operations/", "functions/", "pytorch/")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and node.value in set(RULES) - {"swish"}:
                    found.append((name, node.lineno, node.value))
    return found


def test_names_of_operations_are_asked_of_their_records(copy):
    found = literals(copy / "micrograd_linear")
    assert 0 < len(found) < MOST_LITERALS, found
    path = copy / "micrograd_linear/engine/backward.py"
    path.write_text(path.read_text() + '\nSPECIAL = ("matmul", "exp")\n')
    assert len(literals(copy / "micrograd_linear")) == len(found) + 2
