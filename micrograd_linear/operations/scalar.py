"""Scalar rules: an operation on single floats, for ``Value`` and for machine code.

A derivative is written once, in the operation's formula. The formula is run on unknowns instead of
numbers, which write down what is done with them; that text, compiled, is a plain function of
floats. ``source`` shows it:

>>> from micrograd_linear.operations import RULES
>>> print(ScalarRule(RULES["tanh"]).source)
def derivative(g, x):
    t1 = tanh(x)
    return g * (1.0 - (t1 * t1))
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from . import ieee
from .compositions import COMPOSED
from .operation import BY_NUMPY_FUNCTION, Rule

NAMES = "xyzw"  # of the operands
# What Python's operators do as NumPy does; the others are asked of their records.
_OPERATORS = {np.add: "+", np.subtract: "-", np.multiply: "*"}
_COMPARISONS = {
    np.less: "<",
    np.less_equal: "<=",
    np.greater: ">",
    np.greater_equal: ">=",
    np.equal: "==",
    np.not_equal: "!=",
}
_BOTH = (np.bitwise_and, np.logical_and)


class Unknown(np.lib.mixins.NDArrayOperatorsMixin):
    """A number that a formula is run on: how it is computed, from which others."""

    __slots__ = ("call", "is_truth", "operands", "text")
    shape, ndim, size = (), 0, 1

    def __init__(
        self, text: str, operands: tuple = (), call: Callable | None = None, is_truth: bool = False
    ) -> None:
        self.text = text  # with {} for every operand
        self.operands = operands
        self.call = call  # the function that the text calls
        self.is_truth = is_truth

    def __hash__(self) -> int:
        return id(self)

    def __bool__(self) -> bool:
        raise TypeError("it branches on a number; use np.where")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Unknown:
        if method != "__call__" or keywords:
            raise TypeError(f"it uses np.{ufunc.__name__} with a method or keywords")
        if ufunc in _COMPARISONS:
            return Unknown(f"({{}} {_COMPARISONS[ufunc]} {{}})", _floats(inputs), is_truth=True)
        if ufunc in _BOTH:
            return Unknown("({} and {})", inputs, is_truth=True)
        if ufunc in _OPERATORS:
            return Unknown(f"({{}} {_OPERATORS[ufunc]} {{}})", _floats(inputs))
        if ufunc is np.negative:
            return Unknown("(-{})", _floats(inputs))
        if ufunc is np.power and isinstance(inputs[1], int) and inputs[1] == 2:
            (x,) = _floats(inputs[:1])  # rounded once, as NumPy does; pow is the C library's
            return Unknown("({} * {})", (x, x))
        if ufunc is np.divide and isinstance(inputs[1], (int, float)) and inputs[1]:
            return Unknown("({} / {})", _floats(inputs))
        rule = BY_NUMPY_FUNCTION.get(ufunc)
        if rule is not None and rule.scalar is not None:
            return _called(rule.scalar, inputs)
        if ufunc in COMPOSED:
            return COMPOSED[ufunc](*inputs)
        if ufunc.signature is not None or ufunc.nout != 1:
            raise TypeError(f"it uses np.{ufunc.__name__}, which is no function of one number")
        return _called(ieee.of_ufunc(ufunc), inputs)

    def __array_function__(self, function: Any, types: Any, args: tuple, keywords: dict) -> Unknown:
        if function is not np.where or keywords or len(args) != 3:
            raise TypeError(f"it uses np.{function.__name__}, which is no function of one number")
        condition, x, y = args
        if not isinstance(condition, Unknown):
            return x if condition else y
        return Unknown("({1} if {0} else {2})", (condition, *_floats((x, y))))

    @staticmethod
    def __apply_rule__(rule: Rule, operands: tuple, static: dict[str, Any]) -> Unknown:
        if rule.scalar is None or static:
            return rule.formula(*operands, **static)[0]
        return _called(rule.scalar, operands)


def _called(function: Callable, inputs: tuple) -> Unknown:
    return Unknown(f"({', '.join('{}' for _ in inputs)})", _floats(inputs), function)


def _floats(inputs: tuple) -> tuple:
    """Operands of arithmetic: a truth value is 1.0 or 0.0."""
    return tuple(
        Unknown("(1.0 if {} else 0.0)", (x,)) if isinstance(x, Unknown) and x.is_truth else x
        for x in inputs
    )


class ScalarRule:
    """An operation on floats: ``value(x, y)``, and what g = dL/d(value) adds to the gradients of
    the operands: ``derivative(g, x, y)``, one number or a tuple.

    ``only``: how many of the operands get a gradient; the others get None.
    The functions are written when they are first asked for.
    """

    __slots__ = (
        "derivative",
        "functions",
        "name",
        "only",
        "operand_count",
        "rule",
        "sign",
        "source",
        "value",
    )
    value: Callable[..., float]
    derivative: Callable[..., Any]
    source: str  # of the derivative
    functions: tuple[Callable, ...]  # that the derivative calls

    def __init__(self, rule: Rule, only: int | None = None) -> None:
        self.rule, self.name, self.sign = rule, rule.name, rule.sign
        self.operand_count = rule.operand_count
        self.only = rule.operand_count if only is None else only
        if rule.scalar is not None:
            self.value = rule.scalar

    def __repr__(self) -> str:
        return f"<scalar rule {self.name}>"

    def __getattr__(self, attribute: str) -> Any:
        """What is not there yet: the functions that are written from the formula."""
        if attribute not in ("value", "derivative", "source", "functions"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {attribute!r}")
        names = NAMES[: self.operand_count]
        g, *operands = (Unknown(name) for name in ("g", *names))
        try:
            value, pullbacks = self.rule.formula(*operands)
            if attribute == "value":
                self.value = _compiled(f"value({', '.join(names)})", _Writer([value]))[0]
            else:
                parts = [pull(g) if i < self.only else None for i, pull in enumerate(pullbacks)]
                head = f"derivative({', '.join(('g', *names))})"
                writer = _Writer(parts)
                self.derivative, self.source = _compiled(head, writer)
                self.functions = tuple(writer.functions.values())
        except TypeError as error:
            raise TypeError(
                f"{self.name} of single numbers: its formula cannot be run: {error}"
            ) from error
        return getattr(self, attribute)


def _compiled(head: str, writer: _Writer) -> tuple[Callable[..., Any], str]:
    """The function with that head that returns what was written, and its text."""
    lines = [f"def {head}:", *writer.lines, f"    return {', '.join(writer.results)}"]
    source = "\n".join(lines)
    names: dict[str, Any] = {"__name__": __name__, **writer.functions}
    exec(source, names)
    return names[head.partition("(")[0]], source


class _Writer:
    """The statements that compute some unknowns; what is used several times has a line."""

    def __init__(self, results: list[Any]) -> None:
        order = _reachable([x for x in results if isinstance(x, Unknown)])
        self.uses = Counter(y for x in order for y in x.operands if isinstance(y, Unknown))
        self.lines: list[str] = []
        self.functions: dict[str, Callable] = {}
        self.texts: dict[Unknown, str] = {}
        for x in order:
            self._write(x)
        self.results = [_unwrapped(self._text(x)) for x in results]

    def _write(self, x: Unknown) -> None:
        text = x.text.format(*map(self._text, x.operands))
        if x.call is not None:
            text = f"{self._name_of(x.call)}{text}"
        if self.uses[x] > 1 and x.operands:
            name = f"t{len(self.lines) + 1}"
            self.lines.append(f"    {name} = {_unwrapped(text)}")
            text = name
        self.texts[x] = text

    def _name_of(self, function: Callable) -> str:
        name = function.__name__
        if self.functions.setdefault(name, function) is not function:
            raise TypeError(f"it uses two functions of the name {name}")
        return name

    def _text(self, x: Any) -> str:
        if x is None:
            return "None"
        if isinstance(x, Unknown):
            return self.texts[x]
        value = float(x)
        if value != value:
            raise TypeError(f"it has the constant {value}")
        if value - value != 0.0:
            return "1e999" if value > 0.0 else "(-1e999)"  # as Python writes an infinity
        return repr(value) if operator.index(value < 0) == 0 else f"({value!r})"


def _unwrapped(text: str) -> str:
    """The text without the brackets around all of it."""
    depth = 0
    for i, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return text[1:-1] if i == len(text) - 1 and text[0] == "(" else text
    return text


def _reachable(results: list[Unknown]) -> list[Unknown]:
    """All that the results are computed from, operands first."""
    order: dict[Unknown, None] = {}
    for result in results:
        stack: list[tuple[Unknown, bool]] = [(result, False)]
        while stack:
            x, ready = stack.pop()
            if ready:
                order.setdefault(x)
            elif x not in order:
                stack.append((x, True))
                stack += [(y, False) for y in reversed(x.operands) if isinstance(y, Unknown)]
    return list(order)
