"""The boxes of a picture: one for every value, or one for all that were folded into one."""

import itertools
from dataclasses import dataclass, field

import numpy as np

from ..graph import is_node
from . import marks, modules
from .fold import NARY
from .names import Names
from .picture import Box, Cluster, Use
from .uses import broadcast, role, setting

DEEPEST = 8  # frames inside one another
SYMBOLS = {"add": "+", "subtract": "−", "multiply": "×", "divide": "÷", "power": "^", "matmul": "@", "negative": "−"}


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
        kind = ("root" if node in self.results else "interior") if node.operands else "leaf" if node.requires_grad else "constant"
        box = Box(id, kind, self.names.of_all(members), shape, _dtype(node), data, grad, len(members), **more)
        box.verdict, box.wrong = max((self.verdicts[x] for x in members if x in self.verdicts), key=lambda mark: mark[1], default=("", False))
        box.notes = marks.folded(members, self.notes)
        box.parameter, box.group, box.cut = node in self.names.parameters, self.groups.get(node, ""), node in self.cut
        return box

    def gradient(self, node):
        found = self.gradients.get(node)
        return None if found is None else np.asarray(found)

    def flow(self, places):
        """What flows back through these uses, [(node, position)], as arguments of ``Use``."""
        if self.contributions is None:
            return {}
        found = [np.asarray(self.contributions[place]) for place in places if place in self.contributions]
        if len(found) < 2:
            return {"contribution": found[0]} if found else {}
        return {"contribution": np.concatenate([part.ravel() for part in found]), "many": len(found)}


def each(operands, sources, known):
    """(a box for every value of {node: operands}, and before it for the constants among those; {id: ``Cluster``}); ids are counted."""
    boxes, ids, numbers, stacks = [], {}, itertools.count(), {}
    leaves = modules.homes(operands, known.stacks, known.names.parameters) if known.stacks else {}
    for node, found in operands.items():
        uses, stack = [], known.stacks.get(node) or leaves.get(node, ())
        places = sources[node] if sources else [(node, i) for i in range(len(found))]
        if node in known.cut:
            found = ()
        for x, (consumer, i) in zip(found, places):
            about = {"role": role(consumer.operation, i, _roles(consumer)), "broadcast": broadcast(consumer, x)}
            if is_node(x):
                wrong = (node, x) in known.wrong_uses
                uses.append(Use(ids[x], "✗" if wrong else "", wrong, **about, **known.flow([(consumer, i)])))
            else:
                uses.append(Use(f"v{next(numbers)}", **about))
                boxes.append(Box(uses[-1].id, "constant", "", np.shape(x), _dtype(x), np.asarray(x), None, group=known.groups.get(node, "")))
                stacks[uses[-1].id] = stack
        ids[node] = f"v{next(numbers)}"
        stacks[ids[node]] = stack
        box = known.box(ids[node], [node], node.shape, np.asarray(node.current), known.gradient(node), node=node, made_of=tuple(found))
        if node.operands and node not in known.cut:
            many = len(uses) > len(node.operands)
            settings = (f"{key}={setting(value)}" for key, value in node.static.items() if value is not None and value is not False)
            box.symbol = NARY[node.operation] if many else SYMBOLS.get(node.operation, node.operation)
            box.settings, box.operands = ", ".join(settings), uses
        boxes.append(box)
    return boxes, _clusters(boxes, stacks, known)


def _roles(node):
    """How many operands are to be told apart: a constant exponent says itself what it is."""
    return 1 if node.operation == "power" and not is_node(node.operands[1]) and np.ndim(node.operands[1]) == 0 else len(node.operands)


def _clusters(boxes, stacks, known):
    """{id: ``Cluster``} of the calls in which something is drawn; every box gets the id of its own."""
    ids, found = {}, {}
    for box in boxes:
        parent = ""
        for begin in stacks[box.id][:DEEPEST]:
            id = ids.setdefault(begin, f"m{len(ids)}")
            path = known.names.path(known.called[begin])
            found.setdefault(id, Cluster(modules.title(known.called[begin], path), path, parent))
            parent = id
        box.cluster = parent
    return found


def grouped(groups, known):
    """A box for each of the groups that ``fold`` or ``modules.collapsed`` made; constants are left out."""
    ids = {group: f"v{i}" for i, group in enumerate(groups)}
    boxes = []
    for group in groups:
        last, count = group.members[-1], len(group.members)
        shape = last.shape if len({node.shape for node in group.members}) == 1 else None
        grads = [known.gradients[node] for node in group.members if node in known.gradients]
        data, grad = _stacked([node.current for node in group.members], shape), _stacked(grads, shape) if len(grads) == count else None
        box = known.box(ids[group], group.members, shape, data, grad)
        if group.module is not None:
            box.symbol = modules.title(group.module, known.names.path(group.module))
            box.settings = f"{group.inside:,} values"
        elif last.operands:
            many = last.operation in NARY and group.operand_count > 2
            box.symbol, box.settings = (NARY[last.operation], f"of {group.operand_count:,}") if many else (SYMBOLS.get(last.operation, last.operation), "")
        box.constants = group.module is None and any(not is_node(x) for x in last.operands)
        for operand, uses in group.operands.items():
            words = "" if uses <= count else f"{uses / count:g} each" if count > 1 else f"{uses:,}"
            box.operands.append(Use(ids[operand], words, **known.flow(group.sources[operand]), **_about(group, operand)))
        boxes.append(box)
    return boxes


def _about(group, operand):
    """Role and broadcasting of an operand, where they are the same for all members."""
    places = group.sources[operand]
    if group.module is not None:
        return {}
    node, position = places[0]
    name = role(node.operation, position, len(node.operands))
    if name and any(i != position for _, i in places):
        name = ""
    return {"role": name, "broadcast": broadcast(node, node.operands[position]) if len(node.operands) > 1 else ""}


def _stacked(arrays, shape):
    if shape == ():
        return np.array(arrays, dtype=np.float64) if len(arrays) > 1 else np.asarray(arrays[0], dtype=np.float64)
    arrays = [np.asarray(array, dtype=np.float64) for array in arrays]
    if shape is None:
        return np.concatenate([array.ravel() for array in arrays])
    return np.stack(arrays) if len(arrays) > 1 else arrays[0]


def _dtype(x):
    return str(getattr(x, "dtype", "float64"))
