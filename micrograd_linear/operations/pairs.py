"""Functions of two numbers, element by element. g = dL/d(result); x and y broadcast together."""

import math
import operator

import numpy as np

from . import ieee
from .operation import POSITIVE, REAL, Notation, rule


@rule(
    np.hypot,
    scalar=math.hypot,
    domains=(REAL, POSITIVE),
    seldom=True,
    commutative=True,
    kinked=True,
    notation=Notation(javascript="Math.hypot({0},{1})"),
)
def hypot(x, y):
    """sqrt(x² + y²), with derivative 0 at (0, 0), as a norm has."""
    h = np.hypot(x, y)
    return h, (lambda g: g * _over(x, h), lambda g: g * _over(y, h))


@rule(
    np.arctan2,
    scalar=math.atan2,
    domains=(REAL, POSITIVE),
    seldom=True,
    roles=("y", "x"),
    kinked=True,
    aliases=("atan2",),
    notation=Notation(javascript="Math.atan2({0},{1})"),
)
def arctan2(y, x):
    """The angle of the point (x, y), with derivative 0 at (0, 0)."""
    h = np.hypot(x, y)
    return np.arctan2(y, x), (
        lambda g: g * _over(_over(x, h), h),
        lambda g: -g * _over(_over(y, h), h),
    )


def _over(x, h):
    """x / h, and 0 where h is 0, as are its derivatives there."""
    return x / np.where(h == 0, np.inf, h)


@rule(
    np.fmax,
    scalar=ieee.fmax,
    domains=(REAL, REAL),
    seldom=True,
    commutative=True,
    kinked=True,
    notation=Notation(javascript="({0}>={1}||Number.isNaN({1})?{0}:{1})"),
)
def fmax(x, y):
    """The larger of two, and the other of a NaN; a tie shares the gradient equally."""
    return np.fmax(x, y), (lambda g: _taken(g, y, x, y), lambda g: _taken(g, x, y, x))


@rule(
    np.fmin,
    scalar=ieee.fmin,
    domains=(REAL, REAL),
    seldom=True,
    commutative=True,
    kinked=True,
    notation=Notation(javascript="({0}<={1}||Number.isNaN({1})?{0}:{1})"),
)
def fmin(x, y):
    """The smaller of two, and the other of a NaN; a tie shares the gradient equally."""
    return np.fmin(x, y), (lambda g: _taken(g, y, y, x), lambda g: _taken(g, x, x, y))


def _taken(g, other, larger, smaller):
    """g where the first is larger, or the other one is no number; half of it at a tie."""
    beside_nan = np.where(other != other, g, 0)
    return np.where(larger == smaller, g / 2, np.where(larger > smaller, g, beside_nan))


@rule(
    np.remainder,
    scalar=ieee.binary(operator.mod, np.remainder),
    domains=(REAL, POSITIVE),
    seldom=True,
    roles=("dividend", "divisor"),
    aliases=("mod",),
    kinked=True,
    notation=Notation("%", javascript="remainder({0},{1})"),
)
def remainder(x, y):
    """x % y, whose sign is that of y. At a jump the derivative is that beside it."""
    return np.remainder(x, y), (lambda g: g, lambda g: -g * np.floor_divide(x, y))


@rule(
    np.fmod,
    scalar=ieee.of_ufunc(np.fmod),
    domains=(REAL, POSITIVE),
    seldom=True,
    roles=("dividend", "divisor"),
    kinked=True,
    notation=Notation(javascript="({0}%{1})"),
)
def fmod(x, y):
    """x - y trunc(x / y), whose sign is that of x. At a jump the derivative is that beside it."""
    return np.fmod(x, y), (lambda g: g, lambda g: -g * np.trunc(x / y))
