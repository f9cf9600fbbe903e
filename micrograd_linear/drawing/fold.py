"""A graph with at most so many boxes: values that play the same role become one box that says how
many they are.

Two steps, both exact in what they say. Sums of sums, and products of products, that nothing else
uses become one operation of many operands. Then values are told apart by colour refinement: at
first by operation, shape and name, and each round by the colours of what they are made of and used
in, for as many rounds as leave no more classes than there may be boxes. So the hundred samples of a
batch, the sixteen neurons of a layer and the turns of a loop fold by themselves.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..engine.graph import Node, is_node
from ..operations import record_of

READABLE = 40  # boxes that a graph is folded into, at most


class Box:
    """Values drawn as one: the ``members``, newest last, what they are ``operands`` of, as {box:
    how often}, and the ``operation`` that made them.

    ``sources`` {box: [(node, position)]} says which operands those are, also of sums that were
    joined. A call of a ``module`` that is drawn as one box has its results as members, and
    ``inside`` says how many values it stands for.
    """

    def __init__(
        self,
        members: list[Node],
        operation: str,
        operand_count: int,
        module: Any = None,
        inside: int = 0,
    ) -> None:
        self.members, self.operation, self.operand_count = members, operation, operand_count
        self.module, self.inside = module, inside
        self.operands: Counter[Box] = Counter()
        self.sources: dict[Box, list[tuple[Node, int]]] = {}

    def connect(self, other, node, position):
        """One more use of a value in another box."""
        self.operands[other] += 1
        self.sources.setdefault(other, []).append((node, position))


def fold(order, most, cut=()):
    """The boxes, oldest first, of a graph with more values than may be drawn."""
    sources = {}
    operands = joined(order, sources=sources, cut=cut)
    nodes, consumers = list(operands), [[] for _ in operands]
    index = {node: i for i, node in enumerate(nodes)}
    made_of = []  # the operands that are nodes, as numbers, and -1 for each constant
    for i, node in enumerate(nodes):
        found = [index[x] if is_node(x) else -1 for x in operands[node]]
        for k in found:
            if k >= 0:
                consumers[k].append(i)
        made_of.append(found)
    colours = _first_colours(nodes, most, [len(found) for found in consumers])
    count = len(set(colours))
    while count < len(nodes):
        numbers, refined = {}, []
        look = [*colours, -1].__getitem__  # constants look alike
        for colour, found, users in zip(colours, made_of, consumers):
            made = tuple(map(look, found)) if len(found) < 2 else tuple(sorted(map(look, found)))
            used = look(users[0]) if len(users) == 1 else frozenset(map(look, users))
            key = colour, made, used
            number = numbers.get(key)
            if number is None:
                number = numbers[key] = len(numbers)
            refined.append(number)
        if len(numbers) > most or len(numbers) == count:
            break
        colours, count = refined, len(numbers)
    return _quotient(nodes, sources, colours)


def joined(order, kept=(), sources=None, cut=()):
    """{node: operands}: sums and products of many operands in place of trees of them; what was
    joined is left out, but for what is to be ``kept``.

    ``sources``, a dict, gets {node: [(node, position) of each operand, before it was joined]}. The
    operands of those in ``cut`` are not looked at.
    """
    uses = Counter(x for node in order for x in node.operands if is_node(x))
    inside = {
        x
        for node in order
        if record_of(node.operation).notation.of_many and node not in cut
        for x in node.operands
        if is_node(x) and x.operation == node.operation and x.shape == node.shape
        if not x.name and uses[x] == 1 and x not in kept and x not in cut
    }
    joined_operands = {}
    for node in order:
        if node not in inside:
            operands, places, waiting = [], [], _places(node) if node not in cut else []
            while waiting:
                place = waiting.pop()
                x = place[0].operands[place[1]]
                if is_node(x) and x in inside:
                    waiting.extend(_places(x))
                else:
                    operands.append(x)
                    places.append(place)
            joined_operands[node] = operands
            if sources is not None:
                sources[node] = places
    return joined_operands


def _places(node):
    """(node, position) of its operands, last first."""
    return [(node, i) for i in range(len(node.operands) - 1, -1, -1)]


def _first_colours(nodes, most, uses):
    """By operation, shape, name, and how often a leaf is used; by less where that would be too
    many.
    """
    for named, used in ((True, True), (True, False), (False, True), (False, False)):
        keys = [
            (x.operation, x.shape, x.name if named else "", n if used and not x.operation else 0)
            for x, n in zip(nodes, uses)
        ]
        numbers = {key: i for i, key in enumerate(dict.fromkeys(keys))}
        if len(numbers) < most:
            break
    else:
        keys = [node.operation for node in nodes]
        numbers = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    return [*(numbers[key] for key in keys[:-1]), len(numbers)]  # the result stands alone


def _quotient(nodes, sources, colours):
    boxes, homes = {}, {}
    for node, colour in zip(nodes, colours):
        box = boxes.get(colour)
        if box is None:
            box = boxes[colour] = Box([], node.operation, len(sources[node]))
        box.members.append(node)
        homes[node] = box
    for node in nodes:
        box = homes[node]
        for place in sources[node]:
            x = place[0].operands[place[1]]
            if is_node(x):
                box.connect(homes[x], *place)
    return list(boxes.values())
