"""Operations that move elements without changing them."""

import numpy as np

from ..engine.numpy_protocol import implements
from ..engine.tensor import Tensor
from ..engine.versions import note_view, unseen
from ..operations import RULES
from .base import as_array, as_shape, method
from .elementwise import astype, where


@implements(np.reshape)
@method("reshape", "view")
def reshape(x, *shape, **keyword):
    """The same elements in another shape; one length may be -1."""
    return RULES["reshape"](x, shape=as_shape(shape or (keyword.pop("shape"),)), **keyword)


@implements(np.ravel)
@method()
def ravel(x):
    """All elements in a row."""
    return reshape(x, -1)


@method()
def flatten(x, start_dim=0):
    """The axes from ``start_dim`` on in one."""
    return reshape(x, *x.shape[: start_dim % x.ndim if x.ndim else 0], -1)


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
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transpose(x, order)


@implements(np.moveaxis)
def moveaxis(x, source, destination):
    """Axes moved to other places."""
    np.moveaxis(_hollow(x), source, destination)  # NumPy checks the axes
    source, destination = (
        [a % x.ndim for a in (side if isinstance(side, (tuple, list)) else (side,))]
        for side in (source, destination)
    )
    order = [a for a in range(x.ndim) if a not in source]
    for place, axis in sorted(zip(destination, source, strict=True)):
        order.insert(place, axis)
    return transpose(x, order)


@implements(np.squeeze)
@method()
def squeeze(x, axis=None):
    """Without the axes of length 1, or without the given ones, which must be of length 1."""
    return reshape(x, np.squeeze(_hollow(x), axis).shape)


@implements(np.expand_dims)
@method("expand_dims", "unsqueeze")
def expand_dims(x, axis):
    """With new axes of length 1."""
    return reshape(x, np.expand_dims(_hollow(x), axis).shape)


def _hollow(x):
    """An array of x's shape that takes no memory.

    NumPy's own functions are run on it to get the shape of their results, and their errors.
    """
    return np.broadcast_to(np.float64(0), x.shape)


@implements(np.broadcast_to)
@method()
def broadcast_to(x, *shape):
    """x repeated to a larger shape, by NumPy's broadcasting rules."""
    return RULES["broadcast_to"](x, shape=as_shape(shape))


@implements(np.full_like)
def full_like(a, fill_value, dtype=None, *, shape=None):
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
    return filled if filled.dtype == dtype else astype(filled, dtype)


@implements(np.concatenate)
def concatenate(arrays, axis=0):
    """The arrays one after the other along an axis they have; all elements in a row for None."""
    parts = tuple(map(as_array, arrays))
    if axis is None:
        parts, axis = [unseen(part.reshape(-1)) for part in parts], 0
    return RULES["concatenate"](*parts, axis=axis)


@implements(np.stack)
def stack(arrays, axis=0):
    """The arrays side by side along a new axis."""
    return concatenate([unseen(expand_dims(as_array(part), axis)) for part in arrays], axis)


@implements(np.vstack)
def vstack(tup):
    """The arrays as rows, one below the other."""
    parts = map(as_array, tup)
    return concatenate([x if x.ndim > 1 else unseen(x.reshape(1, -1)) for x in parts], 0)


@implements(np.hstack)
def hstack(tup):
    """The arrays one after the other, along the second axis where they have one."""
    parts = [part if part.ndim else unseen(part.reshape(1)) for part in map(as_array, tup)]
    return concatenate(parts, 0 if parts[0].ndim == 1 else 1)


@implements(np.split)
@method()
def split(x, indices_or_sections, axis=0):
    """Parts along an axis: that many equal ones, or cut at the given indices."""
    before, n = (slice(None),) * (axis % x.ndim), x.shape[axis]
    if isinstance(indices_or_sections, (int, np.integer)):
        if n % indices_or_sections:
            raise ValueError(
                f"split of {x.describe()}: expected equal parts, but axis {axis} of length {n} is "
                f"not divisible by {indices_or_sections}"
            )
        cuts = range(n // indices_or_sections, n, n // indices_or_sections) if n else ()
    else:
        cuts = indices_or_sections
    return [x[(*before, slice(start, end))] for start, end in zip([0, *cuts], [*cuts, n])]


@implements(np.array_split)
def array_split(x, indices_or_sections, axis=0):
    """Parts along an axis, the first of them longer by one where they cannot be equal."""
    if isinstance(indices_or_sections, (int, np.integer)):
        lengths = [len(part) for part in np.array_split(range(x.shape[axis]), indices_or_sections)]
        indices_or_sections = [int(n) for n in np.cumsum(lengths)[:-1]]
    return split(x, indices_or_sections, axis)


@implements(np.copy)
@method()
def copy(x):
    """The same numbers in an array of their own."""
    return +x


@implements(np.pad)
@method()
def pad(x, pad_width, mode="constant", constant_values=0):
    """x with one constant around it: ``pad_width`` is a number, a pair, or a pair for each axis."""
    around = np.unique(np.asarray(constant_values, dtype=float))
    if mode != "constant" or around.size != 1:
        raise TypeError(
            f"pad of a Tensor: only one constant is supported, got mode={mode!r}, "
            f"constant_values={constant_values!r}; concatenate does the rest"
        )
    widths = tuple((int(a), int(b)) for a, b in np.broadcast_to(pad_width, (x.ndim, 2)))
    padded = RULES["pad"](x, widths=widths)
    if around[0] == 0:
        return padded
    inside = np.pad(np.ones(x.shape, dtype=bool), widths)
    return RULES["where"](unseen(padded), around[0], condition=inside)


@implements(np.repeat)
@method()
def repeat(x, repeats, axis=None):
    """Each element (or slice along an axis) that many times in a row."""
    if axis is None:
        x, axis = unseen(ravel(x)), 0
    return x[(slice(None),) * (axis % x.ndim) + (np.repeat(np.arange(x.shape[axis]), repeats),)]


@implements(np.take)
@method()
def take(x, indices, axis=None):
    """The slices at the indices along an axis; one that is taken twice gets both gradients."""
    if axis is None:
        x, axis = unseen(ravel(x)), 0
    return x[
        (slice(None),) * (axis % x.ndim)
        + (indices if isinstance(indices, Tensor) else np.asarray(indices),)
    ]


@implements(np.take_along_axis)
def take_along_axis(x, indices, axis=-1):
    """For each element of the result, the element at the given index along the axis.

    The indices are as np.argsort, or np.argmax with keepdims, returns them.
    """
    index = list(np.ogrid[tuple(map(slice, x.shape))])
    index[axis] = indices
    return x[tuple(index)]


@implements(np.roll)
def roll(x, shift, axis=None):
    """Shifted along an axis, or in a row for None; what falls off the end comes in at the start."""
    if axis is None:
        return roll(unseen(ravel(x)), shift, 0).reshape(x.shape)
    return take(x, np.roll(np.arange(x.shape[axis]), shift), axis)


@implements(np.diff)
def diff(x, n=1, axis=-1):
    """The differences of neighbours along an axis, n times."""
    before = (slice(None),) * (axis % x.ndim)
    for _ in range(n):
        later, earlier = x[(*before, slice(1, None))], x[(*before, slice(None, -1))]
        x = RULES["subtract"](unseen(later), unseen(earlier))
    return x


@implements(np.flip)
@method()
def flip(x, axis=None):
    """The order of elements reversed along an axis, several, or all."""
    axes = (
        range(x.ndim)
        if axis is None
        else [a % x.ndim for a in (axis if isinstance(axis, (tuple, list)) else (axis,))]
    )
    return x[tuple(slice(None, None, -1 if i in axes else 1) for i in range(x.ndim))]


@implements(np.tril)
@method()
def tril(x, k=0):
    """The lower triangle; zeros above."""
    return where(np.tril(np.ones(x.shape[-2:], dtype=bool), k), x, 0)


@implements(np.triu)
@method()
def triu(x, k=0):
    """The upper triangle; zeros below."""
    return where(np.triu(np.ones(x.shape[-2:], dtype=bool), k), x, 0)


@implements(np.lib.stride_tricks.sliding_window_view)
def sliding_window_view(x, window_shape, axis=None):
    """All windows of a shape, as new last axes, as in NumPy.

    An element in several windows gets the sum of their gradients.
    """
    shape = window_shape if isinstance(window_shape, (tuple, list)) else (window_shape,)
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, (tuple, list)) else (axis,)
    # NumPy itself checks the arguments.
    np.lib.stride_tricks.sliding_window_view(
        _hollow(x), window_shape, tuple(axis) if isinstance(axis, list) else axis
    )
    viewed = x
    for n, a in zip(shape, [a % x.ndim for a in axes], strict=True):
        windows = np.arange(x.shape[a] - n + 1)[:, None] + np.arange(n)
        x = moveaxis(x[(slice(None),) * a + (windows,)], a + 1, -1)
    if isinstance(x, Tensor) and x is not viewed:
        note_view(x, viewed)
    return x
