"""A graph as DOT: a box for every value, an ellipse for every operation, an edge for every use of an operand; a large graph folded."""

from collections import Counter
from dataclasses import dataclass, field

import graphviz
import numpy as np

from ..graph import is_node, topological_order, trace
from .fold import NARY, fold
from .labels import text, value_rows

# Okabe and Ito's palette, lightened: told apart by people who do not see red and green apart, and dark text reads well on each.
_FILLS = {"leaf": "#cfe6f5", "constant": "#eeeeee", "interior": "#ffffff", "root": "#fbe3b5"}
_SYMBOLS = {"add": "+", "subtract": "−", "multiply": "×", "divide": "÷", "power": "^", "matmul": "@", "negative": "−"}
MOST_USES = 3  # of a leaf, to each of which a line is drawn
READABLE = 40  # boxes that a graph is folded into, at most
_REFERENCE = {"shape": "box", "style": "rounded,filled", "fillcolor": _FILLS["leaf"], "margin": "0.08,0.03", "height": "0.2", "width": "0.2"}
_FONT = "Helvetica,Arial,sans-serif"


def dot(root, most, check=None):
    """``(source, folded)``: the DOT text of the graph, and what was folded, in words, where it has more than ``most`` values; else "".

    With a ``check``, a comparison of hand-derived gradients with those of this graph, every value says how its gradient fared.
    """
    order = topological_order(root)
    total = len(order) + sum(not is_node(x) for node in order for x in node.operands)
    marks, wrong_edges = _marks(order, check) if check is not None else ({}, set())
    boxes = _folded(order, min(most, READABLE), marks) if total > most else _each(trace(root), order, marks, wrong_edges)
    folded = caption(total, len(boxes)) if total > most else ""
    graph = graphviz.Digraph()
    graph.attr("graph", rankdir="LR", bgcolor="white", fontname=_FONT, fontsize="12", labelloc="b", **({"label": folded} if folded else {}))
    graph.attr("node", fontname=_FONT, fontsize="11", color="#555555", fontcolor="#111111")
    graph.attr("edge", color="#555555", arrowsize="0.7", fontname=_FONT, fontsize="9", fontcolor="#555555")
    uses = Counter(operand for box in boxes for operand in dict.fromkeys(x for x, _ in box.operands))
    names = {box.id: box.heading for box in boxes if not box.operation}
    met = set()
    for box in boxes:
        graph.node(box.id, label=_label(box), shape="plain")
        if box.operation:
            graph.node(f"{box.id}_op", label=box.operation, shape="ellipse", style="filled", fillcolor="#f7f7f7")
            graph.edge(f"{box.id}_op", box.id)
        for operand, attributes in box.operands:
            if operand in names and uses[operand] > MOST_USES and operand in met:  # a reference beside each further use: lines across all are hard to follow
                reference = f"{operand}_{box.id}"
                graph.node(reference, label=f"<{text(names[operand]) or '…'}>", **_REFERENCE)
                operand = reference
            graph.edge(operand, f"{box.id}_op", **attributes)
        met.update(operand for operand, _ in box.operands)
    return graph.source, folded


def caption(total, shown):
    return f"{total:,} values, folded into {shown}; ×n stands for n that play the same part"


@dataclass
class _Box:
    """What is drawn for one value, or for several: ``operation`` is the label of what made it, ``operands`` are (id, attributes of the edge)."""

    id: str
    kind: str
    heading: str
    about: str
    rows: str
    operation: str = ""
    operands: list = field(default_factory=list)
    mark: tuple | None = None


def _each(traced, order, marks, wrong_edges):
    """A box for every value, the constants too."""
    ids = _ids(order)
    marks = {ids[node]: mark for node, mark in marks.items()}
    wrong_edges = {(ids[y], ids[x]) for y, x in wrong_edges}
    boxes = []
    for node in traced:
        box = _Box(node.id, node.kind, node.name, _about(node.shape, node.dtype), value_rows(node.data, node.grad), mark=marks.get(node.id))
        if node.operands:
            settings = [f"{key}={_setting(value)}" for key, value in node.static.items() if value is not None and value is not False]
            box.operation = _operation(_SYMBOLS.get(node.operation, node.operation), ", ".join(settings))
            box.operands = [(x, _WRONG_EDGE if (node.id, x) in wrong_edges else {}) for x in node.operands]
        boxes.append(box)
    return boxes


def _folded(order, most, marks):
    """A box for all values that play the same part; constants are left out."""
    found = fold(order, most)
    ids = {box: f"v{i}" for i, box in enumerate(found)}
    boxes = []
    for box in found:
        last, count = box.members[-1], len(box.members)
        names = list(dict.fromkeys(node.name for node in box.members if node.name))
        heading = ", ".join(names[:3]) + (", …" if len(names) > 3 else "") + (f" ×{count:,}" if count > 1 else "")
        data = np.stack([np.asarray(node.current, dtype=np.float64) for node in box.members])
        grads = [np.asarray(node.grad, dtype=np.float64) for node in box.members if node.grad is not None]
        rows = value_rows(data[0] if count == 1 else data, (grads[0] if count == 1 else np.stack(grads)) if len(grads) == count else None)
        kind = "root" if last is order[-1] else "interior" if last.operands else "leaf" if getattr(last, "requires_grad", True) else "constant"
        made = _Box(ids[box], kind, heading.strip(), _about(getattr(last, "shape", ()), str(getattr(last, "dtype", "float64"))), rows)
        made.mark = max((marks[node] for node in box.members if node in marks), key=lambda mark: mark[1], default=None)
        if last.operands:
            many = last.operation in NARY and box.operand_count > 2
            symbol = NARY[last.operation] if many else _SYMBOLS.get(last.operation, last.operation)
            made.operation = _operation(symbol, f"of {box.operand_count:,}" if many else "")
            made.operands = [(ids[x], {"label": f"{uses / count:g} each" if count > 1 else f"{uses:,}"} if uses > count else {}) for x, uses in box.operands.items()]
        boxes.append(made)
    return boxes


def _about(shape, dtype):
    return f"{shape} {dtype}" if shape else "" if dtype == "float64" else dtype


def _setting(value):
    """A static argument in few words; slices as they are written."""
    if isinstance(value, tuple):
        return f"({', '.join(map(_setting, value))})"
    if isinstance(value, slice):
        return ":".join("" if part is None else str(part) for part in (value.start, value.stop, value.step))[:20] or ":"
    if isinstance(value, np.ndarray):
        return f"array {value.shape}" if value.size > 4 else str(value.tolist())
    return "…" if value is Ellipsis else str(value)


WRONG = "#b2182b"
_WRONG_EDGE = {"color": WRONG, "penwidth": "3", "label": "✗", "fontcolor": WRONG, "fontsize": "16"}
_VERDICTS = {"wrong": "✗ wrong", "wrong step": "✗ wrong step", "shape": "✗ shape", "non-finite": "✗ not finite", "missing": "✗ missing"}


def _ids(order):
    """{node: its id in the trace}, where constants have ids of their own, before what they are used in."""
    ids, count = {}, 0
    for node in order:
        count += sum(not is_node(x) for x in node.operands)
        ids[node] = f"v{count}"
        count += 1
    return ids


def _marks(order, check):
    """({node: (words, whether it is wrong)}, the edges (consumer, operand) through which the likeliest mistake was made)"""
    names = {node: check.names.get(node, node.name) for node in order}
    marks, edges = {}, set()
    for node in order:
        if node not in check or check[node].status == "unchecked":
            continue
        result = check[node]
        wrong = result.status in _VERDICTS
        marks[node] = _VERDICTS.get(result.status, result.status if result.status == "inherited" else f"✓ {result.status}"), wrong
        where = result.causes[0].where if wrong and result.causes else ()
        if len(where) == 2:
            edges |= {(y, x) for y in order for x in y.operands if is_node(x) and (names[y], names[x]) == where}
    return marks, edges


def _label(box):
    """name, shape and type; data; gradient; how the gradient fared in a comparison."""
    heading = f"<B>{text(box.heading)}</B> " if box.heading else ""
    first = f'<TR><TD ALIGN="LEFT">{heading}{text(box.about)}</TD></TR>' if heading or box.about else ""
    rows, border = first + box.rows, 'BORDER="0"'
    if box.mark:
        words, wrong = box.mark
        rows += f'<TR><TD ALIGN="LEFT">{f"<B>{text(words)}</B>" if wrong else text(words)}</TD></TR>'
        border = f'BORDER="3" COLOR="{WRONG}"' if wrong else border
    return f'<<TABLE {border} CELLBORDER="1" CELLSPACING="0" CELLPADDING="3" BGCOLOR="{_FILLS[box.kind]}">{rows}</TABLE>>'


def _operation(symbol, settings):
    return f"<{text(symbol)}{'<BR/>' + text(settings) if settings else ''}>"
