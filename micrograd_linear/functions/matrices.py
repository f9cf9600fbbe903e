"""Products of vectors and of many matrices, powers, and equations of tensors: compositions."""

import functools
import math
import operator

import numpy as np

from ..engine.numpy_protocol import implements
from ..operations import RULES
from . import products
from .base import as_array
from .joins import stack
from .products import inv, matmul, solve, tensordot
from .shapes import moveaxis, ravel, swapaxes


@implements(np.linalg.matrix_transpose)
@implements(np.matrix_transpose)
def matrix_transpose(x, /):
    """The last two axes exchanged."""
    if x.ndim < 2:
        raise ValueError(f"matrix_transpose of {x.describe()}: expected two axes or more")
    return swapaxes(x, -1, -2)


@implements(np.linalg.matmul)
def linalg_matmul(x1, x2, /):
    """x1 @ x2."""
    return matmul(x1, x2)


@implements(np.linalg.outer)
def linalg_outer(x1, x2, /):
    """The outer product of two vectors."""
    x1, x2 = as_array(x1), as_array(x2)
    if x1.ndim != 1 or x2.ndim != 1:
        raise ValueError(
            "Input arrays must be one-dimensional, but they are "
            f"x1.ndim={x1.ndim} and x2.ndim={x2.ndim}."
        )
    return products.outer(x1, x2)


@implements(np.linalg.tensordot)
def linalg_tensordot(x1, x2, /, *, axes=2):
    """The sum over pairs of axes."""
    return tensordot(x1, x2, axes)


@implements(np.linalg.trace)
def linalg_trace(x, /, *, offset=0):
    """The sum of the diagonal of a matrix, or of each of a stack."""
    return products.trace(x, offset, -2, -1)


@implements(np.linalg.diagonal)
def linalg_diagonal(x, /, *, offset=0):
    """The diagonal of a matrix, or of each of a stack."""
    return products.diagonal(x, offset, -2, -1)


@implements(np.vdot)
def vdot(a, b, /):
    """The sum of products of all elements."""
    return matmul(ravel(as_array(a)), ravel(as_array(b)))


@implements(np.vecdot)
def vecdot(x1, x2, /, *, axis=-1):
    """The sums of products along an axis of both."""
    x1, x2 = (moveaxis(as_array(x), axis, -1) for x in (x1, x2))
    return matmul(x1[..., None, :], x2[..., :, None])[..., 0, 0]


implements(np.linalg.vecdot)(vecdot)


def matvec(x1, x2, /):
    """Matrices times vectors: each may be a stack."""
    return matmul(x1, as_array(x2)[..., None])[..., 0]


def vecmat(x1, x2, /):
    """Vectors times matrices: each may be a stack."""
    return matmul(as_array(x1)[..., None, :], x2)[..., 0, :]


for _function in (matvec, vecmat):  # NumPy has them since 2.2
    if hasattr(np, _function.__name__):
        implements(getattr(np, _function.__name__))(_function)


@implements(np.cross)
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """The cross product of vectors with three elements, or of two, whose third one is 0."""
    axisa, axisb, axisc = (axisa, axisb, axisc) if axis is None else (axis, axis, axis)
    a, b = moveaxis(as_array(a), axisa, -1), moveaxis(as_array(b), axisb, -1)
    lengths = a.shape[-1], b.shape[-1]
    if not set(lengths) <= {2, 3}:
        raise ValueError(
            f"cross: expected vectors of 3 elements (or 2), got {lengths[0]} and {lengths[1]}"
        )
    (a0, a1, a2), (b0, b1, b2) = (_three_of(x) for x in (a, b))
    if lengths == (2, 2):
        return a0 * b1 - a1 * b0
    return stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0], axisc)


def _three_of(x):
    return [x[..., i] if i < x.shape[-1] else 0 * x[..., 0] for i in range(3)]


@implements(np.linalg.cross)
def linalg_cross(x1, x2, /, *, axis=-1):
    """The cross product of vectors with three elements."""
    if x1.shape[axis] != 3 or x2.shape[axis] != 3:
        raise ValueError(
            "Both input arrays must be (arrays of) 3-dimensional vectors, but they are "
            f"{x1.shape[axis]} and {x2.shape[axis]} dimensional instead."
        )
    return cross(x1, x2, axis=axis)


@implements(np.kron)
def kron(a, b):
    """The Kronecker product: a matrix of the multiples of b by the elements of a."""
    a, b = as_array(a), as_array(b)
    axes = max(a.ndim, b.ndim)
    of_a, of_b = ((1,) * (axes - x.ndim) + x.shape for x in (a, b))
    spread = (sum(((n, 1) for n in of_a), ()), sum(((1, n) for n in of_b), ()))
    y = RULES["multiply"](a.reshape(spread[0]), b.reshape(spread[1]))
    return y.reshape([n * m for n, m in zip(of_a, of_b)])


@implements(np.bincount)
def bincount(x, /, weights=None, minlength=0):
    """How often each whole number stands in x: plain numbers; with weights, the sums of these."""
    x = getattr(x, "current", x)
    counts = np.bincount(x, minlength=minlength)
    if weights is None:
        return counts
    weights = as_array(weights)
    if weights.shape != np.shape(x):
        raise ValueError("The weights and list don't have the same length.")
    sums = RULES["scatter_add"](weights, index=np.asarray(x), shape=counts.shape)
    return sums.astype(np.float64)  # as NumPy's are


@implements(np.linalg.matrix_power)
def matrix_power(a, n):
    """a @ a @ ..., n times; the inverse for a negative n, and a plain identity matrix for 0."""
    try:
        n = operator.index(n)
    except TypeError:
        raise TypeError("exponent must be an integer") from None
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise np.linalg.LinAlgError(f"matrix_power of {a.describe()}: expected square matrices")
    if n == 0:
        return np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape).copy()
    if n < 0:
        return matrix_power(inv(a), -n)
    if n == 1:
        return +a
    half = matrix_power(a, n // 2) if n > 3 else a
    square = matmul(half, half)
    return matmul(square, a) if n % 2 else square


@implements(np.linalg.multi_dot)
def multi_dot(arrays, *, out=None):
    """The product of several matrices, in the order that takes the fewest multiplications."""
    arrays = [as_array(x) for x in arrays]
    if len(arrays) < 2:
        raise ValueError("Expecting at least two arrays.")
    if out is not None:
        raise TypeError("multi_dot of a Tensor: out is not supported; write out[...] = the product")
    first, last = arrays[0].ndim == 1, arrays[-1].ndim == 1
    arrays[0] = arrays[0][None, :] if first else arrays[0]
    arrays[-1] = arrays[-1][:, None] if last else arrays[-1]
    if any(x.ndim != 2 for x in arrays):
        raise np.linalg.LinAlgError("multi_dot: expected matrices, and vectors at the ends alone")
    y = _product(arrays)
    return y[0, 0] if first and last else y[0] if first else y[:, 0] if last else y


def _product(arrays):
    """The product of a chain of matrices."""
    sizes = [arrays[0].shape[0], *(x.shape[1] for x in arrays)]

    @functools.cache
    def cheapest(i, j):
        """(multiplications, where the chain i..j is cut)"""
        ways = (
            (cheapest(i, k)[0] + cheapest(k, j)[0] + sizes[i] * sizes[k] * sizes[j], k)
            for k in range(i + 1, j)
        )
        return min(ways, default=(0, i))

    def product(i, j):
        k = cheapest(i, j)[1]
        return arrays[i] if k == i else matmul(product(i, k), product(k, j))

    return product(0, len(arrays))


@implements(np.linalg.tensorsolve)
def tensorsolve(a, b, axes=None):
    """The x with tensordot(a, x, x.ndim) = b."""
    a, b = as_array(a), as_array(b)
    if axes is not None:
        axes = [i % a.ndim for i in axes]
        a = a.transpose([i for i in range(a.ndim) if i not in axes] + axes)
    shape = a.shape[b.ndim :]
    if math.prod(shape) ** 2 != math.prod(a.shape):
        raise np.linalg.LinAlgError(
            "tensorsolve: expected a with prod(a.shape[:b.ndim]) == prod(a.shape[b.ndim:]), got "
            f"the shapes {a.shape} and {b.shape}"
        )
    return solve(a.reshape(-1, math.prod(shape)), ravel(b)).reshape(shape)


@implements(np.linalg.tensorinv)
def tensorinv(a, ind=2):
    """The inverse of a as a map from its last axes to its first ``ind`` ones."""
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    inverse = a.shape[ind:] + a.shape[:ind]
    return inv(a.reshape(math.prod(a.shape[ind:]), -1)).reshape(inverse)
