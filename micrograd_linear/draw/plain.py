"""A picture without Graphviz: as Mermaid, which GitHub and notebooks draw, as text, and as JSON."""

import json
import re

import numpy as np

from ..printable import finite, printable
from .heat import SMALL_COLUMNS, SMALL_ROWS
from .labels import number

_STYLES = {"leaf": "fill:#d9ebf7,color:#111", "constant": "fill:#eeeeee,color:#111", "root": "fill:#fdebc8,color:#111", "interior": "fill:#ffffff,color:#111"}


def mermaid(picture, direction="LR"):
    """A flowchart: rounded boxes for values, circles for operations."""
    lines = [f"flowchart {direction}"]
    for box in picture.boxes:
        words = [_inert(part) for part in (box.title, box.about, _short("data", box), _short("grad", box), box.verdict) if part]
        lines.append(f'    {box.id}("{"<br/>".join(words)}"):::{"wrong" if box.wrong else box.kind}')
        if box.symbol:
            lines.append(f'    {box.id}_op(("{_inert(box.symbol + (" " + box.settings if box.settings else ""))}")) --> {box.id}')
        for use in box.operands:
            lines.append(f"    {use.id} {'==>' if use.wrong else '-->'}{f'|{_inert(use.words)}|' if use.words else ''} {box.id}_op")
    lines += [f"    classDef {kind} {style},stroke:#555" for kind, style in _STYLES.items()]
    lines.append("    classDef wrong fill:#ffffff,color:#111,stroke:#b2182b,stroke-width:3px")
    if picture.folded:
        lines.append(f"    %% {picture.folded}")
    return "\n".join(lines) + "\n"


def as_text(picture):
    """A line for each value, the oldest first: what it is, how it was made, its data and gradient."""
    inline = {box.id for box in picture.boxes if box.kind == "constant" and box.data.size == 1 and not box.name}
    called = {box.id: number(box.data.reshape(())) if box.id in inline else printable(box.title or box.id) for box in picture.boxes}
    rows = []
    for box in [box for box in picture.boxes if box.id not in inline]:
        made = f"{box.symbol}({', '.join(called[use.id] + (f' ({use.words})' if use.words else '') for use in box.operands)})" if box.symbol else box.kind
        made += f" {box.settings}" if box.settings else ""
        rows.append([called[box.id], box.about, printable(made, 100), _short("data", box), _short("grad", box), box.verdict])
    widths = [max(len(row[i]) for row in rows) for i in range(6)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, *([picture.folded] if picture.folded else [])]) + "\n"


def as_json(picture):
    """{"folded": words, "values": [{"id", "kind", "name", "count", "shape", "dtype", "operation", "settings", "operands", "data", "grad", "verdict"}]}.

    Small arrays are lists, larger ones {"min", "mean", "max", "norm"}; numbers that are not finite are text, for JSON has none.
    """
    values = []
    for box in picture.boxes:
        about = {"id": box.id, "kind": box.kind, "name": box.name, "count": box.count, "shape": None if box.shape is None else list(box.shape), "dtype": box.dtype}
        made = {"operation": box.symbol, "settings": box.settings, "operands": [use.id for use in box.operands]}
        values.append({**about, **made, "data": _numbers("data", box), "grad": _numbers("grad", box), "verdict": box.verdict})
    return json.dumps({"folded": picture.folded, "values": values}, indent=1)


def _short(title, box):
    """One number, or the range."""
    shown = box.shown.get(title)
    if shown is None or not shown.size:
        return "" if shown is None else f"{title} empty"
    return f"{title} {number(shown.min)}" if shown.size == 1 else f"{title} {number(shown.min)} … {number(shown.max)}"


def _numbers(title, box):
    shown = box.shown.get(title)
    if shown is None:
        return None
    if shown.size <= SMALL_ROWS * SMALL_COLUMNS:
        return finite(np.asarray(getattr(box, title), dtype=np.float64).tolist())
    return finite({"min": shown.min, "mean": shown.mean, "max": shown.max, "norm": shown.norm})


def _inert(words):
    """Text inside a Mermaid label: its own syntax and HTML as entities."""
    return re.sub(r'[^\w .,+*/^=()×−÷ΣΠ…@:✗✓-]', lambda found: f"#{ord(found.group())};", printable(words))
