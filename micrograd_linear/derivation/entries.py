"""Formulas entry by entry: y_ij = Σ_l x_il W_lj + b_j, made from symbols.

Letters are integers, each used once, so that no two sums can be confused; which letter of the
alphabet each is printed as is decided last. An axis of length 1 has no letter.
"""

import itertools
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

_fresh = itertools.count(1)


class NoIndexForm(Exception):
    """An operation moves elements in a way that has no short form in indices."""


@dataclass(frozen=True)
class Mapped:
    """A letter that stands for another place: i + 1, or the label y_i of row i."""

    letter: int | None  # None for one place
    places: tuple
    name: str = ""  # of the Tensor that holds the places

    @property
    def offset(self):
        """k where the place is letter + k, else None."""
        if not self.places:
            return None
        first = self.places[0]
        return first if self.places == tuple(range(first, first + len(self.places))) else None


@dataclass(frozen=True, eq=False)
class Entry:
    """One element of a named array, or of a constant."""

    symbol: Any
    letters: tuple

    def __eq__(self, other):
        return (
            isinstance(other, Entry)
            and self.symbol is other.symbol
            and self.letters == other.letters
        )

    def __hash__(self):
        return hash((id(self.symbol), self.letters))


@dataclass(frozen=True)
class Number:
    value: Fraction | float


@dataclass(frozen=True)
class Sum:
    """The sum over all values of the letters."""

    letters: tuple
    body: object


@dataclass(frozen=True)
class Product:
    coefficient: object
    factors: tuple
    divisors: tuple = ()


@dataclass(frozen=True)
class Terms:
    signs: tuple
    parts: tuple


@dataclass(frozen=True)
class Apply:
    """An elementwise function."""

    function: str
    arguments: tuple


@dataclass(frozen=True)
class Delta:
    """Kronecker's: 1 where the two letters are equal, else 0."""

    a: object
    b: object


class Letters:
    """Fresh letters, and how many values each takes."""

    def __init__(self):
        self.sizes = {}

    def new(self, n):
        """A letter for an axis of length n; None for one of length 1."""
        if n == 1:
            return None
        letter = next(_fresh)
        self.sizes[letter] = n
        return letter

    def copy(self, letter):
        """A fresh letter for the same axis."""
        return self.new(self.sizes[letter])

    def for_shape(self, shape):
        return tuple(self.new(n) for n in shape)


def occurs(e, letter):
    """Whether the expression depends on the letter."""
    if isinstance(e, Entry):
        return any(letter == (x.letter if isinstance(x, Mapped) else x) for x in e.letters)
    if isinstance(e, Delta):
        return any(letter == (x.letter if isinstance(x, Mapped) else x) for x in (e.a, e.b))
    return any(occurs(part, letter) for part in parts_in(e))


def parts_in(e):
    """The expressions that an expression is made of."""
    if isinstance(e, Sum):
        return (e.body,)
    if isinstance(e, Product):
        return (*e.factors, *e.divisors)
    return e.parts if isinstance(e, Terms) else e.arguments if isinstance(e, Apply) else ()
