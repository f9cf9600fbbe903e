"""Step functions, element by element: constant but for their jumps. g = dL/d(result)."""

import operator

import numpy as np

from . import ieee
from .operation import POSITIVE, REAL, Notation, rule


@rule(
    np.sign,
    scalar=ieee.sign,
    domains=(REAL,),
    flat=True,
    kinked=True,
    notation=Notation(javascript="Math.sign({0})"),
)
def sign(x):
    """-1, 0 or 1, with derivative 0, at the jump too."""
    return np.sign(x), (lambda g: 0 * g,)


@rule(
    np.floor,
    scalar=ieee.of_ufunc(np.floor),
    domains=(REAL,),
    flat=True,
    kinked=True,
    notation=Notation(javascript="Math.floor({0})"),
)
def floor(x):
    """The largest integer that is not above x."""
    return np.floor(x), (lambda g: 0 * g,)


@rule(
    np.ceil,
    scalar=ieee.of_ufunc(np.ceil),
    domains=(REAL,),
    flat=True,
    kinked=True,
    notation=Notation(javascript="Math.ceil({0})"),
)
def ceil(x):
    """The smallest integer that is not below x."""
    return np.ceil(x), (lambda g: 0 * g,)


@rule(
    np.trunc,
    scalar=ieee.of_ufunc(np.trunc),
    domains=(REAL,),
    flat=True,
    kinked=True,
    notation=Notation(javascript="Math.trunc({0})"),
)
def trunc(x):
    """x without what stands behind its point."""
    return np.trunc(x), (lambda g: 0 * g,)


@rule(np.rint, scalar=ieee.of_ufunc(np.rint), domains=(REAL,), flat=True, kinked=True)
def rint(x):
    """The nearest integer, the even one of two that are as near."""
    return np.rint(x), (lambda g: 0 * g,)


@rule(
    np.floor_divide,
    scalar=ieee.binary(operator.floordiv, np.floor_divide),
    domains=(REAL, POSITIVE),
    flat=True,
    kinked=True,
    notation=Notation("//", javascript="floorDivide({0},{1})"),
)
def floor_divide(x, y):
    """x // y."""
    return np.floor_divide(x, y), (lambda g: 0 * g, lambda g: 0 * g)
