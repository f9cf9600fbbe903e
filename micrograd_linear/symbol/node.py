"""``Symbol``: a formula without numbers, which has a shape and a type; and the ``Book`` that keeps
the symbols of one derivation, each once.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np


class Book:
    """Where the symbols of one derivation are kept, each once: the same operation on the same
    operands is the same object.

    ``as_written``: factors stay inside of sums, where they may keep these from overflowing.
    ``kind`` is what a symbol is made as: one that speaks NumPy, which is known where NumPy's
    functions of symbols are.
    """

    kind: type[Symbol]

    def __init__(self, as_written: bool = False):
        self.as_written = as_written
        self.symbols: dict[tuple, Symbol] = {}
        self.forgotten: list[Symbol] = []
        self.serial = itertools.count()

    def make(self, operation, operands=(), static=None, shape=(), dtype=None, key=()):
        """The symbol for an operation, made if there is none yet. ``key`` is what tells ``static``
        apart, hashable.
        """
        full_key = (operation, tuple([id(x) for x in operands]), key, shape)
        symbol = self.symbols.get(full_key)
        if symbol is None:
            symbol = self.add(full_key, operation, operands, static or {}, shape, dtype)
        return symbol.current()

    def add(self, full_key, operation, operands, static, shape, dtype) -> Symbol:
        """A symbol that there is not yet."""
        symbol = self.kind(self, operation, operands, static, shape, dtype)
        symbol.key = full_key
        self.symbols[full_key] = symbol
        return symbol

    def forget(self, symbol):
        """Let the same operation on the same operands be another symbol from here on."""
        self.symbols.pop(symbol.key, None)
        # Keys hold the identities of symbols, so that none may be given to another one.
        self.forgotten.append(symbol)

    def variable(self, name, shape, dtype, kind="leaf", definition=None):
        """A named array; two of one name and different ``kind`` are different. With a
        ``definition``, what it was computed by.
        """
        symbol = self.make(
            "variable",
            (),
            {"name": name, "kind": kind, "definition": definition},
            shape,
            np.dtype(dtype),
            (name, kind),
        )
        return symbol

    def number(self, value):
        """A Python number; its type gives way to that of the arrays it meets. Whole numbers are
        kept exactly, as fractions.
        """
        value = exact(value)
        return self.make("number", (), {"value": value}, (), None, (repr(value),))

    def constant(self, array):
        """A plain array. One whose elements are all the same is a number, repeated."""
        array = np.asarray(array)
        if array.ndim == 0 and array.dtype.kind in "fiu":
            return self.number(array.item())
        return self.make(
            "constant",
            (),
            {"value": array},
            array.shape,
            array.dtype,
            (array.dtype.str, array.tobytes()),
        )


class Symbol:
    """An operation on symbols: ``operation``, ``operands``, ``static``; its ``shape`` and ``dtype``
    (None for a number).
    """

    __slots__ = (
        "book",
        "operation",
        "operands",
        "static",
        "shape",
        "dtype",
        "alias",
        "written",
        "serial",
        "key",
    )

    def __init__(self, book, operation, operands, static, shape, dtype):
        self.book, self.operation, self.operands, self.static = book, operation, operands, static
        self.shape, self.dtype = shape, dtype
        # The named variable that stands for this formula, once it has one.
        self.alias: Symbol | None = None
        # A "result" has (rule name, operands, static), by which it is printed, although its
        # formula is composed of several operations.
        self.written = None
        self.serial = next(book.serial)

    ndim = property(lambda self: len(self.shape))

    @property
    def size(self):
        size = 1
        for n in self.shape:
            size *= n
        return size

    __hash__ = object.__hash__  # its == makes a symbol

    def current(self):
        """The named variable that stands for this formula by now, or itself."""
        symbol = self
        while symbol.alias is not None:
            symbol = symbol.alias
        return symbol

    def __repr__(self):
        return f"<Symbol {self.operation} {self.shape}>"


def ordered(roots, below):
    """Everything that the roots are made of, oldest first; ``below(symbol)`` are the symbols that
    one is made of.
    """
    seen, stack = {}, list(roots)
    while stack:
        x = stack.pop()
        if x not in seen:
            seen[x] = None
            stack.extend(below(x))
    return sorted(seen, key=lambda x: x.serial)


def parts_in_order(symbols):
    """What the symbols are made of, without the definitions of named ones."""
    return ordered(symbols, lambda x: x.operands)


def children(x):
    """The operands that are written: those of the rule it goes by, or its own."""
    return x.written[1] if x.operation == "result" else x.operands


def exact(value):
    """A whole number, a half, a quarter and so on as a Fraction, any other as a float.

    >>> exact(2.0), exact(0.5), exact(0.1)
    (Fraction(2, 1), Fraction(1, 2), 0.1)
    """
    if isinstance(value, Fraction):
        return value
    if isinstance(value, (bool, int, np.integer, np.bool_)):
        return Fraction(int(value))
    value = float(value)
    if (
        not math.isfinite(value)
        or abs(value) >= 2**53
        or (not value and math.copysign(1, value) < 0)
    ):
        return value
    fraction = Fraction(value)
    return fraction if fraction.denominator <= 1024 else value


def times(a, b):
    """The product of two coefficients, exact where both are."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a * b
    return exact(float(a) * float(b))


def plus(a, b):
    """The sum of two coefficients, exact where both are."""
    return a + b if isinstance(a, Fraction) and isinstance(b, Fraction) else float(a) + float(b)


def is_tame(coefficient):
    """True where combining to this coefficient can neither overflow nor lose digits, in half
    precision too; NaN, infinities and 0 stay what they are.
    """
    if isinstance(coefficient, Fraction):
        return max(abs(coefficient.numerator), coefficient.denominator) < 2**53 and (
            not coefficient or 1e-4 <= abs(coefficient) <= 6e4
        )
    return 1e-4 <= abs(coefficient) <= 6e4


def over(a, b):
    """The quotient of two coefficients, exact where both are."""
    if isinstance(a, Fraction) and isinstance(b, Fraction) and b:
        return a / b
    with np.errstate(all="ignore"):
        return exact(float(np.float64(float(a)) / np.float64(float(b))))
