"""``pad`` in the modes of NumPy."""

import numpy as np

from ..engine.graph import is_node
from ..engine.numpy_protocol import implements
from ..operations import RULES
from . import reductions
from .base import along, as_array, by_numpy, described, hollow, method, moved, part
from .joins import concatenate
from .ordering import median

_STATISTICS = {
    "maximum": reductions.max,
    "minimum": reductions.min,
    "mean": reductions.mean,
    "median": median,
}


@implements(np.pad)
@method()
def pad(x, pad_width, mode="constant", constant_values=0, **settings):
    """x with something around it: ``pad_width`` is a number, a pair, or a pair for each axis, and
    ``mode`` is one of NumPy's, with its settings.
    """
    x = as_array(x)
    if callable(mode):
        raise TypeError(
            f"pad of {described([x])}: a function as mode= writes into an array that exists; make "
            "the parts, and join them by np.concatenate"
        )
    if mode != "constant" or settings:
        if constant_values.__class__ is not int or constant_values:
            settings = {**settings, "constant_values": constant_values}
        by_numpy("pad", x, np.pad, hollow(x), pad_width, mode, **settings)
    if isinstance(pad_width, dict):
        pad_width = [pad_width.get(i, pad_width.get(i - x.ndim, 0)) for i in range(x.ndim)]
        pad_width = [(each, each) if np.ndim(each) == 0 else each for each in pad_width]
    widths = np.asarray(pad_width)
    if widths.dtype.kind not in "iu":
        by_numpy("pad", x, np.pad, hollow(x), pad_width)  # NumPy's error
    widths = tuple((int(a), int(b)) for a, b in np.broadcast_to(widths, (x.ndim, 2)))
    if mode in ("constant", "empty"):
        return _constant(x, widths, 0 if mode == "empty" else constant_values)
    if mode in ("edge", "wrap", "reflect", "symmetric"):
        if settings.get("reflect_type", "even") == "even":
            return moved("pad", x, np.pad, widths, mode)
        return _along_each_axis(x, widths, lambda x, i, both: _odd(x, i, both, mode))
    if mode == "linear_ramp":
        ends = np.broadcast_to(settings.get("end_values", 0), (x.ndim, 2))
        return _along_each_axis(x, widths, lambda x, i, both: _ramp(x, i, both, ends[i]))
    lengths = np.broadcast_to(np.array(settings.get("stat_length"), dtype=object), (x.ndim, 2))
    statistic = _STATISTICS[mode]
    return _along_each_axis(x, widths, lambda x, i, both: _level(x, i, both, statistic, lengths[i]))


def _constant(x, widths, values):
    padded = RULES["pad"](x, widths=widths)
    if is_node(values):
        around = np.broadcast_to(values, padded.shape) if values.ndim == 0 else None
        if around is None:
            raise TypeError(
                f"pad of {described([x])}: constant_values is {values.describe()}; as a Tensor it "
                "must be one number; join several by np.concatenate"
            )
    else:
        if not np.any(values):
            return padded
        around = np.pad(np.zeros(x.shape, x.dtype), widths, constant_values=values)
    inside = np.pad(np.ones(x.shape, dtype=bool), widths)
    return RULES["where"](padded, around, condition=inside)


def _along_each_axis(x, widths, padded):
    for i, both in enumerate(widths):
        if both != (0, 0):
            x = padded(x, i, both)
    return x


def _level(x, axis, widths, statistic, lengths):
    """A statistic of the outermost elements on both sides."""
    n = x.shape[axis]
    parts = [x]
    for side, (width, length) in enumerate(zip(widths, lengths)):
        length = n if length is None else min(int(length), n)
        outer = part(x, along(axis, slice(0, length) if side == 0 else slice(n - length, n)))
        level = statistic(outer, axis, keepdims=True)
        shape = (*x.shape[:axis], width, *x.shape[axis + 1 :])
        parts.insert(0 if side == 0 else 2, np.broadcast_to(level, shape))
    return concatenate(parts, axis)


def _ramp(x, axis, widths, ends):
    """Straight lines from the elements at the ends to the end values."""
    shape, parts = [1] * x.ndim, [x]
    for side, (width, end) in enumerate(zip(widths, ends)):
        share = np.arange(width, dtype=x.dtype) / max(width, 1)
        shape[axis] = width
        share = np.reshape(share if side == 0 else share[::-1], shape)
        edge = part(x, along(axis, slice(0, 1) if side == 0 else slice(-1, None)))
        parts.insert(0 if side == 0 else 2, edge * share + (1 - share) * x.dtype.type(end))
    return concatenate(parts, axis)


def _odd(x, axis, widths, mode):
    """Reflected in the elements at the ends, as a point is in another: NumPy's result is linear,
    and what it does to the unit vectors is the matrix of it.
    """
    units = np.eye(x.shape[axis], dtype=x.dtype)
    matrix = np.pad(units, (widths, (0, 0)), mode, reflect_type="odd")
    moved_last = np.moveaxis(x, axis, -1) @ matrix.T
    return np.moveaxis(moved_last, -1, axis)
