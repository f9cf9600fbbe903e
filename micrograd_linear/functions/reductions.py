"""Reductions over axes, and running sums."""

import operator

import numpy as np

from ..engine.numpy_protocol import implements
from ..engine.versions import unseen
from ..operations import RULES
from .base import method


def _reduction(name, numpy_function=None, **options):
    rule = RULES[name]

    def function(x, axis=None, *, keepdims=False, **keywords):
        if "ddof" in options and "unbiased" in keywords:
            if "ddof" in keywords:
                raise TypeError(f"{name}: ddof and unbiased are the same; give one of them")
            keywords["ddof"] = int(keywords.pop("unbiased"))
        unknown = [key for key in keywords if key not in options]
        if unknown:
            raise TypeError(
                f"{name} of a Tensor: the arguments {', '.join(unknown)} are not supported; leave "
                "them out"
            )
        axis = (
            axis
            if axis is None or isinstance(axis, tuple)
            else tuple(axis)
            if isinstance(axis, list)
            else operator.index(axis)
        )
        return rule(x, axis=axis, keepdims=bool(keepdims), **{**options, **keywords})

    function.__name__ = function.__qualname__ = name
    function.__doc__ = rule.__doc__ or f"The {name} over an axis, a tuple of axes, or all."
    method()(function)
    return implements(numpy_function)(function) if numpy_function else function


implements(np.amax)(lambda *args, **keywords: max(*args, **keywords))
implements(np.amin)(lambda *args, **keywords: min(*args, **keywords))
sum, mean, max, min = (
    _reduction("sum", np.sum),
    _reduction("mean", np.mean),
    _reduction("max", np.max),
    _reduction("min", np.min),
)
prod, var, std = (
    _reduction("prod", np.prod),
    _reduction("var", np.var, ddof=0),
    _reduction("std", np.std, ddof=0),
)
logsumexp = _reduction("logsumexp")


@implements(np.cumsum)
@method()
def cumsum(x, axis=None):
    """Running sums along an axis, or of all elements in a row."""
    if axis is None:
        return RULES["cumsum"](unseen(x.reshape(-1)), axis=0)
    return RULES["cumsum"](x, axis=operator.index(axis))


@method()
def argmax(x, axis=None, *, keepdims=False):
    """NumPy's argmax: a plain array of indices."""
    return np.argmax(getattr(x, "current", x), axis=axis, keepdims=keepdims)


@method()
def argmin(x, axis=None, *, keepdims=False):
    """NumPy's argmin: a plain array of indices."""
    return np.argmin(getattr(x, "current", x), axis=axis, keepdims=keepdims)
