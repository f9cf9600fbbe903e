"""Running sums and products along an axis."""

import numpy as np

from ..engine.numpy_protocol import implements
from ..engine.tensor import Tensor
from ..operations import RULES
from .base import as_array, axis_of, described, into, method, row


def _running(name, x, axis, dtype=None, out=None):
    if x.__class__ is Tensor and axis.__class__ is int and dtype is None and out is None and x.ndim:
        return RULES[name](x, axis=axis)  # whose error tells of an axis that x has not
    x = operand = as_array(x)
    x = x if dtype is None else x.astype(dtype)
    if axis is None:
        x, axis = row(x), 0
    elif not x.ndim and axis in (0, -1):
        x, axis = row(x), 0  # NumPy makes a vector of a number here
    return into(out, name, RULES[name](x, axis=axis_of(name, x, axis)), operand)


@implements(np.cumsum)
@method()
def cumsum(x, axis=None, dtype=None, out=None):
    """Running sums along an axis, or of all elements in a row."""
    return _running("cumsum", x, axis, dtype, out)


@implements(np.cumprod)
@method()
def cumprod(x, axis=None, dtype=None, out=None):
    """Running products along an axis, or of all elements in a row."""
    return _running("cumprod", x, axis, dtype, out)


def _cumulative(name, x, start, axis, dtype, out, include_initial):
    x = as_array(x)
    if axis is None and x.ndim != 1:
        raise ValueError(
            f"{name} of {described([x])}: for an array that has not one axis, axis= is required"
        )
    axis = axis_of(name, x, 0 if axis is None else axis)
    result = _running(name.replace("ulative_", ""), x, axis, dtype, None)
    if include_initial:
        first = np.full((*x.shape[:axis], 1, *x.shape[axis + 1 :]), start, result.dtype)
        result = RULES["concatenate"](first, result, axis=axis)
    return into(out, name, result, x)


@implements(np.cumulative_sum)
def cumulative_sum(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
    """Running sums along an axis, after a 0 with ``include_initial``."""
    return _cumulative("cumulative_sum", x, 0, axis, dtype, out, include_initial)


@implements(np.cumulative_prod)
def cumulative_prod(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
    """Running products along an axis, after a 1 with ``include_initial``."""
    return _cumulative("cumulative_prod", x, 1, axis, dtype, out, include_initial)
