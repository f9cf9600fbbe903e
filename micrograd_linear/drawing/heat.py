"""An array at a glance: its numbers where they are few, coloured cells where they are more,
averages of blocks where they are many.

The colours are one symmetric scale from blue (negative) over white (zero) to orange (positive),
told apart by people who do not see red and green apart, and pale, so that numbers read well on
each. Its end is the largest magnitude of the array, so that the pattern shows, whatever the unit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

SMALL_ROWS, SMALL_COLUMNS = 8, 6  # an array up to this size is shown in full
CELLS, BLOCKS = (
    12,
    8,
)  # up to CELLS by CELLS every number has a cell; above, BLOCKS by BLOCKS cells are averages
STEPS = (
    "#7db4e0",
    "#97c3e7",
    "#b1d2ed",
    "#cbe1f3",
    "#e5f0f9",
    "#ffffff",
    "#fef0e2",
    "#fce0c5",
    "#fad0a8",
    "#f7c08a",
    "#f4b06a",
)  # even steps in Oklab
STEPS_DARK = (
    "#23659c",
    "#275882",
    "#294a69",
    "#283d51",
    "#27313a",
    "#242424",
    "#3a2f25",
    "#513a25",
    "#694423",
    "#814f1e",
    "#9a5a12",
)
NOT_FINITE, NOT_FINITE_DARK = "#e8d3ea", "#5f3a68"
_ZERO = len(STEPS) // 2


@dataclass(frozen=True, eq=False)
class Summary:
    """What is shown of an array, read once: changing the array later does not change it.

    ``cells`` is a matrix, the last axis across: the numbers themselves, or the means of blocks
    where they are ``averaged``; None for an empty array. ``min`` and ``max`` are those of the
    finite numbers; ``odd`` is how many are not.
    """

    shape: tuple
    cells: np.ndarray | None
    averaged: bool
    min: float = 0.0
    mean: float = 0.0
    max: float = 0.0
    norm: float = 0.0
    odd: int = 0

    @property
    def size(self):
        return int(np.prod(self.shape))

    @property
    def in_full(self):
        """Whether it is small enough for its numbers to be written out."""
        return (
            not self.averaged
            and self.cells is not None
            and len(self.shape) <= 2
            and self.cells.shape[0] <= SMALL_ROWS
            and self.cells.shape[1] <= SMALL_COLUMNS
        )


def summary(array):
    """The ``Summary`` of an array of numbers.

    >>> summary(np.arange(6.0).reshape(2, 3)).in_full, summary(np.ones((150, 4))).cells.shape
    (True, (8, 4))
    """
    array = np.asarray(array)
    if not array.size:
        return Summary(array.shape, None, False)
    if array.size == 1:  # most of the arrays of a graph of Values: at a fifth of the cost
        x = float(array.item())
        return Summary(array.shape, np.array([[x]]), False, x, x, x, abs(x), int(x - x != 0))
    with np.errstate(all="ignore"):
        numbers = array.astype(np.float64, copy=False).reshape(
            -1, array.shape[-1] if array.ndim else 1
        )
        least, most, mean = float(numbers.min()), float(numbers.max()), float(numbers.mean())
        largest = max(abs(least), abs(most))
        odd = (
            0 if least - least == most - most == 0 else int(np.count_nonzero(~np.isfinite(numbers)))
        )
        if 0 < odd < numbers.size:
            finite = numbers[np.isfinite(numbers)]
            least, most = float(finite.min()), float(finite.max())
        norm = float(np.linalg.norm(numbers)) if largest < np.inf else largest
        if (
            largest < np.inf and not 1e-140 < norm < np.inf and largest
        ):  # squares that a float does not hold
            norm = largest * float(np.linalg.norm(numbers / largest))
        if abs(mean) < 1e-15 * largest:  # terms that cancel but for rounding
            mean = 0.0
        averaged = numbers.shape[0] > CELLS or numbers.shape[1] > CELLS
        cells = _averages(numbers) if averaged else numbers.copy()
        return Summary(array.shape, cells, averaged, least, mean, most, norm, odd)


COPIED = 4096  # numbers; of a larger array only the summary is kept from later changes


@dataclass(frozen=True, eq=False)
class Numbers:
    """An array that was read, and what is ``shown`` of it; a small array is a copy."""

    array: np.ndarray
    shown: Summary

    @classmethod
    def read(cls, array: Any) -> Numbers:
        array = np.asarray(array)
        return cls(np.array(array) if array.size <= COPIED else array, summary(array))


def together(summaries):
    """The summary of several arrays as if they were one row of numbers.

    It has no cells, for the order of the arrays means nothing.

    >>> both = together([summary(np.array([1.0, 2.0])), summary(np.array([[4.0]]))])
    >>> both.min, both.max, round(both.mean, 3), round(both.norm, 3)
    (1.0, 4.0, 2.333, 4.583)
    """
    if len(summaries) == 1:
        return summaries[0]
    parts = [each for each in summaries if each.size]
    if not parts:
        return summaries[0]
    size = sum(each.size for each in parts)
    mean = sum(each.mean * (each.size / size) for each in parts)
    least, most = (
        float(f([getattr(each, words) for each in parts]))
        for f, words in ((np.min, "min"), (np.max, "max"))
    )
    odd = sum(each.odd for each in parts)
    return Summary(
        (size,), None, True, least, mean, most, math.hypot(*(each.norm for each in parts)), odd
    )


def _averages(numbers):
    """At most ``BLOCKS`` by ``BLOCKS`` means; a block with a NaN or an infinity is that."""
    for axis in (0, 1):
        n = numbers.shape[axis]
        if n > BLOCKS:
            starts = np.linspace(0, n, BLOCKS + 1).astype(int)
            widths = np.diff(starts)
            numbers = np.add.reduceat(numbers, starts[:-1], axis=axis) / (
                widths[:, None] if axis == 0 else widths
            )
    return numbers


def colours(cells):
    """The colour of every cell, row by row.

    >>> colours(np.array([[-2.0, 0.0, 2.0, np.nan]]))
    [['#7db4e0', '#ffffff', '#f4b06a', '#e8d3ea']]
    """
    finite = np.isfinite(cells)
    end = np.abs(cells[finite]).max(initial=0.0)
    with np.errstate(all="ignore"):
        steps = np.rint(np.where(finite, cells, 0.0) / (end or 1.0) * _ZERO).astype(int) + _ZERO
    return [
        [STEPS[step] if ok else NOT_FINITE for step, ok in zip(row, good)]
        for row, good in zip(steps.tolist(), finite.tolist())
    ]
