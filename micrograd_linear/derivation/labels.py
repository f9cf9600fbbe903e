"""Words for axes and for indices."""

import numpy as np

from .typeset import clean


def axes_label(axis, ndim):
    """Words for the axes of a reduction; none where all are meant.

    >>> axes_label(0, 2), axes_label((-1,), 2), axes_label(None, 3), axes_label((0, 2), 3)
    ('rows', 'columns', '', 'axes 0, 2')
    """
    axes = (
        range(ndim)
        if axis is None
        else [i % ndim for i in (axis if isinstance(axis, (tuple, list)) else (axis,))]
    )
    if len(axes) == ndim:
        return ""
    if ndim == 2:
        return ("rows", "columns")[axes[0]]
    return f"axis {axes[0]}" if len(axes) == 1 else f"axes {', '.join(map(str, axes))}"


def tensor_of(index):
    """The named Tensor that a part of an index was copied from, or None."""
    tensor = getattr(index, "tensor", None)
    return tensor if tensor is not None and tensor.name else None


def index_label(index):
    """An index as one would write it, long arrays cut."""
    if isinstance(index, tuple):
        return ", ".join(map(index_label, index))
    if isinstance(index, slice):
        start, stop, step = (
            "" if part is None else str(part) for part in (index.start, index.stop, index.step)
        )
        return f"{start}:{stop}{f':{step}' if step else ''}"
    if index is None or index is Ellipsis:
        return "None" if index is None else "..."
    if tensor_of(index) is not None:
        return clean(index.tensor.name)
    array = np.asarray(index)
    if array.ndim == 0:
        return str(array)
    if array.dtype == bool:
        return "mask"
    flat = array.ravel().tolist()
    if array.ndim == 1 and len(flat) > 2 and flat == list(range(flat[0], flat[0] + len(flat))):
        return f"{flat[0]}…{flat[-1]}"
    shown = ", ".join(map(str, flat if len(flat) <= 6 else [*flat[:3], "…", flat[-1]]))
    return f"[{shown}]"
