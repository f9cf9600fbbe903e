"""A picture without Graphviz: as Mermaid, which GitHub and notebooks draw, as text, and as JSON."""

import json
import re

import numpy as np

from ..printable import finite, printable
from .heat import SMALL_COLUMNS, SMALL_ROWS
from .labels import flow_in_short, in_short, number
from .options import ALL
from .theme import CLUSTER, FAINT, FILLS, INK, LINE, OPERATION, WRONG

_SHAPES = {"leaf": ("(", ")"), "constant": ("(", ")"), "parameter": ("[", "]"), "interior": ("[", "]"), "root": ("[[", "]]")}
_DASHED = {"constant": ",stroke-dasharray:4"}


def mermaid(picture, direction="LR", show=ALL):
    """A flowchart: boxes for values, rounded for leaves and double for the root, and circles for operations.

    Dotted arrows are what flows back, frames are calls of modules.
    """
    lines, homes, inner = [f"flowchart {direction}"], {}, {}
    for box in picture.boxes:
        homes.setdefault(box.cluster, []).append(box)
    for id, cluster in picture.clusters.items():
        inner.setdefault(cluster.parent, []).append(id)
    waiting = [("", None)]
    while waiting:  # what is inside a frame stands between its first and its last line
        home, ending = waiting.pop()
        if ending:
            lines.append(ending)
            continue
        if home:
            lines.append(f'    subgraph {home}["{_inert(picture.clusters[home].title)}"]')
            waiting.append(("", "    end"))
        waiting.extend((id, None) for id in reversed(inner.get(home, [])))
        for box in homes.get(home, ()):
            words = [_inert(part) for part in (*_heading(box, show), *(_short(title, box, show) for title in ("data", "grad")), box.verdict, *box.notes) if part]
            left, right = _SHAPES[box.look]
            lines.append(f'    {box.id}{left}"{"<br/>".join(words) or " "}"{right}:::{"wrong" if box.wrong else box.look}')
            if box.symbol:
                lines.append(f'    {box.id}_op(("{_inert(box.symbol + (" " + box.settings if box.settings else ""))}")):::operation --> {box.id}')
    for box in picture.boxes:
        for use in box.operands:
            label = f'|"{_inert(", ".join(use.label))}"|' if use.label else ""
            lines.append(f"    {use.id} {'==>' if use.wrong else '-->'}{label} {box.id}_op")
            if use.shown is not None:
                lines.append(f'    {box.id}_op -.->|"{_inert(flow_in_short(use))}"| {use.id}')
    lines += [f"    classDef {kind} fill:{fill},color:{INK},stroke:{LINE}{_DASHED.get(kind, '')}" for kind, fill in {**FILLS, "operation": OPERATION}.items()]
    if picture.clusters:
        lines.append(f"    classDef module fill:{CLUSTER},color:{LINE},stroke:{FAINT}")
        lines.append(f"    class {','.join(picture.clusters)} module")
    lines.append(f"    classDef wrong fill:#ffffff,color:{INK},stroke:{WRONG},stroke-width:3px")
    if picture.folded:
        lines.append(f"    %% {_inert(picture.folded, 300)}")
    return "\n".join(lines) + "\n"


def as_text(picture, show=ALL):
    """A line for each value, the oldest first: what it is, how it was made, its data and gradient; below, what flows back to its operands."""
    inline = {box.id for box in picture.boxes if box.kind == "constant" and box.data.size == 1 and not box.name}
    called = {box.id: number(box.data.reshape(())) if box.id in inline else printable(box.title or box.id) for box in picture.boxes}
    rows = []
    for box in [box for box in picture.boxes if box.id not in inline]:
        made = f"{box.symbol}({', '.join(called[use.id] + (f' ({use.words})' if use.words else '') for use in box.operands)})" if box.symbol else box.look
        made = "…" if box.cut else f"{made[:-1]}, …)" if box.constants else made
        made += f" {box.settings}" if box.settings else ""
        words = [word for word in (box.verdict, *box.notes) if word]
        if box.cluster:
            words.append(f"in {picture.clusters[box.cluster].title}")
        about = box.about if "shape" in show else ""
        row = [called[box.id], about, printable(made, 100), _short("data", box, show), _short("grad", box, show), "; ".join(words)]
        rows.append((row, [f"    → {called[use.id]}: {flow_in_short(use)}" for use in box.operands if use.shown is not None]))
    widths = [max(len(row[i]) for row, _ in rows) for i in range(6)]
    lines = []
    for row, flows in rows:
        lines.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        lines += flows
    return "\n".join([*lines, *([printable(picture.folded, 300)] if picture.folded else [])]) + "\n"


def as_json(picture):
    """{"folded": words, "clusters": {id: {"title", "path", "parent"}}, "values": [...]}, of each value

    "id", "kind", "parameter", "name", "count", "shape", "dtype", "operation", "settings", "operands", "data", "grad", "verdict", "notes", "cluster", and
    "uses", which says of each operand its "id", "role" and "broadcast", and the "contribution" that flows back, or null. Small arrays are lists, larger
    ones {"min", "mean", "max", "norm"}; numbers that are not finite are text, for JSON has none.
    """
    values = []
    for box in picture.boxes:
        about = {"id": box.id, "kind": box.kind, "parameter": box.parameter, "name": box.name, "count": box.count}
        about |= {"shape": None if box.shape is None else list(box.shape), "dtype": box.dtype}
        made = {"operation": box.symbol, "settings": box.settings, "operands": [use.id for use in box.operands]}
        uses = [{"id": use.id, "role": use.role, "broadcast": use.broadcast, "contribution": _numbers(use.shown, use.contribution)} for use in box.operands]
        numbers = {title: _numbers(box.shown.get(title), getattr(box, title)) for title in ("data", "grad")}
        values.append({**about, **made, **numbers, "verdict": box.verdict, "notes": box.notes, "cluster": box.cluster, "uses": uses})
    clusters = {id: {"title": cluster.title, "path": cluster.path, "parent": cluster.parent} for id, cluster in picture.clusters.items()}
    return json.dumps({"folded": picture.folded, "clusters": clusters, "values": values}, indent=1)


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
    """Text inside a Mermaid label or comment, where directives would be read, too: its own syntax and HTML as entities."""
    return re.sub(r'[^\w .,+*/^=()×−÷ΣΠ…@:✗✓→-]', lambda found: f"#{ord(found.group())};", printable(words, longest))
