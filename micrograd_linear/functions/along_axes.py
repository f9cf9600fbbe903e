"""Functions that are applied along axes."""

import numpy as np

from ..engine.numpy_protocol import implements
from .base import as_array, axis_of, described, part
from .joins import stack
from .shapes import moveaxis


@implements(np.apply_along_axis)
def apply_along_axis(func1d, axis, arr, *args, **kwargs):
    """A function of vectors, applied to each that lies along an axis."""
    arr = as_array(arr)
    axis = axis_of("apply_along_axis", arr, axis)
    others = arr.shape[:axis] + arr.shape[axis + 1 :]
    results = []
    for place in np.ndindex(others):
        vector = part(arr, (*place[:axis], slice(None), *place[axis:]))
        results.append(as_array(func1d(vector, *args, **kwargs)))
    if not results:
        raise ValueError(f"apply_along_axis of {described([arr])}: there is no vector in it")
    found = stack(results).reshape(others + results[0].shape)
    new = range(len(others), len(others) + results[0].ndim)
    return moveaxis(found, tuple(new), tuple(range(axis, axis + results[0].ndim)))


@implements(np.apply_over_axes)
def apply_over_axes(func, a, axes):
    """A function of an array and an axis, applied over one axis after the other."""
    found = as_array(a)
    ndim = found.ndim
    for axis in np.atleast_1d(np.asarray(axes)).tolist():
        axis = axis_of("apply_over_axes", found, axis)
        result = func(found, axis)
        if result.ndim != ndim:
            result = np.expand_dims(result, axis)
        if result.ndim != ndim:
            raise ValueError(
                f"apply_over_axes of {described([a])}: the function returned an array of shape "
                f"{result.shape}, which has neither the axes of its operand nor one less"
            )
        found = result
    return found
