"""A product with another factor: another tensor, the factor with its numbers moved, or as an
optimiser has left it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..engine.backward import undo_broadcast
from ..engine.graph import is_node
from ..operations import names as op
from ..operations import record_of
from .blame import Edge
from .steps import numbers, with_operand

if TYPE_CHECKING:
    from .others import Others


def explain_by_factors(others: Others, edge: Edge, own: np.ndarray, near: int) -> None:
    """Try other factors in a product of two; ``own`` is the sketch of the contribution."""
    if edge.position is None or not record_of(edge.node.operation).multiplies:
        return
    arrays, _, _ = numbers(edge.node)
    if len(arrays) != 2 or arrays[1 - edge.position].size < 2:
        return
    product = Product(others, edge, own, arrays[1 - edge.position])
    product.with_other_tensors(near)
    product.with_moved_factor()
    product.with_updated_factor()


class Product:
    """The contribution of a product to one operand, whose sketch is linear in the other factor."""

    def __init__(self, others, edge, own, array):
        self.others, self.sites, self.edge, self.own, self.array = (
            others,
            others.sites,
            edge,
            own,
            array,
        )
        self.factor = edge.node.operands[1 - edge.position]
        self.gradient = np.asarray(others.used[edge.node])
        self.at = f"at {self.sites.step(edge.node)}"
        self.called = "the other matrix" if edge.node.operation == op.MATMUL else "the other factor"
        self.probes = np.stack([self._probe(v) for v in self.sites.along[edge.operand]], axis=1)

    def _probe(self, direction):
        """What the contribution along a direction is, as a linear function of the other factor."""
        position, operand = self.edge.position, self.edge.operand
        pulled = with_operand(
            self.edge.node,
            position,
            direction.reshape(operand.shape),
            1 - position,
            self.gradient,
        )
        return undo_broadcast(pulled, self.array.shape, np.float64).ravel()

    def contribution(self, array):
        """What an array in place of the other factor contributes to the operand."""
        position, operand = self.edge.position, self.edge.operand
        pulled = with_operand(self.edge.node, 1 - position, array, position, self.gradient)
        return undo_broadcast(pulled, operand.shape, np.float64)

    def with_other_tensors(self, near):
        """Another tensor of the graph, as it is or transposed."""
        shape = self.array.shape
        for turned in (False, True) if len(shape) == 2 else (False,):
            own_shape = shape[::-1] if turned else shape
            nodes, rows = self.others.values.near(own_shape, self.edge.node, near)
            if turned and nodes:
                rows = rows.reshape(-1, *own_shape).mT.reshape(len(nodes), -1)
            for k in self.others.fitting(self.edge, rows @ self.probes, self.own, nodes):
                if nodes[k] is self.factor:
                    continue
                change = self.contribution(rows[k].reshape(shape)) - self.edge.piece
                name = f"{self.sites.called(nodes[k])}{' transposed' if turned else ''}"
                words = f"{self.at}: {name} is used in place of {self.called}"
                self.sites.propose("wrong-operand", words, self.edge, change, 4)

    def with_moved_factor(self):
        """The factor itself, reversed or shifted."""
        moved = [(words, array) for words, array in _moved(self.array) if array.size > 1]
        if not moved:
            return
        rows = np.array([array.ravel() for _, array in moved]).reshape(len(moved), -1)
        for k in self.others.fitting(self.edge, rows @ self.probes, self.own):
            words, array = moved[k]
            change = self.contribution(array) - self.edge.piece
            words = f"{self.at}: {self.called} is {words}"
            self.sites.propose("permuted", words, self.edge, change, 4)

    def with_updated_factor(self):
        """The factor plus a multiple of its gradient, as an optimiser leaves a leaf."""
        factor, sites = self.factor, self.sites
        step = self.others.used.get(factor) if is_node(factor) and not factor.operands else None
        if step is None or np.size(step) <= 2 or sites.rest.size <= 2:
            return
        sketch = np.ravel(step) @ self.probes
        scale = float(sketch @ sites.sketch) / (float(sketch @ sketch) or 1.0)
        if not sites.fits(scale * sketch, self.own):
            return
        effect = sites.backward.propagated(self.edge.operand, self.contribution(step), sites.target)
        power = float((effect * effect).sum()) or 1.0
        rate, cost = sites.search.typed(float((effect * sites.rest).sum()) / power)
        name = sites.names[factor]
        updated = f"{name} {'-' if rate < 0 else '+'} {abs(rate):.6g} · its gradient"
        words = f"{self.at}: {updated} is used in place of {name}: updated before it was used"
        predicted = sites.search.expected + rate * effect
        place, line = sites.place(self.edge), sites.line(self.edge)
        sites.search.add("stale", words, predicted, cost, place, line, rate=rate)


def _moved(array):
    """(words, array): reversed, or shifted by one, along its axes."""
    for axis, n in enumerate(array.shape):
        if n > 1:
            yield f"reversed along axis {axis}", np.flip(array, axis)
            yield f"shifted by 1 along axis {axis}", np.roll(array, 1, axis)
            yield f"shifted by -1 along axis {axis}", np.roll(array, -1, axis)
    if array.ndim > 1:
        yield "reversed along all axes", np.flip(array)
        yield "reversed along its last two axes", np.flip(array, (-2, -1))
