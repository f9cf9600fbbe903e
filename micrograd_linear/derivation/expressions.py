"""Symbols as Python expressions that need NumPy alone: how each operation is written, and how
tightly it binds.
"""

import math
from abc import ABC, abstractmethod
from fractions import Fraction

import numpy as np

from ..engine.graph import Node
from ..operations import RULES, record_of
from ..operations import names as op
from ..symbol import Symbol
from .labels import tensor_of
from .literals import literal
from .lower import reachable

_COMPARE = {
    "equal": "==",
    "not_equal": "!=",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
}
# How tightly an expression binds.
ATOM, POWER, UNARY_MINUS, TIMES, PLUS, AND, RELATION = range(7, 0, -1)
_SIGMOID = '''
def sigmoid(x):
    """1 / (1 + e^-x), computed from e^-|x|, which cannot overflow."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)

'''
_BY_ELEMENT = '''
def {0}(x):
    """math.{1} of every element."""
    import math

    return np.vectorize(math.{1}, otypes=[np.asarray(x).dtype])(x)

'''
# The operations that Python's math has a function for, and NumPy none: {name: its name there}.
_OF_MATH = {
    name: scalar.__name__
    for name, rule in RULES.items()
    for scalar in [rule.scalar]
    if rule.ufunc is None and scalar is not None and scalar.__module__ == math.__name__
}


def helper_names() -> set[str]:
    """The names of the functions that may stand before the one that is written."""
    return {op.SIGMOID, *_OF_MATH}


class Expressions(ABC):
    """Writes one operation on symbols that are written already.

    ``expressions`` holds {symbol: (text, how tightly it binds)}; ``leaves`` are {node: name} and
    ``arguments`` {name: identifier}; ``constants`` and ``helpers`` are what stands before the
    function. A writer of statements, which knows what gets a line of its own, derives from this
    class.
    """

    expressions: dict[Symbol, tuple[str, int]]
    leaves: dict[Node, str]
    arguments: dict[str, str]
    constants: list[str]
    helpers: dict[str, str]

    @abstractmethod
    def identifier(self, name: str) -> str:
        """A Python name like the given one that nothing else has."""
        ...

    def wrapped(self, x, level):
        """The expression for a symbol, in brackets where it binds less tightly than its
        surroundings.
        """
        text, own = self.expressions[x]
        return text if own >= level else f"({text})"

    def expression(self, x):
        """(text, how tightly it binds)"""
        method = getattr(self, f"_{x.operation}", None)
        if method is not None:
            return method(x, *x.operands)
        if x.operation in _COMPARE:
            a, b = x.operands
            return (
                f"{self.wrapped(a, PLUS)} {_COMPARE[x.operation]} {self.wrapped(b, PLUS)}",
                RELATION,
            )
        if "source" in x.static:
            (a,) = x.operands
            level = ATOM if a.operation == "decomposition" else 0
            return x.static["source"].format(self.wrapped(a, level)), ATOM
        if x.operation in _OF_MATH:
            self.helpers[x.operation] = _BY_ELEMENT.format(x.operation, _OF_MATH[x.operation])
            return f"{x.operation}({self.wrapped(x.operands[0], 0)})", ATOM
        rule = RULES.get(x.operation)
        if rule is None or rule.ufunc is None:
            raise TypeError(f"{x.operation}: NumPy has no function of one call for it")
        function = (*rule.aliases, rule.name)[0]
        return f"np.{function}({', '.join(self.wrapped(y, 0) for y in x.operands)})", ATOM

    def _number(self, x):
        return _number(x.static["value"])

    def _constant(self, x):
        value = x.static["value"]
        return self.constant(
            value
        ) if value.ndim else f"np.{value.dtype.name}({literal(value)})", ATOM

    def _multiply(self, x, a, b):
        if (
            b.operation == "number"
            and isinstance(b.static["value"], Fraction)
            and b.static["value"].denominator == 1
        ):
            a, b = b, a
        return f"{self.wrapped(a, TIMES)} * {self.wrapped(b, TIMES + 1)}", TIMES

    def _divide(self, x, a, b):
        return f"{self.wrapped(a, TIMES)} / {self.wrapped(b, TIMES + 1)}", TIMES

    def _matmul(self, x, a, b):
        return f"{self.wrapped(a, TIMES)} @ {self.wrapped(b, TIMES + 1)}", TIMES

    def _negative(self, x, a):
        return f"-{self.wrapped(a, UNARY_MINUS)}", UNARY_MINUS

    def _power(self, x, a, b):
        return f"{self.wrapped(a, POWER + 1)}**{self.wrapped(b, POWER)}", POWER

    def _both(self, x, a, b):
        return f"{self.wrapped(a, AND + 1)} & {self.wrapped(b, AND + 1)}", AND

    def _add(self, x, *operands):
        return self.terms(list(zip(x.static["signs"], operands, strict=True))), PLUS

    def terms(self, terms):
        terms = sorted(terms, key=lambda term: -term[0])  # a positive one first, where there is one
        text = ""
        for i, (sign, y) in enumerate(terms):
            operator = ("-" if sign < 0 else "") if i == 0 else (" - " if sign < 0 else " + ")
            text += operator + self.wrapped(y, PLUS + (sign < 0) + (sign < 0 and i == 0))
        return text

    def _where(self, x, condition, a, b):
        if a.operation == b.operation == "number":
            numbers = [
                float_text(y.static["value"])
                if x.dtype == np.float64
                else f"np.{x.dtype.name}({float_text(y.static['value'])})"
                for y in (a, b)
            ]
            return f"np.where({self.wrapped(condition, 0)}, {', '.join(numbers)})", ATOM
        return f"np.where({', '.join(self.wrapped(y, 0) for y in (condition, a, b))})", ATOM

    def _selected(self, x, g, contribution):
        return f"np.where({self.wrapped(g, PLUS)} == 0, 0, {self.wrapped(contribution, 0)})", ATOM

    def _sigmoid(self, x, a):
        self.helpers[op.SIGMOID] = _SIGMOID
        return f"sigmoid({self.wrapped(a, 0)})", ATOM

    def _reduction(self, x, a):
        return self.reduced(x, a, keepdims=len(x.shape) == a.ndim), ATOM

    def reduced(self, x, a, keepdims):
        axes = x.static["axis"]
        arguments = [] if len(axes) == a.ndim else [f"axis={axes[0] if len(axes) == 1 else axes}"]
        arguments += ["keepdims=True"] * keepdims
        return f"{self.wrapped(a, ATOM)}.{x.operation}({', '.join(arguments)})"

    _sum = _mean = _max = _min = _prod = _reduction

    def _cumsum(self, x, a):
        return f"{self.wrapped(a, ATOM)}.{x.operation}(axis={x.static['axis']})", ATOM

    _cumprod = _cumsum

    def _argsort(self, x, a):
        return f'np.argsort({self.wrapped(a, 0)}, axis={x.static["axis"]}, kind="stable")', ATOM

    def _take_along_axis(self, x, a, order):
        arrays = f"{self.wrapped(a, 0)}, {self.wrapped(order, 0)}"
        return f"np.take_along_axis({arrays}, {x.static['axis']})", ATOM

    def _reshape(self, x, a):
        if not a.shape and _is_python_number(a):
            return f"np.full({x.shape}, {self.wrapped(a, 0)})", ATOM
        if record_of(a.operation).is_reduction and not self.expressions[a][0].isidentifier():
            inner, axes = a.operands[0], a.static["axis"]
            for keepdims in (False, True):
                if x.shape == tuple(
                    1 if i in axes else n
                    for i, n in enumerate(inner.shape)
                    if keepdims or i not in axes
                ):
                    return self.reduced(a, inner, keepdims), ATOM
        if not x.shape:
            return f"{self.wrapped(a, ATOM)}.reshape(())[()]", ATOM
        return f"{self.wrapped(a, ATOM)}.reshape({', '.join(map(str, x.shape))})", ATOM

    def _transpose(self, x, a):
        axes = x.static["axes"]
        if axes == tuple(reversed(range(x.ndim))):
            return f"{self.wrapped(a, ATOM)}.T", ATOM
        if axes == (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2):
            return f"{self.wrapped(a, ATOM)}.swapaxes(-1, -2)", ATOM
        return f"{self.wrapped(a, ATOM)}.transpose({', '.join(map(str, axes))})", ATOM

    def _broadcast(self, x, a):
        if a.operation == "number":
            return self.filled(x), ATOM
        return f"np.broadcast_to({self.wrapped(a, 0)}, {x.shape})", ATOM

    def filled(self, x, dtype=None):
        """A broadcast as an array of its own; ``dtype`` is that of a number which has none."""
        (a,) = x.operands
        words = (
            type_argument(x)
            if x.dtype is not None or dtype is None or dtype == np.float64
            else f", np.{dtype.name}"
        )
        if a.operation == "number":
            value = a.static["value"]
            name = {Fraction(0): "zeros", Fraction(1): "ones"}.get(value)
            return (
                f"np.{name}({x.shape}{words})"
                if name
                else f"np.full({x.shape}, {float_text(value)}{words})"
            )
        return f"np.broadcast_to({self.wrapped(a, 0)}, {x.shape}).copy()"

    def _getitem(self, x, a):
        return f"{self.wrapped(a, ATOM)}[{self.index(x.static['index'])}]", ATOM

    def _concatenate(self, x, *parts):
        arrays = ", ".join(self.wrapped(part, 0) for part in parts)
        return f"np.concatenate([{arrays}], axis={x.static['axis']})", ATOM

    def _pad(self, x, a):
        return f"np.pad({self.wrapped(a, 0)}, {x.static['widths']})", ATOM

    def _astype(self, x, a):
        return f"{self.wrapped(a, ATOM)}.astype(np.{x.dtype.name})", ATOM

    def _tril(self, x, a):
        k = x.static["k"]
        return f"np.tril({self.wrapped(a, 0)}{f', {k}' if k else ''})", ATOM

    def _einsum(self, x, *operands):
        subscripts = x.static["subscripts"]
        return f'np.einsum("{subscripts}", {", ".join(self.wrapped(y, 0) for y in operands)})', ATOM

    def _inv(self, x, a):
        return f"np.linalg.{x.operation}({self.wrapped(a, 0)})", ATOM

    _det = _cholesky = _inv

    def _logabsdet(self, x, a):
        return f"np.linalg.slogdet({self.wrapped(a, 0)})[1]", ATOM

    def _solve(self, x, a, b):
        return f"np.linalg.solve({self.wrapped(a, 0)}, {self.wrapped(b, 0)})", ATOM

    # --- constants and indices -------------------------------------------------------------------

    def constant(self, array):
        text = literal(array)
        if array.size <= 1:
            return text
        for line in self.constants:
            if line.split(" = ", 1)[1].rsplit("  # ", 1)[0] == text:
                return line.split(" = ", 1)[0]
        name = self.identifier(f"C{len(self.constants) + 1}")
        self.constants.append(f"{name} = {text}  # {array.shape}, a constant of the run")
        return name

    def index(self, index):
        if isinstance(index, tuple):
            return ", ".join(map(self.index, index)) + "," * (len(index) == 1) if index else "()"
        if isinstance(index, slice):
            start, stop, step = (
                "" if part is None else str(int(part))
                for part in (index.start, index.stop, index.step)
            )
            return f"{start}:{stop}{f':{step}' if step else ''}"
        return self.index_object(index)

    def index_object(self, index):
        """The same where it is an argument of a call."""
        if isinstance(index, tuple):
            return f"({', '.join(map(self.index_object, index))}{',' * (len(index) == 1)})"
        if isinstance(index, slice):
            return repr(
                slice(
                    *(
                        None if part is None else int(part)
                        for part in (index.start, index.stop, index.step)
                    )
                )
            )
        if index is None or index is Ellipsis:
            return "None" if index is None else "..."
        if isinstance(index, (int, np.integer)) and not isinstance(index, (bool, np.bool_)):
            return str(int(index))
        tensor = tensor_of(index)
        return (
            self.constant(np.asarray(index))
            if tensor is None
            else self.arguments[self.leaves[tensor]]
        )


def _number(value):
    if isinstance(value, Fraction) and value.denominator != 1:
        return f"{value.numerator} / {value.denominator}", TIMES
    text = str(value.numerator) if isinstance(value, Fraction) else literal(np.asarray(value))
    return text, UNARY_MINUS if text.startswith("-") else ATOM


def float_text(value):
    text = _number(value)[0]
    return f"{text}.0" if text.lstrip("-").isdigit() else text


def type_argument(x):
    return "" if x.dtype is None or x.dtype == np.float64 else f", np.{x.dtype.name}"


def _is_python_number(x):
    """True for what is made of nothing but numbers, and so has no method ``reshape``."""
    return all(y.operation not in ("variable", "constant") for y in reachable([x]))
