"""A picture without Graphviz: as Mermaid, which GitHub and notebooks draw, as text, and as JSON."""

import json
import re

import numpy as np

from ..foundations.printable import finite, printable
from .heat import SMALL_COLUMNS, SMALL_ROWS
from .labels import flow_in_short, in_short, number
from .options import ALL
from .theme import CLUSTER, FAINT, FILLS, INK, LINE, OPERATION, WRONG

_SHAPES = {
    "leaf": ("(", ")"),
    "constant": ("(", ")"),
    "parameter": ("[", "]"),
    "interior": ("[", "]"),
    "root": ("[[", "]]"),
}
_DASHED = {"constant": ",stroke-dasharray:4"}


def mermaid(picture, direction="LR", show=ALL):
    """A flowchart: boxes for values, rounded for leaves and double for the root, and circles for
    operations.

    Dotted arrows are what flows back, frames are calls of modules.
    """
    lines = [f"flowchart {direction}", *_framed_boxes(picture, show)]
    for box in picture.boxes:
        for use in box.operands:
            lines += _arrows(box, use)
    lines += _classes(picture)
    if picture.folded:
        lines.append(f"    %% {_inert(picture.folded, 300)}")
    return "\n".join(lines) + "\n"


def _framed_boxes(picture, show):
    """The boxes, those of a call of a module between the first and the last line of its frame."""
    lines, homes, inner = [], {}, {}
    for box in picture.boxes:
        homes.setdefault(box.cluster, []).append(box)
    for id, cluster in picture.clusters.items():
        inner.setdefault(cluster.parent, []).append(id)
    waiting = [("", "")]  # (the id of a frame, or "" for none; or the line that ends one)
    while waiting:
        home, ending = waiting.pop()
        if ending:
            lines.append(ending)
            continue
        if home:
            lines.append(f'    subgraph {home}["{_inert(picture.clusters[home].title)}"]')
            waiting.append(("", "    end"))
        waiting.extend((id, "") for id in reversed(inner.get(home, [])))
        for box in homes.get(home, ()):
            lines += _box_lines(box, show)
    return lines


def _box_lines(box, show):
    """A box, and the circle of the operation that made it."""
    numbers = (_short(title, box, show) for title in ("data", "grad"))
    parts = (*_heading(box, show), *numbers, box.verdict, *box.notes)
    words = "<br/>".join(_inert(part) for part in parts if part) or " "
    left, right = _SHAPES[box.look]
    lines = [f'    {box.id}{left}"{words}"{right}:::{"wrong" if box.wrong else box.look}']
    if box.symbol:
        symbol = _inert(box.symbol + (" " + box.settings if box.settings else ""))
        lines.append(f'    {box.id}_op(("{symbol}")):::operation --> {box.id}')
    return lines


def _arrows(box, use):
    """The arrow of a use, and a dotted one for what flows back along it."""
    label = f'|"{_inert(", ".join(use.label))}"|' if use.label else ""
    lines = [f"    {use.id} {'==>' if use.wrong else '-->'}{label} {box.id}_op"]
    if use.shown is not None:
        lines.append(f'    {box.id}_op -.->|"{_inert(flow_in_short(use))}"| {use.id}')
    return lines


def _classes(picture):
    """The colours of boxes, circles and frames."""
    fills = {**FILLS, "operation": OPERATION}
    lines = [
        f"    classDef {kind} fill:{fill},color:{INK},stroke:{LINE}{_DASHED.get(kind, '')}"
        for kind, fill in fills.items()
    ]
    if picture.clusters:
        lines.append(f"    classDef module fill:{CLUSTER},color:{LINE},stroke:{FAINT}")
        lines.append(f"    class {','.join(picture.clusters)} module")
    wrong = f"fill:#ffffff,color:{INK},stroke:{WRONG},stroke-width:3px"
    return [*lines, f"    classDef wrong {wrong}"]


def as_text(picture, show=ALL):
    """A line for each value, the oldest first: what it is, how it was made, its data and gradient;
    below, what flows back to its operands.
    """
    names = _names_in_text(picture)
    rows = []
    for box in picture.boxes:
        if not _is_inline(box):
            flows = [use for use in box.operands if use.shown is not None]
            below = [f"    → {names[use.id]}: {flow_in_short(use)}" for use in flows]
            rows.append((_row(box, picture, names, show), below))
    widths = [max(len(row[i]) for row, _ in rows) for i in range(6)]
    lines = []
    for row, below in rows:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append("  ".join(padded).rstrip())
        lines += below
    if picture.folded:
        lines.append(printable(picture.folded, 300))
    return "\n".join(lines) + "\n"


def _is_inline(box):
    """Whether it is a plain number, which stands where it is used."""
    return box.kind == "constant" and box.data.size == 1 and not box.name


def _names_in_text(picture):
    """{id: the name of a box, or the number that stands in its place}"""
    return {
        box.id: number(box.data.reshape(())) if _is_inline(box) else printable(box.title or box.id)
        for box in picture.boxes
    }


def _row(box, picture, names, show):
    """Name, shape, how it was made, data, gradient, and remarks."""
    remarks = [word for word in (box.verdict, *box.notes) if word]
    if box.cluster:
        remarks.append(f"in {picture.clusters[box.cluster].title}")
    about = box.about if "shape" in show else ""
    numbers = _short("data", box, show), _short("grad", box, show)
    return [names[box.id], about, printable(_origin(box, names), 100), *numbers, "; ".join(remarks)]


def _origin(box, names):
    """The operation that made a value, with its operands; of a leaf, its kind."""
    origin = box.look
    if box.symbol:
        uses = (names[use.id] + (f" ({use.words})" if use.words else "") for use in box.operands)
        origin = f"{box.symbol}({', '.join(uses)})"
    if box.cut:
        origin = "…"
    elif box.constants:
        origin = f"{origin[:-1]}, …)"
    return f"{origin} {box.settings}" if box.settings else origin


def as_json(picture):
    """{"folded": words, "clusters": {id: {"title", "path", "parent"}}, "values": [...]}, of each
    value

    "id", "kind", "parameter", "name", "count", "shape", "dtype", "operation", "settings",
    "operands", "data", "grad", "verdict", "notes", "cluster", and "uses", which says of each
    operand its "id", "role" and "broadcast", and the "contribution" that flows back, or null. Small
    arrays are lists, larger ones {"min", "mean", "max", "norm"}; numbers that are not finite are
    text, for JSON has none.
    """
    clusters = {
        id: {"title": cluster.title, "path": cluster.path, "parent": cluster.parent}
        for id, cluster in picture.clusters.items()
    }
    values = [_value(box) for box in picture.boxes]
    return json.dumps({"folded": picture.folded, "clusters": clusters, "values": values}, indent=1)


def _value(box):
    return {
        "id": box.id,
        "kind": box.kind,
        "parameter": box.parameter,
        "name": box.name,
        "count": box.count,
        "shape": None if box.shape is None else list(box.shape),
        "dtype": box.dtype,
        "operation": box.symbol,
        "settings": box.settings,
        "operands": [use.id for use in box.operands],
        "data": _numbers(box.shown.get("data"), box.data),
        "grad": _numbers(box.shown.get("grad"), box.grad),
        "verdict": box.verdict,
        "notes": box.notes,
        "cluster": box.cluster,
        "uses": [_use(use) for use in box.operands],
    }


def _use(use):
    contribution = _numbers(use.shown, use.contribution)
    about = {"id": use.id, "role": use.role, "broadcast": use.broadcast}
    return {**about, "contribution": contribution}


def _heading(box, show):
    return box.title if "name" in show else "", box.about if "shape" in show else ""


def _short(title, box, show):
    shown = box.shown.get(title) if title in show else None
    return "" if shown is None else f"{title} {in_short(shown)}"


def _numbers(shown, array):
    if shown is None:
        return None
    if shown.size <= SMALL_ROWS * SMALL_COLUMNS:
        return finite(np.asarray(array, dtype=np.float64).tolist())
    return finite({"min": shown.min, "mean": shown.mean, "max": shown.max, "norm": shown.norm})


def _inert(words, longest=60):
    """Text inside a Mermaid label or comment, where directives would be read, too: its own syntax
    and HTML as entities.
    """
    return re.sub(
        r"[^\w .,+*/^=()×−÷ΣΠ…@:✗✓→-]",
        lambda found: f"#{ord(found.group())};",
        printable(words, longest),
    )
