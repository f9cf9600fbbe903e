"""A picture with fewer boxes, made of the boxes that it has: for layouts that take too long, when
the numbers may have changed since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from .fold import READABLE, fold
from .heat import COPIED, together
from .picture import Box, Picture, Use
from .render import LayoutTimeout

Drawn = TypeVar("Drawn")


def laid_out(
    picture: Picture, render: Callable[[Picture], Drawn], budget: float
) -> tuple[Picture, Drawn]:
    """(the picture, what ``render`` makes of it); folded further where its layout takes longer than
    the ``budget``, in seconds, which ``render`` keeps to.

    Raises ``LayoutTimeout`` where it cannot be folded any further.
    """
    drawn = picture
    while True:
        try:
            return drawn, render(drawn)
        except LayoutTimeout:
            fewer = coarser(drawn)
            if fewer is None:
                raise
            words = (
                f"{len(picture.boxes):,} boxes folded further into {len(fewer.boxes):,}, "
                f"since their layout took longer than {budget:g} s"
            )
            fewer.folded = "; ".join(filter(None, (picture.folded, words)))
            drawn = fewer


class _Node:
    """A box as ``fold`` looks at nodes."""

    def __init__(self, box: Box, operands: list[_Node]) -> None:
        self.box, self.operands = box, operands
        self.operation, self.shape, self.name = (
            f"{box.symbol} {box.settings}" if box.symbol else box.look,
            box.shape,
            box.name,
        )


def coarser(picture: Picture) -> Picture | None:
    """The same picture in at most half as many boxes; None if it cannot be folded any further."""
    most = min(READABLE, len(picture.boxes) // 2)
    nodes: dict[str, Any] = {}
    for box in picture.boxes:
        nodes[box.id] = _Node(box, [nodes[use.id] for use in box.operands if use.id in nodes])
    groups = fold(list(nodes.values()), most) if most else ()
    if not groups or len(groups) >= len(picture.boxes):
        return None
    ids = {node.box.id: f"v{i}" for i, group in enumerate(groups) for node in group.members}
    boxes = [
        _merged(f"v{i}", [node.box for node in group.members], ids)
        for i, group in enumerate(groups)
    ]
    last = boxes[-1]
    seeds = {last.id: last.grad} if picture.seeds and last.grad is not None else {}
    whole = picture.whole or picture
    return Picture(boxes, picture.folded, picture.reading, seeds=seeds, grouped=True, whole=whole)


def _merged(id: str, members: Sequence[Box], ids: dict[str, str]) -> Box:
    """One box for several, whose lines begin at the boxes that ``ids`` gives for theirs."""
    last, count = members[-1], sum(box.count for box in members)
    names = list(dict.fromkeys(box.name for box in members if box.name))
    name = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    shape = last.shape if len({box.shape for box in members}) == 1 else None
    titles = [title for title in ("data", "grad") if all(title in box.shown for box in members)]
    shown = {title: together([box.shown[title] for box in members]) for title in titles}
    data = _joined([box.data for box in members])
    grads = [box.grad for box in members if box.grad is not None]
    grad = _joined(grads) if "grad" in titles else None
    kind = "root" if any(box.kind == "root" for box in members) else last.kind
    merged = Box(id, kind, name, shape, last.dtype, data, grad, shown, count)
    merged.symbol, merged.settings = last.symbol, last.settings
    merged.parameter = all(box.parameter for box in members)
    merged.cut = any(box.cut for box in members)
    _add_marks(merged, members)
    merged.operands = _united_uses(members, ids)
    return merged


def _add_marks(merged: Box, members: Sequence[Box]) -> None:
    """The verdict of the member that fared worst, and the notes of all."""
    merged.wrong = any(box.wrong for box in members)
    verdicts = (box.verdict for box in members)
    merged.verdict = max(verdicts, key=lambda words: words.startswith("✗"))
    counts = Counter(words for box in members for words in box.notes)
    merged.notes = [
        words if count == len(members) else f"{words}, in a part" for words, count in counts.items()
    ]


def _united_uses(members: Sequence[Box], ids: dict[str, str]) -> list[Use]:
    """One line from each box that the members use."""
    uses: dict[str, list[Use]] = {}
    for box in members:
        for use in box.operands:
            uses.setdefault(ids[use.id], []).append(use)
    return [_united(id, lines) for id, lines in uses.items()]


def _united(id: str, uses: Sequence[Use]) -> Use:
    flows = [use.shown for use in uses if use.shown is not None]
    same = [
        uses[0].role if len({use.role for use in uses}) == 1 else "",
        uses[0].broadcast if len({use.broadcast for use in uses}) == 1 else "",
    ]
    words = uses[0].words if len(uses) == 1 else f"{len(uses):,} lines"
    shown = together(flows) if flows else None
    flow = (
        _joined([use.contribution for use in uses if use.contribution is not None])
        if flows
        else None
    )
    return Use(
        id,
        words,
        any(use.wrong for use in uses),
        *same,
        contribution=flow,
        shown=shown,
        many=sum(use.many for use in uses),
    )


def _joined(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """All numbers in a row, if they are few: the arrays of large boxes are not copies."""
    if len(arrays) == 1:
        return arrays[0]
    return (
        np.concatenate([array.ravel() for array in arrays])
        if sum(array.size for array in arrays) <= COPIED
        else np.zeros(0)
    )
