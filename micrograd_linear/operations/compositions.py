"""NumPy's elementwise functions that are a line of other operations.

They need no record of their own: what they are made of is recorded, drawn, derived and compiled.
Arguments are whatever reads operations, such as Tensors and Values, beside arrays and numbers. What
is constant but for its jumps is a plain number, as the sign of the second operand of ``copysign``.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

COMPOSED: dict[np.ufunc, Callable[..., Any]] = {}


def _composes(*ufuncs: np.ufunc) -> Callable[[Callable], Callable]:
    def register(function: Callable) -> Callable:
        COMPOSED.update(dict.fromkeys(ufuncs, function))
        return function

    return register


def _plain(x: Any) -> Any:
    return getattr(x, "current", x)


@_composes(np.reciprocal)
def reciprocal(x):
    return 1 / x


@_composes(np.positive, np.conjugate)
def positive(x):
    return +x


@_composes(np.fabs)
def fabs(x):
    return np.absolute(x)


@_composes(np.deg2rad, np.radians)
def deg2rad(x):
    return x * (math.pi / 180)


@_composes(np.rad2deg, np.degrees)
def rad2deg(x):
    return x * (180 / math.pi)


@_composes(np.float_power)
def float_power(x, p):
    """x ** p, in float64 whatever the types are."""
    return np.power(_double(x), _double(p))


def _double(x):
    return x.astype(np.float64) if getattr(x, "dtype", np.float64) != np.float64 else x


@_composes(np.copysign)
def copysign(x, y):
    """|x| with the sign of y: as |x|, it has the derivative 0 where x is 0."""
    y = _plain(y)
    one = np.ones((), getattr(y, "dtype", np.int8))
    return abs(x) * np.where(np.signbit(y), -one, one)


@_composes(np.heaviside)
def heaviside(x, h):
    """0 below 0, h at 0, and 1 above."""
    x = _plain(x)
    step = np.heaviside(x, np.zeros((), getattr(x, "dtype", np.float64)))
    if np.ndim(x) or np.ndim(h):
        return np.where(np.equal(x, 0), h, step)
    return +h if x == 0 else step


@_composes(np.ldexp)
def ldexp(x, n):
    """x 2**n for integers n."""
    return x * np.ldexp(np.ones((), getattr(x, "dtype", np.float64)), _plain(n))


@_composes(np.frexp)
def frexp(x):
    """(m, n) with x = m 2**n and 1/2 <= |m| < 1; n is a plain integer."""
    _, n = np.frexp(_plain(x))
    return np.ldexp(x, -n), n


@_composes(np.modf)
def modf(x):
    """(what stands behind the point, what stands before it), the second a plain number."""
    fraction, whole = np.modf(_plain(x))
    infinite = np.isinf(whole)
    if not np.ndim(whole):
        return (fraction if infinite else np.fmod(x, 1)), whole
    return np.where(infinite, fraction, np.fmod(x, 1)), whole


@_composes(np.nextafter)
def nextafter(x, y):
    """The number beside x on the way to y: x and a step, which is a plain number."""
    beside = np.nextafter(_plain(x), _plain(y))
    with np.errstate(invalid="ignore"):
        step = beside - _plain(x)
    finite = np.isfinite(step)
    if finite.all():
        return x + step
    if not np.ndim(beside):
        return beside
    return np.where(finite, x + np.where(finite, step, np.zeros((), step.dtype)), beside)


@_composes(np.divmod)
def divmod(x, y):
    """(x // y, x % y), the first a plain number."""
    return np.floor_divide(_plain(x), _plain(y)), np.remainder(x, y)
