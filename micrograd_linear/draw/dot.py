"""A graph's trace as DOT: a box for every value, an ellipse for every operation, an edge for every use of an operand."""

import graphviz
import numpy as np

from ..graph import is_node, topological_order, trace
from .labels import text, value_rows

# Okabe and Ito's palette, lightened: told apart by people who do not see red and green apart, and dark text reads well on each.
_FILLS = {"leaf": "#cfe6f5", "constant": "#eeeeee", "interior": "#ffffff", "root": "#fbe3b5"}
_SYMBOLS = {"add": "+", "subtract": "−", "multiply": "×", "divide": "÷", "power": "^", "matmul": "@", "negative": "−"}
_FONT = "Helvetica,Arial,sans-serif"


def dot(root, nodes_shown, check=None):
    """``(source, left_out)``: the DOT text of the newest ``nodes_shown`` values, and how many older ones are left out.

    With a ``check``, a comparison of hand-derived gradients with those of this graph, every value says how its gradient fared.
    """
    nodes = trace(root)
    marks, wrong_edges = _marks(root, check) if check is not None else ({}, set())
    left_out = max(0, len(nodes) - nodes_shown)
    graph = graphviz.Digraph()
    graph.attr("graph", rankdir="LR", bgcolor="white", fontname=_FONT, fontsize="12", labelloc="b")
    graph.attr("node", fontname=_FONT, fontsize="11", color="#555555", fontcolor="#111111")
    graph.attr("edge", color="#555555", arrowsize="0.7", fontname=_FONT, fontsize="9", fontcolor="#555555")
    if left_out:
        graph.attr("graph", label=caption(len(nodes), left_out))
    shown = {node.id for node in nodes[left_out:]}
    for node in nodes[left_out:]:
        graph.node(node.id, label=_label(node, marks.get(node.id)), shape="plain")
        if not node.operands:
            continue
        graph.node(f"{node.id}_op", label=_operation(node), shape="ellipse", style="filled", fillcolor="#f7f7f7")
        graph.edge(f"{node.id}_op", node.id)
        for operand in node.operands:
            if operand not in shown:
                graph.node(f"{operand}_out", label="…", shape="plaintext")
            wrong = {"color": WRONG, "penwidth": "3", "label": "✗", "fontcolor": WRONG, "fontsize": "16"} if (node.id, operand) in wrong_edges else {}
            graph.edge(operand if operand in shown else f"{operand}_out", f"{node.id}_op", **wrong)
    return graph.source, left_out


def caption(total, left_out):
    return f"{total:,} values, shown are the {total - left_out:,} nearest the result" if left_out else ""


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
_VERDICTS = {"wrong": "✗ wrong", "wrong step": "✗ wrong step", "shape": "✗ shape", "non-finite": "✗ not finite", "missing": "✗ missing"}


def _marks(root, check):
    """({id: (words, whether it is wrong)}, the edges (id of the consumer, id of the operand) through which the likeliest mistake was made)"""
    ids, count = {}, 0
    for node in topological_order(root):
        count += sum(not is_node(x) for x in node.operands)  # constants have ids of their own
        ids[node] = f"v{count}"
        count += 1
    marks, edges = {}, set()
    by_name = {check[node].name: node for node in ids if node in check and check[node].status != "unchecked"}
    for name, node in by_name.items():
        result = check[name]
        marks[ids[node]] = _VERDICTS.get(result.status, result.status if result.status == "inherited" else f"✓ {result.status}"), result.status in _VERDICTS
        where = result.causes[0].where if result.status in _VERDICTS and result.causes else ()
        if len(where) == 2:
            edges |= {(ids[y], ids[x]) for y in ids for x in y.operands if is_node(x) and (check.names.get(y, y.name), check.names.get(x, x.name)) == where}
    return marks, edges


def _label(node, mark=None):
    """name, shape and type; data; gradient; how the gradient fared in a comparison."""
    heading = f"<B>{text(node.name)}</B> " if node.name else ""
    about = text(f"{node.shape} {node.dtype}") if node.shape else text("" if node.dtype == "float64" else node.dtype)
    heading = f'<TR><TD ALIGN="LEFT">{heading}{about}</TD></TR>' if heading or about else ""
    rows = heading + value_rows(node.data, node.grad)
    border = 'BORDER="0"'
    if mark:
        words, wrong = mark
        rows += f'<TR><TD ALIGN="LEFT">{f"<B>{text(words)}</B>" if wrong else text(words)}</TD></TR>'
        border = f'BORDER="3" COLOR="{WRONG}"' if wrong else border
    table = f'<TABLE {border} CELLBORDER="1" CELLSPACING="0" CELLPADDING="3" BGCOLOR="{_FILLS[node.kind]}">'
    return f"<{table}{rows}</TABLE>>"


def _operation(node):
    settings = [f"{key}={_setting(value)}" for key, value in node.static.items() if value is not None and value is not False]
    label = text(_SYMBOLS.get(node.operation, node.operation))
    return f"<{label}{'<BR/>' + text(', '.join(settings)) if settings else ''}>"
