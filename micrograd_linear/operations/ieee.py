"""Functions of floats that follow IEEE 754 where Python's own raise an exception.

Python stops at ``1.0 / 0.0``, ``math.exp(1000.0)`` and ``math.log(0.0)``; NumPy gives inf, inf and
-inf. A graph of ``Value``s and a graph of ``Tensor``s must give the same numbers, so the scalar
engine uses these. Python's function runs first, because it is many times as fast.
"""

import functools
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np


def unary(python: Callable[[float], float], numpy: np.ufunc) -> Callable[[float], float]:
    """Python's function of one float, and NumPy's where that raises.

    Machine code needs no exception: ``without_exceptions`` is what it calls.
    """

    def function(x: float) -> float:
        try:
            return python(x)
        except (ArithmeticError, ValueError):
            with np.errstate(all="ignore"):
                return float(numpy(x))

    return _named(function, python, numpy)


def binary(
    python: Callable[[float, float], float], numpy: np.ufunc
) -> Callable[[float, float], float]:
    """The same for a function of two floats."""

    def function(x: float, y: float) -> float:
        try:
            return python(x, y)
        except (ArithmeticError, ValueError):
            with np.errstate(all="ignore"):
                return float(numpy(x, y))

    return _named(function, python, numpy)


@functools.cache
def of_ufunc(ufunc: np.ufunc) -> Callable[..., float]:
    """NumPy's own function on floats, for what Python has none."""

    def function(*numbers: float) -> float:
        with np.errstate(all="ignore"):
            return float(ufunc(*numbers))

    return _named(function, ufunc, ufunc)


def _named(function: Any, python: Callable, numpy: np.ufunc) -> Any:
    function.__name__ = numpy.__name__
    function.without_exceptions = python
    return function


divide = binary(operator.truediv, np.true_divide)
power = binary(math.pow, np.float_power)
exp = unary(math.exp, np.exp)


def sign(x: float) -> float:
    return (1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0) if x == x else x


def sigmoid(x: float) -> float:
    """1 / (1 + e^-x), by the form whose exponential cannot overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)  # NaN comes here too, and stays NaN
    return e / (1.0 + e)


def softplus(x: float) -> float:
    """log(1 + e^x), by the form that neither overflows nor cancels."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x))) if x == x else x


def relu(x: float) -> float:
    return x if x > 0.0 or x != x else 0.0


def leaky_relu(x: float, slope: float) -> float:
    return x if x > 0.0 else slope * x


def maximum(x: float, y: float) -> float:
    """The larger of two numbers; NaN where either is, as in NumPy."""
    return x if x >= y or x != x else y


def minimum(x: float, y: float) -> float:
    """The smaller of two numbers; NaN where either is, as in NumPy."""
    return x if x <= y or x != x else y


def fmax(x: float, y: float) -> float:
    """The larger of two numbers; the other one where one is NaN."""
    return x if x >= y or y != y else y


def fmin(x: float, y: float) -> float:
    """The smaller of two numbers; the other one where one is NaN."""
    return x if x <= y or y != y else y
