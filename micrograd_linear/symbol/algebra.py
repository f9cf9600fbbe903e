"""Elementwise formulas, brought to one form as they are made, so that equal ones are the same object and trivial ones vanish.

A ``product`` is a coefficient times factors over divisors; an ``add`` is a list of terms, each with its sign. What is left out: 1 times, plus 0,
a broadcast that the other operand makes anyway. What is never left out: 0 times and x - x, which are not 0 where x is infinite or NaN.
"""

import functools
from collections import Counter
from fractions import Fraction

import numpy as np

from .node import Symbol, is_tame, over, plus, times

ONE = Fraction(1)


def symbol(book, x):
    """A number, an array or a symbol as a symbol."""
    if isinstance(x, Symbol):
        return x.current()
    if isinstance(x, (bool, int, float, Fraction)):
        return book.number(x)
    return book.constant(x)


def inner_of(x):
    """The operand of a reshape, a broadcast or a transpose; the name it was given since, if it was."""
    return x.operands[0].current()


def elementwise(operation, operands, dtype=None, key=(), static=None, shape=None):
    """An elementwise operation. A broadcast of an operand is left out where the others broadcast it, and is done last where none does."""
    shape = broadcast_shapes(*(x.shape for x in operands)) if shape is None else shape
    operands = without_broadcasts(operands, shape)
    small = broadcast_shapes(*(x.shape for x in operands))
    reshaped = [x for x in operands if x.shape != ()]
    if reshaped and all(x.operation == "reshape" and x.shape == small and inner_of(x).shape == inner_of(reshaped[0]).shape for x in reshaped):
        # a reshape comes last, where it meets the one that undoes it
        inside = [inner_of(x) if x.shape != () else x for x in operands]
        return fill_by_reshape(elementwise(operation, inside, dtype, key, static), small, shape)
    book = operands[0].book
    if operation == "product":
        made = _product(book, static["coefficient"], operands[: static["factors"]], operands[static["factors"] :], small)
    elif operation == "add":
        made = _add(book, list(zip(static["signs"], operands, strict=True)), small)
    else:
        made = book.make(operation, tuple(operands), static, small, dtype or common_type(operands), key)
    return fill(made, shape)


def fill_by_reshape(x, small, shape):
    """x in another shape of the same size, then repeated to a third."""
    y = x if x.shape == small else x.book.make("reshape", (inner_of(x) if x.operation == "reshape" else x,), {"shape": small}, small, x.dtype)
    return fill(y, shape)


def fill(x, shape):
    """x in a shape that it broadcasts to; where that only adds axes of length 1 in front, or takes them away, as a reshape."""
    if x.shape == shape:
        return x
    if x.operation == "number" or not same_but_leading_ones(x.shape, shape):
        return broadcast(x, shape)
    if x.operation == "reshape":
        x = inner_of(x)
        if x.shape == shape:
            return x
    return x.book.make("reshape", (x,), {"shape": shape}, shape, x.dtype)


def without_broadcasts(operands, shape):
    """The operands without broadcasts, and without axes of length 1 put in front or taken away, that make no difference to the shape."""
    operands = list(operands)
    shapes = Counter(x.shape for x in operands)
    for i, x in enumerate(operands):
        while x.operation == "broadcast" or (x.operation == "reshape" and same_but_leading_ones(x.shape, inner_of(x).shape)):
            x = inner_of(x)
            if x.operation != "number" and len(x.shape) > len(shape):
                break
            rest = [other for other, count in shapes.items() if count > (other == operands[i].shape)]
            before, after = (broadcast_shapes(y.shape, *rest) for y in (operands[i], x))
            if same_but_leading_ones(before, after) or operands[i].operation == "broadcast":
                shapes[operands[i].shape] -= 1
                shapes[x.shape] += 1
                operands[i] = x
            else:
                break
    return operands


def same_but_leading_ones(a, b):
    cut = lambda shape: next((shape[i:] for i, n in enumerate(shape) if n != 1), ())  # noqa: E731
    return cut(a) == cut(b)


def broadcast_shapes(*shapes):
    """np.broadcast_shapes, without its detour through arrays."""
    first = shapes[0]
    if all(shape == first for shape in shapes):
        return first
    ndim = max(map(len, shapes))
    result = [1] * ndim
    for shape in shapes:
        for i, n in enumerate(shape, ndim - len(shape)):
            if n != 1:
                if result[i] not in (1, n):
                    return np.broadcast_shapes(*shapes)  # raises NumPy's own error
                result[i] = n
    return tuple(result)


def common_type(operands):
    """The type of an elementwise result: numbers give way."""
    types = {x.dtype for x in operands if x.dtype is not None}
    if len(types) <= 1:
        return next(iter(types), None)
    return np.result_type(*types)


def float_type(operands):
    """The same where the result is never boolean or an integer."""
    dtype = common_type(operands)
    return np.dtype(np.float64) if dtype is not None and dtype.kind != "f" else dtype


# --- products ------------------------------------------------------------------------------------------------------------------


def product(coefficient, factors, divisors, book=None):
    """coefficient * factors / divisors."""
    parts = [*factors, *divisors]
    if not parts:
        return book.number(coefficient)
    return elementwise("product", parts, static={"coefficient": coefficient, "factors": len(factors)})


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
    above, below = [], []
    size = Symbol.size.fget
    flat = _combine(coefficient, factors, divisors)
    for part, own, other, combine in [(f, above, below, times) for f in factors] + [(d, below, above, over) for d in divisors]:
        if part.operation == "number":
            coefficient = combine(coefficient, part.static["value"])
            continue
        if part.operation != "product" or not (flat or abs(part.static["coefficient"]) == 1):
            own.append(part)
            continue
        coefficient = combine(coefficient, part.static["coefficient"])
        inner_above, inner_below = parts_of(part)
        # What is smaller than the result is taken out, so that it can be combined before it meets what is large; what is large stays together, so
        # that a product that is used twice is computed once.
        full = [x for x in inner_above + inner_below if x.shape == part.shape]
        if part.shape != shape or len(full) <= 1 or size(part) == 1:
            own.extend(inner_above)
            other.extend(inner_below)
        else:
            core = [x for x in inner_above if x.shape == part.shape], [x for x in inner_below if x.shape == part.shape]
            own.append(_product(book, ONE, *core, shape) if len(core[0]) < len(inner_above) or len(core[1]) < len(inner_below) else coefficient_of(part)[1])
            own.extend(x for x in inner_above if x.shape != part.shape)
            other.extend(x for x in inner_below if x.shape != part.shape)
    if not above and not below:
        return book.number(coefficient)
    large = [f for f in above if f.shape == shape], [d for d in below if d.shape == shape]
    if large[0] and len(large[0]) + len(large[1]) > 1 and (coefficient != 1 or len(large[0]) + len(large[1]) < len(above) + len(below)):
        # what is large is a product of its own, without the coefficient, so that it is the same one whatever the coefficient is
        above = [_product(book, ONE, *large, shape), *(f for f in above if f.shape != shape)]
        below = [d for d in below if d.shape != shape]
    if coefficient == 1 and not below and len(above) == 1:
        return above[0]
    operands = tuple(above + below)
    dtype = float_type(operands) if below or isinstance(coefficient, float) else common_type(operands)
    if dtype is not None and dtype.kind == "b":
        dtype = np.dtype(np.float64)
    key = (repr(coefficient), len(above), tuple(sorted(id(x) for x in above)), tuple(sorted(id(x) for x in below)))
    found = book.symbols.get(("product", key, shape))
    if found is None:
        found = Symbol(book, "product", operands, {"coefficient": coefficient, "factors": len(above)}, shape, dtype)
        found.key = ("product", key, shape)
        book.symbols[found.key] = found
    return found.current()


def _combine(coefficient, factors, divisors):
    """Whether the coefficients of products may be multiplied: not where that could overflow, or lose digits, on the way."""
    found = [coefficient] + [part.static.get("value", part.static.get("coefficient")) for part in (*factors, *divisors) if part.operation in ("number", "product")]
    found = [c for c in found if abs(c) != 1]
    if len(found) < 2:
        return True
    total = coefficient
    for parts, combine in ((factors, times), (divisors, over)):
        for part in parts:
            if part.operation in ("number", "product"):
                total = combine(total, part.static["value" if part.operation == "number" else "coefficient"])
    return is_tame(total)


# --- sums of terms -------------------------------------------------------------------------------------------------------------


def add(*terms):
    """The sum of the terms, each (sign, symbol)."""
    return elementwise("add", [x for _, x in terms], static={"signs": [sign for sign, _ in terms]})


def _add(book, terms, shape):
    number, found = Fraction(0), {}
    for sign, x in terms:
        if x.operation == "number":
            number = plus(number, times(Fraction(sign), x.static["value"]))
        else:
            coefficient, rest = coefficient_of(x)
            found.setdefault(rest, []).append(times(Fraction(sign), coefficient))
    terms = []
    for x, coefficients in found.items():
        together = functools.reduce(plus, coefficients)
        same_sign = len({c < 0 for c in coefficients}) == 1  # x + x is 2 x; x - x stays
        for c in [together] if same_sign and is_tame(together) else coefficients:
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
    dtype = common_type(operands)
    dtype = np.dtype(np.float64) if dtype is not None and dtype.kind == "b" else dtype
    return book.make("add", operands, {"signs": signs}, shape, dtype, signs)


# --- the rest ------------------------------------------------------------------------------------------------------------------


def broadcast(x, shape):
    """x repeated to a shape."""
    if x.shape == shape:
        return x
    if x.operation == "broadcast":
        x = inner_of(x)
    broadcast_shapes(x.shape, shape)
    return x.book.make("broadcast", (x,), {"shape": shape}, shape, x.dtype)


def power(x, p):
    exponent = p.static["value"] if p.operation == "number" else None
    if exponent == 1:
        return x
    if exponent == 0:
        return broadcast(x.book.number(1), x.shape)
    if exponent == -1:
        return product(ONE, [], [x])
    return elementwise("power", [x, p], float_type([x, p]))


def unary(name):
    def build(x):
        return elementwise(name, [x], float_type([x]))

    return build


def exp(x):
    """e^x; e^(a - (log s + b)) is e^(a - b) / s where that is there already: so a softmax takes no second exponential."""
    if x.operation == "add":
        terms = list(zip(x.static["signs"], x.operands, strict=True))
        for i, (sign, y) in enumerate(terms):
            inner = list(zip(*_added(y))) if sign == -1 else []
            logs = [z for own, z in inner if own == 1 and z.operation == "log"]
            if logs:
                rest = add(*terms[:i], *terms[i + 1 :], *((-own, z) for own, z in inner if z is not logs[0]))
                found = x.book.symbols.get(("exp", (id(rest),), (), rest.shape))
                if found is not None:
                    return divide(found.current(), logs[0].operands[0].current())
    return elementwise("exp", [x], float_type([x]))


def _added(x):
    """(signs, terms) of a sum, of one that has a name too."""
    while x.operation in ("variable", "reshape"):
        x = x.static["definition"] if x.operation == "variable" else x.operands[0]
        if x is None:
            return (), ()
    return (x.static["signs"], x.operands) if x.operation == "add" else ((), ())


def comparison(name):
    def build(x, y):
        return elementwise(name, [x, y], np.dtype(bool))

    return build


def both(x, y):
    """x and y, of truth values."""
    for a, b in ((x, y), (y, x)):
        if a.operation == "number" and a.static["value"] == 1:
            return b
    return elementwise("both", [x, y], np.dtype(bool))


def where(condition, x, y):
    dtype = common_type([x, y])
    return elementwise("where", [condition, x, y], np.dtype(np.float64) if dtype is None else dtype)


def clip(x, low, high):
    """x inside [low, high], either of which may be missing."""
    book = x.book
    if low is not None:
        x = elementwise("maximum", [x, symbol(book, low)])
    if high is not None:
        x = elementwise("minimum", [x, symbol(book, high)])
    return x
