"""Elements in order of size, and what is found by their places in it."""

from typing import Any

import numpy as np

from ..engine.numpy_protocol import implements
from ..operations import RULES
from .base import (
    as_array,
    axes_of,
    axis_of,
    by_numpy,
    described,
    into,
    method,
    part,
    plain,
    row,
)
from .reductions import mean


@implements(np.sort)
def sort(x, axis=-1, kind=None, order=None, *, stable=None):
    """The elements along an axis in rising order, or all of them in a row for None; equal ones stay
    in the order in which they stand.
    """
    x = as_array(x)
    by_numpy("sort", x, np.sort, np.ones((1,) * x.ndim), axis, kind, order, stable=stable)
    if axis is None:
        x, axis = row(x), -1
    return RULES["sort"](x, axis=axis_of("sort", x, axis))


@implements(np.partition)
def partition(x, kth, axis=-1, kind: Any = "introselect", order=None):
    """The elements along an axis as NumPy's partition orders them around the places ``kth``."""
    x = as_array(x)
    if axis is None:
        x, axis = row(x), -1
    found = by_numpy("partition", x, np.argpartition, plain(x), kth, axis, kind, order)
    return taken(x, found, axis_of("partition", x, axis))


def taken(x, places, axis):
    """NumPy's take_along_axis."""
    index = list(np.ogrid[tuple(map(slice, places.shape))])
    index[axis] = places
    return x[tuple(index)]


def _sort_method(self, axis=-1, kind=None, order=None, *, stable=None):
    """Put the elements of this Tensor in order along an axis, as the method of an array does."""
    self[...] = sort(self, axis, kind, order, stable=stable)


def _partition_method(self, kth, axis=-1, kind: Any = "introselect", order=None):
    """Put the elements of this Tensor in the order of np.partition, as the method of an array."""
    self[...] = partition(self, kth, axis, kind, order)


method("sort")(_sort_method)
method("partition")(_partition_method)


@method()
def argpartition(self, kth, axis=-1, kind: Any = "introselect", order=None):
    """NumPy's argpartition: a plain array of indices."""
    return np.argpartition(plain(self), kth, axis, kind, order)


@method()
def searchsorted(self, v, side: Any = "left", sorter=None):
    """NumPy's searchsorted: plain places at which the numbers v would stand in this sorted row."""
    return np.searchsorted(plain(self), plain(v), side, sorter)


@implements(np.median)
def median(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    """The element in the middle, or the mean of the two there."""
    a = as_array(a)
    moved, kept = in_rows("median", a, axis)
    n = moved.shape[-1]
    if not n:
        raise ValueError(f"median of {described([a])}: there are no elements along axis {axis}")
    ordered = RULES["sort"](moved, axis=-1)
    middle = part(ordered, (..., slice((n - 1) // 2, n // 2 + 1)))
    result = _with_nan(mean(middle, -1), ordered)
    return into(out, "median", shaped(result, kept, keepdims), a)


def in_rows(name, x, axis):
    """(x with the axes in one, the last; the shape with those axes as 1)."""
    axes = axes_of(name, x, axis)
    others = [i for i in range(x.ndim) if i not in axes]
    kept = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    shape = [x.shape[i] for i in others]
    length = int(np.prod([x.shape[i] for i in axes], dtype=np.intp))
    return x.transpose([*others, *axes]).reshape(*shape, length), kept


def shaped(result, kept, keepdims):
    return result.reshape(kept) if keepdims not in (False, np._NoValue) else result


def _with_nan(result, ordered):
    """The result, NaN where there is one in its row; a sorted row has it at the end."""
    last = part(ordered, (..., -1))
    last = last.reshape(last.shape + (1,) * (result.ndim - last.ndim))
    if not getattr(result, "numbers_are_known", True):  # no number is known
        return result + RULES["clip"](last, min=-1, max=1) * 0
    missing = np.isnan(plain(last))
    return RULES["where"](np.nan, result, condition=missing) if missing.any() else result


@implements(np.quantile)
def quantile(
    a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *,
    weights=None,
):  # fmt: skip
    """The elements below which the shares ``q`` of all elements lie, between two of them where
    ``method`` says so; q is a constant.
    """
    found = quantiles("quantile", a, q, 1, axis, method, keepdims, weights)
    return into(out, "quantile", found, a)


@implements(np.percentile)
def percentile(
    a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *,
    weights=None,
):  # fmt: skip
    """The same with shares out of 100."""
    found = quantiles("percentile", a, q, 100, axis, method, keepdims, weights)
    return into(out, "percentile", found, a)


def quantiles(name, a, q, most, axis, method, keepdims, weights=None, without_nan=False):
    """The quantiles for shares q out of ``most``, of the numbers alone if ``without_nan``."""
    a = as_array(a)
    q, rows, kept = _shares(name, a, q, most), *in_rows(name, a, axis)
    if weights is not None:
        function = np.nanquantile if without_nan else np.quantile
        values = by_numpy(
            name, a, function, plain(a), q, axis, method=method, weights=plain(weights)
        )
        found = _of_these_values(rows, values)
        return found.reshape(q.shape + kept) if keepdims not in (False, np._NoValue) else found
    counts = np.array(rows.shape[-1])
    if without_nan:
        counts = np.sum(~np.isnan(plain(rows)), axis=-1)
    places = _places(name, a, counts, q, method)
    below = np.floor(places).astype(np.intp)
    share = (places - below).astype(a.dtype)
    above = below + (share > 0)
    ordered = RULES["sort"](rows, axis=-1)
    low, high = _at(ordered, below, q.ndim), _at(ordered, above, q.ndim)
    if share.any():
        high = high if share.all() else RULES["where"](high, 0, condition=share > 0)  # 0 inf is NaN
        low = low * (1 - share) + high * share
    found = low if without_nan else _with_nan(low, ordered)
    last = found.ndim - q.ndim
    found = found.transpose([*range(last, found.ndim), *range(last)])
    return found.reshape(q.shape + kept) if keepdims not in (False, np._NoValue) else found


def _of_these_values(rows, values):
    """The elements of rows that have the values: with weights a quantile is one of the elements."""
    numbers, sought = plain(rows), values[..., None]
    places = np.argmax((numbers == sought) | (np.isnan(numbers) & np.isnan(sought)), axis=-1)
    return rows[(*np.ogrid[tuple(map(slice, rows.shape[:-1]))], places)]


def _shares(name, a, q, most):
    if getattr(q, "requires_grad", False):
        raise TypeError(
            f"{name} of {described([a])}: q requires a gradient, and a quantile has none by it; "
            "pass q.detach() or q.data"
        )
    return np.asarray(plain(q), dtype=float) / most


def _places(name, a, counts, q, method):
    """Where in a sorted row of so many elements the quantiles are: NumPy's quantiles of 0, 1, 2...
    are the places themselves.
    """
    if not counts.ndim and not counts:
        raise IndexError(f"{name} of {described([a])}: there are no elements along the axis")
    places = np.zeros(counts.shape + q.shape)
    for n in np.unique(counts):
        row = np.arange(float(max(n, 1)))
        places[counts == n] = by_numpy(name, a, np.quantile, row, q, method=method)
    return places


def _at(ordered, places, extra):
    """The elements of sorted rows at places, which are the same in each row or one for each."""
    if places.ndim == extra:
        return part(ordered, (..., places))
    flat = places.reshape(*ordered.shape[:-1], -1)
    return taken(ordered, flat, flat.ndim - 1).reshape(places.shape)
