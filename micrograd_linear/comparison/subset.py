"""Where an array differs: a row, a block, the last elements, or where another array of the graph
says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..operations import names as op
from .factors import multiple

if TYPE_CHECKING:
    from .causes import Search


def partly(search: Search) -> None:
    """Add what explains a gradient of which only a part that has a description differs."""
    wrong = ~search.within(search.expected)
    if wrong.all() or not wrong.any():
        return
    words = part(wrong, search)
    if search.hand.size > 3 and np.count_nonzero(wrong) > 1:
        _cut_off(search, wrong)
    if words is not None:
        _multiplied_there(search, wrong, words)
        if np.count_nonzero(wrong) > 1:
            _constant_there(search, wrong, words)


def _cut_off(search, wrong):
    low, high = float(search.hand.min()), float(search.hand.max())
    clipped = np.clip(search.expected, low, high)
    sentence = f"it was cut off at {low:.6g} and {high:.6g}"
    search.add("subset", sentence, clipped, 3, elements=int(wrong.sum()))


def _multiplied_there(search, wrong, words):
    """The gradient is 0 there, or times a number that has a meaning."""
    expected = search.expected
    inside, right = search.hand[wrong].astype(np.float64), expected[wrong].astype(np.float64)
    power = float((right * right).sum())
    factor = float((inside * right).sum()) / power if power else 0.0
    for value, what in [
        (0.0, "0"),
        (-1.0, "of the opposite sign"),
        *((v, multiple(v, number)) for v, number in search.named_factors()),
    ]:
        if words.startswith("the block") and value:  # A block of another sign is found too easily.
            continue
        if abs(factor - value) <= search.tolerance * max(abs(value), 1e-3):
            predicted = np.where(wrong, value * expected, expected)
            sentence = f"it differs in {words} alone; there it is {what}"
            elements = int(wrong.sum())
            search.add("subset", sentence, predicted, 3, elements=elements, factor=value)


def _constant_there(search, wrong, words):
    inside = search.hand[wrong].astype(np.float64)
    if not (inside == inside[0]).all() or not inside[0]:
        return
    predicted = np.where(wrong, search.hand, search.expected)
    sentence = f"it differs in {words} alone; there it is {inside[0]:.6g} throughout"
    search.add("subset", sentence, predicted, 5, elements=int(wrong.sum()))


def described(search):
    """How much of an unexplained gradient differs, and where: a clause that goes on after a
    sentence.
    """
    if search.hand.shape != search.expected.shape or search.hand.size < 2:
        return ""
    hand, expected = (array.astype(np.float64) for array in (search.hand, search.expected))
    wrong = ~search.within(search.expected)
    count = int(np.count_nonzero(wrong))
    found = (
        f": {count} of {wrong.size} elements differ"
        if count < wrong.size
        else ": all elements differ"
    )
    if 0 < count < wrong.size:
        words = part(wrong, search)
        found += f", in {words}" if words else ""
    sizes = float(np.linalg.norm(hand)), float(np.linalg.norm(expected))
    if all(sizes) and np.isfinite(sizes).all() and wrong.size > 1:
        cosine = float((hand * expected).sum()) / (sizes[0] * sizes[1])
        found += f"; direction {cosine:.2f} (cosine), {_length(sizes[0] / sizes[1])}"
    return found


def _length(ratio):
    """How long it is, beside the gradient that is right, in words."""
    return "the same length" if f"{ratio:.3g}" == "1" else f"{ratio:.3g} times as long"


def part(wrong: np.ndarray, search: Search) -> str | None:
    """The part of an array that a mask marks, in words; None where it has no description.

    Where the gradient is 0, nothing can differ.
    """
    size = np.absolute(search.expected)
    live = wrong | (size > 1e-12 * size.max(initial=0.0))
    slices = _slices(wrong, live)
    if slices is not None:
        return _counted(*slices)
    if np.count_nonzero(wrong) == 1:
        return f"the element {[int(i) for i in np.argwhere(wrong)[0]]}"
    words = _triangle(wrong, live) or _block(wrong, live)
    return words or _where_another_array_says(wrong, live, search)


def _slices(wrong, live):
    """(what slices are called, which, of how many): few of an axis, or several in a row."""
    for axis in range(wrong.ndim):
        others = tuple(i for i in range(wrong.ndim) if i != axis)
        some = wrong.any(axis=others)
        n, places = wrong.shape[axis], np.flatnonzero(some)
        if n < 2 or len(places) == n or not (len(places) <= n / 2 or _in_a_row(places)):
            continue
        if _marks(wrong, np.expand_dims(some, others), live):
            kind = f"axis {axis}, index"
            if wrong.ndim <= 2:
                kind = "element" if wrong.ndim == 1 else ("row", "column")[axis]
            return kind, places, n
    return None


def _triangle(wrong, live):
    if wrong.ndim >= 2 and wrong.shape[-1] == wrong.shape[-2]:
        for words, mask in triangles(wrong.shape[-1]):
            if _marks(wrong, mask, live):
                return words
    return None


def _block(wrong, live):
    """The smallest block that holds all of it, where that is not the whole array."""
    if wrong.ndim < 2:
        return None
    block = []
    for axis in range(wrong.ndim):
        others = tuple(i for i in range(wrong.ndim) if i != axis)
        places = np.flatnonzero(wrong.any(axis=others))
        block.append(slice(places[0], places[-1] + 1))
    inside = np.zeros(wrong.shape, dtype=bool)
    inside[tuple(block)] = True
    if inside.all() or not _marks(wrong, inside, live):
        return None
    return "the block [" + ", ".join(f"{s.start}:{s.stop}" for s in block) + "]"


def _where_another_array_says(wrong, live, search):
    """The elements where another array of the graph has one sign, or is 0."""
    for node in reversed(search.backward.order if search.backward is not None else ()):
        if node.shape != wrong.shape:
            continue
        value = np.asarray(node.current)
        for mask, words in (
            (value < 0, op.NEGATIVE),
            (value > 0, "positive"),
            (value == 0, "0"),
            (value != 0, "not 0"),
        ):
            if _marks(wrong, mask, live):
                return f"the elements where {search.names[node]} is {words}"
    return None


def triangles(n):
    """(words, mask) of the parts of a square matrix that masks leave out."""
    ones = np.ones((n, n), dtype=bool)
    yield "the diagonal", np.eye(n, dtype=bool)
    yield "the part above the diagonal", np.triu(ones, 1)
    yield "the part below the diagonal", np.tril(ones, -1)
    yield "the diagonal and what is above it", np.triu(ones)
    yield "the diagonal and what is below it", np.tril(ones)


def _marks(wrong, mask, live):
    """Whether a mask says what is wrong, as far as there is anything to see."""
    return bool((wrong == (np.broadcast_to(mask, wrong.shape) & live)).all())


def _in_a_row(places):
    return bool(len(places)) and places[-1] - places[0] + 1 == len(places)


def _counted(kind, places, n):
    """Row 2; the last row; rows 3 to 5; rows 0, 2 and 4."""
    if len(places) == 1:
        return (
            f"the last {kind} ({places[0]})"
            if places[0] == n - 1 and n > 2
            else f"{kind} {places[0]}"
        )
    if _in_a_row(places):
        return (
            f"the last {len(places)} {kind}s"
            if places[-1] == n - 1
            else f"{kind}s {places[0]} to {places[-1]}"
        )
    return (
        f"{kind}s " + ", ".join(map(str, places[:-1])) + f" and {places[-1]}"
        if len(places) <= 6
        else None
    )
