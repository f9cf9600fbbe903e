"""An array as JSON holds it: as the static picture summarises it, in full or in short."""

import numpy as np

from ...foundations.printable import finite
from ..heat import summary


def numbers(array):
    """A number as it is; a small array as {"shape", "rows"}.

    A larger one is its min, mean, max and norm, with the means of its blocks.

    >>> numbers(np.array([[1.0, 2.0]]))
    {'shape': [1, 2], 'rows': [[1.0, 2.0]]}
    """
    if array is None:
        return None
    array = np.asarray(array)
    if array.ndim == 0:
        return finite(float(array))
    short = summary(array)
    cells = (
        [] if short.cells is None else [[_rounded(x) for x in row] for row in short.cells.tolist()]
    )
    if not short.averaged:
        return {"shape": list(array.shape), "rows": cells}
    ends = (
        {"min": "", "max": ""}
        if short.odd == array.size
        else {"min": _rounded(short.min), "max": _rounded(short.max)}
    )
    return {
        "shape": list(array.shape),
        "blocks": cells,
        **ends,
        "mean": _rounded(short.mean),
        "norm": _rounded(short.norm),
    } | ({"odd": short.odd} if short.odd else {})


def _rounded(x):
    """Six digits, which is as many as are shown."""
    return finite(float(f"{x:.6g}"))
