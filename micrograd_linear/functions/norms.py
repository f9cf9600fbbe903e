"""Norms of vectors and matrices, and the condition number."""

import operator
from typing import Any

import numpy as np

from ..engine.numpy_protocol import implements
from ..operations import RULES
from .base import as_array, method
from .decompositions import svdvals
from .elementwise import absolute
from .reductions import max, min, sum
from .shapes import expand_dims, moveaxis, squeeze


@implements(np.linalg.norm)
@method()
def norm(x, ord: Any = None, axis=None, keepdims=False):
    """A norm of all of x, or of its vectors or matrices along an axis, or two.

    Of vectors ``ord`` is any number: 2 where none is given, the largest magnitude for inf, the
    smallest for -inf. Of matrices it is "fro", "nuc", 1, -1, 2, -2, inf or -inf. Without ``ord``
    there may be more axes. A norm has the derivative 0 at 0, and ord 0, which counts, gives plain
    numbers.
    """
    if ord is None and (axis is None or axis.__class__ is int):
        return RULES["norm"](x, axis=axis, keepdims=bool(keepdims))
    x = as_array(x)
    axes = _axes(x, axis)
    whole = axis is None and ord == 2 and x.ndim == 1
    if whole or (ord is None and axes) or (ord in ("f", "fro") and len(axes) == 2):
        return RULES["norm"](x, axis=None if axis is None else axes, keepdims=bool(keepdims))
    if len(axes) == 1 and not isinstance(ord, str):
        return _of_vectors(x, ord, axes[0], bool(keepdims))
    if len(axes) == 2 and ord in ("nuc", 1, -1, 2, -2, np.inf, -np.inf):
        return _of_matrices(x, ord, axes, bool(keepdims))
    refused: Any = np.linalg.norm
    return refused(np.ones((1,) * x.ndim), ord, axis)  # NumPy says what is wrong


def _axes(x, axis):
    """The axes as numbers from 0, checked by NumPy; all where none are given."""
    if axis is None:
        return tuple(range(x.ndim))
    axes = axis if isinstance(axis, tuple) else (operator.index(axis),)
    return np.lib.array_utils.normalize_axis_tuple(axes, x.ndim)


def _of_vectors(x, ord, axis, keepdims):
    if ord == 2:
        return RULES["norm"](x, axis=axis, keepdims=keepdims)
    if ord == 0:
        return np.count_nonzero(x, axis=axis, keepdims=keepdims).astype(x.dtype)
    if ord in (1, np.inf, -np.inf):
        reduced = sum if ord == 1 else max if ord > 0 else min
        return reduced(absolute(x), axis, keepdims=keepdims)
    return RULES["power_norm"](x, ord=ord, axis=axis, keepdims=keepdims)


def _of_matrices(x, ord, axes, keepdims):
    """ "nuc", 2 and -2 are of the singular values, the others of sums along one of the axes."""
    if ord in ("nuc", 2, -2):
        reduced = sum if ord == "nuc" else max if ord > 0 else min
        y = reduced(svdvals(moveaxis(x, axes, (-2, -1))), axis=-1)
        return expand_dims(y, axes) if keepdims else y
    added, chosen = axes if abs(ord) == 1 else axes[::-1]
    sums = sum(absolute(x), axis=added, keepdims=True)
    y = (max if ord > 0 else min)(sums, axis=chosen, keepdims=True)
    return y if keepdims else squeeze(y, axes)


@implements(np.linalg.vector_norm)
def vector_norm(x, /, *, axis=None, keepdims=False, ord=2):
    """The norm of all elements as one vector, or of those along one or several axes."""
    axes = _axes(as_array(x), axis)
    others = [i for i in range(x.ndim) if i not in axes]
    rows = x.transpose((*axes, *others)).reshape(-1, *(x.shape[i] for i in others))
    y = norm(rows, ord, 0)
    return y.reshape([1 if i in axes else n for i, n in enumerate(x.shape)]) if keepdims else y


@implements(np.linalg.matrix_norm)
def matrix_norm(x, /, *, keepdims=False, ord="fro"):
    """The norm of a matrix, or of each of a stack."""
    return norm(x, ord, (-2, -1), keepdims)


@implements(np.linalg.cond)
def cond(x, p=None):
    """The condition number: the norm times that of the inverse, by any order of a matrix norm."""
    if p in (None, 2, -2):
        s = svdvals(x)
        return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    return norm(x, p, (-2, -1)) * norm(RULES["inv"](x), p, (-2, -1))
