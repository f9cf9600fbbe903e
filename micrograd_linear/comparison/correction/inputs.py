"""Other inputs, on which a correction has to hold as well."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..redraw import redrawn


def other_inputs(
    values: Mapping[str, np.ndarray], rng: np.random.Generator
) -> list[dict[str, np.ndarray]]:
    """The inputs near to these, and others further away.

    What has one sign only keeps it, and shares stay between 0 and 1: a forward pass that takes the
    logarithm of a probability has no gradient elsewhere, and no correction would hold there.
    """
    drawn = [redrawn(values, [], rng, near) for near in (False, True)]
    return [{n: _of_the_range(x, values[n]) for n, x in each.items()} for each in drawn]


def _of_the_range(drawn: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Numbers as they were drawn, in the range of those that were there first."""
    if first.dtype.kind != "f" or first.size < 2 or np.array_equal(drawn, first):
        return drawn
    if not first.any():  # zeros, as a bias begins with, say nothing of a sign
        return drawn
    if (first <= 0).all():
        return -_of_the_range(-drawn, -first)
    if not (first >= 0).all():
        return drawn
    drawn = np.abs(drawn)
    if (first <= 1).all():
        drawn = np.where(drawn > 1, 1 / np.maximum(drawn, 1), drawn)
    return drawn.astype(first.dtype)
