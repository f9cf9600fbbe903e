"""A picture with fewer boxes, made of the boxes that it has: for layouts that take too long, when
the numbers may have changed since.
"""

from collections import Counter

import numpy as np

from .fold import READABLE, fold
from .heat import together
from .picture import COPIED, Box, Picture, Use


class _Node:
    """A box as ``fold`` looks at nodes."""

    def __init__(self, box, operands):
        self.box, self.operands = box, operands
        self.operation, self.shape, self.name = (
            f"{box.symbol} {box.settings}" if box.symbol else box.look,
            box.shape,
            box.name,
        )


def coarser(picture):
    """The same picture in at most half as many boxes; None if it cannot be folded any further."""
    most = min(READABLE, len(picture.boxes) // 2)
    nodes = {}
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
    return Picture(boxes, picture.folded, flow=picture.flow, seeds=seeds, grouped=True)


def _merged(id, members, ids):
    """One box for several, whose lines begin at the boxes that ``ids`` gives for theirs."""
    last, count = members[-1], sum(box.count for box in members)
    names = list(dict.fromkeys(box.name for box in members if box.name))
    name = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    shape = last.shape if len({box.shape for box in members}) == 1 else None
    titles = [title for title in ("data", "grad") if all(title in box.shown for box in members)]
    shown = {title: together([box.shown[title] for box in members]) for title in titles}
    arrays = {title: _joined([getattr(box, title) for box in members]) for title in titles}
    data, grad = arrays.get("data"), arrays.get("grad")
    kind = "root" if any(box.kind == "root" for box in members) else last.kind
    made_by = {"symbol": last.symbol, "settings": last.settings}
    merged = Box(id, kind, name, shape, last.dtype, data, grad, count, **made_by, shown=shown)
    merged.parameter = all(box.parameter for box in members)
    merged.cut = any(box.cut for box in members)
    _add_marks(merged, members)
    merged.operands = _united_uses(members, ids)
    return merged


def _add_marks(merged, members):
    """The verdict of the member that fared worst, and the notes of all."""
    merged.wrong = any(box.wrong for box in members)
    verdicts = (box.verdict for box in members)
    merged.verdict = max(verdicts, key=lambda words: words.startswith("✗"))
    counts = Counter(words for box in members for words in box.notes)
    merged.notes = [
        words if count == len(members) else f"{words}, in a part" for words, count in counts.items()
    ]


def _united_uses(members, ids):
    """One line from each box that the members use."""
    uses = {}
    for box in members:
        for use in box.operands:
            uses.setdefault(ids[use.id], []).append(use)
    return [_united(id, lines) for id, lines in uses.items()]


def _united(id, uses):
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


def _joined(arrays):
    """All numbers in a row, if they are few: the arrays of large boxes are not copies."""
    if len(arrays) == 1:
        return arrays[0]
    return (
        np.concatenate([array.ravel() for array in arrays])
        if sum(array.size for array in arrays) <= COPIED
        else np.zeros(0)
    )
