"""The places of a graph where a mistake may be: every contribution on the way to a wrong gradient.

Nothing is carried to the target before it is looked at along a few random directions v: with the
tangents J v of every node, what a change c of a contribution does to the gradient G of the target
is known, since <v, dG> = <J v, c>.
"""

import re
from typing import Any

import numpy as np

from ..engine.graph import is_node, topological_order
from ..operations import names as op
from ..operations import record_of
from .blame import Edge
from .function_mistakes import is_function
from .steps import step

_INPUT = re.compile(r"\bz\b")
MOST_EDGES = 10_000  # of a larger graph those nearest to the target
# These are the costs of what is missing in several places, and of a sign, which may be that of two
# equal ones.
MISSING, SIGN = 4, 5
# So many places of one mistake are carried to the target; in a chain all of them look the same.
CONFIRMED = 6


class Sites:
    """The contributions on the way from the next hand-derived gradients to the target of a
    ``Search``, and what R = hand - expected is along v.
    """

    def __init__(self, search):
        self.search, self.backward, self.target, self.names = (
            search,
            search.backward,
            search.target,
            search.names,
        )
        self.edges = self.backward.edges(self.target)[:MOST_EDGES]
        self.rest = search.hand.astype(np.float64) - search.expected
        directions = np.random.default_rng(0).normal(size=(3, *self.rest.shape))
        self.along = self.backward.tangents(self.target, directions)  # {node: (3, n)}
        self.sketch = directions.reshape(3, -1) @ self.rest.ravel()
        self.uses = grouped(self.edges, lambda edge: edge.operand)  # {operand: its edges}
        self.pairs = [
            edges
            for edges in grouped(self.edges, lambda edge: (edge.node, edge.operand)).values()
            if len(edges) > 1
        ]
        self.twice = {edge for edges in self.pairs for edge in edges}
        self.told = {}  # {(kind, words without the place): [(edge, cause)]}
        self.noise = 16 * search.roundoff * float(np.linalg.norm(search.expected))

    def fits(self, found, scale):
        """Whether sketches (..., 3) are that of R, to what differences tell; ``scale`` is one of
        the size of what was subtracted.
        """
        allowed = (
            1e-4 * np.absolute(self.sketch).max()
            + 1e-6 * np.absolute(scale).max(axis=-1)
            + self.noise
        )
        return np.absolute(found - self.sketch).max(axis=-1) <= allowed

    def step(self, node):
        return step(node, self.names)

    def place(self, edge):
        """Where an edge is, by names, without those of what NumPy put in between."""
        operand, consumer = edge.operand, edge.node
        while (
            not operand.name
            and record_of(operand.operation).moves
            and operand.operation != op.GETITEM
            and operand is not self.target
        ):
            operand = operand.operands[0]
        if not consumer.name:
            consumers = self.backward.region(self.target)[0]
            made = {consumer}
            for node in consumers:
                if node.created > consumer.created and any(
                    is_node(x) and x in made for x in node.operands
                ):
                    made.add(node)
                    if node.name:
                        consumer = node
                        break
        return self.names[consumer], self.names[operand]

    def called(self, node: Any) -> str:
        """A node in a sentence: by its name, or, where it has none, by what it was made of."""
        return self.names[node] if node.name or not node.operands else self.step(node)

    def with_input(self, edge: Edge, words: str) -> str:
        """Words about a function of z, with the name of what goes in: where that has none, z stays,
        unless the user calls something else so.
        """
        operand = edge.operand
        if not is_function(edge.node.operation) or not _INPUT.search(words):
            return words
        own = self.names[operand]
        if (operand.name or not operand.operands) and own.isidentifier():
            return _INPUT.sub(own, words)
        taken = {name for node, name in self.names.items() if node.name}
        letter = next((c for c in "zutvs" if c not in taken), "z")
        return words if letter == "z" else f"{_INPUT.sub(letter, words)}, {letter} the input"

    def line(self, edge: Edge) -> str:
        """The name of the tensor in whose line of the derivation an edge is: the next one below it
        that has a name.
        """
        inner, waiting = self.backward.region(self.target)[1], {edge.operand}
        while waiting:
            node = max(waiting, key=lambda x: x.created)
            if node.name or node is self.target:
                return self.names[node]
            waiting.remove(node)
            waiting |= {x for x in node.operands if is_node(x) and x in inner}
        return self.names[self.target]

    def propose(self, kind, words, edge, change, cost, where=None, said=None, **evidence):
        """Carry a change of one contribution to the target, and keep the explanation if it makes
        the hand gradient.

        ``said`` are the words without the place: of places in a row that explain it with the same
        words one is kept, that nearest to names the user gave.
        """
        changed = self.backward.propagated(
            edge.operand, np.asarray(change).reshape(edge.operand.shape), self.target
        )
        if changed is None:
            return False
        where, found = where or self.place(edge), self.search.found
        told = self.search.add(
            kind, words, self.search.expected + changed, cost, where, self.line(edge), **evidence
        )
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
        sizes = (
            np.absolute(x).max(initial=0.0) for x in (edge.piece, self.backward.used[edge.node])
        )
        return np.absolute(change).max(initial=0.0) <= self.search.roundoff**0.5 * max(sizes)


def _named(edge: Edge) -> int:
    """How many of the two ends of an edge have a name that the user gave."""
    return bool(edge.node.name) + bool(edge.operand.name)


def grouped(items, key):
    """{key: the items that have it}, in order."""
    found = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found
