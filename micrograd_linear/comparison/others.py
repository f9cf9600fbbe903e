"""Another tensor at one place of a graph: as a factor, as the upstream gradient, or added.

It may also be what a derivative is taken at, or be multiplied once more.

All candidates of one shape are the rows of one table, so that they are looked at in one matrix
product for each place.
"""

import numpy as np

from ..engine.graph import topological_order
from ..operations import names as op
from .blame import Edge
from .equal import is_whole_derivative
from .function_mistakes import derivative, is_function, parameters
from .other_factors import explain_by_factors
from .sites import CONFIRMED, grouped
from .softmax_mistakes import as_elementwise, explain_by_softmax
from .tables import Table, broadcasts

# Of a large graph so many places are tried, those nearest to the target, and as many nearest to the
# gradients that were handed in; of as many contributions as LARGE, a quarter of those places.
PLACES, LARGE = 96, 2000
NEAR = 64  # So many tensors are tried at one place, those made just before or after it.

FIELDS = [
    ("wrong-operand", "multiplied by {}", lambda v: v),
    ("wrong-operand", "divided by {}", lambda v: 1 / v),
    ("wrong-operand", "multiplied by {}**2", lambda v: v * v),
    ("local-derivative", "multiplied by 1 - {}**2", lambda v: 1 - v * v),
    ("local-derivative", "multiplied by {0} (1 - {0})", lambda v: v * (1 - v)),
    ("local-derivative", "cut where {} is not positive", lambda v: v > 0),
    (
        "local-derivative",
        "multiplied by the derivative of a sigmoid at {}",
        lambda v: derivative(op.SIGMOID, [v]),
    ),
    (
        "local-derivative",
        "multiplied by the derivative of a tanh at {}",
        lambda v: derivative(op.TANH, [v]),
    ),
    ("local-derivative", "divided by 1 - {}**2", lambda v: 1 / (1 - v * v)),
    ("local-derivative", "divided by {0} (1 - {0})", lambda v: 1 / (v * (1 - v))),
]


class Others:
    """The search at the places of ``sites``."""

    def __init__(self, sites):
        self.sites, self.search, self.names = sites, sites.search, sites.names
        self.used, self.softmaxes_tried = sites.backward.used, set()
        upstream = set(sites.backward.region(sites.target)[0])
        self.has_exponentials = any(node.operation in (op.EXP, op.LOGSUMEXP) for node in upstream)
        # The gradients of what the target was made of follow from the hand-derived one.
        below = set(topological_order(sites.target))
        order = sites.backward.order
        if len(order) > 4 * PLACES:
            order = [*order[: 2 * PLACES], *order[-2 * PLACES :]]
        shaped = [node for node in order if node.shape]
        above = [node for node in shaped if node in self.used and node not in below]
        implied = sites.backward.implied

        def values(node, shape):
            return [(node, node.current)] if broadcasts(node.shape, shape) else ()

        def gradients(node, shape):
            return [(node, implied[node])] if node.shape == shape else ()

        def elementwise(node, shape):
            if node.shape != shape or not node.operands:
                return ()
            # What was handed in for nodes that are not upstream of the target may be wrong.
            return as_elementwise(node, (self.used if node in upstream else implied)[node])

        self.values = Table(shaped, values)
        self.gradients = Table(above, gradients)
        self.elementwise = Table(above, elementwise)

    def look(self):
        """Try every place."""
        edges = self.sites.edges
        places = PLACES if len(edges) < LARGE else PLACES // 4
        if len(edges) > 2 * places:
            edges = [*edges[:places], *edges[-places:]]
        near = max(2, min(NEAR, 8192 // max(len(edges), 1)))
        for edge in edges:
            own = self.sites.along[edge.operand] @ np.ravel(edge.piece)
            explain_by_factors(self, edge, own, near)
            self.other_indices(edge, own)
            self.derivative_elsewhere(edge, own, near)
        for edge in [*edges, *self.totals(edges)]:
            if np.size(edge.piece) > 1:
                own = self.sites.along[edge.operand] @ np.ravel(edge.piece)
                whole = (
                    f"the gradient of {self.sites.called(edge.operand)}"
                    if edge.position is None
                    else f"the contribution through {self.sites.step(edge.node)}"
                )
                self.other_gradients(edge, own, near, whole)
                self.fields(edge, own, near, whole)
                self.as_elementwise(edge, own, near)
                explain_by_softmax(self, edge)

    def totals(self, edges):
        """The whole gradient of each tensor that has several uses, as if from one use."""
        several = [edge for edge in edges if len(self.sites.uses[edge.operand]) > 1]
        return [
            Edge(uses[0].node, None, operand, np.asarray(sum(edge.piece for edge in uses)))
            for operand, uses in grouped(several, lambda edge: edge.operand).items()
        ]

    def fitting(self, edge, sketches, own, nodes=None):
        """The first candidates that fit, by their sketches; of nodes, those that have a name before
        the others.
        """
        fit = np.flatnonzero(self.sites.fits(sketches - own, own))
        if nodes is not None:
            fit = sorted(fit, key=lambda k: not nodes[k].name)
        return fit[:CONFIRMED]

    def other_indices(self, edge, own):
        """Put back by the indices of another step that takes as many elements."""
        if edge.node.operation != op.GETITEM:
            return
        for node in self.sites.backward.order:
            if node.operation != op.GETITEM or node is edge.node or node.shape != edge.node.shape:
                continue
            other = np.zeros(edge.operand.shape)
            try:
                np.add.at(other, node.static["index"], self.used[edge.node])
            except (IndexError, ValueError):
                continue
            change = other - edge.piece
            if self.sites.fits(self.sites.along[edge.operand] @ change.ravel(), own):
                indices = f"the indices of {self.sites.called(node)}"
                words = f"at {self.sites.step(edge.node)}: put back by {indices}"
                self.sites.propose("permuted", words, edge, change, 5)

    def derivative_elsewhere(self, edge, own, near):
        """The derivative of a function at another tensor than its input, or the mask of another
        one.
        """
        g, operation = np.asarray(self.used[edge.node]), edge.node.operation
        if not is_function(operation) or g.size < 2 or g.shape != edge.operand.shape:
            return
        nodes, rows = self.values.near(g.shape, edge.node, near)
        fields = derivative(operation, (rows, *parameters(edge.node)))
        weighted = self.sites.along[edge.operand] * g.ravel()
        at, own_name = self.sites.step(edge.node), self.sites.called(edge.operand)
        for k in self.fitting(edge, fields @ weighted.T, own, nodes):
            name = self.sites.called(nodes[k])
            words = f"at {at}: the derivative is taken at {name}, not at {own_name}"
            change = g * fields[k].reshape(g.shape) - edge.piece
            self.sites.propose("local-derivative", words, edge, change, 4)

    def other_gradients(self, edge, own, near, whole):
        """The gradient of another tensor in its place, or added to it, or summed over an axis."""
        along = self.sites.along[edge.operand]
        nodes, rows = self.gradients.near(edge.operand.shape, edge.node, near)
        if not nodes:
            return
        for k in self.fitting(edge, rows @ along.T, own, nodes):
            name, change = self.sites.called(nodes[k]), rows[k] - np.ravel(edge.piece)
            words = f"the gradient of {name} is used in place of {whole}"
            self.sites.propose("other-gradient", words, edge, change, 6, said=name)
        for k in self.fitting(edge, rows @ along.T + own, own, nodes):
            name, own_name = self.sites.called(nodes[k]), self.sites.called(edge.operand)
            words = f"the gradient of {name} is added to that of {own_name}"
            self.sites.propose("extra-path", words, edge, rows[k], 6)
        self._summed_gradients(edge, own, nodes, rows, whole)

    def _summed_gradients(self, edge, own, nodes, rows, whole):
        """Those gradients summed over an axis, times a number that has a meaning."""
        arrays = rows.reshape(-1, *edge.operand.shape)
        for axis, n in enumerate(edge.operand.shape):
            if n <= 1:
                continue
            summed = arrays.sum(axis=axis + 1, keepdims=True)
            summed = np.broadcast_to(summed, arrays.shape).reshape(len(nodes), -1)
            for k, value, words in self.scaled(edge, summed, own):
                gradient = f"{words or 'once '}the gradient of {self.sites.called(nodes[k])}"
                words = f"{gradient}, summed over axis {axis}, is used in place of {whole}"
                change = value * summed[k] - np.ravel(edge.piece)
                self.sites.propose("wrong-operand", words, edge, change, 6)

    def scaled(self, edge, rows, own):
        """(row, number, words) of those that fit if they are multiplied by a number that has a
        meaning.
        """
        sketches = rows @ self.sites.along[edge.operand].T
        power = (sketches * sketches).sum(axis=1)
        scales = (sketches @ (own + self.sites.sketch)) / np.where(power > 0, power, 1)
        fit = (power > 0) & self.sites.fits(scales[:, None] * sketches - own, own)
        for k in np.flatnonzero(fit)[:CONFIRMED]:
            sign = "-" if scales[k] < 0 else ""
            factors = ((v, f"{words} · ") for v, words in self.search.named_factors())
            for value, words in ((1.0, ""), *factors):
                if abs(abs(scales[k]) - value) <= self.search.tolerance * value:
                    yield k, float(np.sign(scales[k])) * value, sign + words

    def fields(self, edge, own, near, whole):
        """The contribution times an array of the graph, its inverse, or a derivative at it; or such
        an array in its place.
        """
        shape = edge.operand.shape
        nodes, rows = self.values.near(shape, edge.node, near)
        if not nodes or np.size(edge.piece) < 3:
            return
        weighted = self.sites.along[edge.operand] * np.ravel(edge.piece)
        for kind, words, form in FIELDS:
            field = form(rows)
            for k in self.fitting(edge, field @ weighted.T, own, nodes):
                change = edge.piece * field[k].reshape(shape) - edge.piece
                said = words.format(self.sites.called(nodes[k]))
                self.sites.propose(kind, f"{whole} is {said}", edge, change, 6, said=said)
        for k, value, words in self.scaled(edge, rows, own):
            if nodes[k].operation:
                name = f"{words}{self.sites.called(nodes[k])}"
                words = f"{name} is used in place of {whole}, as for another loss"
                change = value * rows[k] - np.ravel(edge.piece)
                self.sites.propose("wrong-root", words, edge, change, 7)

    def as_elementwise(self, edge, own, near):
        """The step from a later result as if that were an elementwise function of this operand."""
        labels, rows = self.elementwise.near(edge.operand.shape, edge.node, 8 * near)
        if not labels:
            return
        for k in self.fitting(edge, rows @ self.sites.along[edge.operand].T, own):
            node, kind, words = labels[k]
            change = rows[k] - np.ravel(edge.piece)
            if self.sites.may_be_rounding(edge, change) and self.is_right(node, edge, words):
                continue
            where = self.names[node], self.names[edge.operand]
            words = words.format(self.names[node] if node.name else "its result")
            words = f"at {self.sites.step(node)}: {words}"
            self.sites.propose(kind, words, edge, change, 5, where)

    def is_right(self, node, edge, words):
        """Whether words of ``as_elementwise`` are the own form of a result's derivative."""

        def formula(result, g):
            return next((a for (_, _, own), a in as_elementwise(result, g) if own == words), None)

        return is_whole_derivative(node, edge.operand, formula)
