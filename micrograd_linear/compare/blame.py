"""Step-wise blame: what each gradient should have been, given the hand-derived gradients of what it is used in.

One backward pass in which every hand-derived gradient replaces the engine's as soon as it has been looked at. So a tensor whose gradient is wrong
although it follows from its consumers' gradients only inherits the error; one whose gradient does not follow from them is the wrong step.
"""

import numpy as np

from ..backward import undo_broadcast
from ..graph import is_node, topological_order
from .finite import as_float64, run


class Backward:
    """The backward pass of ``root`` with ``hand`` gradients put in: {node: array}, of the nodes' shapes, all finite.

    ``patch(node, gradient, contributions)`` may return other contributions of a node to its operands, or None.
    """

    def __init__(self, root, seed, hand, patch=None):
        self.order = topological_order(root)
        self.root, self.hand, self.regions = root, hand, {}
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
            pieces = contributions(node, self.used[node])
            other = patch(node, self.used[node], [piece for _, piece in pieces]) if patch and hasattr(node, "arrays") else None
            for operand, contribution in pieces if other is None else [(x, piece) for (x, _), piece in zip(pieces, other, strict=True)]:
                totals[operand] = totals[operand] + contribution if operand in totals else contribution

    def region(self, target):
        """The consumers between the target and the next hand-derived gradients, oldest first; and what may be passed on the way there."""
        if target not in self.regions:
            self.regions[target] = self._region(target)
        return self.regions[target]

    def _region(self, target):
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

    def tangents(self, target, directions):
        """{node: how it changes when the target moves, a row for each direction}, on the way to the next hand-derived gradients; None where it cannot be run.

        By central differences: good to some eight digits, which is enough to tell at once, for every edge e, how much of the difference R it can
        explain, since <v, C_e> = <J v, c_e> for what e contributes to the target (C_e) and to its own operand (c_e).
        """
        consumers, inner = self.region(target)
        start, found = np.array(target.current, dtype=np.float64), []
        try:
            for direction in directions:
                step = 6e-6 * max(1.0, float(np.abs(start).max(initial=0.0)))
                ends = [self._moved(target, start + sign * step * direction, consumers, inner) for sign in (1, -1)]
                found.append({node: (ends[0][node] - ends[1][node]) / (2 * step) for node in ends[0]})
        except (KeyError, TypeError, ValueError):
            return None
        return {node: np.stack([one[node] for one in found]).reshape(len(found), -1) for node in found[0]}

    def _moved(self, target, value, consumers, inner):
        values = {target: value}
        for node in consumers:
            if node in inner:
                values[node] = np.asarray(run(node, [values[x] if is_node(x) and x in values else as_float64(x) for x in node.operands]))
        return values

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
