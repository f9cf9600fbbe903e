"""What is read of a graph, once, when ``draw`` is called: every picture of it is made from this."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..engine.errors import without_gradient
from ..engine.graph import Node, topological_order
from ..foundations.printable import printable
from . import marks, modules
from .composites import Composite, composites
from .flow import Flow, flow, seed, was_given
from .heat import Numbers
from .labels import number
from .names import Names, Scope
from .part import count_values, neighbourhood

Place = tuple[Node, int]  # a use of an operand: the consumer, and the position
Places = tuple[Place, ...]


@dataclass
class Reading:
    """What is known of the nodes of a graph before they are drawn.

    ``order`` has all of them, ``part`` those that are drawn, of which those in ``cut`` are drawn
    without their operands; ``left_out`` says so in words. ``start`` is dL/d(root), from which a
    backward pass starts, or None; it was ``given`` by a pass that had been made, or not.
    """

    root: Node
    title: str
    order: list[Node]
    names: Names
    start: np.ndarray | None
    given: bool
    check: Any = None  # a Comparison of hand-derived gradients, or None
    part: list[Node] = field(default_factory=list)
    cut: set[Node] = field(default_factory=set)
    left_out: str = ""
    verdicts: dict[Node, tuple[str, bool]] = field(default_factory=dict)
    wrong_uses: set[tuple[Node, Node]] = field(default_factory=set)
    stored: dict[Node, Any] = field(default_factory=dict)  # the gradients that nodes hold
    gradients: dict[Node, Any] = field(default_factory=dict)  # those that are drawn
    notes: dict[Node, list[str]] = field(default_factory=dict)
    flow: Flow | None = None  # the backward pass, where what flows back was read, too
    stacks: dict[Node, tuple[int, ...]] = field(default_factory=dict)  # the calls it was made in
    called: dict[int, Any] = field(default_factory=dict)  # {call: module}
    groups: dict[Node, str] = field(default_factory=dict)  # the tensor that it is an element of
    composites: dict[Node, Composite] = field(default_factory=dict)  # {result: what is one card}
    _read: dict[Any, Numbers] = field(default_factory=dict)

    @property
    def results(self) -> set[Node]:
        return {self.root}

    @property
    def total(self) -> int:
        """How many values there are in the part that is drawn."""
        return count_values(self.part, self.cut)

    def operands(self) -> dict[Node, list[tuple[Any, Places]]]:
        """{node of the part: [(an operand, its places)]}"""
        return {node: self._operands(node) for node in self.part}

    def _operands(self, node: Node) -> list[tuple[Any, Places]]:
        if node in self.composites:
            return [(x, tuple(places)) for x, places in self.composites[node].inputs]
        return [(x, ((node, i),)) for i, x in enumerate(node.operands) if node not in self.cut]

    def closed(self) -> Reading:
        """The same with every calculation that has a name as one card, but where a mistake is
        inside, or something that the user named.
        """
        if self.cut or not hasattr(self.root, "arrays"):
            return self
        kept = {node for node in self.part if node.name} | self.verdicts.keys()
        found = composites(self.part, kept)
        wrong = {consumer for consumer, _ in self.wrong_uses}
        found = {node: one for node, one in found.items() if not wrong & one.inside}
        hidden = {x for one in found.values() for x in one.inside if x is not one.result}
        part = [node for node in self.part if node not in hidden]
        return replace(self, part=part, composites=found)

    def data(self, node: Node) -> Numbers:
        return self._numbers("data", node, node.current)

    def gradient(self, node: Node) -> Numbers | None:
        """The gradient that is drawn, if there is one."""
        gradient = self.gradients.get(node)
        return None if gradient is None else self._numbers("grad", node, gradient)

    def contributions(self, places: Sequence[Place]) -> tuple[Numbers, int] | None:
        """(what flows back through these uses, through how many), several flat in a row; None where
        that was not read or nothing does. What flows out of one card is its sum.
        """
        parts = {} if self.flow is None else self.flow.contributions
        places = [place for place in places if place in parts]
        if len(places) > 1 and self._are_in_one_card(places):
            whole = sum(parts[place] for place in places)
            return Numbers.read(np.asarray(whole)), 1
        if len(places) > 1:
            joined = np.concatenate([np.ravel(parts[place]) for place in places])
            return Numbers.read(joined), len(places)
        return (self._numbers("flow", places[0], parts[places[0]]), 1) if places else None

    def _are_in_one_card(self, places: Sequence[Place]) -> bool:
        consumers = {consumer for consumer, _ in places}
        return any(consumers <= one.inside for one in self.composites.values())

    def known_array(self, node: Node) -> Any:
        """The data of a node, as they were read if they were."""
        known = self._read.get(("data", node))
        return node.current if known is None else known.array

    def _numbers(self, kind: str, key: Any, array: Any) -> Numbers:
        """Numbers of this kind; no array is summarised twice."""
        known = self._read.get((kind, key))
        if known is None:
            known = self._read[kind, key] = Numbers.read(array)
        return known

    def differentiated(self) -> Flow | None:
        """The backward pass from ``start``; None where there is none.

        Raises ``RuntimeError`` where data were changed since.
        """
        return None if self.start is None else flow(self.root, self.start, self.order)

    def flowing(self) -> Reading:
        """The same with what flows back, if anything does. Before a backward pass was made,
        gradients are those of this one.
        """
        found = self.flow or self.differentiated()
        if found is None or found is self.flow:
            return self
        if any(np.any(g) for g in self.gradients.values()):
            return replace(self, flow=found)
        read = {key: known for key, known in self._read.items() if key[0] != "grad"}
        notes = self.remarks(found.gradients)
        return replace(self, flow=found, gradients=found.gradients, notes=notes, _read=read)

    def remarks(self, gradients: dict[Node, Any]) -> dict[Node, list[str]]:
        """What is odd about each value, given these gradients."""
        return marks.notes(self.order, gradients)

    def seeds(self, ids: dict[Node, str]) -> dict[str, np.ndarray]:
        """{id: what flows in from where nothing is drawn}, for nodes that have these ids alone: to
        the root what was given, to a value at the edge of a part what the rest passes on.
        """
        assert self.flow is not None
        seeds = {ids[self.root]: self.flow.seed} if self.root in ids else {}
        shown = ids.keys() | {x for one in self.composites.values() for x in one.inside}
        for (consumer, i), part in self.flow.contributions.items():
            operand = consumer.operands[i]
            if operand in ids and (consumer not in shown or consumer in self.cut):
                id = ids[operand]
                seeds[id] = seeds[id] + part if id in seeds else part
        return seeds


def read(
    root: Node,
    check: Any = None,
    scope: Scope | None = None,
    *,
    backward: bool = False,
    focus: Node | str | None = None,
    depth: int | None = None,
) -> Reading:
    """The ``Reading`` of the graph of ``root``.

    ``check``     a Comparison: every value says how its gradient fared
    ``scope``     the caller's variables
    ``backward``  what flows back is read, too
    ``focus``     a node or a name: only what is at most ``depth`` operations away is drawn
    """
    order = topological_order(root)
    stacks, called = modules.calls(order)
    names = Names(order, modules.outermost(stacks, called), scope or Scope())
    own = {} if check is None else check.gradients  # a comparison has a backward pass of its own
    start = own.get(root)
    given = start is not None or was_given(root)
    start = seed(root) if start is None and root.requires_grad else start
    reading = Reading(root, title(root, names), order, names, start, given, check, order)
    reading.stacks, reading.called = stacks, called
    if check is not None:
        reading.verdicts, reading.wrong_uses = marks.verdicts(order, check)
    reading.stored = stored_gradients(order)
    reading.gradients = dict(own) or reading.stored
    if backward:
        check_start(root, start)
        reading = reading.flowing()
    reading.notes = reading.notes or reading.remarks(reading.gradients)
    if focus is not None or depth is not None:
        reading.part, reading.cut, reading.left_out = neighbourhood(
            order, root if focus is None else focus, depth, names.shown
        )
    return reading


def stored_gradients(order: Iterable[Node]) -> dict[Node, Any]:
    gradients = ((node, marks.gradient(node)) for node in order)
    return {node: g for node, g in gradients if g is not None}


def title(root: Node, names: Names) -> str:
    """The name of the root, with its shape, or its number if it is one."""
    called = f"{printable(names.shown.get(root, 'result'))} {root.shape or ''}".strip()
    one = getattr(root, "size", 1) == 1  # a Value is one number
    return f"{called} = {number(np.asarray(root.current).item())}" if one else called


def check_start(root: Node, start: np.ndarray | None) -> None:
    """Raise where there is nothing that what flows back could start from."""
    if not root.requires_grad:
        raise without_gradient("draw: backward=True", root, ", so nothing flows back")
    if start is None:
        raise ValueError(
            f"draw: backward=True: {root.describe()} is not a scalar and has no gradient, so there "
            "is nothing to start from; call its backward(gradient) first, or reduce it to a "
            "scalar, with .sum() for example"
        )
