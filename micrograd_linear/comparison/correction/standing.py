"""``Standing``: what is known of the numbers of an array, by its name and by what is right."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from .known import Known, meant_by, proportional
from .trace import Visit


class Standing(IntEnum):
    """What is known of numbers."""

    RIGHT = 0  # they are the engine's
    LIKELY = 1  # they are the engine's times a factor, or the engine's of another name
    UNKNOWN = 2
    WRONG = 3  # by its name it is a gradient that has other numbers


def standing_in(visit: Visit, known: Known) -> Standing:
    """The standing of what one visit wrote."""
    found = [standing_of(name, array, known) for name, array in arrays_of(visit).items()]
    return max(found, default=Standing.UNKNOWN)


def gradients_of(visit: Visit) -> dict[str, np.ndarray]:
    """The arrays that a visit wrote by names of gradients."""
    return {name: x for name, x in arrays_of(visit).items() if meant_by(name)}


def arrays_of(visit: Visit) -> dict[str, np.ndarray]:
    """The arrays of floats that a visit wrote."""
    return {
        name: np.asarray(x)
        for name, x in visit.after.items()
        if isinstance(x, (np.ndarray, np.floating, float)) and np.asarray(x).dtype.kind == "f"
    }


def standing_of(name: str, array: np.ndarray, known: Known) -> Standing:
    """The standing of an array by its name and its numbers."""
    nodes = known.nodes_of(name, array.shape)
    # What one name gives wrongly may be right by another: of ``db = dy`` in a loop it is ``db``.
    if known.is_wrong(array) and not (meant_by(name) and known.has(array, as_it_is=True)):
        return Standing.WRONG
    if not nodes:
        if known.has(array):
            return Standing.RIGHT
        return Standing.LIKELY if known.has_multiple(array) else Standing.UNKNOWN
    if known.is_gradient_of(array, nodes):
        of_its_shape = any(node.shape == array.shape for node in nodes)
        return Standing.RIGHT if of_its_shape else Standing.WRONG
    ratios = [proportional(array, np.asarray(known.gradients[node])) for node in nodes]
    if any(ratio and ratio > 0 for ratio in ratios):
        return Standing.LIKELY
    if any(ratios):  # the opposite sign
        return Standing.WRONG
    return Standing.LIKELY if known.has(array) else Standing.WRONG
