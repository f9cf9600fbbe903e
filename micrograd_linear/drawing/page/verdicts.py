"""How a hand-derived gradient fared, for the page: by hand, by the engine and by finite
differences, where it is off the most, and why.
"""

import numpy as np

from ...comparison.finite import finite_difference
from ...engine.graph import topological_order
from ...foundations.printable import finite, printable
from .numbers import numbers

MOST_DIFFERENCES = 20  # that are computed for one page: each costs ten forward passes
LONGEST = 500


def verdicts(comparison, root, seed):
    """{node: {"lines", "hand", "at", "pair"}} of what was compared; "at" is [row, column] of the
    element that is looked at, "pair" its three numbers.

    The element is the one that is off the most, or, where all agree, the one with the largest
    gradient.
    """
    entries, left, order = {}, MOST_DIFFERENCES, topological_order(root)
    for node in (node for node in comparison.names if node in comparison):
        result = comparison[node]
        if result.status == "unchecked":
            continue
        entries[node] = {"lines": _lines(comparison, result)}
        if _is_comparable(result):
            where = _element(result)
            difference = finite_difference(order, seed, node, where) if left > 0 else None
            left -= 1
            entries[node] |= _at_element(result, where, difference)
    return entries


def _is_comparable(result):
    """Whether there is an element that both gradients have."""
    hand, engine = result.hand, result.engine
    return hand is not None and hand.shape == engine.shape and engine.size > 0


def _element(result):
    """The index of the element that is looked at."""
    where = result.where
    if where is None:
        largest = int(np.argmax(np.nan_to_num(np.absolute(result.engine))))
        where = np.unravel_index(largest, result.engine.shape)
    return tuple(int(i) for i in where)


def _at_element(result, where, difference):
    """The hand-derived gradient, and the three numbers for the element at an index."""
    trio = {
        "by hand": result.hand[where],
        "engine": result.engine[where],
        "finite differences": difference and difference[0],
    }
    return {
        "hand": numbers(result.hand),
        "at": _cell(where, result.engine.shape),
        "where": list(where),
        "trio": {words: finite(float(x)) for words, x in trio.items() if x is not None},
    }


def _lines(comparison, result):
    lines = [result.note, result.check]
    if result.name in comparison.formulas:
        lines.append(f"right is {comparison.formulas[result.name]}")
    return [printable(line, LONGEST) for line in lines if line]


def _cell(where, shape):
    """[row, column] of an element in the matrix that its array is shown as."""
    if len(where) < 2:
        return [0, where[0] if where else 0]
    return [int(np.ravel_multi_index(where[:-1], shape[:-1])), where[-1]]
