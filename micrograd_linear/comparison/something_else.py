"""What else of the graph a gradient is: the derivative of another result, another gradient, or with
a term added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..engine.graph import is_node, topological_order
from .factors import FITTED
from .steps import step

if TYPE_CHECKING:
    from .causes import Search

ROOTS = 16  # The derivatives of so many results, the last ones, are tried in place of the loss's.


def explain_by_others(search: Search) -> None:
    """Add what explains the whole array by other tensors of the graph."""
    _other_roots(search)
    _other_gradients(search)
    _added_terms(search)


def _other_roots(search):
    """The derivative of another result, or of the root without the upstream gradient."""
    root = search.backward.root
    ones = "all ones stand" if np.size(root.current) > 1 else "1 stands"
    ignored = f"the upstream gradient is ignored: {ones} in its place"
    results = [
        node
        for node in search.backward.order
        if node.operands and (node.name or node is root) and node is not search.target
    ]
    for node in results[-1 if search.graph_is_large else -ROOTS :]:
        seed = np.ones(node.shape, node.dtype) if hasattr(node, "dtype") else 1.0
        words = f"it is the derivative of {search.names[node]}, not of {search.names[root]}"
        if node is root:
            words = ignored
        gradient = node.gradients(seed).get(search.target)
        search.add("wrong-root", words, gradient, 3, (search.name, search.names[node]))
    if search.target is root:
        search.add("wrong-root", ignored, np.ones(root.shape), 3)


def _other_gradients(search):
    """The gradient of another tensor, as the engine has it: what was handed in may be wrong."""
    expected = search.expected.astype(np.float64)
    # The gradients of what the target was made of follow from the hand-derived one.
    below = set(topological_order(search.target))
    for node, gradient in search.backward.implied.items():
        if (search.graph_is_large and not node.name) or node in below:
            continue
        other = np.asarray(gradient)
        if other.shape == expected.shape and not search.equal(other, expected):
            sentence, cost = (
                f"it is the gradient of {search.names[node]}",
                6 if node.operands else 3,
            )
            search.add("other-gradient", sentence, other, cost, (search.name, search.names[node]))


def _added_terms(search):
    """A number, or a multiple of a tensor or of its sign, added to the gradient; or the tensor
    itself.
    """
    expected = search.expected.astype(np.float64)
    rest = search.hand.astype(np.float64) - expected
    if expected.size > 3:
        term, cost = search.typed(float(rest.mean()))
        sentence = f"{term:.6g} was added to every element"
        search.add("extra-term", sentence, expected + term, cost, factor=term)
    itself = False
    for name, value in _arrays(search, expected.shape):
        where = search.name, name
        sentence = f"it is {name} itself, not a gradient"
        itself = itself or search.add("wrong-operand", sentence, value, 6, where)
        for array, words in ((value, name), (np.sign(value), f"sign({name})")):
            power = float((array * array).sum())
            # A multiple of equal numbers is a number that was added, which was tried above.
            if not power or expected.size <= 2 or not np.ptp(array):
                continue
            factor, cost = search.typed(float((rest * array).sum()) / power)
            decay = ", as by a weight decay" if cost < FITTED else ""
            sentence = f"{factor:.6g} · {words} was added{decay}"
            changed = expected + factor * array
            search.add("extra-term", sentence, changed, cost, where, factor=factor)


def _arrays(search, shape):
    """(name, array) of the tensors of one shape, and of the constants in their operands."""
    order, names = search.backward.order, search.names
    nodes = [node for node in order if node.name]
    if not search.graph_is_large:
        nodes += [node for node in order if not node.name]
    for node in nodes:
        if node.shape == shape:
            called = names[node] if node.name or not node.operands else step(node, names)
            yield called, np.asarray(node.current, dtype=np.float64)
        for x in node.operands:
            if not is_node(x) and np.shape(x) == shape:
                constant = np.asarray(x, dtype=np.float64)
                yield f"the constant in {step(node, names)}", constant
