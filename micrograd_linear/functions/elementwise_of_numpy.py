"""Elementwise functions of NumPy that are no ufuncs, composed of operations."""

import math

import numpy as np

from ..engine.numpy_protocol import implements
from .base import as_array

_NEAR_ZERO = 0.03  # below it, the quotient in sinc and its derivatives would cancel
_SINC = [(-1) ** k / math.factorial(2 * k + 1) for k in range(6)]  # Σ c_k z^2k
_COSINES = np.cos((np.arange(64) + 0.5) * np.pi / 128)


@implements(np.sinc)
def sinc(x):
    """sin(πx) / (πx), which is 1 at 0; a power series beside it, so that all derivatives are right.

    >>> from micrograd_linear import grad
    >>> grad(grad(sinc))(0.0) * 3 / np.pi**2
    -1.0
    """
    z = x * np.pi
    near = np.absolute(x.current) < _NEAR_ZERO
    if not near.any():
        return np.sin(z) / z
    square = z * z
    series = _SINC[-1]
    for coefficient in _SINC[-2::-1]:
        series = series * square + coefficient
    away = np.where(near, np.ones((), z.dtype), z)
    return np.where(near, series, np.sin(away) / away)


@implements(np.i0)
def i0(x):
    """The modified Bessel function I₀: the mean of cosh(x cos θ) over a quarter of the circle.

    The mean of so many angles is exact to rounding for all numbers whose I₀ a float64 holds.
    """
    return np.mean(np.cosh(np.expand_dims(x, -1) * _COSINES.astype(x.dtype)), axis=-1)


@implements(np.nan_to_num)
def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    """x, with numbers in place of NaN and infinities, which get no gradient."""
    numbers = np.nan_to_num(x.current, nan=nan, posinf=posinf, neginf=neginf)
    result = np.where(np.isfinite(x), x, numbers)
    if copy:
        return result
    x[...] = result
    return x


@implements(np.real)
def real(val):
    """The Tensor itself, as a new one: its numbers are real."""
    return +as_array(val)


@implements(np.real_if_close)
def real_if_close(a, tol=100):
    """The same."""
    return real(a)
