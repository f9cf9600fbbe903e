"""``Rule``: the one record of an operation, and the tables in which every reader finds it.

A reader that wants to know something of an operation asks its record. What the record does not say
is not guessed: the reader leaves the operation out, or raises by its name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

RULES: dict[str, Rule] = {}
BY_NUMPY_FUNCTION: dict[Callable, Rule] = {}  # the NumPy function or ufunc that means the same

# From where the sample arguments of an operand are drawn.
REAL, POSITIVE, ABOVE_MINUS_ONE = (-2.0, 2.0), (0.3, 2.0), (-0.6, 2.0)
BETWEEN_ONES = (-0.9, 0.9)


class Notation(NamedTuple):
    """How an operation is written.

    ``sign``         in a picture of single numbers: "+", "ReLU"; its name where none is given
    ``text``         the name of the function in a formula, as text
    ``latex``        the same in LaTeX: a command such as ``\\exp``, if there is one
    ``javascript``   its value from single numbers, with {0} and {1} for the operands
    ``symbol``       in a picture of arrays: "×", "@"; its name where none is given
    ``of_many``      the same for three operands or more, where ``f(f(x, y), z)`` may be drawn as
                     one operation of all three: "Σ"
    """

    sign: str = ""
    text: str = ""
    latex: str = ""
    javascript: str = ""
    symbol: str = ""
    of_many: str = ""


class Lesson(NamedTuple):
    """What people know of a derivative, and what they write in its place by mistake.

    ``derivative``   it, in words, of the input z
    ``purpose``      functions that serve the same purpose are taken for each other
    ``other_slopes`` words -> slope: other choices at a kink at 0, which are no mistakes
    ``instead``      (x, y) -> {words: array} for y = f(x): what stands on paper in its place
    """

    derivative: str = ""
    purpose: str = ""
    instead: Callable[[np.ndarray, np.ndarray], dict[str, np.ndarray]] = lambda x, y: {}
    other_slopes: Mapping[str, float] = MappingProxyType({})


class Rule:
    """An operation: its name, its formula, and what a reader may want to know of it.

    Calling it computes the value; an argument whose type defines ``__apply_rule__``, such as a
    Tensor, takes the call over.

    ``elementwise``   each element of the result comes from those at its own place
    ``operator``      Python writes it as an operator, so that it is no function by name
    ``scalar``        its value as a function of floats that follows IEEE 754
    ``domains``       for each operand, the interval from which sample arguments may be drawn
    ``parameters``    how many of the last operands are settings, such as a slope
    ``aliases``       other names of its method
    ``roles``         what its operands are called, where their order matters
    ``commutative``   any order of the operands gives the same
    ``flat``          its derivative is 0 wherever it has one: of a Tensor it gives plain numbers
    ``kinked``        it has points without a derivative, where the engine has a convention
    ``reduces``       it takes elements together over the setting ``axis``
    ``repeated``      the ufunc whose ``reduce`` gives the same as this reduction
    ``statistic``     it reduces to a number of all the elements, which may be held constant
    ``sums``          its elements are sums, or functions of sums
    ``moves``         its elements are elements of its operand, which NumPy may show in place
    ``multiplies``    it is a product: linear in each operand, whose factors are the others
    ``symmetric``     its operand is a symmetric matrix, of which it may read one triangle
    ``seldom``        machine code for it is made only where a function uses it
    ``composed``      a derivation prints its name, and not the steps of its formula
    ``source``        its value as NumPy source, with {0} for the operand and settings by name:
                      it is no formula of other operations
    ``part``          which of the results of that source it is, where there are several
    ``shape``         the shape of that value from the shape of the operand
    """

    name: str
    formula: Callable[..., tuple[Any, tuple[Callable, ...]]]
    numpy_function: Callable | None = None
    elementwise: bool = False
    operator: bool = False
    scalar: Callable[..., float] | None = None
    domains: tuple[tuple[float, float], ...] = ()
    parameters: int = 0
    aliases: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    commutative: bool = False
    flat: bool = False
    kinked: bool = False
    reduces: bool = False
    repeated: np.ufunc | None = None
    statistic: bool = False
    sums: bool = False
    moves: bool = False
    multiplies: bool = False
    symmetric: bool = False
    seldom: bool = False
    composed: bool = False
    source: str | None = None
    part: int | None = None
    shape: Callable[[tuple[int, ...]], tuple[int, ...]] = staticmethod(lambda x: x)
    notation: Notation = Notation()
    lesson: Lesson = Lesson()
    operand_count: int
    static_names: tuple[str, ...]

    def __init__(
        self,
        name: str,
        formula: Callable[..., tuple[Any, tuple[Callable, ...]]],
        numpy_function: Callable | None = None,
        **record: Any,
    ) -> None:
        unknown = sorted(set(record) - set(Rule.__annotations__))
        if unknown:
            raise TypeError(
                f"rule {name!r}: a record has no {', '.join(unknown)}; it has "
                f"{', '.join(sorted(Rule.__annotations__))}"
            )
        self.name, self.formula, self.numpy_function = name, formula, numpy_function
        self.__dict__.update(record)
        self.operand_count, self.static_names = _arguments(formula)
        self.__doc__ = formula.__doc__

    def __call__(self, *operands: Any, **static: Any) -> Any:
        for operand in operands:
            apply = getattr(type(operand), "__apply_rule__", None)
            if apply is not None:
                return apply(self, operands, static)
        return self.formula(*operands, **static)[0]

    def __repr__(self) -> str:
        return f"<rule {self.name}>"

    @property
    def sign(self) -> str:
        """What stands in the box of a single number: its sign, or its name."""
        return self.notation.sign or self.name

    @property
    def symbol(self) -> str:
        """What stands in the box of an array: its symbol, or its name."""
        return self.notation.symbol or self.name

    @property
    def defaults(self) -> dict[str, Any]:
        """{name of a setting: its value where none is given}."""
        parameters = inspect.signature(self.formula).parameters.values()
        return {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}

    @property
    def is_function(self) -> bool:
        """True for an elementwise function of one array, by name, such as tanh."""
        named = self.elementwise and not (self.operator or self.flat or self.static_names)
        return named and self.operand_count - self.parameters == 1

    @property
    def is_reduction(self) -> bool:
        """True for a reduction that is no formula of other operations, such as a sum."""
        return self.reduces and not self.composed

    @property
    def method_names(self) -> tuple[str, ...]:
        """The names of the method of a Tensor and of a Value; an operator has none."""
        return () if self.operator else (self.name, *self.aliases)

    @property
    def ufunc(self) -> np.ufunc | None:
        """NumPy's own elementwise function of the same value, which can write into an array."""
        function = self.numpy_function
        return function if isinstance(function, np.ufunc) and function.signature is None else None


def _arguments(formula: Callable) -> tuple[int, tuple[str, ...]]:
    """How many operands a formula has, and the names of its settings."""
    code = None if hasattr(formula, "__wrapped__") else getattr(formula, "__code__", None)
    if code is not None and inspect.isfunction(formula):  # ten times as fast as the signature
        operands = code.co_argcount
        return operands, code.co_varnames[operands : operands + code.co_kwonlyargcount]
    parameters = inspect.signature(formula).parameters.values()
    count = sum(p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters)
    return count, tuple(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)


def is_read(x: Any) -> bool:
    """True for what reads rules, such as a Tensor; False for the numbers that they compute on."""
    return hasattr(type(x), "__apply_rule__")


def rule(function_or_name: Callable | str, **record: Any) -> Callable[[Callable], Rule]:
    """Decorator: register a formula under a name, or under the NumPy function of the same value.

    ``record`` is what else is known of the operation; see ``Rule``.
    """
    if isinstance(function_or_name, str):
        name, numpy_function = function_or_name, None
    else:
        name, numpy_function = function_or_name.__name__, function_or_name
    if isinstance(numpy_function, np.ufunc) and numpy_function.signature is None:
        record = {"elementwise": True, **record}

    def register(formula: Callable) -> Rule:
        registered = RULES[name] = Rule(name, formula, numpy_function, **record)
        if numpy_function is not None:
            BY_NUMPY_FUNCTION[numpy_function] = registered
        return registered

    return register


def record_of(operation: str) -> Rule:
    """The record of the operation of that name, for a reader that asks whether a property is there.

    One that is written by hand has no record: it has none of the properties.
    """
    return RULES.get(operation) or _record_without_properties(operation)


@lru_cache(maxsize=256)
def _record_without_properties(name: str) -> Rule:
    def formula(*operands: Any) -> tuple[Any, tuple[Callable, ...]]:
        raise TypeError(f"{name!r} is written by hand, and has no formula")

    return Rule(name, formula)
