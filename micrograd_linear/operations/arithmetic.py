"""Arithmetic and choices, element by element. g = dL/d(result); x and y broadcast together."""

import operator

import numpy as np

from . import ieee
from .operation import POSITIVE, REAL, Notation, rule


@rule(
    np.add,
    operator=True,
    scalar=operator.add,
    domains=(REAL, REAL),
    commutative=True,
    notation=Notation("+", javascript="({0}+{1})", symbol="+", of_many="Σ"),
)
def add(x, y):
    return x + y, (lambda g: g, lambda g: g)


@rule(
    np.subtract,
    operator=True,
    scalar=operator.sub,
    domains=(REAL, REAL),
    roles=("left", "right"),
    notation=Notation("-", javascript="({0}-{1})", symbol="−"),
)
def subtract(x, y):
    return x - y, (lambda g: g, lambda g: -g)


@rule(
    np.multiply,
    operator=True,
    scalar=operator.mul,
    domains=(REAL, REAL),
    commutative=True,
    multiplies=True,
    notation=Notation("*", javascript="({0}*{1})", symbol="×", of_many="Π"),
)
def multiply(x, y):
    return x * y, (lambda g: g * y, lambda g: g * x)


@rule(
    np.divide,
    operator=True,
    scalar=ieee.divide,
    domains=(REAL, POSITIVE),
    roles=("left", "right"),
    notation=Notation("/", javascript="({0}/{1})", symbol="÷"),
)
def divide(x, y):
    q = x / y
    return q, (lambda g: g / y, lambda g: -g * q / y)


@rule(
    np.power,
    operator=True,
    scalar=ieee.power,
    domains=(POSITIVE, REAL),
    roles=("base", "exponent"),
    notation=Notation("**", javascript="power({0},{1})", symbol="^"),
)
def power(x, p):
    """x ** p. The exponent p - (p != 0) keeps p = 0 at the derivative 0, at x = 0 too;
    log(x + (x == 0)) makes it 0 along 0 ** p.
    """
    if getattr(getattr(p, "dtype", None), "kind", "") == "b":
        p = p.astype(np.int8)  # NumPy subtracts no booleans; this type widens no other
    y = x**p
    return y, (lambda g: g * p * x ** (p - (p != 0)), lambda g: g * y * np.log(x + (x == 0)))


@rule(
    np.negative,
    operator=True,
    scalar=operator.neg,
    domains=(REAL,),
    notation=Notation("neg", javascript="(-{0})", symbol="−"),
)
def negative(x):
    return -x, (lambda g: -g,)


@rule(
    np.maximum,
    scalar=ieee.maximum,
    domains=(REAL, REAL),
    commutative=True,
    kinked=True,
    notation=Notation("max", "max", r"\max", javascript="Math.max({0},{1})"),
)
def maximum(x, y):
    """The larger of two, elementwise; a tie shares the gradient equally."""
    return np.maximum(x, y), (lambda g: _larger(g, x, y), lambda g: _larger(g, y, x))


@rule(
    np.minimum,
    scalar=ieee.minimum,
    domains=(REAL, REAL),
    commutative=True,
    kinked=True,
    notation=Notation("min", "min", r"\min", javascript="Math.min({0},{1})"),
)
def minimum(x, y):
    """The smaller of two, elementwise; a tie shares the gradient equally."""
    return np.minimum(x, y), (lambda g: _larger(g, y, x), lambda g: _larger(g, x, y))


def _larger(g, x, y):
    return np.where(x == y, g / 2, np.where(x > y, g, 0))


@rule(np.clip, elementwise=True, domains=(REAL,), kinked=True, composed=True)
def clip(x, *, min=None, max=None):
    """minimum(maximum(x, min), max), whose bounds may be arrays that broadcast to x's shape; x at
    a bound is a tie.
    """

    def pullback(g):
        g = g if min is None else _larger(g, x, min)
        return g if max is None else _larger(g, max, x)

    return np.clip(x, min, max), (pullback,)


@rule(np.where, elementwise=True, domains=(REAL, REAL), roles=("if true", "if false"))
def where(x, y, *, condition):
    """x where the condition holds, y elsewhere."""
    return np.where(condition, x, y), (
        lambda g: np.where(condition, g, 0),
        lambda g: np.where(condition, 0, g),
    )
