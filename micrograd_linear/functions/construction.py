"""Arrays that are made of others: matrices of a vector, rows of numbers between two."""

from typing import Any

import numpy as np

from ..engine.numpy_protocol import implements
from ..engine.tensor import Tensor
from ..operations import RULES
from .base import as_array, as_shape, by_numpy, described, hollow, method, plain, reshaped, row
from .elementwise import where
from .products import diagonal
from .shapes import broadcast_to, moveaxis


@implements(np.full_like)
def full_like(a, fill_value, dtype=None, order="K", subok=True, shape=None, *, device=None):
    """An array of a's shape and type that repeats ``fill_value``; recorded if that is a Tensor."""
    shape = a.shape if shape is None else as_shape((shape,))
    dtype = np.dtype(dtype or a.dtype)
    if not isinstance(fill_value, Tensor):
        return np.full(shape, fill_value, dtype)
    if dtype.kind != "f":
        raise TypeError(
            f"full_like: {fill_value.describe()} needs a floating type, got {dtype}; "
            "pass dtype=float"
        )
    filled = broadcast_to(fill_value, shape)
    return filled if filled.dtype == dtype else filled.astype(dtype)


@implements(np.diag)
def diag(v, k=0):
    """The diagonal of a matrix, or the matrix with a vector in its diagonal."""
    v = as_array(v)
    by_numpy("diag", v, np.diag, np.ones((1,) * v.ndim), k)
    if v.ndim == 2:
        return diagonal(v, k)
    n, places = v.size + abs(k), np.arange(v.size)
    return RULES["scatter_add"](v, index=(places + max(-k, 0), places + max(k, 0)), shape=(n, n))


@implements(np.diagflat)
def diagflat(v, k=0):
    """The matrix with all elements in its diagonal."""
    return diag(row(as_array(v)), k)


@implements(np.tril)
@method()
def tril(x, k=0):
    """The lower triangle; zeros above."""
    x = as_array(x)
    return where(by_numpy("tril", x, np.tri, *x.shape[-2:], k=k, dtype=bool), x, 0)


@implements(np.triu)
@method()
def triu(x, k=0):
    """The upper triangle; zeros below."""
    x = as_array(x)
    return where(~by_numpy("triu", x, np.tri, *x.shape[-2:], k=k - 1, dtype=bool), x, 0)


@implements(np.vander)
def vander(x, N=None, increasing=False):
    """The matrix of the powers of a vector, the highest first unless ``increasing``."""
    x = as_array(x)
    powers = np.arange(by_numpy("vander", x, np.vander, hollow(x), N).shape[1])
    return reshaped(x, (-1, 1)) ** (powers if increasing else powers[::-1]).astype(x.dtype)


@implements(np.linspace)
def linspace(
    start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None
):  # fmt: skip
    """``num`` numbers with equal steps from start to stop, which is the last one, or would be the
    next with ``endpoint=False``.
    """
    plain_form = by_numpy(
        "linspace", start, np.linspace, hollow(start), hollow(stop), num, endpoint, axis=axis
    )
    parts = num - 1 if endpoint else num
    share = np.arange(num) / max(parts, 1)
    share = reshaped(share, (-1,) + (1,) * (plain_form.ndim - 1))
    start, stop = _as_floats(start, stop)
    share = share.astype(np.result_type(start.dtype, stop.dtype))
    found = start * (1 - share) + stop * share if num else _empty(start + stop, num)
    found = _typed(moveaxis(found, 0, axis) if axis else found, dtype)
    if not retstep:
        return found
    return found, (stop - start) / parts if parts else (stop - start) * np.nan


def _as_floats(*numbers):
    """The ends of a range; a plain number takes the type of a Tensor."""
    types = {x.dtype for x in numbers if isinstance(x, Tensor)}
    return [
        np.asarray(x, types.copy().pop()) if isinstance(x, (int, float)) else as_array(x)
        for x in numbers
    ]


def _empty(like, num):
    return np.zeros((num, *like.shape), like.dtype)


def _typed(found, dtype):
    """The numbers in another type; rounded down to integers, they are plain."""
    if dtype is None:
        return found
    return found.astype(dtype) if np.dtype(dtype).kind == "f" else np.floor(found).astype(dtype)


@implements(np.logspace)
def logspace(start, stop, num=50, endpoint=True, base: Any = 10.0, dtype=None, axis=0):
    """The powers of a base with such numbers as exponents."""
    exponents = linspace(start, stop, num, endpoint, axis=axis)
    if np.ndim(plain(base)):
        base = np.expand_dims(as_array(base), axis)
    return _typed(base**exponents, dtype)


@implements(np.geomspace)
def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """Numbers from start to stop of which each is the same multiple of the one before."""
    plain_form = by_numpy(
        "geomspace", start, np.geomspace, plain(start), plain(stop), num, endpoint, axis=axis
    )
    start, stop = _as_floats(start, stop)
    if (plain(start) * plain(stop) < 0).any():
        raise ValueError(
            f"geomspace of {described([start, stop])}: expected ends of one sign, between which no "
            "number is complex"
        )
    share = np.arange(num) / max(num - 1 if endpoint else num, 1)
    share = reshaped(share, (-1,) + (1,) * (plain_form.ndim - 1))
    share = share.astype(np.result_type(start.dtype, stop.dtype))
    found = start * (stop / start) ** share if num else _empty(start + stop, num)
    return _typed(moveaxis(found, 0, axis) if axis else found, dtype)
