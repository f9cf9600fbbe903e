"""The error function and the logarithm of gamma, element by element. g = dL/d(result).

Python has them for single numbers. Arrays go through SciPy's function of the same name where the
program has imported it, and element by element where not; nothing here imports SciPy.
"""

import math
import sys

import numpy as np

from . import gamma, ieee
from .operation import POSITIVE, REAL, Lesson, Notation, is_read, rule

_SCALE = 2 / math.sqrt(math.pi)


def _value(own, x, scalar=None, **static):
    """The operation ``own`` on numbers, of whatever kind they are."""
    if is_read(x):
        return own(x, **static)
    scipy = sys.modules.get("scipy.special")
    if scipy is not None and getattr(x, "dtype", np.dtype(object)).kind == "f" and scalar is None:
        return getattr(scipy, own.name)(x)
    of_number = scalar or own.scalar
    by_element = np.frompyfunc(lambda v: own(v) if is_read(v) else of_number(float(v)), 1, 1)
    return np.asarray(by_element(x), dtype=getattr(x, "dtype", None))


@rule(
    "erf",
    elementwise=True,
    scalar=math.erf,
    domains=(REAL,),
    seldom=True,
    notation=Notation(javascript="erf({0})"),
    lesson=Lesson(
        "2 exp(-z**2) / sqrt(π)",
        "function",
        lambda x, y: {"exp(-z**2)": np.exp(-x * x), "exp(-z**2 / 2)": np.exp(-x * x / 2)},
    ),
)
def erf(x):
    """2 / sqrt(π) times the integral of exp(-t²) from 0 to x."""
    return _value(erf, x), (lambda g: g * (_SCALE * np.exp(-x * x)),)


@rule(
    "erfc",
    elementwise=True,
    scalar=math.erfc,
    domains=(REAL,),
    seldom=True,
    notation=Notation(javascript="erfc({0})"),
)
def erfc(x):
    """1 - erf(x), with all digits where it is small."""
    return _value(erfc, x), (lambda g: -g * (_SCALE * np.exp(-x * x)),)


@rule(
    "gammaln",
    elementwise=True,
    scalar=ieee.unary(math.lgamma, np.frompyfunc(lambda x: math.inf, 1, 1)),
    domains=(POSITIVE,),
    seldom=True,
    notation=Notation("lnΓ", text="log_gamma", javascript="gammaln({0})"),
)
def gammaln(x):
    """log |Γ(x)|."""
    return _value(gammaln, x), (lambda g: g * digamma(x),)


@rule(
    "digamma",
    elementwise=True,
    scalar=gamma.digamma,
    domains=(POSITIVE,),
    seldom=True,
    notation=Notation("ψ", text="ψ", latex=r"\psi", javascript="digamma({0})"),
)
def digamma(x):
    """The derivative of log Γ(x)."""
    return _value(digamma, x), (lambda g: g * trigamma(x),)


@rule("trigamma", scalar=gamma.trigamma, notation=Notation(javascript="trigamma({0})"))
def trigamma(x):
    """The second derivative of log Γ(x)."""
    return _value(trigamma, x, gamma.trigamma), (lambda g: g * polygamma(x, order=2),)


@rule("polygamma")
def polygamma(x, *, order):
    """The derivative of digamma of an order that is at least 2, of positive numbers."""
    if is_read(x) and not hasattr(x, "requires_grad"):
        raise TypeError(
            f"polygamma of order {order} of a formula: NumPy has no function of one call for it"
        )
    if not is_read(x) and np.any(np.asarray(x) <= 0):
        raise ValueError(
            f"polygamma of order {order}: expected positive numbers, got {np.min(x)}; the third "
            "derivative of gammaln is known there alone"
        )
    value = _value(polygamma, x, lambda v: gamma.polygamma_of_positive(order, v), order=order)
    return value, (lambda g: g * polygamma(x, order=order + 1),)
