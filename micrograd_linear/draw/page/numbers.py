"""An array as JSON holds it: as the static picture summarises it, in full or in short."""

import numpy as np

from ...printable import finite
from ..heat import summary


def numbers(array):
    """A number as it is; a small array as {"shape", "rows"}; a larger one as its min, mean, max and norm, with the means of its blocks.

    >>> numbers(np.array([[1.0, 2.0]]))
    {'shape': [1, 2], 'rows': [[1.0, 2.0]]}
    """
    if array is None:
        return None
    array = np.asarray(array)
    if array.ndim == 0:
        return finite(float(array))
    short = summary(array)
    cells = [] if short.cells is None else [[_rounded(x) for x in row] for row in short.cells.tolist()]
    if not short.averaged:
        return {"shape": list(array.shape), "rows": cells}
    odd = int(np.size(array) - np.count_nonzero(np.isfinite(array)))
    if odd:  # a range is that of the finite ones
        finite_ones = array[np.isfinite(array)].astype(np.float64)
        ends = {"min": float(finite_ones.min()), "max": float(finite_ones.max())} if finite_ones.size else {"min": "", "max": ""}
        return {"shape": list(array.shape), "blocks": cells, "odd": odd, "mean": "nan", "norm": "nan", **ends}
    return {"shape": list(array.shape), "blocks": cells} | {words: _rounded(getattr(short, words)) for words in ("min", "mean", "max", "norm")}


def _rounded(x):
    """Six digits, which is as many as are shown."""
    return finite(float(f"{x:.6g}"))
