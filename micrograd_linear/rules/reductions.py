"""Reductions over axes. ``kept`` is the result's shape with the reduced axes left in as 1."""

import numpy as np

from . import rule


def _kept(shape, axis):
    """The shape of a reduction with keepdims=True, and how many elements each result was made of.

    >>> _kept((2, 3, 4), (0, -1))
    ((1, 3, 1), 8)
    """
    if axis is None:
        reduced = range(len(shape))
    else:
        reduced = [i % len(shape) for i in (axis if isinstance(axis, tuple) else (axis,))]
    count = 1
    for i in reduced:
        count *= shape[i]
    return tuple(1 if i in reduced else n for i, n in enumerate(shape)), count


@rule(np.sum)
def sum(x, *, axis=None, keepdims=False):
    y = np.sum(x, axis=axis, keepdims=keepdims)
    shape = x.shape
    kept, _ = _kept(shape, axis)
    return y, (lambda g: np.broadcast_to(np.reshape(g, kept), shape),)


@rule(np.mean)
def mean(x, *, axis=None, keepdims=False):
    y = np.mean(x, axis=axis, keepdims=keepdims)
    shape = x.shape
    kept, count = _kept(shape, axis)
    return y, (lambda g: np.broadcast_to(np.reshape(g, kept) / (count or 1), shape),)


@rule(np.max)
def max(x, *, axis=None, keepdims=False):
    """The largest element; ties share the gradient equally."""
    y = np.max(x, axis=axis, keepdims=keepdims)
    kept, _ = _kept(x.shape, axis)

    def pullback(g):
        largest = x == np.reshape(y, kept)
        ties = np.sum(largest, axis=axis, keepdims=True)
        return np.where(largest, np.reshape(g, kept) / ties, 0)

    return y, (pullback,)
