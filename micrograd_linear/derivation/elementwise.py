"""Elementwise formulas in mathematical notation: products and fractions, sums, powers, choices and
conditions.
"""

from abc import ABC, abstractmethod
from fractions import Fraction

from ..operations import names as op
from ..symbol.algebra import coefficient_of, parts_of
from ..symbol.node import Symbol, children
from .typeset import BIG, POWER, SUM, TIMES, Math, base_of, bracketed, made, number

_RELATIONS = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
BROADCAST = "Shapes broadcast as in NumPy, and a tensor with one axis is a row there."
SELECTED = (
    "A product with a gradient of 0 counts as 0 here, even if the other factor is not finite: "
    "the branch that was not taken has no gradient."
)
ELEMENTWISE = "⊙, /, powers and functions act element by element."
CONDITION = "[condition] is 1 where it holds, else 0."


class Elementwise(ABC):
    """The elementwise part of a ``Notation``; ``notes`` are explanations of what was used."""

    notes: dict[str, None]

    @abstractmethod
    def of(self, x: Symbol) -> Math:
        """What a symbol is written as."""
        ...

    @abstractmethod
    def used(self, x: Symbol, y: Symbol, math: Math) -> Math:
        """An operand y in an elementwise formula x, which ``math`` is the notation of."""
        ...

    def _product(self, x, *parts):
        if x.shape:
            self.notes[ELEMENTWISE] = None
        above, below = self._factors(x)
        coefficient = x.static["coefficient"]
        negative, coefficient = coefficient < 0, abs(coefficient)
        if isinstance(coefficient, Fraction):
            top, bottom = coefficient.numerator, coefficient.denominator
        else:
            top, bottom = coefficient, 1
        above = (
            [(None, number(Fraction(top) if isinstance(top, int) else top))]
            if top != 1 or not above
            else []
        ) + above
        below = ([(None, number(Fraction(bottom)))] if bottom != 1 else []) + below
        result = self.times(above)
        if below:
            result = made("fraction", result, self.times(below), level=TIMES)
        return made("terms", (-1,), [bracketed(result, BIG)], level=SUM) if negative else result

    def times(self, parts):
        """Factors, each (symbol or None for a number, notation): ⊙ between arrays, · where one of
        the two is a number.
        """
        shapes = [symbol.shape for symbol, _ in parts if symbol is not None and symbol.shape]
        if any(shape != shapes[0] for shape in shapes):
            self.notes[BROADCAST] = None
        counts = {}
        for symbol, part in parts:
            key = part if symbol is None else symbol
            counts[key] = (symbol, part, counts[key][2] + 1 if key in counts else 1)
        factors = []
        for symbol, part, count in counts.values():
            factors.append(
                (
                    symbol,
                    part
                    if count == 1
                    else made("superscript", base_of(part), number(Fraction(count)), level=POWER),
                )
            )
        if len(factors) == 1:
            return factors[0][1]
        shown, signs, arrays = [], [], []
        for i, (symbol, part) in enumerate(factors):
            shape = () if symbol is None else symbol.shape
            # A sum at the end needs no brackets.
            last_sum = i == len(factors) - 1 and part.level == BIG
            bare = part if last_sum else bracketed(part, POWER)
            inner = part.arguments if part.kind == "product" else ((bare,), ())
            if shown:
                signs.append("⊙" if shape and any(arrays) else "·")
            arrays.append(bool(shape))
            shown.extend(inner[0])
            signs.extend(inner[1])
        return made("product", shown, tuple(signs), level=BIG if last_sum else TIMES)

    def _factors(self, x):
        """([(factor, notation)], [(divisor, notation)]), those of products that have no name of
        their own among them.
        """
        sides = [], []
        for own, other, parts in zip(sides, reversed(sides), parts_of(x), strict=True):
            for part in parts:
                math = self.of(part)
                if (
                    part.operation == "product"
                    and part.static["coefficient"] == 1
                    and math.kind in ("product", "fraction")
                ):
                    inner = self._factors(part)
                    own.extend(inner[0])
                    other.extend(inner[1])
                else:
                    own.append((part, self.used(x, part, math)))
        return sides

    def _add(self, x, *parts):
        parts = [self.used(x, y, part) for y, part in zip(children(x), parts, strict=True)]
        terms = sorted(zip(x.static["signs"], parts, strict=True), key=lambda term: -term[0])
        flat = []  # a sum in a sum needs no brackets
        for sign, part in terms:
            flat.extend(
                (sign * own, inner)
                for own, inner in (zip(*part.arguments) if part.kind == "terms" else [(1, part)])
            )
        return made(
            "terms",
            tuple(sign for sign, _ in flat),
            [bracketed(part, SUM + 1) for _, part in flat],
            level=SUM,
        )

    def _power(self, x, base, exponent):
        return made("superscript", base_of(base), exponent, level=POWER)

    def _where(self, x, condition, a, b):
        test, yes, no = children(x)
        condition = condition.arguments[0] if condition.kind == "condition" else condition
        shared = self._shared_at_a_tie(x)
        if shared is not None:
            return shared
        if no.operation == "number" and no.static["value"] == 0 and test.operation != "constant":
            holds = condition if condition.kind == "name" else made("condition", condition)
            self.notes[CONDITION] = None
            return (
                holds
                if yes.operation == "number" and yes.static["value"] == 1
                else self.times([(yes, a), (test, holds)])
            )
        return made("cases", condition, a, b)

    def _shared_at_a_tie(self, x):
        """g ⊙ ([x > y] + [x = y] / 2), the gradient of a maximum, where that is what it is."""
        tie, half, rest = x.operands
        if tie.operation != "equal" or rest.operation != op.WHERE:
            return None
        larger, g, zero = rest.operands
        coefficient, of_half = coefficient_of(half)
        whole, of_g = coefficient_of(g)
        if (
            larger.operation != "greater"
            or zero.operation != "number"
            or zero.static["value"] != 0
            or of_half is not of_g
            or coefficient != whole / 2
        ):
            return None
        self.notes[CONDITION] = None
        signs = made(
            "terms",
            (1, 1),
            [self.of(larger), made("fraction", self.of(tie), number(Fraction(2)), level=TIMES)],
            level=SUM,
        )
        return (
            signs
            if g.operation == "number" and whole == 1
            else self.times([(g, self.of(g)), (larger, bracketed(signs, TIMES))])
        )

    def _both(self, x, a, b):
        return made(
            "condition",
            made(
                "both", *(y.arguments[0] if y.kind == "condition" else y for y in (a, b)), level=SUM
            ),
        )

    def _selected(self, x, g, contribution):
        self.notes[SELECTED] = None
        return contribution

    def _sqrt(self, x, a):
        return made("root", a, level=POWER)

    def _absolute(self, x, a):
        return made("absolute", a)

    def _function(self, x, *parts):
        parts = (
            [self.used(x, y, part) for y, part in zip(children(x), parts, strict=True)]
            if len(parts) > 1
            else parts
        )
        if x.operation in _RELATIONS:
            self.notes[CONDITION] = None
            return made("condition", made("relation", x.operation, *parts, level=SUM))
        return made("call", x.operation, "", list(parts))
