"""An array as JSON holds it: as the static picture summarises it, in full or in short."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...foundations.printable import finite
from ..heat import Summary, summary
from ..picture import Picture


class Summaries:
    """What is shown of the arrays of a picture, and of others: none is summarised twice."""

    def __init__(self, picture: Picture) -> None:
        self._known = {id(array): (array, shown) for array, shown in picture.read_arrays()}

    def of(self, array: np.ndarray) -> Summary:
        known = self._known.get(id(array))
        if known is None:  # the array is held, so that its id is not given to another
            known = self._known[id(array)] = array, summary(array)
        return known[1]

    def numbers(self, array: Any) -> Any:
        array = np.asarray(array)
        return finite(float(array)) if array.ndim == 0 else in_json(self.of(array))


def numbers(array: Any) -> Any:
    """A number as it is; a small array as {"shape", "rows"}.

    A larger one is its min, mean, max and norm, with the means of its blocks.

    >>> numbers(np.array([[1.0, 2.0]]))
    {'shape': [1, 2], 'rows': [[1.0, 2.0]]}
    """
    if array is None:
        return None
    array = np.asarray(array)
    return finite(float(array)) if array.ndim == 0 else in_json(summary(array))


def in_json(short: Summary) -> dict[str, Any]:
    """What is shown of an array; arrays that were joined without an order are one block."""
    means = short.cells
    if means is None:
        means = np.array([[short.mean]] if short.size else [])
    cells = [[_rounded(x) for x in row] for row in means.tolist()]
    if not short.averaged:
        return {"shape": list(short.shape), "rows": cells}
    ends = {"min": _rounded(short.min), "max": _rounded(short.max)}
    if short.odd == short.size:
        ends = {"min": "", "max": ""}
    about = {"mean": _rounded(short.mean), "norm": _rounded(short.norm)}
    odd = {"odd": short.odd} if short.odd else {}
    return {"shape": list(short.shape), "blocks": cells, **ends, **about, **odd}


def _rounded(x):
    """Six digits, which is as many as are shown."""
    return finite(float(f"{x:.6g}"))
