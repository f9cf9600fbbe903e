"""Formulas of elements in notation: which letter of the alphabet each index is, and how sums,
deltas and factors are written.
"""

from fractions import Fraction

from ..operations import names as op
from .differentiate import Term
from .entries import Delta, Entry, Mapped, Number, Product, Sum, Terms
from .typeset import ATOM, BIG, POWER, SUM, TIMES, bracketed, made, name, number

OUTPUT, SUMMED, TARGET = "ijmnabcd", "lpqrsuvwz", "hklpqrsuvwz"
_RELATIONS = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")


class IndexNotation:
    """Prints expressions with letters; ``places`` names the tables of labels that occur."""

    def __init__(self, objective, taken):
        self.objective = name(objective)
        self.taken, self.places, self.constants = taken, {}, {}

    def tokens(self, letters, table):
        return tuple(self.token(letter, table) for letter in letters)

    def token(self, letter, table):
        if not isinstance(letter, Mapped):
            return table[letter]
        if letter.letter is None:
            return str(letter.places[0])
        if letter.name:
            return (letter.name, table[letter.letter])
        if letter.offset is not None:
            return (
                f"{table[letter.letter]}+{letter.offset}" if letter.offset else table[letter.letter]
            )
        if letter.places not in self.places:
            self.places[letter.places] = next(
                c
                for c in ("c", *(f"c{k}" for k in range(2, len(self.places) + len(self.taken) + 3)))
                if c not in self.taken
            )
            self.taken = {*self.taken, self.places[letter.places]}
        return (self.places[letter.places], table[letter.letter])

    def element(self, symbol, tokens):
        """x_ij, or ∂L/∂y_ij for an element of a gradient."""
        if symbol.operation == "constant":
            called = name(self.constants.setdefault(symbol, f"C{len(self.constants) + 1}"))
        else:
            called = name(symbol.static["name"])
        entry = made("entry", called, tokens) if tokens else called
        return (
            made("partial", self.objective, entry)
            if symbol.operation == "variable" and symbol.static["kind"] == "gradient"
            else entry
        )

    def expression(self, e, table):
        """The notation of an expression whose free letters are in the table."""
        if isinstance(e, Entry):
            return self.element(e.symbol, self.tokens(e.letters, table))
        if isinstance(e, Number):
            return number(e.value)
        if isinstance(e, Delta):
            return made("delta", self.tokens((e.a, e.b), table))
        if isinstance(e, Sum):
            table = named(e.letters, table, SUMMED)
            return made(
                "index_sum",
                self.tokens(e.letters, table),
                bracketed(self.expression(e.body, table), TIMES),
                level=BIG,
            )
        if isinstance(e, Terms):
            return self.terms(e.signs, [self.expression(part, table) for part in e.parts])
        if isinstance(e, Product):
            return self.product(
                e.coefficient,
                [self.expression(f, table) for f in e.factors],
                [self.expression(d, table) for d in e.divisors],
            )
        return self.function(e, table)

    def terms(self, signs, parts):
        flat = []
        for sign, part in sorted(zip(signs, parts, strict=True), key=lambda term: -term[0]):
            inside = zip(*part.arguments) if part.kind == "terms" else [(1, part)]
            flat.extend((sign * own, inner) for own, inner in inside)
        return made(
            "terms",
            tuple(sign for sign, _ in flat),
            [bracketed(part, SUM + 1) for _, part in flat],
            level=SUM,
        )

    def product(self, coefficient, factors, divisors):
        size = abs(coefficient)
        above, below = _sides(size, factors, divisors)
        if (
            len(factors) == 1
            and factors[0].kind == "index_sum"
            and not divisors
            and isinstance(size, Fraction)
        ):
            return self.scaled(coefficient, factors[0])
        if len(above) == 1 and not below:
            return _signed(coefficient, above[0])
        # A sum at the end needs no brackets.
        ends_in_sum = above[-1].kind == "index_sum" and not below
        last = above[-1] if ends_in_sum else bracketed(above[-1], POWER)
        above = [*(bracketed(part, POWER) for part in above[:-1]), last]
        result = _juxtaposed(above, BIG if ends_in_sum else TIMES)
        if below:
            divisor = (
                below[0]
                if len(below) == 1
                else _juxtaposed([bracketed(d, POWER) for d in below], TIMES)
            )
            result = made("fraction", result, divisor, level=TIMES)
        return _signed(coefficient, result)

    def function(self, e, table):
        parts = [self.expression(argument, table) for argument in e.arguments]
        bare = [part.arguments[0] if part.kind == "condition" else part for part in parts]
        if e.function in _RELATIONS:
            return made("condition", made("relation", e.function, *parts, level=SUM))
        if e.function == "both":
            return made("condition", made("both", *bare, level=SUM))
        if e.function == op.WHERE:
            one, zero = Number(Fraction(1)), Number(Fraction(0))
            return (
                made("condition", bare[0])
                if e.arguments[1:] == (one, zero) and parts[0].kind == "condition"
                else made("cases", bare[0], *parts[1:])
            )
        if e.function == op.POWER:
            return made("superscript", _base(parts[0]), parts[1], level=POWER)
        if e.function in (op.SQRT, op.ABSOLUTE):
            return made(
                {op.SQRT: "root"}.get(e.function, e.function),
                *parts,
                level=POWER if e.function == op.SQRT else ATOM,
            )
        return made("call", e.function, "", parts)

    def term(self, term, table, outputs=None):
        """Σ_i Σ_j ∂L/∂y_ij δ_kj x_ih: the upstream gradient, the deltas, the rest. ``outputs`` has
        the names of the letters of a result.
        """
        outputs = outputs or {}
        table = named(
            term.sums,
            {**table, **{letter: outputs[letter] for letter in term.sums if letter in outputs}},
            SUMMED,
        )
        upstream = [f for f in term.factors if _is_gradient(f)]
        rest = [f for f in term.factors if not _is_gradient(f)]
        deltas = [_turned(delta, outputs) for delta in term.deltas]
        factors = [self.expression(f, table) for f in (*upstream, *deltas, *rest)]
        divisors = [self.expression(d, table) for d in term.divisors]
        if not term.sums:
            return self.product(term.coefficient, factors, divisors)
        coefficient = term.coefficient if isinstance(term.coefficient, Fraction) else Fraction(1)
        inside = Fraction(1) if coefficient is term.coefficient else term.coefficient
        body = self.product(inside, factors, divisors)
        total = made("index_sum", self.tokens(term.sums, table), bracketed(body, TIMES), level=BIG)
        return total if coefficient == 1 else self.scaled(coefficient, total)

    def scaled(self, coefficient, total):
        """A coefficient in front of a sum."""
        size = abs(coefficient)
        made_term = total if size == 1 else made("juxtaposed", [number(size), total], level=BIG)
        return made("terms", (-1,), [made_term], level=SUM) if coefficient < 0 else made_term

    def sum_of(self, terms, table, outputs=None):
        """The terms added up."""
        if not terms:
            return number(Fraction(0))
        signs = tuple(-1 if term.coefficient < 0 else 1 for term in terms)
        parts = [
            self.term(
                Term(abs(t.coefficient), t.sums, t.deltas, t.factors, t.divisors), table, outputs
            )
            for t in terms
        ]
        return parts[0] if len(terms) == 1 and signs[0] == 1 else self.terms(signs, parts)


def _sides(size, factors, divisors):
    """(what stands above the fraction bar, what stands below it), with the numerator and the
    denominator of the size.
    """
    top, bottom = (size.numerator, size.denominator) if isinstance(size, Fraction) else (size, 1)
    above, below = powers(factors), powers(divisors)
    if top != 1 or not factors:
        above = [number(Fraction(top) if isinstance(top, int) else top), *above]
    return above, ([number(Fraction(bottom)), *below] if bottom != 1 else below)


def _juxtaposed(parts, level):
    return parts[0] if len(parts) == 1 else made("juxtaposed", parts, level=level)


def _signed(coefficient, math):
    """The formula of a size, with the sign of its coefficient."""
    return made("terms", (-1,), [bracketed(math, BIG)], level=SUM) if coefficient < 0 else math


def powers(parts):
    """Equal factors as a power."""
    counts = {}
    for part in parts:
        counts[part] = counts.get(part, 0) + 1
    raised = []
    for part, count in counts.items():
        base = _base(part)
        raised.append(
            part if count == 1 else made("superscript", base, number(Fraction(count)), level=POWER)
        )
    return raised


def _base(part):
    return (
        part
        if part.kind in ("name", "entry", "call", "number", "bracket") and part.level >= ATOM
        else made("bracket", part)
    )


def named(letters, table, alphabet):
    """The table with names for further letters: the first of the alphabet that are free."""
    table = dict(table)
    for letter in letters:
        if letter in table:
            continue
        used = set(table.values())
        table[letter] = next(
            c
            for c in (*alphabet, *(f"{alphabet[0]}{k}" for k in range(1, len(used) + 2)))
            if c not in used
        )
    return table


def _is_gradient(e):
    return (
        isinstance(e, Entry)
        and e.symbol.operation == "variable"
        and e.symbol.static["kind"] == "gradient"
    )


def _turned(delta, outputs):
    """δ_il for the rows of the output, δ_kj for its columns."""
    rows = (
        {letter for letter, name in outputs.items() if name == OUTPUT[0]}
        if len(outputs) > 1
        else set()
    )
    if delta.a in rows or delta.b in rows:
        return delta if delta.a in rows else Delta(delta.b, delta.a)
    return Delta(delta.b, delta.a) if delta.a in outputs else delta
