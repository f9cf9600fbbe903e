"""From what was read of a graph to its picture: which of its values become one box."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..engine.graph import Node
from . import boxes, modules
from .fold import READABLE, fold
from .fold import Box as Group
from .layout import layout
from .options import Style
from .picture import Picture
from .reading import Reading

_FEW = (12, 16, 20, 25)  # boxes that a loop is folded into
_SAME = "×n stands for n that play the same part"
LAYABLE = 5000  # boxes that Graphviz lays out in seconds
MOST_VALUES = 400  # that a page plays one by one


def picture(
    reading: Reading, most: int, view: str | Sequence[Any] = "auto", style: Style | None = None
) -> Picture:
    """The picture of what was read. Calculations that have a name are one card each, and it is
    folded where it has more than ``most`` values, or as ``view`` has it ("full", "folded", or the
    cards that are open); loops where it would not be legible in a ``style``.
    """
    total = reading.total
    if not isinstance(view, str):
        made = _each(reading.closed(view))
        made.overview = bool(made.reading.composites)
        made.whole = _each(reading) if made.overview and total <= MOST_VALUES else None
        return made
    if view == "auto":
        closed = reading.closed()
        made = _each(closed) if closed.total <= most else None
        if made is not None and not layout(made, style or Style()).is_legible:
            made = _turns(reading) or made
        if made is not None:
            made.overview = made.grouped or bool(closed.composites)
            if made.overview and total <= MOST_VALUES:
                made.whole = _each(reading)
            return made
    if view == "full" and total > LAYABLE:
        raise ValueError(
            f"draw: view 'full': {total:,} values are more than the {LAYABLE:,} that can be laid "
            "out; use view='auto', or focus= with depth="
        )
    in_full = view == "full"
    if not in_full and (view == "folded" or total > MOST_VALUES):
        return _folded(reading, min(most, total))
    whole = _each(reading)
    whole.in_full = in_full
    return whole if in_full else folded(whole, min(most, total))


def _each(reading: Reading) -> Picture:
    """The picture with a box for every value, or for every calculation that has a name."""
    drawn, clusters = boxes.each(reading)
    whole = Picture(drawn, reading.left_out, reading, clusters)
    if reading.flow is not None:
        whole.seeds = reading.seeds({box.node: box.id for box in drawn if box.node is not None})
    return whole


def _turns(reading: Reading) -> Picture | None:
    """The picture of a calculation that goes the same way again and again, as a loop does: what is
    the same in all turns is one box. None where most of the values are no part of such turns.
    """
    if reading.cut or reading.verdicts or reading.stacks:
        return None
    for most in _FEW:
        groups = fold(reading.part, most)
        alike = all(len({_part(x) for x in group.members}) == 1 for group in groups)
        repeated = sum(len(g.members) for g in groups if len(g.members) > 2)
        if alike and repeated > 0.6 * len(reading.part):
            return _of_groups(
                groups, reading, f"{reading.total:,} values, folded into {len(groups)}; {_SAME}"
            )
    return None


def _part(node: Node) -> tuple:
    """What is the same in all turns of a loop: x0, x1 and x2 are the input of three."""
    return node.operation, node.shape, re.sub(r"\d+", "#", node.name or "")


def folded(whole: Picture, most: int) -> Picture:
    """A picture folded into at most so many boxes, or what is readable."""
    made = _folded(whole.reading, most)
    made.whole = whole
    return made


def flowing(drawn: Picture) -> Picture:
    """The picture with what flows back, if anything does; its boxes stand where they stood.

    Raises ``RuntimeError`` where data were changed since.
    """
    before = drawn.reading
    reading = before.flowing()
    if reading.flow is None or reading is before:
        return drawn
    new = reading.gradients is not before.gradients
    made = replace(drawn, boxes=boxes.flowing(drawn.boxes, reading, new), reading=reading)
    if made.grouped:
        made.seeds = _seeds_of_groups(made)
    else:
        ids = {box.node: box.id for box in made.boxes if box.node is not None}
        made.seeds = reading.seeds(ids)
    return made


def _folded(reading: Reading, most: int) -> Picture:
    order, total = reading.part, reading.total
    groups = (
        None
        if reading.cut
        else modules.collapsed(
            order, reading.stacks, reading.called, reading.names.parameters, most
        )
    )
    if groups is not None:
        calls = sum(group.module is not None for group in groups)
        words = f"{total:,} values, folded into {len(groups)}; "
        words += f"{calls:,} calls of modules are one box each"
    else:
        groups = fold(order, min(most, READABLE), reading.cut)
        words = f"{total:,} values, folded into {len(groups)}; {_SAME}"
        if len(groups) == len(order):
            words = f"{total:,} values, of which no two play the same part"
    return _of_groups(groups, reading, words)


def _of_groups(groups: Sequence[Group], reading: Reading, words: str) -> Picture:
    caption = "; ".join(filter(None, (words, reading.left_out)))
    made = Picture(boxes.grouped(groups, reading), caption, reading, grouped=True)
    if reading.flow is not None:
        made.seeds = _seeds_of_groups(made)
    return made


def _seeds_of_groups(made: Picture) -> dict:
    """What flows in to the last box, which holds the result, or the edge of a part."""
    last, flow = made.boxes[-1], made.reading.flow
    assert flow is not None
    return {last.id: flow.seed if last.grad is None else last.grad}
