"""Mistakes that several wrong gradients share, each said once: one factor in a gradient further
on, one wrong step, one wrong array.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..engine.graph import Node, topological_order
from ..operations import names as op
from .causes import Cause, Search
from .comparison import AGREE
from .factors import multiple
from .origin import one_origin
from .steps import step

MOST_NODES = 20_000  # of a graph in which common places are looked for
MOST_TRIED = 8  # wrong gradients that are tried in pairs
WRONG = ("wrong", "wrong step")


class Shared:
    """``results``, {node: Result} of the claims, whose causes are known one by one; ``agrees(node,
    factor)`` says whether one is a number times what it should be.
    """

    def __init__(self, results, claims, backward, names, agrees):
        self.results, self.claims, self.backward = dict(results), claims, backward
        self.names, self.agrees = names, agrees

    def told_once(self) -> dict:
        """The results, with what they share said in the first of those that share it."""
        if len(self._open()) > 1:
            if len(self.backward.order) <= MOST_NODES:
                self._factors()
            self._steps()
            self._equal_arrays()
            if len(self.backward.order) <= MOST_NODES:
                self._origins()
        return self.results

    def _open(self) -> list:
        """The wrong ones that no other explains yet."""
        return [node for node in self.results if self._is_open(node)]

    def _is_open(self, node: Node) -> bool:
        return self.results[node].status in WRONG and not self.results[node].follows

    def _follow(self, nodes: list, cause: Cause, note: str) -> None:
        """The first of some nodes tells a cause, the others say whom they follow."""
        teller = self.results[nodes[0]].name
        self.results[nodes[0]] = replace(
            self.results[nodes[0]], causes=(cause,), note=cause.sentence
        )
        for node in nodes[1:]:
            words = f"{note}, as {teller}: the same mistake"
            self.results[node] = replace(
                self.results[node], causes=(cause,), note=words, follows=teller
            )

    # --- one factor ---------------------------------------------------------------------------

    def _factors(self) -> None:
        groups = {}
        self._find_ways()
        for node in self._open():
            factor = self._factor(node)
            same = next((f for f in groups if factor and abs(f - factor) <= 1e-3 * abs(f)), factor)
            if same:
                groups.setdefault(same, []).append(node)
        right = [n for n, x in self.results.items() if x.status in AGREE and x.status != "vacuous"]
        for factor, nodes in groups.items():
            if len(nodes) > 1:
                self._one_factor(factor, nodes, right)

    def _factor(self, node: Node) -> float | None:
        """The number by which a hand gradient is a multiple of what it should be, if it is one."""
        if self.claims[node].shape != node.shape:
            return None
        hand = self.claims[node].astype(np.float64)
        right = np.asarray(self.backward.implied[node], dtype=np.float64)
        power = float((right * right).sum())
        factor = float((hand * right).sum()) / power if power else 0.0
        return factor if factor and self.agrees(node, factor) else None

    def _one_factor(self, factor: float, nodes: list, right: list) -> None:
        place = self._common_place(nodes)
        words, below = self._number(factor, nodes[0]), self._below(place)
        spared = [node for node in right if node in below]
        names = _listed([self.names[node] for node in nodes])
        evidence, where = {"factor": factor}, (self.names[nodes[0]],)
        if place is not None and not spared:
            sentence = f"{names} are each {words}: {self._one_mistake(place, right)}"
            cause = Cause("factor", where, sentence, evidence, 2, self.names[place])
        elif spared and self._averages(factor, nodes):
            others = _listed([self.names[x] for x in spared])
            sentence = (
                f"{names} are each {words} while {others} is right: the convention in which the "
                f"gradient that comes in lacks the {self._short(factor)} of an averaged loss, and "
                "only dW and db have it; this forward does not average"
            )
            cause = Cause("factor", where, sentence, evidence, 2, NOWHERE)
        else:
            return
        self._follow(nodes, cause, f"it is {words}")

    def _short(self, factor: float) -> str:
        return f"1/{round(1 / factor)}"

    def _number(self, factor: float, node: Node) -> str:
        """The factor in words: as a number that has a meaning in this graph, where it is one."""
        if abs(factor + 1) <= 1e-6:
            return "of the opposite sign"
        search = Search(
            node,
            self.claims[node],
            self.backward.implied[node],
            self.names,
            None,
            None,
            self.backward,
        )
        for value, words in search.named_factors():
            for sign in (1, -1):
                if abs(factor - sign * value) <= search.tolerance * abs(value):
                    return f"{'-' if sign < 0 else ''}{multiple(value, words)}"
        return f"{factor:.6g} times the gradient"

    def _common_place(self, nodes: list) -> Node | None:
        """The nearest node through which all that comes back to some nodes has come; None where
        there is none.
        """
        place = self.through[nodes[0]]
        for node in nodes[1:]:
            place = self._meeting(place, self.through[node])
        while (
            place is not None
            and not place.name
            and self._is_same_gradient(place, self.above[place])
        ):
            place = self.above[place]
        return place

    def _is_same_gradient(self, one: Node, two: Node | None) -> bool:
        """Whether the step from one node to the next hands the gradient on as it is."""
        return two is not None and np.array_equal(self.backward.used[one], self.backward.used[two])

    def _find_ways(self) -> None:
        """``through``: the nearest node that all of a gradient has come through; ``above``: None
        for what was handed in, since from there on the hand-derived one counts; ``depth``: how many
        there are.
        """
        self.through, self.above, self.depth, consumers = {}, {}, {}, {}
        for node, edges in self.backward.pieces.items():
            for edge in edges:
                consumers.setdefault(edge.operand, []).append(node)
        for node in reversed(self.backward.order):
            if node in self.backward.used:
                found = consumers.get(node, [])
                place = found[0] if found else None
                for x in found[1:]:
                    place = self._meeting(place, x)
                given = node in self.backward.hand and node.operands
                self.through[node], self.above[node] = place, None if given else place
                self.depth[node] = 0 if self.above[node] is None else self.depth[place] + 1

    def _meeting(self, one: Node | None, two: Node | None) -> Node | None:
        """The nearest node through which two others have come, or one of them; None where there is
        none.
        """
        while one is not two:
            if one is None or two is None:
                return None
            if self.depth[one] >= self.depth[two]:
                one = self.above[one]
            else:
                two = self.above[two]
        return one

    def _below(self, place: Node | None) -> set:
        return set(topological_order(place)) if place is not None else set()

    def _one_mistake(self, place: Node, right: list) -> str:
        """Where a mistake is that several gradients share, all of which have come through a place:
        in words.
        """
        root = self.backward.root
        lower = step(place, self.names) if place.operands and not place.name else self.names[place]
        if place is root:
            return f"one mistake, the gradient of {self._result()} is not taken as it was given"
        upper = self.above[place]
        while upper is not None and not (upper.name and self._below(upper) & set(right)):
            upper = self.above[upper]
        above = self.names[upper] if upper is not None else self._result()
        return f"one mistake, on the way back from {above} to {lower}"

    def _result(self) -> str:
        return self.backward.root.name or "the result"

    def _averages(self, factor: float, nodes: list) -> bool:
        """Whether 1/factor is the number of samples that the gradients of all of these parameters
        are sums over.
        """
        m = round(1 / factor) if factor > 0 else 0
        return (
            m > 1 and abs(factor * m - 1) < 1e-6 and all(m in self._samples(node) for node in nodes)
        )

    def _samples(self, node: Node) -> set[int]:
        """How many samples a parameter's gradient adds up: as one matrix of a product, or by
        broadcasting.
        """
        found = set()
        for consumer in self.backward.order:
            for i, x in enumerate(consumer.operands):
                if x is not node:
                    continue
                if consumer.operation == op.MATMUL:
                    factor = consumer.operands[1 - i]
                    other = list(np.shape(getattr(factor, "current", factor)))
                    found.add(other[-2] if i == 1 and len(other) > 1 else other[-1])
                elif np.size(consumer.current) > np.size(node.current) > 0:
                    found.add(np.size(consumer.current) // np.size(node.current))
        return found

    # --- one step, one array ------------------------------------------------------------------

    def _steps(self) -> None:
        """A step that explains several: the explanations that all of them have are left, and told
        by the first.
        """
        for node in self._open():
            if self.results[node].follows:
                continue
            own = self._places(node)
            group = []
            for other in self._open():
                common = own & self._places(other)
                if other is not node and common:
                    own, group = common, [*group, other]
            if group:
                causes = [x for x in self.results[node].causes if (x.kind, x.sentence) in own]
                self._tell([node, *group], tuple(causes))

    def _tell(self, nodes: list, causes: tuple) -> None:
        teller = self.results[nodes[0]]
        sentences = list(dict.fromkeys(cause.sentence for cause in causes))
        self.results[nodes[0]] = replace(teller, causes=causes, note="; or: ".join(sentences[:3]))
        for node in nodes[1:]:
            words = f"it follows from the same mistake as {teller.name}"
            self.results[node] = replace(
                self.results[node], causes=causes, note=words, follows=teller.name
            )

    def _places(self, node: Node) -> set:
        """The likeliest explanations that are a step further on, not of the whole array."""
        causes = self.results[node].causes
        own = self.names[node]
        return {
            (x.kind, x.sentence)
            for x in causes
            if x.cost == causes[0].cost
            and x.kind != "unknown"
            and x.where[0] != own
            and own not in x.where
        }

    def _origins(self) -> None:
        """Of those that nothing explains, the ones that follow from the same other gradient of a
        later result as another.
        """
        right = [n for n, x in self.results.items() if x.status in AGREE and x.status != "vacuous"]
        tried = self._open()[:MOST_TRIED]
        order = {node: (self._is_unexplained(node), self.claims[node].size) for node in tried}
        for first in sorted(tried, key=order.__getitem__):
            if self._is_open(first):
                others = [node for node in tried if node is not first and self._is_open(node)]
                found = [(node, self._origin(first, node)) for node in others]
                self._one_origin(first, {node: origin for node, origin in found if origin}, right)

    def _origin(self, first: Node, second: Node) -> tuple | None:
        """(the later result, whether the first alone determines its gradient) from which a second
        one follows as well.
        """
        place = self._common_place([first, second])
        claims = {node: self.claims[node] for node in (first, second)}
        fits = all(claim.shape == node.shape for node, claim in claims.items())
        if place is None or not fits or not self._is_unexplained(second):
            return None
        determines = one_origin(place, claims)
        return None if determines is None else (place, determines[first])

    def _one_origin(self, first: Node, followers: dict, right: list) -> None:
        """What follows as the first does: along a way that the graph does not have, or from one
        mistake further on.
        """
        group, places = [first], []
        for node, (place, determined) in followers.items():
            if (
                place is self.backward.root
                or place in self.claims
                or self._below(place) & set(right)
            ):
                if determined:
                    name = self.results[first].name
                    words = (
                        f"right from {name}, which is wrong: both follow from one other gradient "
                        f"of {self.names[place]}"
                    )
                    self.results[node] = replace(
                        self.results[node], status="inherited", causes=(), note=words, follows=name
                    )
            else:
                group, places = [*group, node], [*places, place]
        if not places:
            return
        if not self._is_unexplained(first):
            self._tell(group, self.results[first].causes)
            return
        group = [node for node in self.results if any(node is x for x in group)]
        place = self._common_place(group)
        if place is None:  # they meet at no one place, so it is no one mistake
            return
        names = _listed([self.names[x] for x in group])
        words = f"{names} follow from one other gradient: {self._one_mistake(place, right)}"
        cause = replace(
            self.results[group[0]].causes[0], sentence=words, of=self.names[place], cost=98
        )
        self._tell(group, (cause,))

    def _is_unexplained(self, node: Node) -> bool:
        return self._is_open(node) and self.results[node].causes[0].kind == "unknown"

    def _equal_arrays(self) -> None:
        """The same wrong array where the same right one belongs: it was made further on, once."""
        for node in self._open():
            for other in [] if self.results[node].follows else self._open():
                if other is not node and self._is_same(node, other):
                    name = self.results[node].name
                    words = (
                        f"the same gradient as {name}, and wrong in the same way: "
                        "one mistake further on"
                    )
                    causes = self.results[node].causes
                    self.results[other] = replace(
                        self.results[other], causes=causes, note=words, follows=name
                    )

    def _is_same(self, one: Node, two: Node) -> bool:
        first, second = (np.asarray(self.backward.implied[node]) for node in (one, two))
        return np.array_equal(self.claims[one], self.claims[two]) and np.array_equal(first, second)


NOWHERE = "\0"  # no tensor has this name: the mistake is in no line of the derivation


def _listed(names: list[str]) -> str:
    """a, b and c; of many the first five."""
    if len(names) > 6:
        return f"{', '.join(names[:5])} and {len(names) - 5} more"
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
