"""The boxes of a picture: one for every value, or one for all that were folded into one."""

import itertools
from dataclasses import dataclass, field

import numpy as np

from ..engine.graph import is_node
from . import marks, modules
from .fold import NARY
from .names import Names
from .picture import Box, Cluster, Use
from .uses import broadcast, role, setting

DEEPEST = 8  # frames inside one another
SYMBOLS = {
    "add": "+",
    "subtract": "−",
    "multiply": "×",
    "divide": "÷",
    "power": "^",
    "matmul": "@",
    "negative": "−",
}


@dataclass
class Known:
    """What is known about the nodes of a graph before they are drawn."""

    results: set
    names: Names
    verdicts: dict = field(default_factory=dict)
    wrong_uses: set = field(default_factory=set)
    notes: dict = field(default_factory=dict)
    gradients: dict = field(default_factory=dict)  # those to show, {node: array or number}
    contributions: dict | None = None  # {(node, position): array}
    stacks: dict = field(default_factory=dict)  # {node: the calls of modules it was made in}
    called: dict = field(default_factory=dict)  # {call: module}
    groups: dict = field(default_factory=dict)  # {node: the tensor it is an element of}
    cut: set = field(default_factory=set)  # those whose operands are left out

    def box(self, id, members, shape, data, grad, **more):
        """A box for some values that are drawn as one."""
        node = members[-1]
        kind = (
            ("root" if node in self.results else "interior")
            if node.operands
            else "leaf"
            if node.requires_grad
            else "constant"
        )
        box = Box(
            id,
            kind,
            self.names.of_all(members),
            shape,
            _dtype(node),
            data,
            grad,
            len(members),
            **more,
        )
        box.verdict, box.wrong = max(
            (self.verdicts[x] for x in members if x in self.verdicts),
            key=lambda mark: mark[1],
            default=("", False),
        )
        box.notes = marks.folded(members, self.notes)
        box.parameter, box.group, box.cut = (
            node in self.names.parameters,
            self.groups.get(node, ""),
            node in self.cut,
        )
        return box

    def gradient(self, node):
        gradient = self.gradients.get(node)
        return None if gradient is None else np.asarray(gradient)

    def flow(self, places):
        """What flows back through these uses, [(node, position)], as arguments of ``Use``."""
        if self.contributions is None:
            return {}
        parts = [
            np.asarray(self.contributions[place]) for place in places if place in self.contributions
        ]
        if len(parts) < 2:
            return {"contribution": parts[0]} if parts else {}
        return {
            "contribution": np.concatenate([part.ravel() for part in parts]),
            "many": len(parts),
        }


def each(operands, sources, known):
    """(a box for every value of {node: operands}, and before it for the constants among those;
    {id: ``Cluster``}); ids are counted."""
    leaves = {}
    if known.stacks:
        leaves = modules.homes(operands, known.stacks, known.names.parameters)
    single = _SingleBoxes(known)
    for node, inputs in operands.items():
        places = sources[node] if sources else [(node, i) for i in range(len(inputs))]
        stack = known.stacks.get(node) or leaves.get(node, ())
        single.add(node, () if node in known.cut else inputs, places, stack)
    return single.boxes, _clusters(single.boxes, single.stacks, known)


class _SingleBoxes:
    """Boxes of one value each, the oldest first; ``stacks`` {id: the calls that it stands in}."""

    def __init__(self, known):
        self.known, self.boxes, self.stacks = known, [], {}
        self._ids, self._numbers = {}, itertools.count()

    def add(self, node, inputs, places, stack):
        """The box of a node, after those of the constants among its inputs."""
        uses = [self._use(node, x, place, stack) for x, place in zip(inputs, places)]
        id, known = self._new_id(stack), self.known
        self._ids[node] = id
        data, grad = np.asarray(node.current), known.gradient(node)
        box = known.box(id, [node], node.shape, data, grad, node=node, made_of=tuple(inputs))
        if node.operands and node not in known.cut:
            many = len(uses) > len(node.operands)
            symbol = SYMBOLS.get(node.operation, node.operation)
            box.symbol = NARY[node.operation] if many else symbol
            box.settings, box.operands = _settings(node), uses
        self.boxes.append(box)

    def _use(self, node, x, place, stack):
        """The line from an input, and the box of a constant, which no other line begins at."""
        consumer, i = place
        name = role(consumer.operation, i, _roles(consumer))
        about = {"role": name, "broadcast": broadcast(consumer, x)}
        if is_node(x):
            wrong = (node, x) in self.known.wrong_uses
            flow = self.known.flow([place])
            return Use(self._ids[x], "✗" if wrong else "", wrong, **about, **flow)
        id, group = self._new_id(stack), self.known.groups.get(node, "")
        number = np.asarray(x)
        box = Box(id, "constant", "", np.shape(x), _dtype(x), number, None, group=group)
        self.boxes.append(box)
        return Use(id, **about)

    def _new_id(self, stack):
        id = f"v{next(self._numbers)}"
        self.stacks[id] = stack
        return id


def _settings(node):
    """The static arguments that say anything, in words."""
    static = node.static.items()
    said = ((key, value) for key, value in static if value is not None and value is not False)
    return ", ".join(f"{key}={setting(value)}" for key, value in said)


def _roles(node):
    """How many operands are to be told apart: a constant exponent says itself what it is."""
    return (
        1
        if node.operation == "power"
        and not is_node(node.operands[1])
        and np.ndim(node.operands[1]) == 0
        else len(node.operands)
    )


def _clusters(boxes, stacks, known):
    """{id: ``Cluster``} of the calls in which something is drawn.

    Every box gets the id of its own.
    """
    ids, clusters = {}, {}
    for box in boxes:
        parent = ""
        for begin in stacks[box.id][:DEEPEST]:
            id = ids.setdefault(begin, f"m{len(ids)}")
            path = known.names.path(known.called[begin])
            clusters.setdefault(id, Cluster(modules.title(known.called[begin], path), path, parent))
            parent = id
        box.cluster = parent
    return clusters


def grouped(groups, known):
    """A box for each of the groups that ``fold`` or ``modules.collapsed`` made.

    Constants are left out.
    """
    ids = {group: f"v{i}" for i, group in enumerate(groups)}
    boxes = []
    for group in groups:
        box = _group_box(ids[group], group, known)
        count = len(group.members)
        for operand, uses in group.operands.items():
            words = "" if uses <= count else f"{uses / count:g} each" if count > 1 else f"{uses:,}"
            flow, about = known.flow(group.sources[operand]), _about(group, operand)
            box.operands.append(Use(ids[operand], words, **flow, **about))
        boxes.append(box)
    return boxes


def _group_box(id, group, known):
    """The box of a group, without its operands."""
    members, last = group.members, group.members[-1]
    shape = last.shape if len({node.shape for node in members}) == 1 else None
    grads = [known.gradients[node] for node in members if node in known.gradients]
    data = _stacked([node.current for node in members], shape)
    grad = _stacked(grads, shape) if len(grads) == len(members) else None
    box = known.box(id, members, shape, data, grad)
    if group.module is not None:
        box.symbol = modules.title(group.module, known.names.path(group.module))
        box.settings = f"{group.inside:,} values"
    elif last.operands and last.operation in NARY and group.operand_count > 2:
        box.symbol, box.settings = NARY[last.operation], f"of {group.operand_count:,}"
    elif last.operands:
        box.symbol = SYMBOLS.get(last.operation, last.operation)
    box.constants = group.module is None and any(not is_node(x) for x in last.operands)
    return box


def _about(group, operand):
    """Role and broadcasting of an operand, where they are the same for all members."""
    places = group.sources[operand]
    if group.module is not None:
        return {}
    node, position = places[0]
    name = role(node.operation, position, len(node.operands))
    if name and any(i != position for _, i in places):
        name = ""
    return {
        "role": name,
        "broadcast": broadcast(node, node.operands[position]) if len(node.operands) > 1 else "",
    }


def _stacked(arrays, shape):
    if shape == ():
        return (
            np.array(arrays, dtype=np.float64)
            if len(arrays) > 1
            else np.asarray(arrays[0], dtype=np.float64)
        )
    arrays = [np.asarray(array, dtype=np.float64) for array in arrays]
    if shape is None:
        return np.concatenate([array.ravel() for array in arrays])
    return np.stack(arrays) if len(arrays) > 1 else arrays[0]


def _dtype(x):
    return str(getattr(x, "dtype", "float64"))
