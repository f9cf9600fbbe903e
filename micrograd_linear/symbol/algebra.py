"""Elementwise formulas, brought to one form as they are made, so that equal ones are the same
object and trivial ones vanish.

A ``product`` is a coefficient times factors over divisors; an ``add`` is a list of terms, each with
its sign. What is left out: 1 times, plus 0, a broadcast that the other operand makes anyway. What
is never left out: 0 times and x - x, which are not 0 where x is infinite or NaN.
"""

import functools
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np

from ..operations import names as op
from .node import Book, Symbol, is_tame, over, plus, times
from .shapes import broadcast_shapes, common_type, float_type, same_but_leading_ones

ONE = Fraction(1)


def symbol(book, x):
    """A number, an array or a symbol as a symbol."""
    if isinstance(x, Symbol):
        return x.current()
    if isinstance(x, (bool, int, float, Fraction)):
        return book.number(x)
    return book.constant(x)


def inner_of(x):
    """The operand of a reshape, a broadcast or a transpose; its name, where it has one by now."""
    return x.operands[0].current()


def elementwise(
    operation, operands, dtype=None, key=(), static: dict[str, Any] | None = None, shape=None
):
    """An elementwise operation. A broadcast of an operand is left out where the others broadcast
    it, and is done last where none does.
    """
    static = static or {}
    shape = broadcast_shapes(*(x.shape for x in operands)) if shape is None else shape
    operands = without_broadcasts(operands, shape)
    small = broadcast_shapes(*(x.shape for x in operands))
    reshaped = [x for x in operands if x.shape != ()]
    if reshaped and all(
        x.operation == op.RESHAPE
        and x.shape == small
        and inner_of(x).shape == inner_of(reshaped[0]).shape
        for x in reshaped
    ):
        # A reshape comes last, where it meets the one that undoes it.
        inside = [inner_of(x) if x.shape != () else x for x in operands]
        return fill_by_reshape(elementwise(operation, inside, dtype, key, static), small, shape)
    book = operands[0].book
    if operation == "product":
        count = static["factors"]
        result = _product(book, static["coefficient"], operands[:count], operands[count:], small)
    elif operation == op.ADD:
        result = _add(book, list(zip(static["signs"], operands, strict=True)), small)
    else:
        result = book.make(
            operation, tuple(operands), static, small, dtype or common_type(operands), key
        )
    return fill(result, shape)


def fill_by_reshape(x, small, shape):
    """x in another shape of the same size, then repeated to a third."""
    y = (
        x
        if x.shape == small
        else x.book.make(
            op.RESHAPE,
            (inner_of(x) if x.operation == op.RESHAPE else x,),
            {"shape": small},
            small,
            x.dtype,
        )
    )
    return fill(y, shape)


def fill(x, shape):
    """x in a shape that it broadcasts to; where that only adds axes of length 1 in front, or takes
    them away, as a reshape.
    """
    if x.shape == shape:
        return x
    if x.operation == "number" or not same_but_leading_ones(x.shape, shape):
        return broadcast(x, shape)
    if x.operation == op.RESHAPE:
        x = inner_of(x)
        if x.shape == shape:
            return x
    return x.book.make(op.RESHAPE, (x,), {"shape": shape}, shape, x.dtype)


def broadcast(x, shape):
    """x repeated to a shape."""
    if x.shape == shape:
        return x
    if x.operation == "broadcast":
        x = inner_of(x)
    broadcast_shapes(x.shape, shape)
    return x.book.make("broadcast", (x,), {"shape": shape}, shape, x.dtype)


def without_broadcasts(operands, shape):
    """The operands without broadcasts, and without axes of length 1 put in front or taken away,
    that make no difference to the shape.
    """
    operands = list(operands)
    shapes = Counter(x.shape for x in operands)
    for i, x in enumerate(operands):
        while x.operation == "broadcast" or (
            x.operation == op.RESHAPE and same_but_leading_ones(x.shape, inner_of(x).shape)
        ):
            x = inner_of(x)
            if x.operation != "number" and len(x.shape) > len(shape):
                break
            rest = [
                other for other, count in shapes.items() if count > (other == operands[i].shape)
            ]
            before, after = (broadcast_shapes(y.shape, *rest) for y in (operands[i], x))
            if same_but_leading_ones(before, after) or operands[i].operation == "broadcast":
                shapes[operands[i].shape] -= 1
                shapes[x.shape] += 1
                operands[i] = x
            else:
                break
    return operands


# --- products ------------------------------------------------------------------------------------


def product(coefficient, factors, divisors, book: Book | None = None) -> Symbol:
    """coefficient * factors / divisors."""
    parts = [*factors, *divisors]
    if not parts:
        if book is None:
            raise TypeError("a product of nothing needs the book that its number is written in")
        return book.number(coefficient)
    return elementwise(
        "product", parts, static={"coefficient": coefficient, "factors": len(factors)}
    )


def multiply(x, y):
    return product(ONE, [x, y], [])


def divide(x, y):
    return product(ONE, [x], [y])


def negative(x):
    return product(Fraction(-1), [x], [])


def coefficient_of(x):
    """(coefficient, the rest): the rest is None for a bare number."""
    if x.operation == "number":
        return x.static["value"], None
    if x.operation == "product" and x.static["coefficient"] != 1:
        return x.static["coefficient"], _product(x.book, ONE, *parts_of(x), x.shape)
    return ONE, x


def parts_of(x):
    """(factors, divisors) of a product."""
    n = x.static["factors"]
    return x.operands[:n], x.operands[n:]


def _product(book, coefficient, factors, divisors, shape):
    coefficient, above, below = _flattened(book, coefficient, factors, divisors, shape)
    if not above and not below:
        return book.number(coefficient)
    above, below = _large_parts_together(book, coefficient, above, below, shape)
    if coefficient == 1 and not below and len(above) == 1:
        return above[0]
    return _product_symbol(book, coefficient, above, below, shape)


def _flattened(book, coefficient, factors, divisors, shape):
    """(coefficient, factors, divisors), with the numbers and the products among the parts taken
    apart.
    """
    above, below = [], []
    combinable = _are_combinable(coefficient, factors, divisors)
    sides = [(f, above, below, times) for f in factors] + [
        (d, below, above, over) for d in divisors
    ]
    for part, own, other, combine in sides:
        if part.operation == "number":
            coefficient = combine(coefficient, part.static["value"])
        elif part.operation == "product" and (combinable or abs(part.static["coefficient"]) == 1):
            coefficient = combine(coefficient, part.static["coefficient"])
            inner_above, inner_below = _opened(book, part, shape)
            own.extend(inner_above)
            other.extend(inner_below)
        else:
            own.append(part)
    return coefficient, above, below


def _opened(book, part, shape):
    """(factors, divisors) of a product that is part of a product of the given shape.

    What is smaller than the result is taken out, so that it can be combined before it meets what is
    large; what is large stays together, so that a product that is used twice is computed once.
    """
    above, below = parts_of(part)
    large_above = [x for x in above if x.shape == part.shape]
    large_below = [x for x in below if x.shape == part.shape]
    if part.shape != shape or len(large_above) + len(large_below) <= 1 or part.size == 1:
        return above, below
    if len(large_above) < len(above) or len(large_below) < len(below):
        large = _product(book, ONE, large_above, large_below, shape)
    else:
        large = coefficient_of(part)[1]
    return [large, *(x for x in above if x.shape != part.shape)], [
        x for x in below if x.shape != part.shape
    ]


def _large_parts_together(book, coefficient, above, below, shape):
    """(factors, divisors): what is large is a product of its own, without the coefficient, so that
    it is the same whatever the coefficient is.
    """
    large_above, large_below = (
        [f for f in above if f.shape == shape],
        [d for d in below if d.shape == shape],
    )
    count = len(large_above) + len(large_below)
    if not large_above or count <= 1 or (coefficient == 1 and count == len(above) + len(below)):
        return above, below
    large = _product(book, ONE, large_above, large_below, shape)
    return [large, *(f for f in above if f.shape != shape)], [d for d in below if d.shape != shape]


def _product_symbol(book, coefficient, above, below, shape):
    """The one symbol of a product, whatever the order of its factors and of its divisors."""
    key = (
        repr(coefficient),
        len(above),
        tuple(sorted(id(x) for x in above)),
        tuple(sorted(id(x) for x in below)),
    )
    symbol_key = ("product", key, shape)
    result = book.symbols.get(symbol_key)
    if result is None:
        operands = tuple(above + below)
        is_float = below or isinstance(coefficient, float)
        dtype = _arithmetic_type(float_type(operands) if is_float else common_type(operands))
        static = {"coefficient": coefficient, "factors": len(above)}
        result = book.add(symbol_key, "product", operands, static, shape, dtype)
    return result.current()


def _arithmetic_type(dtype):
    """The type of a product or a sum of operands of a type: truth values count as floats."""
    return np.dtype(np.float64) if dtype is not None and dtype.kind == "b" else dtype


def _are_combinable(coefficient, factors, divisors):
    """Whether the coefficients of products may be multiplied: not where that could overflow, or
    lose digits, on the way.
    """
    above, below = _coefficients(factors), _coefficients(divisors)
    if len([c for c in (coefficient, *above, *below) if abs(c) != 1]) < 2:
        return True
    total = coefficient
    for c in above:
        total = times(total, c)
    for c in below:
        total = over(total, c)
    return is_tame(total)


def _coefficients(parts):
    """The values of numbers and the coefficients of products."""
    return [
        part.static["value" if part.operation == "number" else "coefficient"]
        for part in parts
        if part.operation in ("number", "product")
    ]


# --- sums of terms -------------------------------------------------------------------------------


def add(*terms):
    """The sum of the terms, each (sign, symbol)."""
    return elementwise(op.ADD, [x for _, x in terms], static={"signs": [sign for sign, _ in terms]})


def _add(book, terms, shape):
    number, coefficients = _collected(terms)
    terms = []
    for x, parts in coefficients.items():
        together = functools.reduce(plus, parts)
        same_sign = len({c < 0 for c in parts}) == 1  # x + x is 2 x; x - x stays
        for c in [together] if same_sign and is_tame(together) else parts:
            terms.append((-1 if c < 0 else 1, x if abs(c) == 1 else product(abs(c), [x], [])))
    if number != 0 or not terms:
        if terms and number < 0:
            terms.append((-1, book.number(-number)))
        else:
            terms.append((1, book.number(number)))
    if len(terms) == 1 and terms[0][1].shape == shape:
        sign, x = terms[0]
        return x if sign == 1 else negative(x)
    operands = tuple(x for _, x in terms)
    signs = tuple(sign for sign, _ in terms)
    return book.make(
        op.ADD, operands, {"signs": signs}, shape, _arithmetic_type(common_type(operands)), signs
    )


def _collected(terms):
    """(the sum of the numbers, {symbol: its coefficients}) of terms, each (sign, symbol)."""
    number, coefficients = Fraction(0), {}
    for sign, x in terms:
        if x.operation == "number":
            number = plus(number, times(Fraction(sign), x.static["value"]))
        else:
            coefficient, rest = coefficient_of(x)
            coefficients.setdefault(rest, []).append(times(Fraction(sign), coefficient))
    return number, coefficients
