"""What a gradient of another shape is: transposed, not summed, summed too far, not contracted, or
reshaped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .causes import Search


def explain_shape(search: Search) -> None:
    """Add what explains the shape; of a square matrix, too, whether it is transposed."""
    hand, expected = search.hand, search.expected
    if hand.ndim == 2 and expected.ndim == 2:
        _transposed(search)
    if hand.shape == expected.shape:
        return
    if hand.size == expected.size:
        _reshaped(search)
        return
    _not_summed(search)
    _summed_too_far(search)
    if search.backward is not None:
        _exchanged(search)
        _not_contracted(search)


def _transposed(search):
    hand, expected = search.hand, search.expected
    layout = "the matrix is square, so the shape did not show it"
    if hand.shape != expected.shape:
        layout = f"shape {hand.shape}, expected {expected.shape}; yours is the numerator layout"
    sentence = f"it is the transpose of the gradient: {layout}"
    search.add("transpose", sentence, expected.T, 1, shape=hand.shape)


def _reshaped(search):
    hand, expected = search.hand, search.expected
    shapes = f"the shape is {hand.shape} instead of {expected.shape}"
    by_rows, by_columns = (expected.reshape(hand.shape, order=order) for order in "CF")
    search.add("shape-only", f"the numbers are right, {shapes}", by_rows, 2)
    search.add("permuted", f"the numbers are right, column by column, {shapes}", by_columns, 3)


def _not_summed(search):
    hand, expected = search.hand, search.expected
    for summed, axes in reductions(hand, expected.shape):
        listed = " and ".join(map(str, axes))
        if search.equal(summed, expected):
            sentence = (
                f"it has shape {hand.shape}: sum over axis {listed}. {search.name} was broadcast "
                "there, so its gradient adds up what comes back"
            )
            search.keep("missing-sum", sentence, 1, axes=axes)
        elif search.equal(summed * expected.size / max(hand.size, 1), expected):
            sentence = f"it has shape {hand.shape}: average over axis {listed}"
            search.keep("missing-sum", sentence, 2, axes=axes)


def _summed_too_far(search):
    hand, expected = search.hand, search.expected
    for reduced, axes in reductions(expected, hand.shape):
        if search.equal(hand, reduced):
            sentence = (
                f"it was summed over axis {' and '.join(map(str, axes))}, which {search.name} has: "
                f"shape {hand.shape}, expected {expected.shape}"
            )
            search.keep("extra-sum", sentence, 1, axes=axes)


def _exchanged(search):
    """The gradient of another leaf, which has its shape."""
    hand, expected = search.hand, search.expected
    for node, gradient in search.backward.implied.items():
        if node is search.target or node.operands or hand.size <= 1:
            continue
        if search.equal(hand, np.asarray(gradient)):
            sentence = (
                f"it is the gradient of {search.names[node]}, shape {hand.shape}, "
                f"expected {expected.shape}: perhaps two were exchanged"
            )
            search.keep("other-gradient", sentence, 1, (search.name, search.names[node]))


def _not_contracted(search):
    """The derivative of every element of the root, which the upstream gradient did not contract."""
    hand, expected, root = search.hand, search.expected, search.backward.root
    if hand.shape != (*root.shape, *expected.shape):
        return
    if search.equal(np.tensordot(search.backward.used[root], hand, root.ndim), expected):
        sentence = (
            f"it is the whole derivative of {search.names[root]}, shape {hand.shape}: "
            "contract it with the upstream gradient"
        )
        where = search.name, search.names[root]
        search.keep("wrong-root", sentence, 1, where, shape=hand.shape)


def reductions(array: np.ndarray, shape: tuple) -> list[tuple[np.ndarray, tuple]]:
    """[(the array summed over axes to a shape, the axes)]"""
    sums = []
    if array.ndim > 8:
        return sums
    long = [n for n in shape if n > 1]
    for drop in range(1, 2**array.ndim):
        axes = tuple(i for i in range(array.ndim) if drop >> i & 1)
        for keepdims in (False, True):
            summed = array.sum(axis=axes, keepdims=keepdims)
            if summed.shape == tuple(shape):
                sums.append((summed, axes))
        new = not any(axes == other for _, other in sums)
        if new and [n for n in summed.shape if n > 1] == long:
            sums.append((summed.reshape(shape), axes))
    return sums
