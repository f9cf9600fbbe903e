"""Several arrays as one, and one as several."""

import operator
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ..engine.numpy_protocol import implements
from ..engine.versions import unseen
from ..operations import RULES
from .base import (
    along,
    as_array,
    axis_of,
    by_numpy,
    described,
    hollow,
    into,
    method,
    reshaped,
    row,
)
from .shapes import atleast_3d


def _joined(name, parts, axis, out=None, dtype=None):
    result = RULES["concatenate"](*parts, axis=axis)
    if dtype is not None:
        result = result.astype(dtype)
    return into(out, name, result, *parts)


@implements(np.concatenate)
def concatenate(arrays: Any, axis: Any = 0, out=None, *, dtype=None, casting="same_kind"):
    """The arrays one after the other along an axis they have; all elements in a row for None."""
    parts = tuple(map(as_array, arrays))
    if axis is None:
        parts, axis = [row(part) for part in parts], 0
    return _joined("concatenate", parts, operator.index(axis), out, dtype)


@implements(np.stack)
def stack(arrays, axis=0, out=None, *, dtype=None, casting="same_kind"):
    """The arrays side by side along a new axis."""
    parts = [as_array(part) for part in arrays]
    if len({part.shape for part in parts}) > 1:
        raise ValueError(
            f"stack of {described(parts)}: expected arrays of one shape; np.concatenate joins "
            "arrays of several lengths along an axis they have"
        )
    shape = list(parts[0].shape) if parts else []
    axis = by_numpy("stack", parts, normalize_axis_index, operator.index(axis), len(shape) + 1)
    shape.insert(axis, 1)
    return _joined("stack", [reshaped(part, shape) for part in parts], axis, out, dtype)


@implements(np.vstack)
def vstack(tup, *, dtype=None, casting="same_kind"):
    """The arrays as rows, one below the other."""
    parts = [x if x.ndim > 1 else reshaped(x, (1, -1)) for x in map(as_array, tup)]
    return _joined("vstack", parts, 0, None, dtype)


@implements(np.hstack)
def hstack(tup, *, dtype=None, casting="same_kind"):
    """The arrays one after the other, along the second axis where they have one."""
    parts = [x if x.ndim else reshaped(x, (1,)) for x in map(as_array, tup)]
    return _joined("hstack", parts, 0 if parts[0].ndim == 1 else 1, None, dtype)


@implements(np.dstack)
def dstack(tup):
    """The arrays one behind the other, along the third axis."""
    parts = [x if x.ndim > 2 else unseen(atleast_3d(x)) for x in map(as_array, tup)]
    return concatenate(parts, 2)


@implements(np.column_stack)
def column_stack(tup):
    """The arrays as columns, one beside the other."""
    parts = [as_array(x) for x in tup]
    return concatenate([x if x.ndim > 1 else reshaped(x, (-1, 1)) for x in parts], 1)


@implements(np.block)
def block(arrays):
    """Nested lists of arrays as one array: the innermost lists along the last axis."""
    leaves = []

    def shapes(item):
        if isinstance(item, list):
            return [shapes(each) for each in item]
        leaves.append(as_array(item))
        return hollow(leaves[-1])

    by_numpy("block", arrays, np.block, shapes(arrays))
    depth, item = 0, arrays
    while isinstance(item, list):
        depth, item = depth + 1, item[0]
    ndim, found = max([depth, *(leaf.ndim for leaf in leaves)]), iter(leaves)

    def join(item, below):
        if isinstance(item, list):
            return concatenate([join(each, below - 1) for each in item], ndim - below)
        leaf = next(found)
        return leaf if leaf.ndim == ndim else reshaped(leaf, (1,) * (ndim - leaf.ndim) + leaf.shape)

    return join(arrays, depth)


@implements(np.append)
def append(arr, values, axis=None):
    """The values behind an array, along an axis, or all elements in a row."""
    return concatenate([as_array(arr), as_array(values)], axis)


@implements(np.split)
@method()
def split(x, indices_or_sections, axis=0):
    """Parts along an axis: that many equal ones, or cut at the given indices."""
    axis = axis_of("split", x, axis)
    n = x.shape[axis]
    if isinstance(indices_or_sections, (int, np.integer)):
        if n % indices_or_sections:
            raise ValueError(
                f"split of {x.describe()}: expected equal parts, but axis {axis} of length {n} is "
                f"not divisible by {indices_or_sections}"
            )
        cuts = range(n // indices_or_sections, n, n // indices_or_sections) if n else ()
    else:
        cuts = indices_or_sections
    return [x[along(axis, slice(start, end))] for start, end in zip([0, *cuts], [*cuts, n])]


@implements(np.array_split)
def array_split(x, indices_or_sections, axis=0):
    """Parts along an axis, the first of them longer by one where they cannot be equal."""
    axis = axis_of("array_split", x, axis)
    if isinstance(indices_or_sections, (int, np.integer)):
        places = range(x.shape[axis])
        parts = by_numpy("array_split", x, np.array_split, places, indices_or_sections)
        indices_or_sections = [int(n) for n in np.cumsum([len(part) for part in parts])[:-1]]
    return split(x, indices_or_sections, axis)


def _split_along(name, axis_of_split, least, numpy_function):
    def function(ary, indices_or_sections):
        if ary.ndim < least:
            raise ValueError(
                f"{name} of {described([ary])}: expected {least} axes or more, got {ary.ndim}"
            )
        return split(ary, indices_or_sections, axis_of_split if ary.ndim > 1 else 0)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Parts along axis {axis_of_split}; see ``split``."
    return implements(numpy_function)(function)


hsplit = _split_along("hsplit", 1, 1, np.hsplit)
vsplit = _split_along("vsplit", 0, 2, np.vsplit)
dsplit = _split_along("dsplit", 2, 3, np.dsplit)


@implements(np.unstack)
def unstack(x, /, *, axis=0):
    """The slices along an axis, as a tuple."""
    if not x.ndim:
        raise ValueError(f"unstack of {described([x])}: expected at least one axis")
    axis = axis_of("unstack", x, axis)
    return tuple(x[along(axis, i)] for i in range(x.shape[axis]))
