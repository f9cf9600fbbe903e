"""Weighted means, and how variables vary together."""

import numpy as np

from ..engine.numpy_protocol import implements
from ..operations import RULES
from .base import as_array, by_numpy, described, into, plain, reshaped
from .joins import concatenate
from .products import diagonal
from .reductions import count_of, max, mean, min, reduced_axis, sum


@implements(np.ptp)
def ptp(a, axis=None, out=None, keepdims=False):
    """The largest element less the smallest."""
    return into(out, "ptp", max(a, axis, None, keepdims) - min(a, axis, None, keepdims), a)


@implements(np.average)
def average(a, axis=None, weights=None, returned=False, *, keepdims=False):
    """The mean, in which each element, or each slice along the axis, has a weight."""
    a, keepdims = as_array(a), keepdims is not np._NoValue and bool(keepdims)
    if weights is None:
        result = mean(a, axis, keepdims=keepdims)
        count = np.asarray(count_of(a, reduced_axis("average", a, axis)), result.dtype)
        return (result, np.broadcast_to(count, result.shape)) if returned else result
    weights = as_array(weights)
    by_numpy("average", a, np.average, np.ones(a.shape), axis, np.ones(weights.shape))
    if weights.shape != a.shape:  # along the axis, or the axes in their order
        axes = [i % a.ndim for i in (axis if isinstance(axis, tuple) else (axis,))]
        order = sorted(range(len(axes)), key=axes.__getitem__)
        shape = [n if i in axes else 1 for i, n in enumerate(a.shape)]
        weights = reshaped(weights.transpose(order), shape)
    weights = np.broadcast_to(weights, a.shape)
    total = sum(weights, axis, keepdims=keepdims)
    if np.any(plain(total) == 0):
        raise ZeroDivisionError("average: the weights sum to zero, and cannot be normalized")
    result = sum(RULES["multiply"](a, weights), axis, keepdims=keepdims) / total
    return (result, total.astype(result.dtype)) if returned else result


@implements(np.cov)
def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None):
    """The covariances of variables, which are the rows, or the columns without ``rowvar``."""
    x, others = as_array(m), () if y is None else (as_array(y),)
    by_numpy("cov", x, np.cov, _random(x), *map(_random, others), rowvar=rowvar, bias=bias,
             ddof=ddof, fweights=plain(fweights), aweights=plain(aweights))  # fmt: skip
    parts = [_variables(each, rowvar) for each in (x, *others)]
    x = parts[0] if y is None else concatenate(parts)
    x = x if dtype is None else x.astype(dtype)
    ddof = (0 if bias else 1) if ddof is None else ddof
    frequencies, weights = (None if w is None else as_array(w) for w in (fweights, aweights))
    w = frequencies if weights is None else weights
    if frequencies is not None and weights is not None:
        w = frequencies * weights
    if w is None:
        center, left, factor = mean(x, 1, keepdims=True), None, x.shape[1] - ddof
    else:
        total = sum(w)
        center, left = sum(x * w, 1, keepdims=True) / total, w
        lost = ddof if weights is None else ddof * sum(w * weights) / total
        factor = total - lost if ddof else total
    deviation = x - center
    weighted = deviation if left is None else deviation * left
    if np.any(plain(factor) <= 0):
        factor = 0.0
    return (deviation @ weighted.T / _typed(factor, x.dtype)).squeeze()


def _typed(x, dtype):
    return np.asarray(x, dtype) if not hasattr(x, "describe") else x


def _random(x):
    """Numbers of x's shape on which NumPy checks the arguments without a warning."""
    return np.random.default_rng(0).normal(size=x.shape)


def _variables(x, rowvar):
    if x.ndim > 2:
        raise ValueError(f"cov of {described([x])}: expected at most two axes, got {x.ndim}")
    x = reshaped(x, (1, -1)) if x.ndim < 2 else x
    return x.T if not rowvar and x.shape[0] != 1 else x


@implements(np.corrcoef)
def corrcoef(x, y=None, rowvar=True, *, dtype=None):
    """The correlations of variables: the covariances over the products of the deviations."""
    c = cov(x, y, rowvar, dtype=dtype)
    if not c.ndim:
        return c / c
    deviation = RULES["sqrt"](diagonal(c))
    return c / reshaped(deviation, (-1, 1)) / deviation
