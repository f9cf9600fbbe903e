"""Elementary functions, comparisons and choices on symbols, with what is trivial left out."""

import numpy as np

from ..operations import names as op
from .algebra import ONE, add, broadcast, divide, elementwise, product, symbol
from .shapes import common_type, float_type


def power(x, p):
    exponent = p.static["value"] if p.operation == "number" else None
    if exponent == 1:
        return x
    if exponent == 0:
        return broadcast(x.book.number(1), x.shape)
    if exponent == -1:
        return product(ONE, [], [x])
    return elementwise(op.POWER, [x, p], float_type([x, p]))


def elementary(rule):
    """An elementwise operation that is written by its name, such as tanh."""

    def build(*operands):
        return elementwise(rule.name, list(operands), float_type(operands))

    return build


def choice(ufunc):
    """One of two numbers, such as the larger: its type is theirs."""

    def build(x, y):
        return elementwise(ufunc.__name__, [x, y])

    return build


def exp(x):
    """e^x; e^(a - (log s + b)) is e^(a - b) / s where that is there already: so a softmax takes no
    second exponential.
    """
    if x.operation == op.ADD:
        terms = list(zip(x.static["signs"], x.operands, strict=True))
        for i, (sign, y) in enumerate(terms):
            inner = list(zip(*_added(y))) if sign == -1 else []
            logs = [z for own, z in inner if own == 1 and z.operation == op.LOG]
            if logs:
                rest = add(
                    *terms[:i],
                    *terms[i + 1 :],
                    *((-own, z) for own, z in inner if z is not logs[0]),
                )
                shared = x.book.symbols.get((op.EXP, (id(rest),), (), rest.shape))
                if shared is not None:
                    return divide(shared.current(), logs[0].operands[0].current())
    return elementwise(op.EXP, [x], float_type([x]))


def _added(x):
    """(signs, terms) of a sum, of one that has a name too."""
    while x.operation in ("variable", op.RESHAPE):
        x = x.static["definition"] if x.operation == "variable" else x.operands[0]
        if x is None:
            return (), ()
    return (x.static["signs"], x.operands) if x.operation == op.ADD else ((), ())


def comparison(ufunc):
    """A truth value for each place."""

    def build(x, y):
        return elementwise(ufunc.__name__, [x, y], np.dtype(bool))

    return build


def both(x, y):
    """x and y, of truth values."""
    for a, b in ((x, y), (y, x)):
        if a.operation == "number" and a.static["value"] == 1:
            return b
    return elementwise("both", [x, y], np.dtype(bool))


def where(condition, x, y):
    dtype = common_type([x, y])
    return elementwise(
        op.WHERE, [condition, x, y], np.dtype(np.float64) if dtype is None else dtype
    )


def clip(x, low, high):
    """x inside [low, high], either of which may be missing."""
    book = x.book
    if low is not None:
        x = elementwise(op.MAXIMUM, [x, symbol(book, low)])
    if high is not None:
        x = elementwise(op.MINIMUM, [x, symbol(book, high)])
    return x
