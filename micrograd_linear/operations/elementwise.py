"""Elementwise operations. g = dL/d(result); x and y broadcast against each other."""

import numpy as np

from .registry import is_read, rule


@rule(np.add)
def add(x, y):
    return x + y, (lambda g: g, lambda g: g)


@rule(np.subtract)
def subtract(x, y):
    return x - y, (lambda g: g, lambda g: -g)


@rule(np.multiply)
def multiply(x, y):
    return x * y, (lambda g: g * y, lambda g: g * x)


@rule(np.divide)
def divide(x, y):
    q = x / y
    return q, (lambda g: g / y, lambda g: -g * q / y)


@rule(np.power)
def power(x, p):
    """x ** p. The exponent p - (p != 0) keeps p = 0 at the derivative 0, at x = 0 too;
    log(x + (x == 0)) makes it 0 along 0 ** p.
    """
    if getattr(getattr(p, "dtype", None), "kind", "") == "b":
        p = p * 1  # NumPy subtracts no booleans
    y = x**p
    return y, (lambda g: g * p * x ** (p - (p != 0)), lambda g: g * y * np.log(x + (x == 0)))


@rule(np.square)
def square(x):
    return x * x, (lambda g: 2 * g * x,)


@rule(np.clip)
def clip(x, *, min=None, max=None):
    """x inside [min, max], which may be arrays that broadcast to x's shape; the bounds belong to
    the inside.
    """
    inside = True
    if min is not None:
        inside = inside & (x >= min)
    if max is not None:
        inside = inside & (x <= max)
    return np.clip(x, min, max), (lambda g: np.where(inside, g, 0),)


@rule(np.where)
def where(x, y, *, condition):
    """x where the condition holds, y elsewhere."""
    return np.where(condition, x, y), (
        lambda g: np.where(condition, g, 0),
        lambda g: np.where(condition, 0, g),
    )


@rule(np.maximum)
def maximum(x, y):
    """The larger; a tie shares the gradient equally."""
    return np.maximum(x, y), (lambda g: _larger(g, x, y), lambda g: _larger(g, y, x))


@rule(np.minimum)
def minimum(x, y):
    """The smaller; a tie shares the gradient equally."""
    return np.minimum(x, y), (lambda g: _larger(g, y, x), lambda g: _larger(g, x, y))


def _larger(g, x, y):
    return np.where(x == y, g / 2, np.where(x > y, g, 0))


@rule(np.negative)
def negative(x):
    return -x, (lambda g: -g,)


@rule(np.absolute)
def absolute(x):
    """|x|, with derivative 0 at 0."""
    return np.absolute(x), (lambda g: g * np.sign(x),)


@rule(np.exp)
def exp(x):
    y = np.exp(x)
    return y, (lambda g: g * y,)


@rule(np.expm1)
def expm1(x):
    return np.expm1(x), (lambda g: g * np.exp(x),)


@rule(np.log)
def log(x):
    return np.log(x), (lambda g: g / x,)


@rule(np.log1p)
def log1p(x):
    return np.log1p(x), (lambda g: g / (1 + x),)


@rule(np.sqrt)
def sqrt(x):
    y = np.sqrt(x)
    return y, (lambda g: g / (2 * y),)


@rule(np.sin)
def sin(x):
    return np.sin(x), (lambda g: g * np.cos(x),)


@rule(np.cos)
def cos(x):
    return np.cos(x), (lambda g: -g * np.sin(x),)


@rule(np.tan)
def tan(x):
    y = np.tan(x)
    return y, (lambda g: g * (1 + y**2),)


@rule(np.tanh)
def tanh(x):
    y = np.tanh(x)
    return y, (lambda g: g * (1 - y**2),)


@rule("sigmoid")
def sigmoid(x):
    """1 / (1 + e^-x), computed from e^-|x|, which cannot overflow."""
    if is_read(x):
        # The smooth function is read, not the pieces of the formula below, which have a kink at 0.
        y = sigmoid(x)
    else:
        e = np.exp(-np.absolute(x))
        y = np.where(x >= 0, 1, e) / (1 + e)
    return y, (lambda g: g * y * (1 - y),)


@rule("softplus")
def softplus(x):
    """log(1 + e^x), computed from e^-|x|, which cannot overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.absolute(x))), (lambda g: g * sigmoid(x),)


@rule("relu")
def relu(x):
    """max(x, 0), with derivative 0 at 0."""
    return np.maximum(x, 0), (lambda g: np.where(x > 0, g, 0),)


@rule("leaky_relu")
def leaky_relu(x, *, slope=0.01):
    """x where x > 0, slope * x elsewhere, with derivative ``slope`` at 0."""
    return np.where(x > 0, x, slope * x), (lambda g: np.where(x > 0, g, slope * g),)
