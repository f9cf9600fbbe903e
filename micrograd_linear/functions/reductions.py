"""Reductions over axes, in the forms that NumPy takes them."""

from typing import Any

import numpy as np

from ..engine.numpy_protocol import implements
from ..operations import RULES
from .base import as_array, by_numpy, described, given, into, method, plain
from .elementwise import where


def reduced_axis(name, x, axis, function=np.sum):
    """The axes of a reduction as its rule takes them; NumPy's error for what are none."""
    if axis is None or (axis.__class__ is int and -x.ndim <= axis < x.ndim):
        return axis
    # NumPy takes axis 0 of an array that has none in some functions, and is asked which.
    by_numpy(name, x, function, np.ones((1,) * x.ndim), axis=axis)
    if not x.ndim:
        return None
    return tuple(map(int, axis)) if isinstance(axis, tuple) else int(axis)


def count_of(x, axis, mask=None, keepdims=False) -> Any:
    """How many elements each result of a reduction is made of: a number, or an array of them where
    a mask says which are counted.
    """
    if mask is None:
        axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        return int(np.prod([x.shape[a] for a in axes], dtype=np.intp))
    return np.sum(np.broadcast_to(mask, x.shape), axis=axis, keepdims=keepdims)


def mask_of(name, x, where):
    """The mask of a keyword ``where`` in the shape of x, or None where it takes everything."""
    if where is True or where is np._NoValue:
        return None
    return by_numpy(name, x, np.broadcast_to, np.asarray(plain(where), dtype=bool), x.shape)


def _reduction(name, numpy_function, in_place_of_masked: Any, combined: Any):
    """A reduction by its rule; ``in_place_of_masked`` is the element that changes nothing, and
    ``combined`` the operation of two results.
    """
    rule = RULES[name]

    def reduce(x, axis, keepdims, dtype=None, out=None, initial: Any = None, mask=True):
        x = as_array(x)
        axis, keepdims = (
            reduced_axis(name, x, axis, numpy_function),
            keepdims is True or (keepdims is not np._NoValue and bool(keepdims)),
        )
        if dtype is None and out is None and not given(initial) and mask is True:
            return rule(x, axis=axis, keepdims=keepdims)
        mask, operand = mask_of(name, x, mask), x
        if dtype is not None:
            x = x.astype(dtype)
        if mask is not None:
            if in_place_of_masked is None and not given(initial):
                raise ValueError(
                    f"{name} of {described([x])}: with where= an element may be reduced from none; "
                    "give initial=, the value that it then has"
                )
            neutral = initial if in_place_of_masked is None else in_place_of_masked
            x = where(mask, x, neutral)
        if in_place_of_masked is None and given(initial) and not count_of(x, axis):
            return into(out, name, RULES["sum"](x, axis=axis, keepdims=keepdims) + initial, operand)
        result = rule(x, axis=axis, keepdims=keepdims)
        result = combined(result, initial) if given(initial) else result
        return into(out, name, result, operand)

    return reduce


def _named(name, function, numpy_function):
    function.__name__ = function.__qualname__ = name
    function.__doc__ = RULES[name].__doc__ or f"The {name} over an axis, a tuple of axes, or all."
    method()(function)
    return implements(numpy_function)(function)


def _of_all(name, numpy_function, neutral, combined):
    """sum and prod, whose signature has a type."""
    reduce = _reduction(name, numpy_function, neutral, combined)

    def function(x, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
        return reduce(x, axis, keepdims, dtype, out, initial, where)

    return _named(name, function, numpy_function)


def _of_largest(name, numpy_function, combined):
    """max and min."""
    reduce = _reduction(name, numpy_function, None, combined)

    def function(x, axis=None, out=None, keepdims=False, initial=None, where=True):
        return reduce(x, axis, keepdims, None, out, initial, where)

    return _named(name, function, numpy_function)


sum = _of_all("sum", np.sum, 0, RULES["add"])
prod = _of_all("prod", np.prod, 1, RULES["multiply"])
max = _of_largest("max", np.max, RULES["maximum"])
min = _of_largest("min", np.min, RULES["minimum"])
implements(np.amax)(max)
implements(np.amin)(min)


@implements(np.mean)
@method()
def mean(x, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    """The mean over an axis, a tuple of axes, or all; of the elements where a mask holds."""
    x = as_array(x)
    axis, keepdims = reduced_axis("mean", x, axis, np.mean), keepdims is True or bool(keepdims)
    if dtype is None and out is None and where is True:
        return RULES["mean"](x, axis=axis, keepdims=keepdims)
    mask, y = mask_of("mean", x, where), x if dtype is None else x.astype(dtype)
    if mask is None:
        result = RULES["mean"](y, axis=axis, keepdims=keepdims)
    else:
        count = count_of(x, axis, mask, keepdims)
        result = sum(y, axis, keepdims=keepdims, where=mask) / count.astype(y.dtype)
    return into(out, "mean", result, x)


def _spread(name, numpy_function, root):
    rule = RULES[name]

    def function(
        x, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True,
        mean=None, correction=None, unbiased=None,
    ):  # fmt: skip
        x, ddof = as_array(x), degrees(name, ddof, correction, unbiased)
        axis, keepdims = reduced_axis(name, x, axis, numpy_function), bool(keepdims)
        if dtype is None and out is None and where is True and not given(mean):
            return rule(x, axis=axis, ddof=ddof, keepdims=keepdims)
        mask, y = mask_of(name, x, where), x if dtype is None else x.astype(dtype)
        if mask is None and not given(mean):
            return into(out, name, rule(y, axis=axis, ddof=ddof, keepdims=keepdims), x)
        return into(out, name, root(deviation(y, axis, ddof, keepdims, mask, mean)), x)

    return _named(name, function, numpy_function)


def deviation(x, axis, ddof, keepdims, mask, center):
    """The mean of (x - center)², of the elements where a mask holds, over their number - ddof."""
    count = count_of(x, axis, mask, keepdims)
    x = (
        x if mask is None else where(mask, x, 0)
    )  # nothing may come of what is masked, NaN above all
    if not given(center):
        center = sum(x, axis, keepdims=True)
        center = center / np.asarray(count_of(x, axis, mask, True), x.dtype)
    squares = RULES["square"](x - center)
    total = sum(squares, axis, keepdims=keepdims, where=True if mask is None else mask)
    return total / np.asarray(np.maximum(count - ddof, 0), x.dtype)


def degrees(name, ddof, correction, unbiased):
    """How many degrees of freedom are lost: NumPy has two words for it, and PyTorch a third."""
    if given(correction) + (unbiased is not None) + (ddof != 0) > 1:
        words = "ddof and correction" if unbiased is None else "ddof and unbiased"
        kind = ValueError if unbiased is None else TypeError
        raise kind(f"{name}: {words} are the same; give one of them")
    return correction if given(correction) else ddof if unbiased is None else int(unbiased)


def safe_root(x):
    """The square root, with the derivative 0 at 0, as the standard deviation has it."""
    positive = plain(x) != 0
    return where(positive, RULES["sqrt"](where(positive, x, 1)), plain(x))


var, std = _spread("var", np.var, lambda x: x), _spread("std", np.std, safe_root)


@method()
def logsumexp(x, axis=None, *, keepdims=False):
    """log Σ e^x over an axis, a tuple of axes, or all; nothing overflows."""
    x = as_array(x)
    return RULES["logsumexp"](x, axis=reduced_axis("logsumexp", x, axis), keepdims=bool(keepdims))


@method()
def argmax(x, axis=None, *, keepdims=False):
    """NumPy's argmax: a plain array of indices."""
    return np.argmax(getattr(x, "current", x), axis=axis, keepdims=keepdims)


@method()
def argmin(x, axis=None, *, keepdims=False):
    """NumPy's argmin: a plain array of indices."""
    return np.argmin(getattr(x, "current", x), axis=axis, keepdims=keepdims)
