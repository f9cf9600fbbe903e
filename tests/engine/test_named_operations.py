"""What ``named_operations`` declares for editors is what ``functions`` attaches at run time."""

import ast
import inspect
from pathlib import Path

import pytest

import micrograd_linear as mgl
from micrograd_linear.engine import named_operations
from micrograd_linear.engine.in_place import InPlace
from micrograd_linear.engine.leaving import Readable
from micrograd_linear.engine.readings import Readings
from micrograd_linear.engine.tensor import Tensor
from micrograd_linear.functions.custom import PREDEFINED

OTHER_WORDS = {"axis": {"dim"}, "keepdims": {"keepdim"}}


def declared(source):
    """{name: its parameters after self} of the methods declared for type checkers: in one class
    by hand, in the other, of the elementwise operations, from their records.
    """
    kinds = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)}
    block = next(node for node in kinds["NamedOperations"].body if isinstance(node, ast.If))
    methods = [*block.body, *kinds["TensorMethods"].body]
    return {method.name: parameters_of(method.args) for method in methods}


def parameters_of(arguments):
    positional = arguments.posonlyargs + arguments.args
    defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    found = [(a.arg, "positional", value_of(d)) for a, d in zip(positional, defaults, strict=True)]
    if arguments.vararg:
        found.append((arguments.vararg.arg, "several", None))
    named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    found += [(a.arg, "keyword", value_of(d)) for a, d in named]
    return found[1:]


def value_of(default):
    return inspect.Parameter.empty if default is None else ast.literal_eval(default)


def attached():
    """{name: its parameters after the tensor} of the methods that are there at run time."""
    written = {name for kind in (Readings, InPlace, Readable) for name in vars(kind)}
    written |= {
        name
        for name, value in vars(Tensor).items()
        if getattr(value, "__module__", "") == Tensor.__module__
    }
    names = {n for n in PREDEFINED & set(dir(Tensor)) if not n.startswith("_")} - written
    return {
        n: run_time(getattr(Tensor, n)) for n in names if inspect.isfunction(getattr(Tensor, n))
    }


def run_time(method):
    kinds = {
        inspect.Parameter.POSITIONAL_OR_KEYWORD: "positional",
        inspect.Parameter.VAR_POSITIONAL: "several",
        inspect.Parameter.KEYWORD_ONLY: "keyword",
    }
    parameters = list(inspect.signature(method).parameters.values())[1:]
    return [
        (p.name, kinds[p.kind], None if kinds[p.kind] == "several" else p.default)
        for p in parameters
        if p.kind in kinds
    ]


def differences(declared, attached):
    """Sentences, one for every method that is not the same in both."""
    found = [f"{name} is not declared" for name in sorted(attached.keys() - declared.keys())]
    found += [f"{name} is not attached" for name in sorted(declared.keys() - attached.keys())]
    for name in sorted(declared.keys() & attached.keys()):
        own = {parameter[0] for parameter in attached[name]}
        more = set().union(*(OTHER_WORDS.get(word, ()) for word in own))
        rest = [p for p in declared[name] if p[0] not in more]
        if rest != attached[name]:
            found.append(f"{name} is declared with {rest}, and takes {attached[name]}")
        missing = more - {p[0] for p in declared[name]} if name not in ONE_AXIS else set()
        if missing:
            found.append(f"{name} is declared without {sorted(missing)}")
    return found


ONE_AXIS = (
    "expand_dims",
    "unsqueeze",
)  # their axis has no default, so another word for it has none
FILE = Path(named_operations.__file__)
BY_HAND, WRITTEN = FILE.read_text(), FILE.with_name("elementary_methods.pyi").read_text()
SOURCE = BY_HAND.replace("from __future__ import annotations\n", "") + WRITTEN


def test_every_attached_method_is_declared_with_its_parameters_and_the_other_way_round():
    assert len(attached()) > 50
    assert differences(declared(SOURCE), attached()) == []


@pytest.mark.parametrize(
    "before, after, said",
    [
        ("    def exp(self) -> Tensor: ...\n", "", "exp is not declared"),
        ("def exp(self)", "def exp3(self)", "exp3 is not attached"),
        ("def tril(self, k: int = 0)", "def tril(self, k: int = 1)", "tril is declared with"),
        ("def dot(self, w: Operand)", "def dot(self, other: Operand)", "dot is declared with"),
        ("ddof: float = 0,", "", "var is declared with"),
        ("(self, axis: Axis = None, *, dim: Axis = None)", "(self, axis: Axis = None)", "['dim']"),
    ],
)
def test_a_declaration_that_is_not_what_is_attached_is_found(before, after, said):
    assert before in SOURCE
    found = differences(declared(SOURCE.replace(before, after)), attached())
    assert any(said in sentence for sentence in found), found


def test_other_words_for_axis_and_keepdims_are_taken_wherever_they_are_declared():
    t = Tensor([[1.0, 2.0], [3.0, 5.0]])
    more = {"split": (2,), "repeat": (2,), "take": ([0],), "compress": ([True, False],)}
    more |= {"partition": (0,), "argpartition": (0,)}
    for name, parameters in declared(SOURCE).items():
        words = {parameter[0] for parameter in parameters}
        if "dim" in words and name not in ("squeeze", "sort", "partition"):
            by_one = getattr(t, name)(*more.get(name, ()), dim=1)
            by_other = getattr(t, name)(*more.get(name, ()), axis=1)
            assert repr(by_one) == repr(by_other), name


def test_operators_stand_in_a_class_and_not_in_a_loop():
    package = Path(mgl.__file__).parent
    operators = [n for n in dir(Tensor) if n.startswith("__") and n[2:-2] in WRITTEN_OUT]
    assert len(operators) == len(WRITTEN_OUT)
    text = "".join(
        (package / "engine" / name).read_text(encoding="utf-8")
        for name in ("tensor.py", "in_place.py", "readings.py")
    )
    assert [name for name in operators if f"def {name}(" not in text] == []
    assert "setattr(Tensor" not in text


ARITHMETIC = ("add", "sub", "mul", "truediv", "pow", "matmul")
WRITTEN_OUT = {
    *(f"{before}{name}" for before in ("", "r", "i") for name in ARITHMETIC),
    *("neg", "pos", "abs", "eq", "ne", "lt", "le", "gt", "ge", "ifloordiv", "imod"),
    *("getitem", "setitem", "len", "iter", "bool"),
}
