"""Mathematical notation as a tree, and what its three printers have in common; they are ``Text``,
``Latex`` and ``Mathml``.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from ..operations import RULES

SUM, BIG, TIMES, POWER, ATOM = 1, 2, 3, 4, 5  # how tightly a formula binds


@dataclass(frozen=True)
class Math:
    """One piece of notation: the name of the printer's method, its arguments, how tightly it binds,
    and how long it is.
    """

    kind: str
    arguments: tuple
    level: int = ATOM
    length: int = 1


def name(text):
    return Math("name", (text,))


def number(value):
    level = TIMES if isinstance(value, Fraction) and value.denominator != 1 else ATOM
    return Math("number", (value,), SUM if value < 0 else level)


def bracketed(math, level):
    return math if math.level >= level else Math("bracket", (math,), ATOM, math.length)


def base_of(math):
    """A formula as the base of a power, in brackets where a power of it could be misread."""
    return (
        math
        if math.level >= ATOM and math.kind not in ("gradient", "partial", "entry")
        else made("bracket", math)
    )


def made(kind, *arguments, level=ATOM):
    arguments = tuple(tuple(a) if isinstance(a, list) else a for a in arguments)
    parts = [
        x
        for a in arguments
        for x in (a if isinstance(a, (list, tuple)) else [a])
        if isinstance(x, Math)
    ]
    return Math(kind, arguments, level, 1 + sum(x.length for x in parts))


_FORBIDDEN = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
LONGEST_NAME = 40


def clean(text):
    """A user's name on one line: cut, without control characters and marks that turn the direction
    of writing.
    """
    text = _FORBIDDEN.sub("\ufffd", text)
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"


GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu "
    "nu xi pi rho sigma tau upsilon phi chi psi omega"
)
GREEK_LETTERS: dict[str, str] = dict(zip(GREEK.split(), "αβγδεζηθικλμνξπρστυφχψω", strict=True))
PLURAL = re.compile(r"(.*?)\s*\((\d+)\)$")  # the second of a name


def function_name(function):
    """The name of a function in plain characters: σ for the sigmoid.

    >>> function_name("sigmoid"), function_name("tanh"), function_name("at[i]")
    ('σ', 'tanh', 'at[i]')
    """
    rule = RULES.get(function)
    return (rule.notation.text if rule is not None else "") or clean(function)


def stem_and_index(text):
    """W1 and x_hat as a letter with an index; other names as they are.

    >>> stem_and_index("W1"), stem_and_index("x_hat"), stem_and_index("a_b_c")
    (('W', '1'), ('x', 'hat'), ('a_b_c', ''))
    """
    match = re.fullmatch(r"([^\W\d_]+)(?:(\d+)|_([^\W_]+))", text, re.ASCII)
    return (match[1], match[2] or match[3]) if match else (text, "")


class Printer:
    """What the three have in common: a tree is printed by the methods named after its pieces."""

    def show(self, math):
        return getattr(self, math.kind)(*math.arguments)


class Line(Printer):
    """What the two that print characters in a row have in common, but for their signs."""

    _MINUS, _SIGNS, _RELATIONS = "-", {}, {}

    def product(self, parts, signs):
        text = self.show(parts[0])
        for sign, part in zip(signs, parts[1:], strict=True):
            text += f" {self._SIGNS.get(sign, sign)} {self.show(part)}"
        return text

    def terms(self, signs, parts):
        text = ""
        for i, (sign, part) in enumerate(zip(signs, parts, strict=True)):
            text += self._MINUS * (sign < 0) if i == 0 else f" {self._MINUS if sign < 0 else '+'} "
            text += self.show(part)
        return text

    def relation(self, operation, a, b):
        return f"{self.show(a)} {self._RELATIONS[operation]} {self.show(b)}"

    def chain(self, parts):
        return " = ".join(map(self.show, parts))

    def equation(self, left, right):
        return self.chain((left, right))
