"""The chain rule entry by entry: the derivative of one element by another, as products of Kronecker
deltas; and the sums that the deltas remove.
"""

import math
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from ..operations import RULES
from ..operations import names as op
from ..symbol import Book
from ..symbol.algebra import symbol
from ..symbol.node import over, plus, times
from .elements import entry
from .entries import Apply, Delta, Entry, Mapped, NoIndexForm, Number, Product, Sum, Terms, occurs


@dataclass(frozen=True)
class Term:
    """coefficient * Σ over the letters of deltas * factors / divisors."""

    coefficient: object
    sums: tuple = ()
    deltas: tuple = ()
    factors: tuple = ()
    divisors: tuple = ()


def differentiate(expression, target, letters, value, supply):
    """[Term]: the derivative of an expression by the element of the ``target`` at the letters.
    ``value`` is the element that the expression is.
    """

    def derivative(e, whole=False):
        if isinstance(e, Entry):
            return (
                [
                    Term(
                        Fraction(1),
                        deltas=tuple(Delta(a, b) for a, b in zip(e.letters, letters, strict=True)),
                    )
                ]
                if e.symbol is target
                else []
            )
        if isinstance(e, Sum):
            return [replace(term, sums=(*e.letters, *term.sums)) for term in derivative(e.body)]
        if isinstance(e, Terms):
            return [
                replace(term, coefficient=times(Fraction(sign), term.coefficient))
                for sign, part in zip(e.signs, e.parts)
                for term in derivative(part)
            ]
        if isinstance(e, Product):
            return _product_rule(e, derivative, supply)
        if isinstance(e, Apply):
            return _chain_rule(e, derivative, value if whole else None, supply)
        return []

    return like_terms(derivative(expression, whole=True))


def _product_rule(e, derivative, supply):
    """The other factors get letters of their own: those of the one that is differentiated come out
    of their sums.
    """
    terms = []
    for i, factor in enumerate(e.factors):
        for term in derivative(factor):
            rest = [renamed(x, supply) for x in e.factors[:i] + e.factors[i + 1 :]]
            terms.append(
                scaled(term, e.coefficient, rest, [renamed(x, supply) for x in e.divisors])
            )
    for divisor in e.divisors:
        for term in derivative(divisor):
            below = [renamed(x, supply) for x in (*e.divisors, divisor)]
            terms.append(
                scaled(
                    term,
                    times(Fraction(-1), e.coefficient),
                    [renamed(x, supply) for x in e.factors],
                    below,
                )
            )
    return terms


def scaled(term, coefficient, factors=(), divisors=()):
    """The term times coefficient * factors / divisors, numbers among them taken into the
    coefficient.
    """
    coefficient, kept, below = times(term.coefficient, coefficient), [], []
    sides = (
        ((*factors, *term.factors), kept, below, times),
        ((*divisors, *term.divisors), below, kept, over),
    )
    for parts, own, other, combine in sides:
        for part in parts:
            if isinstance(part, Number):
                coefficient = combine(coefficient, part.value)
            elif isinstance(part, Product):
                coefficient = combine(coefficient, part.coefficient)
                own.extend(part.factors)
                other.extend(part.divisors)
            else:
                own.append(part)
    if not math.isfinite(coefficient):
        raise NoIndexForm("a coefficient beyond the range of numbers")
    if any(isinstance(part, (Number, Product)) for part in (*kept, *below)):
        return scaled(
            replace(term, coefficient=coefficient, factors=(), divisors=()),
            Fraction(1),
            tuple(kept),
            tuple(below),
        )
    return replace(term, coefficient=coefficient, factors=tuple(kept), divisors=tuple(below))


def _chain_rule(e, derivative, value, supply):
    inner = [derivative(argument) for argument in e.arguments]
    if not any(inner):
        return []
    if e.function == op.WHERE:
        condition = e.arguments[0]
        otherwise = Terms((1, -1), (Number(Fraction(1)), condition))
        return [scaled(t, Fraction(1), (condition,)) for t in inner[1]] + [
            scaled(t, Fraction(1), (otherwise,)) for t in inner[2]
        ]
    rule = RULES.get(e.function)
    if rule is None or rule.flat:  # a comparison, or a sign: constant wherever it has a derivative
        return []
    slopes = _slopes(
        e.function, tuple(renamed(argument, supply) for argument in e.arguments), value, supply
    )
    return [
        scaled(term, Fraction(1), (slope,)) for slope, terms in zip(slopes, inner) for term in terms
    ]


def _slopes(function, arguments, value, supply):
    """The derivatives of an elementwise function by its arguments: the pullbacks of its rule, run
    on symbols with g = 1.
    """
    book, replaced, symbols = Book(), {}, []
    for k, argument in enumerate(arguments):
        if isinstance(argument, Number):
            number = argument.value
            symbols.append(
                int(number)
                if isinstance(number, Fraction) and number.denominator == 1
                else float(number)
            )
        else:
            symbols.append(book.variable(f"argument {k}", (), np.float64))
            replaced[symbols[-1]] = argument
    result, pullbacks = RULES[function].formula(*symbols)
    result = symbol(book, result)
    if result.operation not in ("variable", "number"):
        variable = book.variable("value", (), np.float64)
        replaced[variable] = value or Apply(function, arguments)
        result.alias = variable
    slopes = []
    for pull, argument in zip(pullbacks, arguments, strict=True):
        slope = (
            Number(Fraction(0))
            if isinstance(argument, Number)
            else entry(symbol(book, pull(book.number(1))), (), supply)
        )
        slopes.append(_replaced(slope, replaced))
    return slopes


def _map(e, function):
    """The expression with ``function`` applied to its parts."""
    if isinstance(e, Sum):
        return Sum(e.letters, function(e.body))
    if isinstance(e, Terms):
        return Terms(e.signs, tuple(map(function, e.parts)))
    if isinstance(e, Product):
        return Product(
            e.coefficient, tuple(map(function, e.factors)), tuple(map(function, e.divisors))
        )
    return Apply(e.function, tuple(map(function, e.arguments))) if isinstance(e, Apply) else e


def _replaced(e, table):
    return (
        table.get(e.symbol, e)
        if isinstance(e, Entry)
        else _map(e, lambda part: _replaced(part, table))
    )


def renamed(e, supply):
    """The same expression with fresh letters for its own sums."""
    if isinstance(e, Sum):
        table = {letter: supply.copy(letter) for letter in e.letters}
        return Sum(tuple(table.values()), renamed(substituted(e.body, table), supply))
    return _map(e, lambda part: renamed(part, supply))


def _letter(letter, table):
    if isinstance(letter, Mapped):
        return Mapped(table.get(letter.letter, letter.letter), letter.places, letter.name)
    return table.get(letter, letter)


def substituted(e, table):
    """The expression with other letters."""
    if isinstance(e, Entry):
        return Entry(e.symbol, tuple(_letter(letter, table) for letter in e.letters))
    if isinstance(e, Delta):
        return Delta(_letter(e.a, table), _letter(e.b, table))
    if isinstance(e, Sum):  # its own letters are its own
        table = {letter: other for letter, other in table.items() if letter not in e.letters}
    return _map(e, lambda part: substituted(part, table))


def collapse(term, sizes):
    """Sums over a letter that a delta holds fast, removed: Σ_j δ_kj f_j = f_k; and sums over what
    does not occur, as a number.
    """
    term = without_idle_sums(term, sizes)
    while True:
        replacement = next(
            (
                (delta, a, b)
                for delta in term.deltas
                for a, b in ((delta.a, delta.b), (delta.b, delta.a))
                if a in term.sums and _can(term, a, b)
            ),
            None,
        )
        if replacement is None:
            return term
        delta, a, b = replacement
        deltas = list(term.deltas)
        deltas.remove(delta)
        swap = {a: b}
        change = lambda parts: tuple(substituted(part, swap) for part in parts)  # noqa: B023, E731
        sums = tuple(letter for letter in term.sums if letter != a)
        term = Term(
            term.coefficient, sums, change(deltas), change(term.factors), change(term.divisors)
        )


def without_idle_sums(term, sizes):
    idle = [
        letter
        for letter in term.sums
        if not any(occurs(e, letter) for e in (*term.deltas, *term.factors, *term.divisors))
    ]
    coefficient = term.coefficient
    for letter in idle:
        coefficient = times(coefficient, Fraction(sizes[letter]))
    return replace(
        term,
        coefficient=coefficient,
        sums=tuple(letter for letter in term.sums if letter not in idle),
    )


def _can(term, a, b):
    """A letter can be replaced by a place only where it is not itself part of a place."""
    if not isinstance(b, Mapped):
        return True
    return b.letter != a and not any(
        _is_part(e, a) for e in (*term.deltas, *term.factors, *term.divisors)
    )


def _is_part(e, letter):
    if isinstance(e, (Entry, Delta)):
        letters = e.letters if isinstance(e, Entry) else (e.a, e.b)
        return any(isinstance(x, Mapped) and x.letter == letter for x in letters)
    parts = []
    _map(e, lambda part: parts.append(_is_part(part, letter)) or part)
    return any(parts)


def like_terms(terms):
    """Equal terms added up; which letters their sums use makes no difference."""
    collected = {}
    for term in terms:
        table = {letter: -1 - i for i, letter in enumerate(term.sums)}
        key = (
            len(table),
            *(
                tuple(_without_letters(part, table) for part in parts)
                for parts in (term.deltas, term.factors, term.divisors)
            ),
        )
        collected[key] = (
            replace(collected[key], coefficient=plus(collected[key].coefficient, term.coefficient))
            if key in collected
            else term
        )
    return [term for term in collected.values() if term.coefficient != 0]


def _without_letters(e, table):
    """The expression with the letters of its sums numbered from outside in."""
    if isinstance(e, Sum):
        table = {**table, **{letter: -1 - len(table) - i for i, letter in enumerate(e.letters)}}
        return Sum(tuple(table[letter] for letter in e.letters), _without_letters(e.body, table))
    if isinstance(e, (Entry, Delta)):
        return substituted(e, table)
    return _map(e, lambda part: _without_letters(part, table))
