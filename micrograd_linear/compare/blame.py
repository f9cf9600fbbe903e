"""Step-wise blame: what each gradient should have been, given the hand-derived gradients of what it is used in.

One backward pass in which every hand-derived gradient replaces the engine's as soon as it has been looked at. So a tensor whose gradient is wrong
although it follows from its consumers' gradients only inherits the error; one whose gradient does not follow from them is the wrong step.
"""

import numpy as np

from ..backward import undo_broadcast
from ..graph import is_node, topological_order


class Backward:
    """The backward pass of ``root`` with ``hand`` gradients put in: {node: array}, of the nodes' shapes, all finite."""

    def __init__(self, root, seed, hand):
        self.order = topological_order(root)
        self.root, self.hand = root, hand
        self.implied = {}  # {node: what the gradients of its consumers make of it}
        self.used = {root: np.asarray(hand.get(root, seed))}  # {node: what is handed on}
        self.implied[root] = np.asarray(seed)
        totals = {}
        for node in reversed(self.order):
            if node in totals:
                self.implied[node] = totals[node]
                self.used[node] = hand.get(node, totals[node])
            if node not in self.used or not node.operands:
                continue
            for operand, contribution in contributions(node, self.used[node]):
                totals[operand] = totals[operand] + contribution if operand in totals else contribution

    def region(self, target):
        """The consumers between the target and the next hand-derived gradients, oldest first; and what may be passed on the way there."""
        inner, consumers = {target}, []
        for node in self.order:
            if node in self.used and node is not target and any(is_node(x) and x in inner for x in node.operands):
                consumers.append(node)
                if node not in self.hand:
                    inner.add(node)
        return consumers, inner

    def edges(self, target):
        """[(consumer, position, operand, contribution)] of all edges that lead from the next hand-derived gradients to the target."""
        consumers, inner = self.region(target)
        found = []
        for node in consumers:
            pieces = contributions(node, self.used[node])
            wanted = [i for i, x in enumerate(node.operands) if is_node(x) and x.requires_grad]
            found.extend((node, i, operand, piece) for i, (operand, piece) in zip(wanted, pieces, strict=True) if operand in inner)
        return found

    def propagated(self, operand, change, target):
        """What a change of the gradient of ``operand`` makes of that of the target."""
        if operand is target:
            return change
        consumers, inner = self.region(target)
        totals = {operand: change}
        for node in reversed(consumers):
            if node in totals and node in inner:
                for below, contribution in contributions(node, totals[node]):
                    if below in inner:
                        totals[below] = totals[below] + contribution if below in totals else contribution
        return totals.get(target)


def contributions(node, gradient):
    """[(operand, array)]: what a gradient of the node adds to that of each operand, in the operand's shape."""
    gradient = np.asarray(gradient, dtype=getattr(node, "dtype", np.float64))
    with np.errstate(all="ignore"):
        pieces = node.contributions(gradient if hasattr(node, "arrays") else float(gradient))
        return [(x, undo_broadcast(np.asarray(piece), x.shape, np.dtype(getattr(x, "dtype", np.float64)))) for x, piece in pieces]
