"""Elements taken to other places: repeated, turned, taken out and put in."""

from typing import Any

import numpy as np

from ..engine.explain import described
from ..engine.numpy_protocol import implements
from ..engine.tensor import Tensor
from .base import (
    along,
    as_array,
    axes_of,
    axis_of,
    by_numpy,
    hollow,
    into,
    method,
    moved,
    plain,
    row,
)
from .joins import concatenate
from .shapes import swapaxes


@implements(np.repeat)
@method()
def repeat(x, repeats, axis=None):
    """Each element (or slice along an axis) that many times in a row."""
    if axis is None:
        x, axis = row(as_array(x)), 0
    axis = axis_of("repeat", x, axis)
    try:
        found = np.arange(x.shape[axis]).repeat(plain(repeats))
    except (TypeError, ValueError) as error:
        raise type(error)(f"repeat of {described([x])}: {error}") from None
    return x[along(axis, found)]


@implements(np.take)
@method()
def take(x, indices, axis=None, out=None, mode="raise"):
    """The slices at the indices along an axis; one that is taken twice gets both gradients."""
    x = operand = as_array(x)
    x, axis = (row(x), 0) if axis is None else (x, axis_of("take", x, axis))
    if not isinstance(indices, Tensor):
        indices = np.asarray(indices)
    if mode == "raise" and out is None:
        return x[along(axis, indices)]
    if mode != "raise":
        n = x.shape[axis]
        indices = by_numpy("take", x, np.take, np.arange(n), plain(indices), mode=mode)
    return into(out, "take", x[along(axis, indices)], operand)


@implements(np.take_along_axis)
def take_along_axis(x, indices, axis=-1):
    """For each element of the result, the element at the given index along the axis.

    The indices are as np.argsort, or np.argmax with keepdims, returns them.
    """
    if not isinstance(indices, Tensor):  # one holds places that a compiled function is given
        indices = np.asarray(indices)
    if axis is None or x.ndim != indices.ndim or _others(x, axis) != _others(indices, axis):
        return moved("take_along_axis", x, np.take_along_axis, plain(indices), axis)
    index: list[Any] = list(np.ogrid[tuple(map(slice, indices.shape))])
    index[axis] = indices
    return x[tuple(index)]


def _others(x, axis):
    axis = axis_of("take_along_axis", x, axis)
    return x.shape[:axis] + x.shape[axis + 1 :]


@implements(np.roll)
def roll(x, shift, axis=None):
    """Shifted along an axis, along several, or in a row for None; what falls off the end comes in
    at the start.
    """
    if not isinstance(axis, (int, np.integer)) or not isinstance(shift, (int, np.integer)):
        return moved("roll", x, np.roll, shift, axis)
    axis = axis_of("roll", x, int(axis))
    return x[along(axis, np.roll(np.arange(x.shape[axis]), shift))]


@implements(np.tile)
def tile(A, reps):
    """The array repeated as a whole, along each axis so many times."""
    return moved("tile", A, np.tile, reps)


@implements(np.flip)
@method()
def flip(x, axis=None):
    """The order of elements reversed along an axis, several, or all."""
    axes = axes_of("flip", x, tuple(axis) if isinstance(axis, list) else axis)
    return x[tuple(slice(None, None, -1 if i in axes else 1) for i in range(x.ndim))]


def _flipped(name, numpy_function, index):
    def function(m):
        by_numpy(name, m, numpy_function, hollow(m))
        return m[index]

    function.__name__ = function.__qualname__ = name
    function.__doc__ = "The order of elements reversed along the axis that the name says."
    return implements(numpy_function)(function)


fliplr = _flipped("fliplr", np.fliplr, np.s_[:, ::-1])
flipud = _flipped("flipud", np.flipud, np.s_[::-1])


@implements(np.rot90)
def rot90(m, k=1, axes=(0, 1)):
    """The plane of two axes turned by 90 degrees, k times."""
    by_numpy("rot90", m, np.rot90, hollow(m), k, axes)
    first, second = (a % m.ndim for a in axes)
    k %= 4
    if k == 0:
        return m[:]
    if k == 2:
        return flip(m, (first, second))
    turned = swapaxes(flip(m, second), first, second) if k == 1 else swapaxes(m, first, second)
    return turned if k == 1 else flip(turned, second)


@implements(np.delete)
def delete(arr, obj, axis=None):
    """The array without the slices at the places ``obj`` along an axis, or without elements."""
    return moved("delete", arr, np.delete, obj, axis)


@implements(np.insert)
def insert(arr, obj, values, axis=None):
    """The array with values put in before the places ``obj`` along an axis, or in a row."""
    arr, values = as_array(arr), as_array(values)
    places = np.arange(arr.size).reshape(arr.shape)
    others = arr.size + np.arange(values.size).reshape(values.shape)
    found = by_numpy("insert", arr, np.insert, places, obj, others, axis)
    if isinstance(values, np.ndarray):  # NumPy gives it the type of the array
        values = values.astype(arr.dtype)
    return concatenate([row(arr), row(values)])[found]


@implements(np.resize)
def resize(a, new_shape):
    """The elements in a row, over and over again, in another shape."""
    a = as_array(a)
    if not a.size:  # NumPy fills it with zeros
        return np.resize(plain(a), new_shape)
    return moved("resize", a, np.resize, new_shape)


@implements(np.trim_zeros)
def trim_zeros(filt, trim="fb", axis=None):
    """The array without the zeros at its ends."""
    x = as_array(filt)
    found = by_numpy("trim_zeros", x, np.trim_zeros, plain(x), trim, axis)
    places = np.argwhere(plain(x))
    if not len(places):
        return x[tuple(slice(0, n) for n in found.shape)]
    axes = axes_of("trim_zeros", x, axis)
    starts = places.min(axis=0) if "f" in trim.lower() else np.zeros(x.ndim, dtype=np.intp)
    return x[
        tuple(
            slice(int(start), int(start) + n) if i in axes else slice(None)
            for i, (start, n) in enumerate(zip(starts, found.shape))
        )
    ]


@implements(np.compress)
def compress(condition, a, axis=None, out=None):
    """The slices along an axis, or the elements, for which a condition holds."""
    condition = np.asarray(plain(condition))
    return into(out, "compress", moved("compress", a, lambda x: np.compress(condition, x, axis)), a)


@method("compress")
def _compress_method(a, condition, axis=None, out=None):
    """The slices along an axis, or the elements, for which a condition holds."""
    return compress(condition, a, axis, out)


@implements(np.extract)
def extract(condition, arr):
    """The elements for which a condition holds, in a row."""
    condition = np.asarray(plain(condition))
    return moved("extract", arr, lambda x: np.extract(condition, x))


@implements(np.unique)
def unique(
    ar, return_index=False, return_inverse=False, return_counts=False, axis=None, **keywords
):
    """The elements, or the slices along an axis, each once and in rising order; of those that are
    equal it is the first. Where they stand, and how many there are, are plain numbers.
    """
    x = as_array(ar)
    found = by_numpy(
        "unique", x, np.unique, plain(x), True, return_inverse, return_counts, axis, **keywords
    )
    values, index, *others = found
    if getattr(x, "requires_grad", False):
        values = row(x)[index] if axis is None else x[along(axis_of("unique", x, axis), index)]
    results = (values, *([index] if return_index else []), *others)
    return results if len(results) > 1 else values
