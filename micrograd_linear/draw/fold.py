"""A graph with at most so many boxes: values that play the same role become one box that says how many they are.

Two steps, both exact in what they say. Sums of sums, and products of products, that nothing else uses become one operation of many operands.
Then values are told apart by colour refinement: at first by operation, shape and name, and each round by the colours of what they are made of and
used in, for as many rounds as leave no more classes than there may be boxes. So the hundred samples of a batch, the sixteen neurons of a layer and
the turns of a loop fold by themselves.
"""

from collections import Counter

from ..graph import is_node

NARY = {"add": "Σ", "multiply": "Π"}


class Box:
    """Values drawn as one: the ``members``, newest last, what they are ``operands`` of, as {box: how often}, and the ``operation`` that made them.

    ``sources`` {box: [(node, position)]} says which operands those are, also of sums that were joined. A call of a ``module`` that is drawn as one box
    has its results as members, and ``inside`` says how many values it stands for.
    """

    def __init__(self, members, operation, operand_count, module=None, inside=0):
        self.members, self.operation, self.operand_count, self.module, self.inside = members, operation, operand_count, module, inside
        self.operands, self.sources = Counter(), {}

    def connect(self, other, node, position):
        """One more use of a value in another box."""
        self.operands[other] += 1
        self.sources.setdefault(other, []).append((node, position))


def fold(order, most, cut=()):
    """The boxes, oldest first, of a graph with more values than may be drawn."""
    sources = {}
    operands = joined(order, sources=sources, cut=cut)
    nodes, consumers = list(operands), {}
    for node in nodes:
        for x in operands[node]:
            if is_node(x):
                consumers.setdefault(x, []).append(node)
    colours = _first_colours(nodes, most, {node: len(consumers.get(node, ())) for node in nodes})
    count = len(set(colours.values()))
    while count < len(nodes):
        numbers = {}
        refined = {}
        for node in nodes:
            made_of = Counter(colours[x] if is_node(x) else "constant" for x in operands[node])
            key = colours[node], frozenset(made_of.items()), frozenset(colours[x] for x in consumers.get(node, ()))
            refined[node] = numbers.setdefault(key, len(numbers))
        if len(numbers) > most or len(numbers) == count:
            break
        colours, count = refined, len(numbers)
    return _quotient(nodes, operands, sources, colours)


def joined(order, kept=(), sources=None, cut=()):
    """{node: operands}: sums and products of many operands in place of trees of them; what was joined is left out, but for what is to be ``kept``.

    ``sources``, a dict, gets {node: [(node, position) of each operand, before it was joined]}. The operands of those in ``cut`` are not looked at.
    """
    uses = Counter(x for node in order for x in node.operands if is_node(x))
    inside = {
        x for node in order if node.operation in NARY and node not in cut for x in node.operands
        if is_node(x) and x.operation == node.operation and not x.name and uses[x] == 1 and x.shape == node.shape and x not in kept and x not in cut
    }  # fmt: skip
    found = {}
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
            found[node] = operands
            if sources is not None:
                sources[node] = places
    return found


def _places(node):
    """(node, position) of its operands, last first."""
    return [(node, i) for i in range(len(node.operands) - 1, -1, -1)]


def _first_colours(nodes, most, uses):
    """By operation, shape, name, and how often a leaf is used; by less where that would be too many."""
    for named, used in ((True, True), (True, False), (False, True), (False, False)):
        keys = {node: (node.operation, node.shape, node.name if named else "", 0 if node.operands or not used else uses[node]) for node in nodes}
        numbers = {key: i for i, key in enumerate(dict.fromkeys(keys.values()))}
        if len(numbers) < most:
            break
    else:
        keys = {node: node.operation for node in nodes}
        numbers = {key: i for i, key in enumerate(dict.fromkeys(keys.values()))}
    colours = {node: numbers[key] for node, key in keys.items()}
    colours[nodes[-1]] = len(numbers)  # the result stands alone
    return colours


def _quotient(nodes, operands, sources, colours):
    boxes = {}
    for node in nodes:
        if colours[node] not in boxes:
            boxes[colours[node]] = Box([], node.operation, len(operands[node]))
        boxes[colours[node]].members.append(node)
    for node in nodes:
        box = boxes[colours[node]]
        for x, place in zip(operands[node], sources[node]):
            if is_node(x):
                box.connect(boxes[colours[x]], *place)
    return list(boxes.values())
