"""Reductions over axes. ``kept`` is the result's shape with the reduced axes left in as 1."""

import numpy as np

from .operation import Notation, rule


def _kept(shape, axis):
    """The shape of a reduction with keepdims=True, and how many elements each result was made of.

    >>> _kept((2, 3, 4), (0, -1))
    ((1, 3, 1), 8)
    """
    if axis is None:
        reduced = range(len(shape))
    else:
        reduced = [i % len(shape) for i in (axis if isinstance(axis, tuple) else (axis,))]
    count = 1
    for i in reduced:
        count *= shape[i]
    return tuple(1 if i in reduced else n for i, n in enumerate(shape)), count


@rule(np.sum, reduces=True, repeated=np.add, statistic=True, sums=True)
def sum(x, *, axis=None, keepdims=False):
    y = np.sum(x, axis=axis, keepdims=keepdims)
    shape = x.shape
    kept, _ = _kept(shape, axis)
    return y, (lambda g: np.broadcast_to(np.reshape(g, kept), shape),)


@rule(np.mean, reduces=True, statistic=True, sums=True)
def mean(x, *, axis=None, keepdims=False):
    y = np.mean(x, axis=axis, keepdims=keepdims)
    shape = x.shape
    kept, count = _kept(shape, axis)
    if count > 65504:  # beyond float16
        return y, (lambda g: np.broadcast_to(np.reshape(g, kept) * (1 / count), shape),)
    return y, (lambda g: np.broadcast_to(np.reshape(g, kept) / (count or 1), shape),)


@rule(
    np.max,
    reduces=True,
    repeated=np.maximum,
    statistic=True,
    kinked=True,
    notation=Notation(latex=r"\max"),
)
def max(x, *, axis=None, keepdims=False):
    """The largest element; ties share the gradient equally."""
    y = np.max(x, axis=axis, keepdims=keepdims)
    return y, (lambda g: _shared_by_ties(g, x, y, axis),)


@rule(
    np.min,
    reduces=True,
    repeated=np.minimum,
    statistic=True,
    kinked=True,
    notation=Notation(latex=r"\min"),
)
def min(x, *, axis=None, keepdims=False):
    """The smallest element; ties share the gradient equally."""
    y = np.min(x, axis=axis, keepdims=keepdims)
    return y, (lambda g: _shared_by_ties(g, x, y, axis),)


def _shared_by_ties(g, x, y, axis):
    kept, _ = _kept(x.shape, axis)
    reached = x == np.reshape(y, kept)
    return np.where(reached, np.reshape(g, kept) / np.sum(reached, axis=axis, keepdims=True), 0)


@rule(np.var, reduces=True, statistic=True, sums=True, composed=True)
def var(x, *, axis=None, ddof=0, keepdims=False):
    """The mean of (x - mean)², over n - ddof."""
    kept, count = _kept(x.shape, axis)
    deviation = x - np.mean(x, axis=axis, keepdims=True)
    y = np.sum(deviation * deviation, axis=axis, keepdims=keepdims) / (count - ddof)
    return y, (lambda g: 2 * np.reshape(g, kept) * deviation / (count - ddof),)


@rule(np.std, reduces=True, statistic=True, sums=True, composed=True)
def std(x, *, axis=None, ddof=0, keepdims=False):
    """The square root of the variance, with derivative 0 where it is 0."""
    kept, count = _kept(x.shape, axis)
    deviation = x - np.mean(x, axis=axis, keepdims=True)
    s = np.sum(deviation * deviation, axis=axis, keepdims=keepdims) / (count - ddof)
    y = np.sqrt(s)
    return y, (lambda g: np.reshape(g / ((count - ddof) * _divisor(y, s)), kept) * deviation,)


@rule(np.linalg.norm, reduces=True, statistic=True, sums=True, composed=True)
def norm(x, *, axis=None, keepdims=False):
    """The square root of the sum of squares, with derivative 0 at 0."""
    kept, _ = _kept(x.shape, axis)
    s = np.sum(x * x, axis=axis, keepdims=keepdims)
    y = np.sqrt(s)
    return y, (lambda g: np.reshape(g / _divisor(y, s), kept) * x,)


def _divisor(y, s):
    """The root y of s as a divisor of what is 0 where y is. On what is recorded it is infinite
    there: so the second derivative is 0, too, where that of a root has none.
    """
    if hasattr(y, "requires_grad"):
        return np.sqrt(np.where(s == 0, np.inf, s))
    return y + (y == 0)


@rule("power_norm", reduces=True, statistic=True, sums=True, composed=True)
def power_norm(x, *, ord, axis=None, keepdims=False):
    """(Σ |x|^ord)^(1 / ord), with derivative 0 where it is 0."""
    kept, _ = _kept(x.shape, axis)
    size = np.absolute(x)
    s = np.sum(size**ord, axis=axis, keepdims=keepdims)
    y = s ** (1 / ord)

    def pullback(g):
        if hasattr(y, "requires_grad"):  # see _divisor
            length = np.where(s == 0, 1, s) ** (1 / ord)
            shares = np.where(np.reshape(s == 0, kept), 1, size) / np.reshape(length, kept)
        else:
            shares = size / np.reshape(y + (y == 0), kept)
        return np.reshape(g, kept) * np.sign(x) * shares ** (ord - 1)

    return y, (pullback,)


@rule("logsumexp", reduces=True, repeated=np.logaddexp, statistic=True, sums=True, composed=True)
def logsumexp(x, *, axis=None, keepdims=False):
    """log Σ e^x, with the largest x taken out of the sum, so that nothing overflows."""
    kept, _ = _kept(x.shape, axis)
    largest = np.max(x, axis=axis, keepdims=True)
    shift = np.where(np.absolute(largest) == np.inf, 0, largest)
    y = np.log(np.sum(np.exp(x - shift), axis=axis, keepdims=True)) + shift
    result = y if keepdims else np.squeeze(y, axis)
    return result, (lambda g: np.reshape(g, kept) * np.exp(x - y),)


@rule(np.prod, reduces=True, repeated=np.multiply)
def prod(x, *, axis=None, keepdims=False):
    """The product. Where it is 0 or not finite, an element may be so, and nothing can be divided:
    the product of the others is that of those before and of those behind.
    """
    y = np.prod(x, axis=axis, keepdims=keepdims)
    kept, count = _kept(x.shape, axis)

    def pullback(g):
        if _divides(y):
            return np.reshape(g * y, kept) / x
        reduced = [i for i, (n, k) in enumerate(zip(x.shape, kept)) if n != k]
        others = [i for i in range(len(kept)) if i not in reduced]
        # Each product has one row.
        rows = np.reshape(np.transpose(x, others + reduced), (-1, count))
        before, behind = _before(rows), _before(rows[:, ::-1])[:, ::-1]
        moved = np.reshape(before * behind, [x.shape[i] for i in others + reduced])
        return np.reshape(g, kept) * np.transpose(moved, np.argsort(others + reduced))

    return y, (pullback,)


def _divides(y):
    """Whether no product is 0, infinite or NaN, so that no factor is."""
    size = np.absolute(y)
    return bool(((size > 0) & (size < np.inf)).all())


def _before(rows):
    """For each element the product of those before it in its row."""
    ones = np.ones((len(rows), 1), dtype=rows.dtype)
    return np.cumprod(np.concatenate([ones, rows[:, :-1]], axis=1), axis=1)


@rule(np.cumsum)
def cumsum(x, *, axis):
    """Running sums along one axis; the pullback runs them from the other end."""
    back = (slice(None),) * (axis % x.ndim) + (slice(None, None, -1),)
    return np.cumsum(x, axis=axis), (lambda g: np.cumsum(g[back], axis=axis)[back],)


@rule(np.cumprod)
def cumprod(x, *, axis):
    """Running products along one axis. Where nothing can be divided (see ``prod``), the pullback
    goes from the last element to the first: s_i = g_i + x_(i+1) s_(i+1), times what is before i.
    """
    y = np.cumprod(x, axis=axis)
    before = (slice(None),) * (axis % x.ndim)
    back = (*before, slice(None, None, -1))

    def pullback(g):
        if _divides(y):
            return np.cumsum((g * y)[back], axis=axis)[back] / x
        n = x.shape[axis]
        places = [(*before, slice(i, i + 1)) for i in range(n)]
        sums = [g[place] for place in places]
        for i in range(n - 2, -1, -1):
            sums[i] = sums[i] + x[places[i + 1]] * sums[i + 1]
        ahead = [sums[0]] + [y[places[i - 1]] * sums[i] for i in range(1, n)]
        return np.concatenate(ahead, axis=axis) if n else g

    return y, (pullback,)
