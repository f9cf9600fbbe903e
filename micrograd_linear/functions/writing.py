"""NumPy's functions that write into an array which exists: into a Tensor they are recorded."""

import functools

import numpy as np

from ..engine.graph import is_node
from ..engine.leaving import written_into
from ..engine.numpy_protocol import implements
from ..engine.tensor import Tensor
from ..operations import RULES
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
    if mode != "raise":
        raise TypeError(
            f"put: mode {mode!r} is not supported on a Tensor; give indices inside of a"
        )
    places = np.asarray(ind).reshape(-1) % max(a.size, 1)
    if np.size(v) not in (1, len(places)):
        v = np.resize(v, len(places))
    a[np.unravel_index(places, a.shape)] = reshape(v, -1) if np.size(v) > 1 else v


@_writes(np.putmask)
def putmask(a, mask, values):
    """Write where a mask holds; ``values`` is one number, or has the shape of a."""
    mask = np.asarray(mask, dtype=bool)
    if np.size(values) != 1 and np.shape(values) != a.shape:
        raise ValueError(
            f"putmask of {a.describe()}: expected one value, or values of shape {a.shape}, got "
            f"{np.shape(values)}"
        )
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
    indices = np.asarray(indices)
    axis %= arr.ndim
    shape = [n if i == axis else m for i, (n, m) in enumerate(zip(indices.shape, arr.shape))]
    index = list(np.ogrid[tuple(slice(n) for n in shape)])
    index[axis] = np.broadcast_to(indices, shape)
    arr[tuple(index)] = values


@_writes(np.fill_diagonal)
def fill_diagonal(a, val, wrap=False):
    """Write into the main diagonal."""
    if wrap or a.ndim < 2 or (a.ndim > 2 and len(set(a.shape)) > 1):
        raise ValueError(f"fill_diagonal of {a.describe()}: expected a matrix, without wrap")
    a[(np.arange(min(a.shape)),) * a.ndim] = val


def added_at(a, indices, b):
    """The change of ``np.add.at(a, indices, b)``: what is named twice gets both."""
    region = np.broadcast_to(np.int8(0), a.shape)[indices].shape
    return RULES["scatter_add"](broadcast_to(b, region), index=indices, shape=a.shape)
