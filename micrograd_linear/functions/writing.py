"""NumPy's functions that write into an array which exists: into a Tensor they are recorded."""

import functools

import numpy as np

from ..engine.graph import is_node
from ..engine.leaving import written_into
from ..engine.numpy_protocol import implements
from ..engine.tensor import Tensor
from ..operations import RULES
from .base import by_numpy, plain
from .shapes import broadcast_to, reshape


def _writes(numpy_function):
    """Decorator: what NumPy's function does where it is given a Tensor.

    A recorded value is not written into a plain array; a constant is, as a plain number is.
    """

    def register(function):
        @implements(numpy_function)
        @functools.wraps(function)
        def write(target, *args, **keywords):
            if isinstance(target, Tensor):
                return function(target, *args, **keywords)
            others = (*args, *keywords.values())
            if any(is_node(x) and x.requires_grad for x in others):
                raise written_into(f"np.{numpy_function.__name__}", others, target)
            plain = [x.current if is_node(x) else x for x in args]
            named = {key: x.current if is_node(x) else x for key, x in keywords.items()}
            return numpy_function(target, *plain, **named)

        return write

    return register


@_writes(np.copyto)
def copyto(dst, src, casting="same_kind", where=True):
    """Write ``src`` into ``dst``, where a mask holds."""
    if where is True:
        dst[...] = src
    else:
        mask = np.broadcast_to(np.asarray(where, dtype=bool), dst.shape)
        dst[mask] = broadcast_to(src, dst.shape)[mask]


@_writes(np.put)
def put(a, ind, v, mode="raise"):
    """Write at places that are counted through all elements."""
    places = by_numpy("put", a, np.arange(a.size).take, plain(ind), mode=mode).reshape(-1)
    if np.size(v) not in (1, len(places)):
        v = np.resize(v, len(places))
    a[np.unravel_index(places, a.shape)] = reshape(v, -1) if np.size(v) > 1 else v


@_writes(np.putmask)
def putmask(a, mask, values):
    """Write where a mask holds; values of another shape are repeated in a row."""
    mask = np.asarray(plain(mask), dtype=bool)
    if np.size(values) != 1 and np.shape(values) != a.shape:
        values = np.resize(values, a.shape)
    a[mask] = values if np.size(values) == 1 else values[mask]


@_writes(np.place)
def place(arr, mask, vals):
    """Write the values, one after the other, where a mask holds."""
    mask = np.asarray(mask, dtype=bool)
    count = np.count_nonzero(mask)
    if np.size(vals) not in (1, count):
        vals = np.resize(vals, count)
    arr[mask] = reshape(vals, -1) if np.size(vals) > 1 else vals


@_writes(np.put_along_axis)
def put_along_axis(arr, indices, values, axis):
    """Write at one place along an axis for each position of the others."""
    places = np.arange(arr.size).reshape(arr.shape)
    found = by_numpy("put_along_axis", arr, np.take_along_axis, places, plain(indices), axis)
    arr[np.unravel_index(found, arr.shape)] = values


@_writes(np.fill_diagonal)
def fill_diagonal(a, val, wrap=False):
    """Write into the main diagonal."""
    filled = np.zeros(a.shape, dtype=bool)
    by_numpy("fill_diagonal", a, np.fill_diagonal, filled, True, wrap)
    places = np.nonzero(filled)
    if np.size(val) not in (1, len(places[0])):
        val = np.resize(val, len(places[0]))
    a[places] = reshape(val, -1) if np.size(val) > 1 else val


def added_at(a, indices, b):
    """The change of ``np.add.at(a, indices, b)``: what is named twice gets both."""
    region = np.broadcast_to(np.int8(0), a.shape)[indices].shape
    return RULES["scatter_add"](broadcast_to(b, region), index=indices, shape=a.shape)
