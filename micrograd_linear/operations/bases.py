"""Powers and logarithms of the bases 2 and 10, and sums in the logarithm. g = dL/d(result)."""

import math

import numpy as np

from . import ieee
from .activations import sigmoid
from .operation import POSITIVE, REAL, Lesson, Notation, rule

LOG_2, LOG_10 = math.log(2.0), math.log(10.0)


@rule(
    np.exp2,
    scalar=ieee.of_ufunc(np.exp2),
    domains=(REAL,),
    seldom=True,
    notation=Notation(javascript="Math.pow(2,{0})"),
    lesson=Lesson(
        "2**z log(2)",
        "function",
        lambda x, y: {"2**z, without log(2)": y, "z 2**(z - 1)": x * y / 2},
    ),
)
def exp2(x):
    y = np.exp2(x)
    return y, (lambda g: g * y * LOG_2,)


@rule(
    np.log2,
    scalar=ieee.unary(math.log2, np.log2),
    domains=(POSITIVE,),
    seldom=True,
    notation=Notation(javascript="Math.log2({0})"),
    lesson=Lesson(
        "1 / (z log(2))", "function", lambda x, y: {"1 / z": 1 / x, "log(2) / z": LOG_2 / x}
    ),
)
def log2(x):
    return np.log2(x), (lambda g: g / (x * LOG_2),)


@rule(
    np.log10,
    scalar=ieee.unary(math.log10, np.log10),
    domains=(POSITIVE,),
    seldom=True,
    notation=Notation(javascript="Math.log10({0})"),
    lesson=Lesson(
        "1 / (z log(10))", "function", lambda x, y: {"1 / z": 1 / x, "log(10) / z": LOG_10 / x}
    ),
)
def log10(x):
    return np.log10(x), (lambda g: g / (x * LOG_10),)


@rule(
    np.logaddexp,
    scalar=ieee.of_ufunc(np.logaddexp),
    domains=(REAL, REAL),
    seldom=True,
    commutative=True,
    notation=Notation(
        javascript="(Math.max({0},{1})+Math.log1p(Math.exp(-Math.abs({0}-({1})))))",
    ),
)
def logaddexp(x, y):
    """log(e^x + e^y), whose derivatives are the shares of e^x and of e^y in the sum."""
    return np.logaddexp(x, y), (
        lambda g: g * sigmoid(_difference(x, y)),
        lambda g: g * sigmoid(_difference(y, x)),
    )


@rule(
    np.logaddexp2,
    scalar=ieee.of_ufunc(np.logaddexp2),
    domains=(REAL, REAL),
    seldom=True,
    commutative=True,
    notation=Notation(
        javascript="(Math.max({0},{1})+Math.log2(1+Math.pow(2,-Math.abs({0}-({1})))))",
    ),
)
def logaddexp2(x, y):
    """log2(2^x + 2^y)."""
    return np.logaddexp2(x, y), (
        lambda g: g * sigmoid(LOG_2 * _difference(x, y)),
        lambda g: g * sigmoid(LOG_2 * _difference(y, x)),
    )


def _difference(x, y):
    """x - y, and 0 between two equal infinities, which share the gradient."""
    d = x - y
    return np.where((x == y) & (d != 0), 0, d)
