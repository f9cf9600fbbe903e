"""Shares that add up to 1, and their logarithms."""

import numpy as np

from .base import as_array, method
from .reductions import logsumexp


@method()
def softmax(x, axis=None):
    """e^x / Σ e^x over an axis, a tuple of axes, or all elements; it cannot overflow.

    >>> softmax(np.array([0.0, np.log(3.0)])).round(12).tolist()
    [0.25, 0.75]
    """
    return np.exp(log_softmax(x, axis))


@method()
def log_softmax(x, axis=None):
    """log(softmax(x)), with all digits where a share is small."""
    x = as_array(x)
    return x - logsumexp(x, axis, keepdims=True)
