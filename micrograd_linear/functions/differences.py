"""Differences of neighbours, and what is made of them: slopes, areas, values in between."""

import numpy as np

from ..engine.numpy_protocol import implements
from ..operations import RULES
from .base import (
    along,
    as_array,
    axis_of,
    by_numpy,
    described,
    given,
    hollow,
    part,
    plain,
    reshaped,
    row,
)
from .joins import concatenate
from .reductions import sum


@implements(np.diff)
def diff(a, n=1, axis=-1, prepend=None, append=None):
    """The differences of neighbours along an axis, n times, after what is to stand at the ends."""
    a = as_array(a)
    if n < 0:
        raise ValueError(
            f"diff of {described([a])}: expected an order of 0 or more, got n={n}; for differences "
            "the other way write -np.diff(t)"
        )
    if not a.ndim:
        raise ValueError(f"diff of {described([a])}: expected at least one axis, got a number")
    if not n:
        return a
    axis, ends = axis_of("diff", a, axis), []
    for end in (prepend, append):
        if given(end):
            end = as_array(end)
            shape = (*a.shape[:axis], 1, *a.shape[axis + 1 :])
            ends.append([end if end.ndim else np.broadcast_to(end, shape)])
        else:
            ends.append([])
    if ends != [[], []]:
        a = concatenate([*ends[0], a, *ends[1]], axis)
    for _ in range(n):
        later, earlier = _neighbours(a, axis)
        a = RULES["subtract"](later, earlier)
    return a


def _neighbours(a, axis):
    """(all elements but the first, all but the last) along an axis."""
    return part(a, along(axis, slice(1, None))), part(a, along(axis, slice(None, -1)))


@implements(np.ediff1d)
def ediff1d(ary, to_end=None, to_begin=None):
    """The differences of neighbours of all elements in a row, between what is given."""
    x = row(as_array(ary))
    ends = [[] if end is None else [_typed(row(as_array(end)), x)] for end in (to_begin, to_end)]
    return concatenate([*ends[0], diff(x), *ends[1]])


def _typed(x, like):
    """A plain array in the type of another; a Tensor keeps its own."""
    return x.astype(like.dtype) if isinstance(x, np.ndarray) else x


@implements(np.gradient)
def gradient(f, *varargs, axis=None, edge_order=1):
    """The slopes of samples along one axis, or a tuple of those along several: central differences
    inside, one-sided ones at the ends. The spacing is a number, or the coordinates.
    """
    f, spacings = as_array(f), [as_array(x) for x in varargs]
    plain_spacings = [plain(x) for x in spacings]
    by_numpy("gradient", f, np.gradient, hollow(f), *plain_spacings,
             axis=axis, edge_order=edge_order)  # fmt: skip
    axes = (
        [axis] if isinstance(axis, (int, np.integer)) else range(f.ndim) if axis is None else axis
    )
    axes = [axis_of("gradient", f, each) for each in axes]
    if len(spacings) < 2:
        spacings = (spacings or [1.0]) * len(axes)
    found = tuple(_slopes(f, x, i, edge_order) for x, i in zip(spacings, axes, strict=True))
    return found[0] if len(found) == 1 else found


def _slopes(f, spacing, axis, edge_order):
    """The slopes along one axis, from the spaces h between each two samples."""
    n = f.shape[axis]
    shape = tuple(-1 if i == axis else 1 for i in range(f.ndim))
    if np.ndim(plain(spacing)):
        h = reshaped(diff(spacing), shape)
    else:
        h = np.broadcast_to(as_array(spacing), [n - 1 if i == axis else 1 for i in range(f.ndim)])
    h = _typed(h, f)
    steps = diff(f, axis=axis) / h
    before, behind = part(h, along(axis, slice(None, -1))), part(h, along(axis, slice(1, None)))
    later, earlier = _neighbours(steps, axis)
    inside = (before * later + behind * earlier) / (before + behind)
    first, last = (
        part(steps, along(axis, slice(None, 1))),
        part(steps, along(axis, slice(-1, None))),
    )
    if edge_order == 2:  # the parabola through three samples, at its ends
        first = 2 * first - _weighted(steps, h, axis, slice(None, 1), slice(1, 2), first)
        last = 2 * last - _weighted(steps, h, axis, slice(-1, None), slice(-2, -1), last)
    return concatenate([first, inside, last], axis)


def _weighted(steps, h, axis, end, next_to_it, first):
    """The slope in the sample beside an end, from the steps on both of its sides."""
    width, other = part(h, along(axis, end)), part(h, along(axis, next_to_it))
    return (width * part(steps, along(axis, next_to_it)) + other * first) / (width + other)


@implements(np.trapezoid)
def trapezoid(y, x=None, dx=1.0, axis=-1):
    """The area under samples, by the rule of trapezoids."""
    y = as_array(y)
    axis = axis_of("trapezoid", y, axis)
    if x is None:
        width = dx
    else:
        x = as_array(x)
        width = diff(x, axis=axis if x.ndim > 1 else -1)
        if x.ndim == 1:
            width = reshaped(width, tuple(-1 if i == axis else 1 for i in range(y.ndim)))
    later, earlier = _neighbours(y, axis)
    return sum(width * (later + earlier) / 2, axis)


@implements(np.unwrap)
def unwrap(p, discont=None, axis=-1, *, period=2 * np.pi):
    """Angles without jumps: what is added to each is constant."""
    p = as_array(p)
    found = by_numpy("unwrap", p, np.unwrap, plain(p), discont, axis, period=period)
    return p + (found - plain(p)).astype(p.dtype)


@implements(np.interp)
def interp(x, xp, fp, left=None, right=None, period=None):
    """The values at x of the straight lines through the points (xp, fp), whose xp rise."""
    x, xp, fp = as_array(x), as_array(xp), as_array(fp)
    by_numpy("interp", x, np.interp, plain(x), plain(xp), plain(fp), period=period)
    if period is not None:
        x, xp, fp = _periodic(x, xp, fp, abs(period))
        left = right = None
    left, right = fp[0] if left is None else left, fp[-1] if right is None else right
    below, above = plain(x) < plain(xp)[0], plain(x) > plain(xp)[-1]
    if xp.size == 1:
        inside = fp[np.zeros(x.shape, dtype=np.intp)] + x * 0
    else:
        i = np.clip(np.searchsorted(plain(xp), plain(x), "right") - 1, 0, xp.size - 2)
        slope = (fp[i + 1] - fp[i]) / (xp[i + 1] - xp[i])
        inside = fp[i] + slope * (x - xp[i])
    inside = RULES["where"](left, inside, condition=below) if below.any() else inside
    return RULES["where"](right, inside, condition=above) if above.any() else inside


def _periodic(x, xp, fp, period):
    """The points in one period and one more at each end, and x in that period."""
    x, xp = (a - np.floor(plain(a) / period) * period for a in (x, xp))
    order = np.argsort(plain(xp))
    xp, fp = xp[order], fp[order]
    return (
        x,
        concatenate([xp[-1:] - period, xp, xp[:1] + period]),
        concatenate([fp[-1:], fp, fp[:1]]),
    )


@implements(np.convolve)
def convolve(a, v, mode="full"):
    """The sums of products of one vector with the other, which is reversed and moved along it."""
    a, v = as_array(a), as_array(v)
    by_numpy("convolve", a, np.convolve, np.ones(a.shape), np.ones(v.shape), mode)
    a, v = row(a), row(v)
    a, v = (v, a) if v.size > a.size else (a, v)
    n, m = a.size, v.size
    ahead, length = {"full": (m - 1, n + m - 1), "same": (m - 1 - (m - 1) // 2, n),
                     "valid": (0, n - m + 1)}[_mode(mode)]  # fmt: skip
    widths = ((ahead, length + m - 1 - ahead - n),)
    padded = RULES["pad"](a, widths=widths)
    windows = padded[np.arange(length)[:, None] + np.arange(m)]
    return windows @ v[::-1]


def _mode(mode):
    return {"f": "full", "s": "same", "v": "valid", 0: "valid", 1: "same", 2: "full"}[
        mode[0] if isinstance(mode, str) else mode
    ]


@implements(np.correlate)
def correlate(a, v, mode="valid"):
    """The sums of products of one vector with the other, which is moved along it."""
    a, v = as_array(a), as_array(v)
    by_numpy("correlate", a, np.correlate, np.ones(a.shape), np.ones(v.shape), mode)
    if v.size > a.size:  # as NumPy does it: exchanged, and from the other end
        return correlate(v, a, mode)[::-1]
    return convolve(a, v[::-1], mode)
