"""Step-wise blame: what each gradient should have been, given the hand-derived gradients of what it
is used in.

One backward pass in which every hand-derived gradient replaces the engine's as soon as it has been
looked at. So a tensor whose gradient is wrong although it follows from its consumers' gradients
only inherits the error; one whose gradient does not follow from them is the wrong step.
"""

from dataclasses import dataclass, replace

import numpy as np

from ..engine.backward import undo_broadcast
from ..engine.graph import Node, is_node, topological_order
from .finite import as_float64, run


@dataclass(frozen=True, eq=False, slots=True)
class Edge:
    """What a node adds to the gradient of the operand that it has at a position.

    An edge without a position stands for all that is added to the operand.
    """

    node: Node
    position: int | None
    operand: Node
    piece: np.ndarray


class Backward:
    """The backward pass of ``root`` with ``hand`` gradients put in: {node: array}, of the nodes'
    shapes, all finite.

    ``patch(node, gradient, contributions)`` may return other contributions of a node to its
    operands, or None.
    """

    def __init__(self, root, seed, hand, patch=None, order=None):
        self.order = topological_order(root) if order is None else order
        self.root, self.hand, self.regions = root, hand, {}
        self.implied = {}  # {node: what the gradients of its consumers make of it}
        self.used = {root: np.asarray(hand.get(root, seed))}  # {node: what is passed on}
        self.implied[root] = np.asarray(seed)
        self.pieces = {}  # {node: its edges}
        totals = {}
        for node in reversed(self.order):
            if node in totals:
                self.implied[node] = totals[node]
                self.used[node] = hand.get(node, totals[node])
            if node not in self.used or not node.operands:
                continue
            edges = contributions(node, self.used[node])
            other = patch(node, self.used[node], [edge.piece for edge in edges]) if patch else None
            if other is not None:
                edges = [
                    replace(edge, piece=piece) for edge, piece in zip(edges, other, strict=True)
                ]
            self.pieces[node] = edges
            for edge in edges:
                totals[edge.operand] = (
                    totals[edge.operand] + edge.piece if edge.operand in totals else edge.piece
                )

    def region(self, target):
        """The consumers between the target and the next hand-derived gradients, oldest first; and
        what may be passed on the way there.
        """
        if target not in self.regions:
            self.regions[target] = self._region(target)
        return self.regions[target]

    def _region(self, target):
        inner, consumers = {target}, []
        for node in self.order:
            if (
                node in self.pieces
                and node is not target
                and any(is_node(x) and x in inner for x in node.operands)
            ):
                consumers.append(node)
                if node not in self.hand:
                    inner.add(node)
        return consumers, inner

    def edges(self, target):
        """All edges from the next hand-derived gradients to the target, the oldest first."""
        consumers, inner = self.region(target)
        return [edge for node in consumers for edge in self.pieces[node] if edge.operand in inner]

    def tangents(self, target, directions):
        """{node: how it changes when the target moves, a row for each direction}, on the way to the
        next hand-derived gradients; None where it cannot be run.

        By differences: good to some seven digits, which is enough to tell at once, for every edge
        e, how much of the difference R it can explain, since <v, C_e> = <J v, c_e> for what e
        contributes to the target (C_e) and to its own operand (c_e).
        """
        consumers, inner = self.region(target)
        start = np.array(target.current, dtype=np.float64)
        size = float(np.abs(start).max(initial=0.0))
        step = 1e-7 * (size or 1.0)
        constant = {}  # operands off the way, in double precision
        try:
            moved = [
                self._moved(target, start + step * direction, consumers, inner, constant)
                for direction in directions
            ]
            exact = all(np.asarray(node.current).dtype.itemsize >= 8 for node in moved[0])
            base = (
                {node: as_float64(node) for node in moved[0]}
                if exact
                else self._moved(target, start, consumers, inner, constant)
            )
        except (KeyError, TypeError, ValueError):
            return None
        return {
            node: np.stack([(one[node] - base[node]).ravel() for one in moved]) / step
            for node in base
        }

    def _moved(self, target, value, consumers, inner, constant):
        values = {target: value}
        for node in consumers:
            if node in inner:
                operands = []
                for x in node.operands:
                    if not is_node(x):
                        operands.append(as_float64(x))
                    elif x in values:
                        operands.append(values[x])
                    else:
                        if x not in constant:
                            constant[x] = as_float64(x)
                        operands.append(constant[x])
                values[node] = np.asarray(run(node, operands))
        return values

    def propagated(self, operand, change, target):
        """What a change of the gradient of ``operand`` makes of that of the target."""
        return change if operand is target else self._passed({operand: change}, target)

    def rerun(self, target, replaced):
        """The gradient of the target if some contributions were others: ``replaced`` is {(node,
        position): function of the node's gradient}.
        """
        consumers, inner = self.region(target)
        given = {
            node: self.used[node] for node in consumers if node not in inner or node is self.root
        }
        return self._passed(given, target, replaced)

    def _passed(self, totals, target, replaced=None):
        """Gradients of some nodes passed on to the target; those of nodes at the border of its
        region are not added to.
        """
        for node, edges in reversed(self.ways(target)):
            if node not in totals:
                continue
            g = np.asarray(totals[node], dtype=getattr(node, "dtype", np.float64))
            for position, operand, pull in edges:
                other = replaced and replaced.get((node, position))
                piece = fitted(other(g) if other else pull(g), operand)
                totals[operand] = totals[operand] + piece if operand in totals else piece
        return totals.get(target)

    def ways(self, target):
        """[(consumer, [(position, operand, its pullback)])] of what is passed on in the region of
        the target, oldest first.
        """
        if ("ways", target) not in self.regions:
            consumers, inner = self.region(target)
            self.regions["ways", target] = [
                (node, [way for way in pullbacks(node) if way[1] in inner]) for node in consumers
            ]
        return self.regions["ways", target]


def pullbacks(node):
    """[(position, operand, pullback)] of the operands that require a gradient."""
    if hasattr(node, "arrays"):
        return [
            (i, x, pull)
            for i, (x, pull) in enumerate(zip(node.operands, node.pullbacks, strict=True))
            if pull is not None
        ]
    positions = [i for i, x in enumerate(node.operands) if is_node(x)]
    return [
        (i, node.operands[i], lambda g, k=k: node.contributions(float(g))[k][1])
        for k, i in enumerate(positions)
    ]


def contributions(node, gradient):
    """The edges of a node: what a gradient of it adds to that of each operand that requires one, in
    the operand's shape.
    """
    gradient = np.asarray(gradient, dtype=getattr(node, "dtype", np.float64))
    with np.errstate(all="ignore"):
        pieces = node.contributions(gradient if hasattr(node, "arrays") else float(gradient))
    positions = [i for i, x in enumerate(node.operands) if is_node(x) and x.requires_grad]
    return [
        Edge(node, i, x, fitted(piece, x)) for i, (x, piece) in zip(positions, pieces, strict=True)
    ]


def fitted(piece, operand):
    """A contribution in the shape and the type of its operand."""
    piece = np.asarray(piece)
    dtype = np.dtype(getattr(operand, "dtype", np.float64))
    return (
        piece
        if piece.shape == operand.shape and piece.dtype == dtype
        else undo_broadcast(piece, operand.shape, dtype)
    )
