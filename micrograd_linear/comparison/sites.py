"""Mistakes at one place of a graph: every contribution on the way to a wrong gradient, and what somebody may have written there instead.

Nothing is carried to the target before it is looked at along a few random directions v: with the tangents J v of every node, what a change c of a
contribution does to the gradient G of the target is known, since <v, dG> = <J v, c>. Contributions of one kind are looked at together.
"""

import numpy as np

from ..backward import broadcast_axes
from ..graph import is_node, topological_order
from .blame import Edge, contributions, fitted
from .equal import is_derivative
from .finite import operation_of
from .mistakes import BATCHED, mistakes
from .subset import triangles

MOST_EDGES = 10_000  # of a larger graph those nearest to the target
PATHS = 24  # that are tried with a number, at most
MISSING, SIGN = 4, 5  # the costs of what is missing in several places and of a sign, which may be that of two equal ones
CONFIRMED = 6  # places where one and the same mistake is carried to the target; in a chain it looks the same at every one


class Sites:
    """The contributions on the way from the next hand-derived gradients to the target of a ``Search``, and what R = hand - expected is along v."""

    def __init__(self, search):
        self.search, self.backward, self.target, self.names = search, search.backward, search.target, search.names
        self.edges = self.backward.edges(self.target)[:MOST_EDGES]
        self.rest = search.hand.astype(np.float64) - search.expected
        directions = np.random.default_rng(0).normal(size=(3, *self.rest.shape))
        self.along = self.backward.tangents(self.target, directions)  # {node: (3, n)}
        self.sketch = directions.reshape(3, -1) @ self.rest.ravel()
        self.uses = grouped(self.edges, lambda edge: edge.operand)  # {operand: its edges}
        self.pairs = [edges for edges in grouped(self.edges, lambda edge: (edge.node, edge.operand)).values() if len(edges) > 1]
        self.twice = {edge for edges in self.pairs for edge in edges}
        self.told = {}  # {(kind, words without the place): [(edge, cause)]}
        self.noise = 16 * search.roundoff * float(np.linalg.norm(search.expected))

    def fits(self, found, scale):
        """Whether sketches (..., 3) are that of R, to what differences tell; ``scale`` is one of the size of what was subtracted."""
        allowed = 1e-4 * np.absolute(self.sketch).max() + 1e-6 * np.absolute(scale).max(axis=-1) + self.noise
        return np.absolute(found - self.sketch).max(axis=-1) <= allowed

    def step(self, node):
        return step(node, self.names)

    def place(self, edge):
        """Where an edge is, by names: those of what NumPy put in between are of no use to anybody."""
        operand, consumer = edge.operand, edge.node
        while not operand.name and operand.operation in ("reshape", "transpose", "broadcast_to") and operand is not self.target:
            operand = operand.operands[0]
        if not consumer.name:
            consumers = self.backward.region(self.target)[0]
            made = {consumer}
            for node in consumers:
                if node.created > consumer.created and any(is_node(x) and x in made for x in node.operands):
                    made.add(node)
                    if node.name:
                        consumer = node
                        break
        return self.names[consumer], self.names[operand]

    def called(self, node: object) -> str:
        """A node in a sentence: by its name, or, where it has none, by what it was made of."""
        return self.names[node] if node.name or not node.operands else self.step(node)

    def line(self, edge: Edge) -> str:
        """The name of the tensor in whose line of the derivation an edge is: the next one below it that has a name."""
        inner, waiting = self.backward.region(self.target)[1], {edge.operand}
        while waiting:
            node = max(waiting, key=lambda x: x.created)
            if node.name or node is self.target:
                return self.names[node]
            waiting.remove(node)
            waiting |= {x for x in node.operands if is_node(x) and x in inner}
        return self.names[self.target]

    def propose(self, kind, words, edge, change, cost, where=None, said=None, **evidence):
        """Carry a change of one contribution to the target, and keep the explanation if it makes the hand gradient.

        ``said`` are the words without the place: of places in a row that explain it with the same words one is kept,
        that nearest to names the user gave.
        """
        changed = self.backward.propagated(edge.operand, np.asarray(change).reshape(edge.operand.shape), self.target)
        if changed is None:
            return False
        where, found = where or self.place(edge), self.search.found
        told = self.search.add(kind, words, self.search.expected + changed, cost, where, self.line(edge), **evidence)
        if told and said:
            rivals = self.told.setdefault((kind, said), [])
            for rival, cause in rivals:
                if cause in found and self.in_a_row(edge, rival):
                    found.remove(found[-1] if _named(edge) <= _named(rival) else cause)
                    break
            rivals.append((edge, found[-1]))
        return told

    def in_a_row(self, one: Edge, two: Edge) -> bool:
        """Whether one of two edges leads to the other."""
        first, second = sorted((one, two), key=lambda edge: edge.node.created)
        return first.node is second.operand or first.node in set(topological_order(second.operand))

    def may_be_rounding(self, edge, change):
        """Whether a change is so small that it may come from another form of the derivative."""
        sizes = (np.absolute(x).max(initial=0.0) for x in (edge.piece, self.backward.used[edge.node]))
        return np.absolute(change).max(initial=0.0) <= self.search.roundoff**0.5 * max(sizes)

    # --- one contribution scaled, or computed by another formula ---------------------------------------------------------------------

    def one_edge(self):
        """One contribution left out, counted twice, scaled, computed by another formula, summed or moved about."""
        self._together()
        self._scaled()
        for edges in self.families():
            family = Family(edges, self.backward, self.along)
            own = family.sketches(family.pieces)
            for kind, words, f in [*family.mistakes(), *self._not_summed(edges)]:
                change = family.contribution(f)
                if change is not None:
                    change = change - family.pieces
                    for k in np.flatnonzero(self.fits(family.sketches(change), own))[:CONFIRMED]:
                        edge, at = edges[k], self.step(edges[k].node)
                        if self.may_be_rounding(edge, change[k]) and is_derivative(
                            edge.node, edge.position, words
                        ):
                            continue
                        self.propose(kind, f"at {at}: {words}", edge, change[k], 3)
            self._parts_missing(edges, family)
            for kind, words, other in _moved_about(family.pieces.reshape(len(edges), *edges[0].operand.shape)):
                change = other.reshape(len(edges), -1) - family.pieces
                for k in np.flatnonzero(self.fits(family.sketches(change), own))[:CONFIRMED]:
                    if len(self.edges) > 1:
                        self.propose(kind, f"the contribution through {self.step(edges[k].node)} is {words}", edges[k], change[k], 4)

    def _not_summed(self, edges):
        """Of an operand that was broadcast, the gradient of one of its copies instead of the sum over all."""
        node, operand = edges[0].node, edges[0].operand
        y = numbers(node)[1]
        if node.operation not in BATCHED or operand.shape == y.shape:
            return
        axes = broadcast_axes(y.shape, operand.shape)
        batch = len(edges) > 1  # one more axis in front
        for place, words in ((-1, "last"), (0, "first")):

            def one(g, place=place):
                # every copy's own contribution: the pullback, with all but one of the copies' gradients 0
                mask = np.zeros(y.shape)
                mask[tuple(place if i in axes else slice(None) for i in range(y.ndim))] = 1
                return np.stack([pulled(edge, a * mask) for edge, a in zip(edges, g)]) if batch else pulled(edges[0], g * mask)

            yield "overwritten-repeats", f"of the copies that broadcasting made, only the {words} one's gradient is there: = where += belongs", one

    def families(self):
        """The edges, those together that are the same operation on the same shapes."""

        def likeness(edge):
            arrays, _, static = numbers(edge.node)
            batched = edge.node.operation in BATCHED or (edge.node.operation == "matmul" and all(a.ndim == 2 for a in arrays))
            return edge.position, (edge.node.operation, *(a.shape for a in arrays), *static.items()) if batched else edge.node

        return list(grouped(self.edges, likeness).values())

    def _scaled(self) -> None:
        """One contribution times a number, or a path of several where nothing branches off."""
        edges = [edge for edge in self.edges if edge not in self.twice]
        if len(self.edges) < 2 or not edges:
            return
        own = np.stack([self.along[edge.operand] @ np.ravel(edge.piece) for edge in edges])
        power = (own * own).sum(axis=1)
        scales = 1 + (own @ self.sketch) / power
        close = np.flatnonzero((power > 0) & self.fits((scales - 1)[:, None] * own, own))
        found = {edges[k]: scales[k] for k in close}
        for path in self.paths(found)[:PATHS]:
            self._times(path, found[path[0]], path[0].piece)

    def paths(self, edges: dict) -> list[list]:
        """The edges with those that follow them where nothing branches off: all of one path are scaled as one."""
        made = grouped(self.edges, lambda edge: edge.node)
        following = {
            edge: self.uses[edge.node][0]
            for edge in self.edges
            if len(made[edge.node]) == 1 and len(self.uses.get(edge.node, ())) == 1
        }
        before, found, seen = {b: a for a, b in following.items()}, [], set()
        for edge in edges:
            while edge in before:
                edge = before[edge]
            path = [edge]
            while path[-1] in following:
                path.append(following[path[-1]])
            if edge not in seen:
                found.append([edge for edge in path if edge in edges] or path)
            seen.add(edge)
        return found

    def _of_path(self, path: list) -> tuple[str, Edge]:
        """(words for a path, its edge that is nearest to names the user gave)"""
        named = [edge for edge in path if edge.node.name]
        if len(path) == 1 or not named:
            return f"the contribution through {self.step(path[0].node)}", path[0]
        upto = next(i for i, edge in enumerate(path) if edge is named[-1])
        shown = [path[0].operand, *(edge.node for edge in path[: upto + 1])]
        if not shown[0].name:
            return f"the contribution through {self.step(named[0].node)}", named[0]
        words = [self.names[x] if x.name else "…" for x in shown]
        words = [word for word, last in zip(words, ["", *words]) if word != "…" or last != "…"]
        return f"the path {' → '.join(words)}", named[0]

    def _times(self, path: list, scale: float, piece: np.ndarray) -> None:
        """A contribution times a number that has a meaning, or any number; where a node has the operand twice, both."""
        edge = path[0]
        through, nearest = self._of_path(path)
        where = self.place(nearest)
        several = len(self.uses[edge.operand]) > 1
        twice = ("extra-path", "is counted twice", 3) if several else ("factor", "is taken 2 times", 3)
        likely = {0.0: ("missing-path", "is missing", 3), 2.0: twice, -1.0: ("sign", "has the opposite sign", SIGN)}
        for value, (kind, words, cost) in likely.items():
            if abs(scale - value) < self.search.tolerance:
                self.propose(kind, f"{through} {words}", edge, (value - 1) * piece, cost, where, words, factor=value)
        for value, words in self.search.named_factors():
            if value != 2 and abs(scale - value) <= self.search.tolerance * abs(value):
                words = f"is taken {words} times"
                self.propose("factor", f"{through} {words}", edge, (value - 1) * piece, 4, where, words, factor=value)
        operands = [x for x in edge.node.operands if is_node(x)]
        constant = edge.node.operation in ("multiply", "divide") and len(operands) == 1
        if not self.search.found and self.rest.size > 3 and (constant or several):
            effect = self.backward.propagated(edge.operand, piece, self.target)
            scale, cost = self.search.typed(1 + float((effect * self.rest).sum()) / float((effect * effect).sum()))
            words = f"{through} is taken {scale:.6g} times"
            self.propose("factor", words, edge, (scale - 1) * piece, cost, where, "is taken", factor=scale)

    def _together(self):
        """A node that has the operand twice, as x * x: both of its contributions."""
        for edges in self.pairs:
            piece = sum(edge.piece for edge in edges)
            own = self.along[edges[0].operand] @ np.ravel(piece)
            if len(edges) < len(self.edges) and (power := float(own @ own)):
                scale = 1 + float(own @ self.sketch) / power
                if self.fits((scale - 1) * own, own):
                    self._times(edges[:1], scale, piece)

    def _parts_missing(self, edges, family):
        """The first or the last rows of a contribution left out, along each axis: sketches of parts add up."""
        shape = edges[0].operand.shape
        parts = (family.along * family.pieces[:, None, :]).reshape(len(edges), 3, *shape)
        for axis, n in enumerate(shape):
            if not 1 < n <= 4096:
                continue
            rows = np.moveaxis(parts, axis + 2, 2).reshape(len(edges), 3, n, -1).sum(axis=3).mT  # (K, n, 3)
            own = np.absolute(rows).sum(axis=1)[:, None]
            for which, missing in (("last", np.cumsum(rows[:, ::-1], axis=1)), ("first", np.cumsum(rows, axis=1)), ("", rows)):
                for k, i in np.argwhere(self.fits(-missing[:, : n - 1 if which else n], own))[:CONFIRMED]:
                    at = [slice(None)] * len(shape)
                    at[axis] = {"last": slice(n - 1 - i, n), "first": slice(0, i + 1), "": slice(i, i + 1)}[which]
                    change = np.zeros(shape)
                    change[tuple(at)] = -np.asarray(edges[k].piece)[tuple(at)]
                    part = f"the {which} {i + 1} of {n} along axis {axis}" if which else f"element {i} of {n} along axis {axis}"
                    words = f"{part} of the contribution through {self.step(edges[k].node)} are missing"
                    self.propose("subset", words, edges[k], change, 4, elements=int(np.count_nonzero(change)))


class Family:
    """Edges of one operation on the same shapes, their arrays stacked along a new first axis; or a single edge as it is."""

    def __init__(self, edges, backward, along):
        self.edges, self.operand = edges, edges[0].operand
        self.along = np.stack([along[edge.operand] for edge in edges])
        self.pieces = np.stack([np.ravel(edge.piece) for edge in edges]).astype(np.float64)
        rows = [numbers(edge.node) for edge in edges]
        self.arrays, self.y, self.static = rows[0]
        self.g = np.asarray(backward.used[edges[0].node])
        self.ndim = self.y.ndim
        if len(edges) > 1:
            self.arrays = [np.stack([self._aligned(row[0][i]) for row in rows]) for i in range(len(self.arrays))]
            self.y = np.stack([row[1] for row in rows])
            self.g = np.stack([backward.used[edge.node] for edge in edges])

    def _aligned(self, array):
        return array.reshape((1,) * (self.ndim - array.ndim) + array.shape)

    def mistakes(self):
        edge = self.edges[0]
        return mistakes(edge.node.operation, edge.position, self.arrays, self.y, self.static, edge.node.shape)

    def sketches(self, changes):
        """(K, 3): what changes (K, n) of the contributions do to the target, along the directions."""
        return np.einsum("kn,kdn->kd", changes, self.along)

    def contribution(self, f):
        """(K, n): f of the gradients that come in, in the shape of the operands; None where it cannot be computed."""
        try:
            other = np.asarray(f(self.g), dtype=np.float64)
            if len(self.edges) == 1:
                other = np.asarray(fitted(other, self.operand), dtype=np.float64)
                return other.reshape(1, -1) if other.shape == self.operand.shape else None
            own = (len(self.edges), *self._aligned(np.broadcast_to(0.0, self.operand.shape)).shape)
            if other.shape == (len(self.edges), *self.operand.shape):
                return other.reshape(len(self.edges), -1)
            axes = tuple(i for i, n in enumerate(other.shape) if own[i] == 1 != n)
            return np.broadcast_to(other.sum(axis=axes, keepdims=True), own).reshape(len(self.edges), -1)
        except (ValueError, TypeError, IndexError, np.linalg.LinAlgError):
            return None


def _moved_about(pieces):
    """(kind, words, arrays): (K, ...) summed, averaged, reversed or shifted along an axis."""
    for axis in range(1, pieces.ndim):
        n = pieces.shape[axis]
        if n > 1:
            total = np.broadcast_to(pieces.sum(axis=axis, keepdims=True), pieces.shape)
            yield "extra-sum", f"summed over axis {axis - 1} and repeated", total
            yield "extra-sum", f"averaged over axis {axis - 1} and repeated", total / n
            yield "permuted", f"reversed along axis {axis - 1}", np.flip(pieces, axis)
            for shift in {1, n - 1}:
                yield "permuted", f"shifted by {shift if shift <= n / 2 else shift - n} along axis {axis - 1}", np.roll(pieces, shift, axis)
    if pieces.ndim == 3 and pieces.shape[1] == pieces.shape[2]:
        yield "transpose", "transposed", pieces.mT
    if pieces.ndim >= 3 and pieces.shape[-1] == pieces.shape[-2] > 1:
        for words, mask in triangles(pieces.shape[-1]):
            yield "subset", f"without {words}", np.where(mask, 0, pieces)


def _named(edge: Edge) -> int:
    """How many of the two ends of an edge have a name that the user gave."""
    return bool(edge.node.name) + bool(edge.operand.name)


def grouped(items, key):
    """{key: the items that have it}, in order."""
    found = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found


def with_operand(node, position, array, wanted, g):
    """What a gradient g of a node contributes to the operand ``wanted`` if another array stands in place of the operand at a position."""
    operands, _, _ = numbers(node)
    operands[position] = array
    rule, operands, static = operation_of(node, operands)
    return np.asarray(rule.formula(*operands, **static)[1][wanted](g))


def pulled(edge, g):
    """What another gradient of the node contributes to the edge's operand."""
    return next(other.piece for other in contributions(edge.node, g) if other.position == edge.position)


def numbers(node):
    """(operands' arrays, result, static) of a node of either level."""
    if hasattr(node, "arrays"):
        return [np.asarray(x) for x in node.arrays], np.asarray(node.current), node.static
    operands = [np.float64(x.current if is_node(x) else x) for x in node.operands]
    return operands, np.float64(node.current), {}


def step(node, names):
    """A step in a sentence: h = tanh(z), or tanh(z) where the result has no name."""
    operands = [names[x] if x.name or not x.operands else f"{x.operation}(…)" for x in node.operands if is_node(x)]
    made = f"{node.operation}({', '.join(operands)})"
    return f"{names[node]} = {made}" if node.name else made
