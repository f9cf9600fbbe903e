"""What a gradient is as a whole: times a number, summed and repeated, in another order, or from an
earlier pass.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from .factors import multiple
from .mistakes import is_of_numbers

if TYPE_CHECKING:
    from .causes import Search


def explain_whole(search: Search) -> None:
    """Add what explains the whole array by itself."""
    hand, expected = search.hand.astype(np.float64), search.expected.astype(np.float64)
    search.add("sign", "it has the opposite sign", -expected, 1, factor=-1)
    if not hand.any():
        sentence = "it is 0: nothing of what comes back was added to it"
        search.add("missing-path", sentence, 0 * expected, 3, factor=0)
    _multiplied(search, hand, expected)
    for axis, n in enumerate(expected.shape):
        if 1 < n <= 1_000_000:
            _summed_along(search, expected, axis)
            _reordered(search, axis)
    _turned(search, expected)
    if sum(n > 1 for n in expected.shape) > 1:
        _summed_or_reshaped(search, expected)
    _earlier(search)


def _multiplied(search, hand, expected):
    """The gradient times a number that has a meaning, or else any number."""
    power = float((expected * expected).sum())
    factor = float((hand * expected).sum()) / power if power else 0.0
    for value, words in search.named_factors():
        if abs(factor - value) <= search.tolerance * abs(value):
            sentence = f"it is {multiple(value, words)}{_averaged(search, value)}"
            search.add("factor", sentence, value * expected, 2, factor=value)
        elif abs(factor + value) <= search.tolerance * abs(value):
            sentence = f"it is -{multiple(value, words)}"
            search.add("factor", sentence, -value * expected, 3, factor=-value)
    if search.found or expected.size <= 3 or not factor:
        return
    factor, cost = search.typed(factor)
    number = f"{factor:.6g}"
    if abs(factor - 1) <= 1e-4:
        number = f"1 {'+' if factor > 1 else '-'} {abs(factor - 1):.2g}"
    sentence = f"it is {number} times the gradient, everywhere"
    search.add("factor", sentence, factor * expected, cost, factor=factor)


def _averaged(search, factor):
    """Words for 1/n, where broadcasting made n copies of the target, or n passes were added up."""
    if search.backward is None:
        if abs(1 / factor - round(1 / factor)) >= 1e-9:
            return ""
        passes = f"{1 / factor:.0f} passes"
        return f", or {search.name}.grad holds {passes}: zero_grad() was not called"
    for node in search.backward.order:
        copies = np.size(node.current) / search.hand.size
        if copies <= 1 or abs(factor * copies - 1) >= 1e-9:
            continue
        if is_of_numbers(node.operation) and any(x is search.target for x in node.operands):
            several = f"{copies:.0f} copies that broadcasting made"
            return f": it averages the {several}; it should sum them"
    return ""


def _summed_along(search, expected, axis):
    total = np.broadcast_to(expected.sum(axis=axis, keepdims=True), expected.shape)
    summed, averaged = (
        f"it was {how} over axis {axis} and repeated" for how in ("summed", "averaged")
    )
    search.add("extra-sum", summed, total, 4, axis=axis)
    search.add("extra-sum", averaged, total / expected.shape[axis], 4, axis=axis)


def _turned(search, expected):
    """Two axes reversed, or exchanged."""
    long = [i for i, n in enumerate(expected.shape) if n > 1]
    for one, two in itertools.combinations(long, 2):
        sentence = f"it is reversed along axes {one} and {two}"
        search.add("permuted", sentence, np.flip(expected, (one, two)), 4)
        if expected.ndim > 2 and expected.shape[one] == expected.shape[two]:
            sentence = f"axes {one} and {two} are exchanged"
            search.add("transpose", sentence, expected.swapaxes(one, two), 2)


def _summed_or_reshaped(search, expected):
    total = np.broadcast_to(expected.sum(), expected.shape)
    search.add("extra-sum", "it was summed over all elements and repeated", total, 4)
    for read, written, words in (
        ("F", "C", "read column by column"),
        ("C", "F", "reshaped from the transpose"),
    ):
        moved = expected.reshape(-1, order=read).reshape(expected.shape, order=written)
        search.add("permuted", f"the numbers are right, {words}", moved, 4)


def _reordered(search, axis):
    """The slices along an axis in another order: one random projection of each slice tells which it
    is.
    """
    n, rng = search.expected.shape[axis], np.random.default_rng(0)
    weights = rng.normal(size=search.expected.size // n)
    hand, expected = (
        np.moveaxis(array, axis, 0).reshape(n, -1).astype(np.float64) @ weights
        for array in (search.hand, search.expected)
    )
    by_hand, by_expected = np.argsort(hand, kind="stable"), np.argsort(expected, kind="stable")
    apart = np.absolute(hand[by_hand] - expected[by_expected]).max()
    if apart > 1e-2 * np.absolute(hand - expected).max():
        return
    # Slice i of the hand gradient is slice order[i] of the engine's.
    order = np.empty(n, dtype=int)
    order[by_hand] = by_expected
    moved = np.take(search.expected, order, axis)
    words = _of_order(order, axis)
    search.add("permuted", words, moved, 4, axis=axis, order=order.tolist())


def _of_order(order, axis):
    """Words for an order of slices: reversed, shifted, or listed."""
    n, shift = len(order), int(order[0])
    if (order == np.arange(n)[::-1]).all():
        return f"it is reversed along axis {axis}"
    if (order == (np.arange(n) + shift) % n).all():
        return f"it is shifted by {-shift if shift <= n / 2 else n - shift} along axis {axis}"
    moved = np.flatnonzero(order != np.arange(n))
    listed = ", ".join(f"{i} holds {order[i]}" for i in moved[:4])
    rest = ", ..." if len(moved) > 4 else ""
    return f"the slices along axis {axis} are in another order: {listed}{rest}"


def _earlier(search):
    """The target's own ``.grad``, from an earlier backward pass, in place of this gradient, or
    added to it.
    """
    before = getattr(search.target, "grad", None)
    if before is None or np.shape(before) != search.expected.shape:
        return
    if isinstance(before, type(search.target)):
        return
    before = np.asarray(before, dtype=np.float64)
    if np.allclose(before, search.expected, rtol=1e-9, atol=0):  # It is from this very pass.
        return
    held = f"{search.name}.grad holds"
    search.add("stale", f"it is what {held}, from an earlier backward pass", before, 2)
    sentence = f"it is this gradient plus the one that {held}: not zeroed"
    search.add("stale", sentence, search.expected + before, 2)
