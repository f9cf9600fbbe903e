"""Functions of floats that follow IEEE 754 where Python's own raise an exception.

Python stops at ``1.0 / 0.0``, ``math.exp(1000.0)`` and ``math.log(0.0)``; NumPy gives inf, inf and
-inf. A graph of ``Value``s and a graph of ``Tensor``s must give the same numbers, so the scalar
engine uses these. Python's function runs first, because it is many times as fast.
"""

import math
import operator

import numpy as np


def _unary(python, numpy):
    def function(x):
        try:
            return python(x)
        except (ArithmeticError, ValueError):
            with np.errstate(all="ignore"):
                return float(numpy(x))

    return function


def _binary(python, numpy):
    def function(x, y):
        try:
            return python(x, y)
        except (ArithmeticError, ValueError):
            with np.errstate(all="ignore"):
                return float(numpy(x, y))

    return function


divide = _binary(operator.truediv, np.true_divide)
power = _binary(math.pow, np.float_power)
exp = _unary(math.exp, np.exp)
expm1 = _unary(math.expm1, np.expm1)
log = _unary(math.log, np.log)
log1p = _unary(math.log1p, np.log1p)
sqrt = _unary(math.sqrt, np.sqrt)
sin = _unary(math.sin, np.sin)
cos = _unary(math.cos, np.cos)
tan = _unary(math.tan, np.tan)
tanh = math.tanh  # is defined everywhere


def sigmoid(x):
    """1 / (1 + e^-x), by the form whose exponential cannot overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)  # NaN comes here too, and stays NaN
    return e / (1.0 + e)


def softplus(x):
    """log(1 + e^x), by the form that neither overflows nor cancels."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x))) if x == x else x


def relu(x):
    return x if x > 0.0 or x != x else 0.0


def leaky_relu(x, slope):
    return x if x > 0.0 else slope * x


def maximum(x, y):
    """The larger of two numbers; NaN where either is, as in NumPy."""
    return x if x >= y or x != x else y


def minimum(x, y):
    """The smaller of two numbers; NaN where either is, as in NumPy."""
    return x if x <= y or x != x else y
