"""Products of vectors, and of stacks of them."""

import numpy as np

from ..engine.numpy_protocol import implements
from ..operations import RULES
from .base import as_array, by_numpy, described, hollow, part, reshaped, row
from .products import dot, einsum
from .shapes import moveaxis


@implements(np.vdot)
def vdot(a, b, /):
    """The sum of the products of all elements."""
    a, b = row(as_array(a)), row(as_array(b))
    if a.size != b.size:
        raise ValueError(
            f"vdot of {described([a, b])}: expected as many elements in both, got {a.size} and "
            f"{b.size}"
        )
    return dot(a, b)


@implements(np.vecdot)
def vecdot(x1, x2, /, *, axis=-1):
    """The sum of the products along an axis of both."""
    x1, x2 = as_array(x1), as_array(x2)
    by_numpy("vecdot", x1, np.vecdot, hollow(x1), hollow(x2), axis=axis)
    if axis != -1:
        x1, x2 = moveaxis(x1, axis, -1), moveaxis(x2, axis, -1)
    return einsum("...i,...i->...", x1, x2)


@implements(np.matvec)
def matvec(x1, x2, /):
    """Each matrix of a stack times a vector of another."""
    x1, x2 = as_array(x1), as_array(x2)
    by_numpy("matvec", x1, np.matvec, hollow(x1), hollow(x2))
    return einsum("...ij,...j->...i", x1, x2)


@implements(np.vecmat)
def vecmat(x1, x2, /):
    """Each vector of a stack times a matrix of another."""
    x1, x2 = as_array(x1), as_array(x2)
    by_numpy("vecmat", x1, np.vecmat, hollow(x1), hollow(x2))
    return einsum("...i,...ij->...j", x1, x2)


@implements(np.kron)
def kron(a, b):
    """Every element of the one times the whole other one, as blocks."""
    a, b = as_array(a), as_array(b)
    ndim = max(a.ndim, b.ndim)
    shapes = [(1,) * (ndim - x.ndim) + x.shape for x in (a, b)]
    left = reshaped(a, [n for length in shapes[0] for n in (length, 1)])
    right = reshaped(b, [n for length in shapes[1] for n in (1, length)])
    return reshaped(RULES["multiply"](left, right), [n * m for n, m in zip(*shapes)])


@implements(np.cross)
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """The cross product of vectors with three elements along an axis."""
    a, b = as_array(a), as_array(b)
    if axis is not None:
        axisa = axisb = axisc = axis
    by_numpy("cross", a, np.cross, np.ones(a.shape), np.ones(b.shape), axisa, axisb, axisc)
    a, b = moveaxis(a, axisa, -1), moveaxis(b, axisb, -1)
    x, y = ([part(v, (..., slice(i, i + 1))) for i in range(3)] for v in (a, b))
    parts = [x[i] * y[j] - x[j] * y[i] for i, j in ((1, 2), (2, 0), (0, 1))]
    return moveaxis(RULES["concatenate"](*parts, axis=-1), -1, axisc)
