"""Reductions and running sums in which what is not a number is left out."""

import numpy as np

from ..engine.numpy_protocol import implements
from ..operations import RULES
from .base import as_array, described, given, into, plain
from .elementwise import where
from .ordering import in_rows, quantiles, shaped, taken
from .reductions import (
    count_of,
    degrees,
    deviation,
    mask_of,
    max,
    min,
    prod,
    reduced_axis,
    safe_root,
    sum,
)
from .running import cumprod, cumsum


def _numbers(name, x, where=True):
    """(x as an array, the mask of its numbers)."""
    x = as_array(x)
    mask, counted = ~np.isnan(plain(x)), mask_of(name, x, where)
    return x, mask if counted is None else mask & counted


@implements(np.nansum)
def nansum(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    """The sum of the numbers."""
    a, mask = _numbers("nansum", a, where)
    return sum(a, axis, dtype, out, keepdims, initial, mask)


@implements(np.nanprod)
def nanprod(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    """The product of the numbers."""
    a, mask = _numbers("nanprod", a, where)
    return prod(a, axis, dtype, out, keepdims, initial, mask)


def _extreme(name, reduction, lowest):
    def function(a, axis=None, out=None, keepdims=False, initial=None, where=True):
        a, mask = _numbers(name, a, where)
        start = initial if given(initial) else lowest
        result = reduction(a, axis, None, keepdims, start, mask)
        if not given(initial):
            axis = reduced_axis(name, a, axis)
            empty = ~np.any(mask, axis=axis, keepdims=keepdims is not np._NoValue and keepdims)
            if empty.any():  # NumPy says NaN where there is no number
                result = RULES["where"](np.nan, result, condition=empty)
        return into(out, name, result, a)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The {name[3:]} of the numbers; NaN where there is none."
    return function


nanmax = implements(np.nanmax)(_extreme("nanmax", max, -np.inf))
nanmin = implements(np.nanmin)(_extreme("nanmin", min, np.inf))


@implements(np.nanmean)
def nanmean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    """The mean of the numbers; NaN where there is none."""
    a, mask = _numbers("nanmean", a, where)
    x, axis = a if dtype is None else a.astype(dtype), reduced_axis("nanmean", a, axis, np.mean)
    keepdims = keepdims is not np._NoValue and bool(keepdims)
    total = sum(x, axis, keepdims=keepdims, where=mask)
    count = np.asarray(count_of(x, axis, mask, keepdims), x.dtype)
    return into(out, "nanmean", total / count, a)


def _spread(name, root):
    def function(
        a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None,
        correction=None,
    ):  # fmt: skip
        a, mask = _numbers(name, a, where)
        x, axis = a if dtype is None else a.astype(dtype), reduced_axis(name, a, axis, np.var)
        keepdims = keepdims is not np._NoValue and bool(keepdims)
        found = deviation(x, axis, degrees(name, ddof, correction, None), keepdims, mask, mean)
        return into(out, name, root(found), a)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The {name[3:]} of the numbers, over their number - ddof."
    return function


nanvar = implements(np.nanvar)(_spread("nanvar", lambda x: x))
nanstd = implements(np.nanstd)(_spread("nanstd", safe_root))


@implements(np.nanmedian)
def nanmedian(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    """The number in the middle, or the mean of the two there."""
    a = as_array(a)
    rows, kept = in_rows("nanmedian", a, axis)
    if not rows.shape[-1]:
        raise ValueError(f"nanmedian of {described([a])}: there are no elements along the axis")
    count = np.sum(~np.isnan(plain(rows)), axis=-1)
    ordered, n = RULES["sort"](rows, axis=-1), rows.shape[-1]
    places = np.stack([np.maximum(count - 1, 0) // 2, np.minimum(count // 2, n - 1)], axis=-1)
    result = taken(ordered, places, places.ndim - 1).mean(axis=-1)
    return into(out, "nanmedian", shaped(result, kept, keepdims), a)


@implements(np.nanquantile)
def nanquantile(
    a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *,
    weights=None,
):  # fmt: skip
    """The quantiles of the numbers."""
    found = quantiles("nanquantile", a, q, 1, axis, method, keepdims, weights, without_nan=True)
    return into(out, "nanquantile", found, a)


@implements(np.nanpercentile)
def nanpercentile(
    a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *,
    weights=None,
):  # fmt: skip
    """The percentiles of the numbers."""
    found = quantiles("nanpercentile", a, q, 100, axis, method, keepdims, weights, without_nan=True)
    return into(out, "nanpercentile", found, a)


@implements(np.nancumsum)
def nancumsum(a, axis=None, dtype=None, out=None):
    """Running sums of the numbers."""
    a, mask = _numbers("nancumsum", a)
    return cumsum(where(mask, a, 0), axis, dtype, out)


@implements(np.nancumprod)
def nancumprod(a, axis=None, dtype=None, out=None):
    """Running products of the numbers."""
    a, mask = _numbers("nancumprod", a)
    return cumprod(where(mask, a, 1), axis, dtype, out)
