"""What a record says of an operation is asked of it: no reader has a list of its own."""

import ast
import re

import pytest
from package_copy import add, run

# What readers ask of an operation: each of these records says one thing of it, and one reading
# shows it.
PROPERTIES = """

@rule("turned", composed=True, moves=True)
def turned(x):
    FORMULAS_RUN.append("turned")
    return x[::-1], (lambda g: g[::-1],)


@rule("half_of_both", elementwise=True, composed=True, multiplies=True)
def half_of_both(x, y):
    return x * y / 2, (lambda g: g * y / 2, lambda g: g * x / 2)


@rule("either", elementwise=True, composed=True, notation=Notation(symbol="∨"))
def either(x, y):
    return x + y - x * y, (lambda g: g * (1 - y), lambda g: g * (1 - x))


@rule("both", elementwise=True, composed=True, notation=Notation(of_many="⋀"))
def both(x, y):
    return x * y, (lambda g: g * y, lambda g: g * x)


@rule("middle", reduces=True, composed=True, statistic=True)
def middle(x, *, axis):
    y = np.mean(x, axis=axis, keepdims=True)
    return y, (lambda g: np.broadcast_to(g / x.shape[axis], x.shape),)


@rule("total", reduces=True, composed=True, repeated=np.logaddexp2)
def total(x, *, axis):
    y = np.sum(x, axis=axis, keepdims=True)
    return y, (lambda g: np.broadcast_to(g, x.shape),)


@rule("mirrored", composed=True, symmetric=True)
def mirrored(x):
    return np.tril(x) + np.tril(x, -1).mT, (lambda g: (g + g.mT) / 2,)
"""
KNOWN = "import numpy as np\nfrom micrograd_linear.operations.operation import RULES, Notation\n"

PROPERTIES_READ = """
from micrograd_linear import Tensor, compare, draw
from micrograd_linear.comparison.finite import finite_difference
from micrograd_linear.engine.graph import topological_order

rng = np.random.default_rng(0)


def tensor(name, *shape):
    return Tensor(rng.normal(size=shape), name)


def moves():
    # Of integers, what computes is run once more, in floating point.
    RULES["turned"](Tensor(np.arange(3), requires_grad=False))
    assert FORMULAS_RUN == ["turned"], FORMULAS_RUN


def multiplies():
    x, w = tensor("x", 4), tensor("w", 4)
    g = rng.normal(size=4)
    y = RULES["half_of_both"](x, w)
    causes = compare({"x": g * w.data[::-1] / 2}, y, gradient=g)["x"].causes
    assert any("the other factor is reversed" in cause.sentence for cause in causes), causes


def symbol():
    text = draw(RULES["either"](tensor("x", 2), tensor("w", 2))).text
    assert "∨(x, w)" in text and "either" not in text, text


def of_many():
    y = tensor("", 2)
    for _ in range(60):
        y = RULES["both"](y, tensor("", 2))
    text = draw(y, view="folded").text
    assert "⋀" in text, text


def statistic():
    x, b = tensor("x", 5, 3), tensor("b", 3)
    y = RULES["middle"](x, axis=0) + b
    y.backward(np.array([[1.0, 2.0, 3.0]]))
    found = compare({"b": b.grad}, y, gradient=np.array([[1.0, 2.0, 3.0]])).weaknesses
    assert not any("batch sum" in sentence for sentence in found), found


def repeated():
    made = np.logaddexp2.reduce(tensor("x", 3)).operation
    assert made == "total", made


def symmetric():
    x = Tensor([[2.0, 0.5], [0.5, 1.0]], "x")
    y = RULES["mirrored"](x)
    assert finite_difference(topological_order(y), np.ones((2, 2)), x, (0, 1)) is None


for reader in (moves, multiplies, symbol, of_many, statistic, repeated, symmetric):
    try:
        reader()
        print(reader.__name__, "ok")
    except Exception as error:
        print(reader.__name__, type(error).__name__, str(error).splitlines()[:1])
"""


def properties_read(copy, records, of_ones_own):
    """{property: "ok" or how it was not found}, of records in one file, or in a user's program."""
    program = KNOWN
    if of_ones_own:
        program += "FORMULAS_RUN = []\nfrom micrograd_linear import rule\n" + records
    else:
        add(copy, "\nFORMULAS_RUN = []\n" + records)
        program += "from micrograd_linear.operations.elementary import FORMULAS_RUN\n"
    done = run(copy, "-c", program + PROPERTIES_READ)
    assert done.returncode == 0, done.stderr
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


@pytest.mark.parametrize("of_ones_own", [False, True], ids=["in one file", "of one's own"])
def test_what_a_record_says_of_an_operation_is_found_by_every_reader(copy, of_ones_own):
    found = properties_read(copy, PROPERTIES, of_ones_own)
    assert len(found) == 7 and set(found.values()) == {"ok"}, found


@pytest.mark.parametrize("of_ones_own", [False, True], ids=["in one file", "of one's own"])
def test_what_no_record_says_is_not_found(copy, of_ones_own):
    """Each record without the one property that it is there for."""
    names = "moves|multiplies|statistic|repeated|symmetric|notation"
    said = rf", (?:{names})=(?:True|np\.\w+|Notation\(.*?\))"
    silent, count = re.subn(said, "", PROPERTIES)
    found = properties_read(copy, silent, of_ones_own)
    assert count == len(found) == 7 and "ok" not in found.values(), found


# These tell no property of an operation: the names by which people ask for an activation, and how
# a symbol is written that no operation of single numbers stands for.
ALLOWED = {"_ACTIVATIONS", "_FORMS"}


def lists_beside_the_records(package):
    """The module constants that list operations, or say of each something that is no function."""
    found = []
    for path in sorted(package.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            value = getattr(node, "value", None)
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and _lists_operations(value):
                names = ast.unparse(node).split(" = ")[0].split(":")[0]
                found.append((str(path.relative_to(package)), names))
    return found


def _lists_operations(value):
    if isinstance(value, ast.Dict):
        said = zip(value.keys, value.values, strict=True)
        listed = [key for key, item in said if isinstance(item, (ast.Constant, ast.Attribute))]
    else:
        listed = getattr(value, "elts", [])
    return any(ast.unparse(item).startswith("op.") for item in listed if item is not None)


@pytest.mark.parametrize(
    "planted",
    ["MOVED = (op.RESHAPE, op.TRANSPOSE)", "SIGNS = {op.ADD: '+'}", "READ: set[str] = {op.INV}"],
)
def test_no_reader_has_a_list_of_its_own(copy, planted):
    package = copy / "micrograd_linear"
    found = lists_beside_the_records(package)
    assert {name for _, name in found} == ALLOWED, found
    path = package / "comparison/loops.py"
    path.write_text(f"{path.read_text()}\n{planted}\n")
    assert len(lists_beside_the_records(package)) == len(found) + 1
