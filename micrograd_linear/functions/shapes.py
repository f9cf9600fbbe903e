"""Operations that give the same elements another shape."""

from typing import Any

import numpy as np

from ..engine.numpy_protocol import implements
from ..engine.tensor import Tensor
from ..engine.versions import note_view, unseen
from ..operations import RULES
from .base import as_array, as_shape, axis_of, by_numpy, described, hollow, method, reshaped


@implements(np.reshape)
@method("reshape", "view")
def reshape(x, *shape, order="C", copy=None, **keyword):
    """The same elements in another shape; one length may be -1. In the order "F" the first axis
    runs first.
    """
    given = shape or (keyword.pop("shape"),)
    if len(given) == 2 and given[1] in ("C", "F", "A"):  # np.reshape(x, shape, "F")
        given, order = given[:1], given[1]
    shape = as_shape(given)
    if order == "F" and x.ndim:
        return transpose(RULES["reshape"](unseen(transpose(x)), shape=shape[::-1]))
    if order not in ("C", "A", "F"):
        raise ValueError(
            f"reshape of {described([x])}: expected the order C, F or A, got {order!r}"
        )
    found = RULES["reshape"](x, shape=shape, **keyword)
    return unseen(found) if copy else found


@implements(np.ravel)
@method()
def ravel(x, order="C"):
    """All elements in a row."""
    return reshape(x, -1, order="C" if order == "K" else order)


@method()
def flatten(x, start_dim=0, order="C"):
    """The axes from ``start_dim`` on in one."""
    if isinstance(start_dim, str):  # NumPy's flatten("F")
        start_dim, order = 0, start_dim
    return reshape(
        x, *x.shape[: start_dim % x.ndim if x.ndim else 0], -1, order="C" if order == "K" else order
    )


@implements(np.transpose)
@method()
def transpose(x, *axes, **keyword):
    """The axes in another order: reversed if none is given."""
    axes = axes or (keyword.pop("axes", None),)
    return RULES["transpose"](x, axes=None if axes[0] is None else as_shape(axes), **keyword)


@implements(np.swapaxes)
@method()
def swapaxes(x, axis1, axis2):
    """Two axes exchanged."""
    order = list(range(x.ndim))
    try:
        order[axis1], order[axis2] = order[axis2], order[axis1]
    except (IndexError, TypeError):
        order = [axis_of("swapaxes", x, axis) for axis in (axis1, axis2)]  # NumPy's error
        raise
    return transpose(x, order)


@implements(np.moveaxis)
def moveaxis(x, source, destination):
    """Axes moved to other places."""
    by_numpy("moveaxis", x, np.moveaxis, hollow(x), source, destination)
    source, destination = (
        [a % x.ndim for a in (side if isinstance(side, (tuple, list)) else (side,))]
        for side in (source, destination)
    )
    order = [a for a in range(x.ndim) if a not in source]
    for place, axis in sorted(zip(destination, source, strict=True)):
        order.insert(place, axis)
    return transpose(x, order)


@implements(np.rollaxis)
def rollaxis(a, axis, start=0):
    """An axis moved backwards until it lies before ``start``."""
    by_numpy("rollaxis", a, np.rollaxis, hollow(a), axis, start)
    axis, start = axis % a.ndim, start + a.ndim if start < 0 else start
    order = [i for i in range(a.ndim) if i != axis]
    order.insert(start - (axis < start), axis)
    return transpose(a, order)


@implements(np.squeeze)
@method()
def squeeze(x, axis=None):
    """Without the axes of length 1, or without the given ones, which must be of length 1."""
    return reshape(x, by_numpy("squeeze", x, np.squeeze, hollow(x), axis).shape)


@implements(np.expand_dims)
@method("expand_dims", "unsqueeze")
def expand_dims(x, axis):
    """With new axes of length 1."""
    return reshape(x, by_numpy("expand_dims", x, np.expand_dims, hollow(x), axis).shape)


def _at_least(name, count, numpy_function):
    def function(*arys: Any) -> Any:
        found = [
            x if x.ndim >= count else reshape(x, numpy_function(hollow(x)).shape)
            for x in map(as_array, arys)
        ]
        return found[0] if len(found) == 1 else tuple(found)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The arrays with {count} axes or more."
    return implements(numpy_function)(function)


atleast_1d = _at_least("atleast_1d", 1, np.atleast_1d)
atleast_2d = _at_least("atleast_2d", 2, np.atleast_2d)
atleast_3d = _at_least("atleast_3d", 3, np.atleast_3d)


@implements(np.broadcast_to)
@method()
def broadcast_to(x, *shape, subok=False, **keyword):
    """x repeated to a larger shape, by NumPy's broadcasting rules."""
    return RULES["broadcast_to"](x, shape=as_shape(shape or (keyword.pop("shape"),)), **keyword)


@implements(np.broadcast_arrays)
def broadcast_arrays(*args, subok=False):
    """The arrays, each repeated to the shape that all of them broadcast to."""
    arrays = [as_array(x) for x in args]
    shape = by_numpy("broadcast_arrays", arrays, np.broadcast_shapes, *(x.shape for x in arrays))
    return tuple(x if x.shape == shape else np.broadcast_to(x, shape) for x in arrays)


@implements(np.meshgrid)
def meshgrid(*xi, copy=True, sparse=False, indexing="xy"):
    """For each vector the array of its coordinates on the grid that all of them span."""
    xi = [as_array(x) for x in xi]
    shapes = [x.shape for x in by_numpy("meshgrid", xi, np.meshgrid, *map(hollow, xi),
                                        sparse=sparse, indexing=indexing)]  # fmt: skip
    places = [1, 0, *range(2, len(xi))] if indexing == "xy" and len(xi) > 1 else range(len(xi))
    return tuple(
        unseen(np.broadcast_to(reshaped(x, [-1 if i == k else 1 for i in range(len(xi))]), shape))
        for x, k, shape in zip(xi, places, shapes)
    )


@implements(np.copy)
@method()
def copy(x, order="K", subok=False):
    """The same numbers in an array of their own."""
    return +x


@implements(np.lib.stride_tricks.sliding_window_view)
def sliding_window_view(x, window_shape, axis=None, *, subok=False, writeable=False):
    """All windows of a shape, as new last axes, as in NumPy.

    An element in several windows gets the sum of their gradients.
    """
    shape = window_shape if isinstance(window_shape, (tuple, list)) else (window_shape,)
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, (tuple, list)) else (axis,)
    # NumPy itself checks the arguments.
    np.lib.stride_tricks.sliding_window_view(
        hollow(x), window_shape, tuple(axis) if isinstance(axis, list) else axis
    )
    viewed = x
    for n, a in zip(shape, [a % x.ndim for a in axes], strict=True):
        windows = np.arange(x.shape[a] - n + 1)[:, None] + np.arange(n)
        x = moveaxis(x[(slice(None),) * a + (windows,)], a + 1, -1)
    if isinstance(x, Tensor) and x is not viewed:
        note_view(x, viewed)
    return x
