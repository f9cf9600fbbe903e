"""What a small nudge of a number in a leaf does to the result, for graphs of Tensors: the graph is
run again with it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...comparison.finite import nudged
from ..picture import Box, Picture

BY = 0.01
MOST_OF_A_LEAF, MOST = 4, 24
LARGEST = 200_000  # numbers in a graph that is run again for a page


def nudges(picture: Picture) -> dict[str, list[dict[str, Any]]]:
    """{id of a leaf: [{"at", "moves", "says"}]}: the index of an element, by how much the result
    moves when it is nudged by 0.01, and by how much its gradient says.

    The first element is looked at, and those with the largest gradients.
    """
    flow, order = picture.reading.flow, picture.reading.order
    is_large = sum(int(np.prod(node.shape)) for node in order) > LARGEST
    if flow is None or picture.grouped or picture.reading.cut or is_large:
        return {}
    found: dict[str, list[dict[str, Any]]] = {}
    for box in picture.boxes:
        if box.kind == "leaf" and hasattr(box.node, "arrays") and box.node in flow.gradients:
            left = MOST - sum(map(len, found.values()))
            rows = _of_leaf(box, flow, order, min(left, MOST_OF_A_LEAF))
            if rows:
                found[box.id] = rows
    return found


def _of_leaf(box: Box, flow: Any, order: Any, most: int) -> list[dict[str, Any]]:
    gradient = np.asarray(flow.gradients[box.node], dtype=np.float64)
    if not gradient.size or most < 1:
        return []
    largest = np.argsort(-np.abs(np.nan_to_num(gradient)), axis=None, kind="stable")
    places = list(dict.fromkeys([0, *largest[:most].tolist()]))[:most]
    rows = []
    for place in places:
        index = tuple(int(i) for i in np.unravel_index(place, gradient.shape))
        moves = nudged(order, flow.seed, box.node, index, BY)
        says = float(gradient[index]) * BY
        if moves is not None and np.isfinite(says):
            rows.append({"at": list(index), "moves": moves, "says": says})
    return rows
