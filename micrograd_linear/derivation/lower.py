"""From formulas to instructions: each product becomes binary operations, what is small combined
first, so that large arrays are met as seldom as can be.
"""

import functools
from collections import Counter
from fractions import Fraction

from ..operations import names as op
from ..symbol import Book
from ..symbol.algebra import parts_of
from ..symbol.node import is_tame, ordered, over
from ..symbol.shapes import broadcast_shapes, common_type

TERMS = 24  # at most, in one sum
# A product of more factors is made of one that came shortly before it, where that is at least half
# of it.
LONG = 8
RECENT = 8  # products among which that one is looked for


def reachable(outputs):
    """All symbols that the outputs are made of, definitions of named ones too, operands first."""
    return ordered(
        outputs,
        lambda x: (
            *x.operands,
            *(definition for definition in [x.static.get("definition")] if definition is not None),
        ),
    )


def lower(outputs):
    """{symbol: its instruction} for all that the outputs are made of; instructions are symbols of a
    new book, in an order that can be executed.
    """
    book, new, order = Book(), {}, reachable(outputs)
    popular, products = _popular_pairs(order), []
    for x in order:
        operands = tuple(new[y] for y in x.operands)
        if x.operation == "product":
            continued = _continued(book, x, new, products)
            new[x] = _product(book, x, new, popular) if continued is None else continued
            products.append((x, _factors(x)))
        elif x.operation == "variable":
            definition = x.static["definition"]
            new[x] = book.variable(
                x.static["name"],
                x.shape,
                x.dtype,
                x.static["kind"],
                None if definition is None else new[definition],
            )
        elif x.operation == op.ADD:
            new[x] = _add(book, x, operands)
        elif x.operation == "number":
            new[x] = book.number(x.static["value"])
        else:
            new[x] = book.make(x.operation, operands, x.static, x.shape, x.dtype, x.serial)
    return new


def _add(book, x, operands):
    """A sum; a long one in parts, since Python reads no expression nested a thousand deep."""
    terms = list(zip(x.static["signs"], operands, strict=True))
    total = None
    while terms:
        part, terms = ([(1, total)] if total is not None else []) + terms[:TERMS], terms[TERMS:]
        shape = x.shape if not terms else broadcast_shapes(*(y.shape for _, y in part))
        signs = tuple(sign for sign, _ in part)
        total = book.make(
            op.ADD,
            tuple(y for _, y in part),
            {"signs": signs},
            shape,
            common_type([y for _, y in part]),
            (x.serial, len(terms)),
        )
    return total


def _factors(x):
    """Counter of (factor, whether it is above the line) of a product."""
    above, below = parts_of(x)
    return Counter([*((part, True) for part in above), *((part, False) for part in below)])


def _continued(book, x, new, products):
    """A long product as a recent one times the factors that are new: gradients along a chain are
    such. None where there is none.
    """
    factors = _factors(x)
    if factors.total() <= LONG:
        return None
    for y, before in reversed(products[-RECENT:]):
        coefficient = y.static["coefficient"]
        if (
            2 * before.total() >= factors.total()
            and y.shape == x.shape
            and coefficient
            and is_tame(coefficient)
            and before <= factors
        ):
            result = _scaled(book, new[y], over(x.static["coefficient"], coefficient))
            for part, above in sorted(
                (factors - before).elements(), key=lambda factor: factor[0].serial
            ):
                result = _binary(book, op.MULTIPLY if above else op.DIVIDE, result, new[part])
            return result
    return None


def _tiers(x):
    """{shape: [(factor, whether it is above the line)]} of a product."""
    above, below = parts_of(x)
    tiers = {}
    for part, side in [(p, True) for p in above] + [(p, False) for p in below]:
        tiers.setdefault(part.shape, []).append((part, side))
    return tiers


def _pairs(tier):
    """Two factors, or a factor and a divisor, that can be combined first; none where there would be
    too many to choose from.
    """
    if len(tier) > 4 * LONG:
        return
    for i, (a, up) in enumerate(tier):
        for b, side in tier[i + 1 :]:
            if up or side:
                yield ((a, b) if up else (b, a)), up and side


def _popular_pairs(order):
    """{pair: in how many products it occurs} of those that occur in several: they are computed
    once.
    """
    counts = {}
    for x in order:
        if x.operation == "product":
            pairs = {
                (frozenset((a, b)) if times else (a, b)): None
                for tier in _tiers(x).values()
                for (a, b), times in _pairs(tier)
            }
            for pair in pairs:
                counts[pair] = counts.get(pair, 0) + 1
    return {pair: count for pair, count in counts.items() if count > 1}


def _paired(book, tier, new, popular):
    """([factors], [divisors]) of one shape as instructions, popular pairs combined."""
    tier = [(part, side, new[part]) for part, side in tier]
    while len(tier) > 1:
        candidates = []
        for (a, b), times in _pairs([(i, side) for i, (_, side, _) in enumerate(tier)]):
            key = frozenset((tier[a][0], tier[b][0])) if times else (tier[a][0], tier[b][0])
            if tier[a][0] is not None and tier[b][0] is not None and key in popular:
                candidates.append((popular[key], -a, -b, times))
        if not candidates:
            break
        _, a, b, times = max(candidates)
        combined = _binary(book, op.MULTIPLY if times else op.DIVIDE, tier[-a][2], tier[-b][2])
        tier = [(None, True, combined)] + [
            entry for i, entry in enumerate(tier) if i not in (-a, -b)
        ]
    return [y for _, side, y in tier if side], [y for _, side, y in tier if not side]


def _product(book, x, new, popular):
    tiers = {shape: _paired(book, tier, new, popular) for shape, tier in _tiers(x).items()}
    result, divisor, coefficient = None, None, x.static["coefficient"]
    for shape in sorted(tiers, key=lambda shape: (_size(shape), len(shape))):
        above, below = tiers[shape]
        if result is not None and divisor is not None:  # both smaller than what is to come
            result, divisor = _binary(book, op.DIVIDE, result, divisor), None
        elif divisor is not None and coefficient != 1:
            if isinstance(coefficient, Fraction) and coefficient.numerator == 1:
                divisor = _scaled(book, divisor, Fraction(coefficient.denominator))
            else:
                result, divisor = _binary(book, op.DIVIDE, book.number(coefficient), divisor), None
            coefficient = Fraction(1)
        result, divisor = _tier(book, above, below, result, divisor)
        if result is not None:
            result, coefficient = _scaled(book, result, coefficient), Fraction(1)
    if result is None:
        return _binary(book, op.DIVIDE, book.number(coefficient), divisor)
    return result if divisor is None else _binary(book, op.DIVIDE, result, divisor)


def _tier(book, above, below, result, divisor):
    """The factors and divisors of one shape, combined with what the smaller ones came to."""
    if above:
        top = functools.reduce(functools.partial(_binary, book, op.MULTIPLY), above)
        result = top if result is None else _binary(book, op.MULTIPLY, top, result)
    for part in below:
        divisor = part if divisor is None else _binary(book, op.MULTIPLY, part, divisor)
    return result, divisor


def _scaled(book, x, coefficient):
    if coefficient == 1:
        return x
    if coefficient == -1:
        return book.make(op.NEGATIVE, (x,), None, x.shape, x.dtype)
    if isinstance(coefficient, Fraction) and abs(coefficient.numerator) == 1:
        return _binary(
            book,
            op.DIVIDE,
            _scaled(book, x, Fraction(coefficient.numerator)),
            book.number(Fraction(coefficient.denominator)),
        )
    return _binary(book, op.MULTIPLY, x, book.number(coefficient))


def _binary(book, operation, x, y):
    if operation == op.MULTIPLY and y.serial < x.serial and x.shape == y.shape:
        swapped = book.symbols.get((operation, (id(y), id(x)), (), x.shape))
        if swapped is not None:
            return swapped
    return book.make(
        operation, (x, y), None, broadcast_shapes(x.shape, y.shape), common_type([x, y])
    )


def _size(shape):
    size = 1
    for n in shape:
        size *= n
    return size
