"""Another tensor at one place of a graph: as a factor, as the gradient that comes in, as what a derivative is taken at, multiplied once more, or added.

All candidates of one shape are the rows of one table, so that they are looked at in one matrix product for each place.
"""

import bisect

import numpy as np

from ..backward import undo_broadcast
from ..graph import is_node, topological_order
from .blame import Edge
from .equal import is_whole_derivative
from .function_mistakes import UNARY, derivative
from .sites import CONFIRMED, grouped, numbers, with_operand

PLACES = 96  # of a large graph, those nearest to the target and as many nearest to the gradients that were handed in
LARGE = 2000  # contributions: of so many, a quarter of those places
NEAR = 64  # tensors that are tried at one place, those made just before or after it
WORK = 4_000_000  # numbers in one table, at most

FIELDS = [
    ("wrong-operand", "multiplied by {}", lambda v: v),
    ("wrong-operand", "divided by {}", lambda v: 1 / v),
    ("wrong-operand", "multiplied by {}**2", lambda v: v * v),
    ("local-derivative", "multiplied by 1 - {}**2", lambda v: 1 - v * v),
    ("local-derivative", "multiplied by {0} (1 - {0})", lambda v: v * (1 - v)),
    ("local-derivative", "cut where {} is not positive", lambda v: v > 0),
    ("local-derivative", "multiplied by the derivative of a sigmoid at {}", lambda v: derivative("sigmoid", v)),
    ("local-derivative", "multiplied by the derivative of a tanh at {}", lambda v: derivative("tanh", v)),
    ("local-derivative", "divided by 1 - {}**2", lambda v: 1 / (1 - v * v)),
    ("local-derivative", "divided by {0} (1 - {0})", lambda v: 1 / (v * (1 - v))),
]


class Others:
    """The search at the places of ``sites``."""

    def __init__(self, sites):
        self.sites, self.search, self.names = sites, sites.search, sites.names
        self.used, self.softmaxes_tried = sites.backward.used, set()
        self.has_exponentials = any(node.operation in ("exp", "logsumexp") for node in sites.backward.region(sites.target)[0])
        below = set(topological_order(sites.target))  # their gradients follow from the hand-derived one
        order = sites.backward.order
        if len(order) > 4 * PLACES:
            order = [*order[: 2 * PLACES], *order[-2 * PLACES :]]
        shaped = [node for node in order if node.shape]
        above = [node for node in shaped if node in self.used and node not in below]
        upstream = set(sites.backward.region(sites.target)[0])  # what was handed in for others may be wrong
        given = {node: (self.used if node in upstream else sites.backward.implied)[node] for node in above}
        self.values = Table(shaped, lambda node, shape: [(node, node.current)] if broadcasts(node.shape, shape) else ())
        self.gradients = Table(above, lambda node, shape: [(node, sites.backward.implied[node])] if node.shape == shape else ())
        self.elementwise = Table(above, lambda node, shape: as_elementwise(node, given[node]) if node.shape == shape and node.operands else ())

    def look(self):
        """Try every place."""
        edges = self.sites.edges
        places = PLACES if len(edges) < LARGE else PLACES // 4
        if len(edges) > 2 * places:
            edges = [*edges[:places], *edges[-places:]]
        near = max(2, min(NEAR, 8192 // max(len(edges), 1)))
        for edge in edges:
            own = self.sites.along[edge.operand] @ np.ravel(edge.piece)
            self.other_operand(edge, own, near)
            self.other_indices(edge, own)
            self.derivative_elsewhere(edge, own, near)
        for edge in [*edges, *self.totals(edges)]:
            if np.size(edge.piece) > 1:
                own = self.sites.along[edge.operand] @ np.ravel(edge.piece)
                whole = f"the contribution through {self.sites.step(edge.node)}" if edge.position is not None else f"the gradient of {self.sites.called(edge.operand)}"
                self.other_gradients(edge, own, near, whole)
                self.fields(edge, own, near, whole)
                self.as_elementwise(edge, own, near)
                self.other_softmax(edge, own)

    def totals(self, edges):
        """The whole gradient of each tensor that has several uses, as if it were one contribution."""
        several = grouped([edge for edge in edges if len(self.sites.uses[edge.operand]) > 1], lambda edge: edge.operand)
        return [Edge(found[0].node, None, operand, sum(edge.piece for edge in found)) for operand, found in several.items()]

    def fitting(self, edge, sketches, own, nodes=None):
        """The first candidates that fit, by their sketches; of nodes, those that have a name before the others."""
        fit = np.flatnonzero(self.sites.fits(sketches - own, own))
        return sorted(fit, key=lambda k: not nodes[k].name)[:CONFIRMED] if nodes is not None else fit[:CONFIRMED]

    def other_operand(self, edge, own, near):
        """A product with another factor: its sketch is linear in that factor. Also the factor as an optimiser has left it."""
        arrays, _, _ = numbers(edge.node)
        if edge.node.operation not in ("multiply", "matmul", "einsum") or len(arrays) != 2 or arrays[1 - edge.position].size < 2:
            return
        position, other = edge.position, 1 - edge.position
        shape, factor, g = arrays[other].shape, edge.node.operands[other], np.asarray(self.used[edge.node])

        def pulled(replaced, array, wanted, wanted_shape):
            return undo_broadcast(with_operand(edge.node, replaced, array, wanted, g), wanted_shape, np.float64)

        along = self.sites.along[edge.operand]
        probes = np.stack([pulled(position, v.reshape(edge.operand.shape), other, shape).ravel() for v in along], axis=1)
        where, words = self.sites.step(edge.node), "the other matrix" if edge.node.operation == "matmul" else "the other factor"
        for turned in (False, True) if len(shape) == 2 else (False,):
            nodes, rows = self.values.near(shape[::-1] if turned else shape, edge.node, near)
            if turned and nodes:
                rows = rows.reshape(-1, *shape[::-1]).mT.reshape(len(nodes), -1)
            for k in self.fitting(edge, rows @ probes, own, nodes):
                if nodes[k] is not factor:
                    change = pulled(other, rows[k].reshape(shape), position, edge.operand.shape) - edge.piece
                    name = f"{self.sites.called(nodes[k])}{' transposed' if turned else ''}"
                    self.sites.propose("wrong-operand", f"at {where}: {name} stands in place of {words}", edge, change, 4)
        moved = [(words, array) for words, array in _moved(arrays[other]) if array.size > 1]
        for k in self.fitting(edge, np.array([array.ravel() for _, array in moved]).reshape(len(moved), -1) @ probes, own) if moved else ():
            change = pulled(other, moved[k][1], position, edge.operand.shape) - edge.piece
            self.sites.propose("permuted", f"at {where}: {words} is {moved[k][0]}", edge, change, 4)
        step = self.used.get(factor) if is_node(factor) and not factor.operands else None
        if step is not None and np.size(step) > 2 and self.sites.rest.size > 2:
            sketch = np.ravel(step) @ probes
            if self.sites.fits(float(sketch @ self.sites.sketch) / (float(sketch @ sketch) or 1.0) * sketch, own):
                effect = self.sites.backward.propagated(edge.operand, pulled(other, step, position, edge.operand.shape), self.sites.target)
                rate, cost = self.search.typed(float((effect * self.sites.rest).sum()) / (float((effect * effect).sum()) or 1.0))
                updated = f"{self.names[factor]} {'-' if rate < 0 else '+'} {abs(rate):.6g} · its gradient"
                words = f"at {where}: {updated} stands in place of {self.names[factor]}: updated before it was used"
                place, line = self.sites.place(edge), self.sites.line(edge)
                self.search.add("stale", words, self.search.expected + rate * effect, cost, place, line, rate=rate)

    def other_indices(self, edge, own):
        """Put back by the indices of another step that takes as many elements."""
        if edge.node.operation != "getitem":
            return
        for node in self.sites.backward.order:
            if node.operation == "getitem" and node is not edge.node and node.shape == edge.node.shape:
                other = np.zeros(edge.operand.shape)
                try:
                    np.add.at(other, node.static["index"], self.used[edge.node])
                except (IndexError, ValueError):
                    continue
                if self.sites.fits(self.sites.along[edge.operand] @ (other - edge.piece).ravel(), own):
                    words = f"at {self.sites.step(edge.node)}: put back by the indices of {self.sites.called(node)}"
                    self.sites.propose("permuted", words, edge, other - edge.piece, 5)

    def derivative_elsewhere(self, edge, own, near):
        """The derivative of a function at another tensor than its input, or the mask of another one."""
        g, operation = np.asarray(self.used[edge.node]), edge.node.operation
        if operation not in UNARY or g.size < 2 or g.shape != edge.operand.shape:
            return
        nodes, rows = self.values.near(g.shape, edge.node, near)
        fields = derivative(operation, rows)
        for k in self.fitting(edge, fields @ (self.sites.along[edge.operand] * g.ravel()).T, own, nodes):
            words = f"the derivative is taken at {self.sites.called(nodes[k])}, not at {self.sites.called(edge.operand)}"
            self.sites.propose("local-derivative", f"at {self.sites.step(edge.node)}: {words}", edge, g * fields[k].reshape(g.shape) - edge.piece, 4)

    def other_gradients(self, edge, own, near, whole):
        """The gradient of another tensor in its place, added to it, or summed over an axis and times a number that has a meaning."""
        shape, along = edge.operand.shape, self.sites.along[edge.operand]
        nodes, rows = self.gradients.near(shape, edge.node, near)
        if not nodes:
            return
        for k in self.fitting(edge, rows @ along.T, own, nodes):
            name, change = self.sites.called(nodes[k]), rows[k] - np.ravel(edge.piece)
            words = f"the gradient of {name} stands in place of {whole}"
            self.sites.propose("other-gradient", words, edge, change, 6, said=name)
        for k in self.fitting(edge, rows @ along.T + own, own, nodes):
            self.sites.propose("extra-path", f"the gradient of {self.sites.called(nodes[k])} is added to that of {self.sites.called(edge.operand)}", edge, rows[k], 6)
        for axis, n in enumerate(shape):
            if n > 1:
                summed = rows.reshape(-1, *shape)
                summed = np.broadcast_to(summed.sum(axis=axis + 1, keepdims=True), summed.shape).reshape(len(nodes), -1)
                for k, value, words in self.scaled(edge, summed, own):
                    made = f"{words or 'once '}the gradient of {self.sites.called(nodes[k])}, summed over axis {axis},"
                    self.sites.propose("wrong-operand", f"{made} stands in place of {whole}", edge, value * summed[k] - np.ravel(edge.piece), 6)

    def scaled(self, edge, rows, own):
        """(row, number, words) of those that fit if they are multiplied by a number that has a meaning."""
        sketches = rows @ self.sites.along[edge.operand].T
        power = (sketches * sketches).sum(axis=1)
        scales = (sketches @ (own + self.sites.sketch)) / np.where(power > 0, power, 1)
        for k in np.flatnonzero((power > 0) & self.sites.fits(scales[:, None] * sketches - own, own))[:CONFIRMED]:
            for value, words in [(1.0, ""), *((v, f"{w} · ") for v, w in self.search.named_factors())]:
                if abs(abs(scales[k]) - value) <= self.search.tolerance * value:
                    yield k, float(np.sign(scales[k])) * value, ("-" if scales[k] < 0 else "") + words

    def fields(self, edge, own, near, whole):
        """The contribution times an array of the graph, its inverse, or a derivative at it; or such an array in its place."""
        shape = edge.operand.shape
        nodes, rows = self.values.near(shape, edge.node, near)
        if not nodes or np.size(edge.piece) < 3:
            return
        weighted = self.sites.along[edge.operand] * np.ravel(edge.piece)
        for kind, words, form in FIELDS:
            field = form(rows)
            for k in self.fitting(edge, field @ weighted.T, own, nodes):
                change = edge.piece * field[k].reshape(shape) - edge.piece
                words = words.format(self.sites.called(nodes[k]))
                self.sites.propose(kind, f"{whole} is {words}", edge, change, 6, said=words)
        for k, value, words in self.scaled(edge, rows, own):
            if nodes[k].operation:
                made = f"{words}{self.sites.called(nodes[k])} stands in place of {whole}, as for another loss"
                self.sites.propose("wrong-root", made, edge, value * rows[k] - np.ravel(edge.piece), 7)

    def other_softmax(self, edge, own):
        """A softmax of this operand over another axis, in a cross-entropy (p - t) or alone."""
        z = np.asarray(edge.operand.current, dtype=np.float64)
        if z.ndim < 2 or edge.operand in self.softmaxes_tried or not self.has_exponentials:
            return
        self.softmaxes_tried.add(edge.operand)
        p, along, name = {axis: _softmax(z, axis) for axis in range(z.ndim)}, self.sites.along[edge.operand], self.sites.called(edge.operand)
        total = sum(other.piece for other in self.sites.uses[edge.operand])
        self._at_all_labels(edge, z)
        for axis, right in p.items():
            for other, wrong in p.items():
                if axis == other:
                    continue
                words = f"the softmax of {name} is taken over axis {other}, not over axis {axis}"
                difference = (wrong - right).ravel()[None]
                zero = Edge(edge.node, None, edge.operand, np.zeros(z.shape))
                for _, value, _ in self.scaled(zero, difference, np.zeros(3)):
                    if value > 0:
                        self.sites.propose("local-derivative", words, zero, value * difference[0], 5)
                for node, g in self.used.items():
                    if np.shape(g) == z.shape and node is not edge.operand and np.allclose(node.current, right):
                        change = wrong * (g - (g * wrong).sum(axis=other, keepdims=True)) - total
                        if self.sites.fits(along @ change.ravel(), along @ np.ravel(total)):
                            self.sites.propose("local-derivative", words, zero, change, 5)

    def _at_all_labels(self, edge, z):
        """p[:, y] -= 1 where p[arange(n), y] -= 1 belongs: every row gets it at the labels of all rows."""
        zero = Edge(edge.node, None, edge.operand, np.zeros(z.shape))
        for node in self.sites.backward.order:
            index = node.static.get("index") if node.operation == "getitem" else None
            if not (isinstance(index, tuple) and len(index) == z.ndim == 2 and node.operands[0].shape == z.shape and all(np.ndim(i) == 1 for i in index)):
                continue
            once, everywhere = np.zeros(z.shape), np.zeros(z.shape)
            once[index], everywhere[:, index[1]] = 1, 1
            difference = (once - everywhere).ravel()[None]
            for _, value, _ in self.scaled(zero, difference, np.zeros(3)):
                words = f"the -1 is at the labels of all rows in every row: [:, y] where [arange(n), y] belongs, as at {self.sites.step(node)}"
                self.sites.propose("permuted", words, zero, value * difference[0], 5)

    def as_elementwise(self, edge, own, near):
        """The step from a later result as if that were an elementwise function of this operand."""
        labels, rows = self.elementwise.near(edge.operand.shape, edge.node, 8 * near)
        if labels:
            for k in self.fitting(edge, rows @ self.sites.along[edge.operand].T, own):
                node, kind, words = labels[k]
                change = rows[k] - np.ravel(edge.piece)
                if self.sites.may_be_rounding(edge, change) and self.is_right(node, edge, words):
                    continue
                where = self.names[node], self.names[edge.operand]
                words = words.format(self.names[node] if node.name else "its result")
                self.sites.propose(kind, f"at {self.sites.step(node)}: {words}", edge, change, 5, where)

    def is_right(self, node, edge, words):
        """Whether the words of ``as_elementwise`` are true of a result: the derivative's own form."""

        def formula(result, g):
            return next((a for (_, _, own), a in as_elementwise(result, g) if own == words), None)

        return is_whole_derivative(node, edge.operand, formula)


def _softmax(z, axis):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


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


def as_elementwise(node, g):
    """[((node, kind, words), array)]: what becomes of the gradient g of a result p as if it were an elementwise function; of a softmax, more."""
    p = np.asarray(node.current, dtype=np.float64)
    found = []
    if (p >= 0).all() and any(np.allclose(p.sum(axis=axis), 1, rtol=1e-6, atol=0) for axis in range(p.ndim)):
        missing = "; the terms -p_i p_j off the diagonal of softmax's Jacobian are missing"
        found.append(("diagonal-only", "{0} (1 - {0})" + missing, g * p * (1 - p)))
        found.append(("missing-path", "{0} alone stands there, as if the sum in its denominator were a constant", g * p))
        found.append(("local-derivative", "the sum in softmax's derivative runs over all axes", p * (g - (g * p).sum())))
        for axis in range(p.ndim):
            inner = (g * p).sum(axis=axis, keepdims=True)
            found.append(("local-derivative", f"the sum in softmax's derivative runs over axis {axis}", p * (g - inner)))
            found.append(("local-derivative", "the p in front of softmax's derivative is missing", g - inner))
    else:
        found.append(("local-derivative", "{0} (1 - {0}), the derivative of a sigmoid, stands in place of its own", g * p * (1 - p)))
        if (p >= 0).all() and (p <= 1).all():  # perhaps a sigmoid, spelt out
            found += [("local-derivative", f"{words} stands in place of {{0}} (1 - {{0}})", g * f) for words, f in (("{0} (1 + {0})", p * (1 + p)), ("1 - {0}", 1 - p))]
        found.append(("wrong-operand", "{0} stands in place of the derivative", g * p))
    found.append(("local-derivative", "1 - {0}**2, the derivative of a tanh, stands in place of its own", g * (1 - p * p)))
    return [((node, kind, words), array) for kind, words, array in found]


def broadcasts(shape, to):
    """Whether an array of one shape, of more than one element, broadcasts to another shape."""
    return shape == to or (len(shape) <= len(to) and all(n in (1, m) for n, m in zip(shape[::-1], to[::-1])) and any(n > 1 for n in shape))


class Table:
    """Arrays of nodes by shape: ``made(node, shape)`` lists (label, array) for each node; a row for each."""

    def __init__(self, nodes, made):
        self.nodes, self.made, self.tables = nodes, made, {}

    def near(self, shape, node, width):
        """(labels, rows) of those that were made just before or after a node."""
        if shape not in self.tables:
            size = int(np.prod(shape)) or 1
            labels, created, rows = [], [], []
            for x in self.nodes[-max(WORK // size, 1) :]:
                for label, array in self.made(x, shape):
                    labels.append(label)
                    created.append(x.created)
                    rows.append(np.broadcast_to(array, shape).ravel())
            self.tables[shape] = labels, created, np.array(rows, dtype=np.float64).reshape(len(rows), -1) if rows else np.zeros((0, size))
        labels, created, rows = self.tables[shape]
        middle = bisect.bisect_left(created, node.created)
        chosen = slice(max(middle - width, 0), middle + width)
        return labels[chosen], rows[chosen]
