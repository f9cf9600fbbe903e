"""An array as JSON holds it, in full or in short."""

import numpy as np

from ...printable import finite

SIDE = 12  # an array of at most so many rows and columns is given in full
BLOCKS = 8  # of a larger one the means of so many by so many blocks


def numbers(array):
    """An array as JSON holds it: a number as it is; a small array as {"shape", "rows"}; a larger one in short, with the means of its blocks.

    >>> numbers(np.array([[1.0, 2.0]]))
    {'shape': [1, 2], 'rows': [[1.0, 2.0]]}
    """
    if array is None:
        return None
    array = np.asarray(array, dtype=np.float64)
    if array.ndim == 0:
        return finite(array.item())
    rows = array.reshape(-1, array.shape[-1]) if array.size else np.zeros((0, 0))
    shown = {"shape": list(array.shape)}
    if max(rows.shape) <= SIDE:
        return shown | {"rows": [[_rounded(x) for x in row] for row in rows.tolist()]}
    with np.errstate(all="ignore"):
        shown |= {words: _rounded(float(f(array))) for words, f in (("min", np.min), ("mean", np.mean), ("max", np.max), ("norm", np.linalg.norm))}
        return shown | {"blocks": [[_rounded(x) for x in row] for row in _blocks(rows).tolist()]}


def _blocks(rows):
    """At most 8 by 8 means."""
    for axis in (0, 1):
        n = rows.shape[axis]
        if n > BLOCKS:
            starts = np.linspace(0, n, BLOCKS + 1).astype(int)
            counts = np.diff(starts).reshape((-1, 1) if axis == 0 else (1, -1))
            rows = np.add.reduceat(rows, starts[:-1], axis=axis) / counts
    return rows


def _rounded(x):
    """Six digits, which is more than is shown."""
    return finite(float(f"{x:.6g}"))
