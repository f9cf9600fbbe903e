"""The boxes of a picture: one for every value, or one for all that were folded into one."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any

import numpy as np

from ..engine.graph import Node, is_node
from ..operations import names as op
from ..operations import record_of
from . import fold, marks, modules
from .heat import Numbers
from .picture import Box, Cluster, Use
from .reading import Places, Reading
from .uses import broadcast, role, setting

DEEPEST = 8  # frames inside one another


def each(reading: Reading) -> tuple[list[Box], dict[str, Cluster]]:
    """(a box for every value that is drawn, and before it for the constants among its operands;
    {id: ``Cluster``}); ids are counted.
    """
    operands = reading.operands()
    leaves: dict[Node, tuple[int, ...]] = {}
    if reading.stacks:
        leaves = modules.homes(operands, reading.stacks, reading.names.parameters)
    single = _SingleBoxes(reading)
    for node, inputs in operands.items():
        single.add(node, inputs, reading.stacks.get(node) or leaves.get(node, ()))
    return single.boxes, _clusters(single.boxes, single.stacks, reading)


class _SingleBoxes:
    """Boxes of one value each, the oldest first; ``stacks`` {id: the calls that it stands in}."""

    def __init__(self, reading: Reading) -> None:
        self.reading, self.boxes, self.stacks = reading, [], {}
        self._ids, self._results = numbering(reading), reading.results

    def add(self, node: Node, inputs: list[tuple[Any, Places]], stack: tuple[int, ...]) -> None:
        """The box of a node, after those of the constants among its inputs."""
        uses = [self._use(node, x, places, stack) for x, places in inputs]
        id, reading = self._ids[node], self.reading
        self.stacks[id] = stack
        numbers = reading.data(node), reading.gradient(node)
        box = _box(id, (node,), node.shape, *numbers, reading, self._results)
        box.single, box.made_of = True, tuple(x for x, _ in inputs)
        composite = reading.composites.get(node)
        if composite is not None:
            box.symbol, box.operands = composite.title, uses
            box.settings = composite.meaning(reading.names.shown)
            box.is_composite = True
        elif node.operands and node not in reading.cut:
            many = len(uses) > len(node.operands)
            record = record_of(node.operation)
            box.symbol = record.notation.of_many if many else record.symbol
            box.settings, box.operands = _settings(node), uses
        self.boxes.append(box)

    def _use(self, node: Node, x: Any, places: Places, stack: tuple[int, ...]) -> Use:
        """The line from an input, and the box of a constant, which no other line begins at."""
        consumer, i = places[0]
        called, repeated = role(consumer.operation, i, _roles(consumer)), broadcast(consumer, x)
        if node in self.reading.composites:
            called = repeated = ""
        if is_node(x):
            wrong = (node, x) in self.reading.wrong_uses
            words = "✗" if wrong else ""
            use = Use(self._ids[x], words, wrong, called, repeated, places=places)
            return use.flowing(self.reading)
        id, group = self._ids[places[0]], self.reading.homes.get(node, "")
        self.stacks[id] = stack
        constant = Numbers.read(x)
        shown = {"data": constant.shown}
        box = Box(id, "constant", "", np.shape(x), _dtype(x), constant.array, None, shown)
        box.group, box.single = group, True
        self.boxes.append(box)
        return Use(id, role=called, broadcast=repeated)


def numbering(reading: Reading) -> dict[Any, str]:
    """{a node, or the place of a constant: its id}, counted where every value has a card, so that a
    value has one id in all pictures of its graph.
    """
    ids: dict[Any, str] = {}
    numbers = itertools.count()
    for node, inputs in (reading.unclosed or reading).operands().items():
        for x, places in inputs:
            if not is_node(x):
                ids[places[0]] = f"v{next(numbers)}"
        ids[node] = f"v{next(numbers)}"
    return ids


def _box(
    id: str,
    members: Sequence[Any],
    shape: tuple[int, ...] | None,
    data: Numbers,
    grad: Numbers | None,
    reading: Reading,
    results: set[Node],
) -> Box:
    """A box for some values that are drawn as one."""
    node = members[-1]
    kind = "leaf" if node.requires_grad else "constant"
    if node.operands:
        kind = "root" if node in results else "interior"
    name, shown = reading.names.of_all(members), {"data": data.shown}
    box = Box(id, kind, name, shape, _dtype(node), data.array, None, shown, len(members))
    box.members = tuple(members)
    _set_gradient(box, grad)
    verdicts = (reading.verdicts[x] for x in members if x in reading.verdicts)
    box.verdict, box.wrong = max(verdicts, key=lambda mark: mark[1], default=("", False))
    box.notes = marks.folded(members, reading.notes)
    box.parameter, box.cut = node in reading.names.parameters, node in reading.cut
    box.group, box.position = reading.homes.get(node, ""), reading.positions.get(node, 0)
    return box


def _set_gradient(box: Box, grad: Numbers | None) -> None:
    if grad is not None:
        box.grad, box.shown = grad.array, {**box.shown, "grad": grad.shown}


def flowing(boxes: Iterable[Box], reading: Reading, new_gradients: bool) -> list[Box]:
    """The same boxes, with what flows back according to the ``reading``, and with its gradients
    where those are new.
    """
    copies = []
    for box in map(copy, boxes):
        box.operands = [use.flowing(reading) for use in box.operands]
        if new_gradients and box.members:
            one = box.single
            grad = reading.gradient(box.node) if one else _gradient(box.members, reading)
            _set_gradient(box, grad)
            box.notes = marks.folded(box.members, reading.notes)
        copies.append(box)
    return copies


def _settings(node: Node) -> str:
    """The static arguments that say anything, in words."""
    static = node.static.items()
    said = ((key, value) for key, value in static if value is not None and value is not False)
    return ", ".join(f"{key}={setting(value)}" for key, value in said)


def _roles(node: Node) -> int:
    """How many operands are to be told apart: a constant exponent says itself what it is."""
    return (
        1
        if node.operation == op.POWER
        and not is_node(node.operands[1])
        and np.ndim(node.operands[1]) == 0
        else len(node.operands)
    )


def _clusters(
    boxes: Iterable[Box], stacks: dict[str, tuple[int, ...]], reading: Reading
) -> dict[str, Cluster]:
    """{id: ``Cluster``} of the calls in which something is drawn.

    Every box gets the id of its own.
    """
    ids: dict[int, str] = {}
    clusters: dict[str, Cluster] = {}
    for box in boxes:
        parent = ""
        for begin in stacks[box.id][:DEEPEST]:
            id = ids.setdefault(begin, f"m{len(ids)}")
            path = reading.names.path(reading.called[begin])
            clusters.setdefault(
                id, Cluster(modules.title(reading.called[begin], path), path, parent)
            )
            parent = id
        box.cluster = parent
    return clusters


def grouped(groups: Sequence[fold.Box], reading: Reading) -> list[Box]:
    """A box for each of the groups that ``fold`` or ``modules.collapsed`` made.

    Constants are left out.
    """
    ids = {group: f"v{i}" for i, group in enumerate(groups)}
    boxes = []
    for group in groups:
        box = _group_box(ids[group], group, reading)
        count = len(group.members)
        for operand, uses in group.operands.items():
            words = "" if uses <= count else f"{uses / count:g} each" if count > 1 else f"{uses:,}"
            places = tuple(group.sources[operand])
            called, repeated = _about(group, operand)
            use = Use(ids[operand], words, role=called, broadcast=repeated, places=places)
            box.operands.append(use.flowing(reading))
        boxes.append(box)
    return boxes


def _group_box(id: str, group: fold.Box, reading: Reading) -> Box:
    """The box of a group, without its operands."""
    members, last = group.members, group.members[-1]
    shape = _shape(members)
    data = _data(members, reading)
    box = _box(id, members, shape, data, _gradient(members, reading), reading, reading.results)
    record = record_of(last.operation)
    if group.module is not None:
        box.symbol = modules.title(group.module, reading.names.path(group.module))
        box.settings = f"{group.inside:,} values"
    elif last.operands and record.notation.of_many and group.operand_count > 2:
        box.symbol, box.settings = record.notation.of_many, f"of {group.operand_count:,}"
    elif last.operands:
        box.symbol = record.symbol
    box.constants = group.module is None and any(not is_node(x) for x in last.operands)
    return box


def _shape(members: Sequence[Node]) -> tuple[int, ...] | None:
    """The shape of all, or None."""
    return members[-1].shape if len({node.shape for node in members}) == 1 else None


def _data(members: Sequence[Node], reading: Reading) -> Numbers:
    if len(members) == 1:
        return reading.data(members[0])
    return _stacked([reading.known_array(node) for node in members], _shape(members))


def _gradient(members: Sequence[Node], reading: Reading) -> Numbers | None:
    """The gradients of the members, if all have one."""
    if len(members) == 1:
        return reading.gradient(members[0])
    gradients = [reading.gradients[node] for node in members if node in reading.gradients]
    whole = len(gradients) == len(members)
    return _stacked(gradients, _shape(members)) if whole else None


def _about(group: fold.Box, operand: fold.Box) -> tuple[str, str]:
    """Role and broadcasting of an operand, where they are the same for all members."""
    places = group.sources[operand]
    if group.module is not None:
        return "", ""
    node, position = places[0]
    name = role(node.operation, position, len(node.operands))
    if any(i != position for _, i in places):
        name = ""
    several = len(node.operands) > 1
    return name, broadcast(node, node.operands[position]) if several else ""


def _stacked(arrays: Sequence[Any], shape: tuple[int, ...] | None) -> Numbers:
    """Several arrays as one more axis of one, or flat where their shapes differ."""
    if shape == ():
        return Numbers.read(np.array(arrays, dtype=np.float64))
    arrays = [np.asarray(array, dtype=np.float64) for array in arrays]
    if shape is None:
        return Numbers.read(np.concatenate([array.ravel() for array in arrays]))
    return Numbers.read(np.stack(arrays))


def _dtype(x: Any) -> str:
    return str(getattr(x, "dtype", "float64"))
