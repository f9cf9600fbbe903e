"""A picture as DOT: a box for every value, an ellipse for every operation, an edge for every use of an operand.

In an SVG, the group of a value has the id of its box, "v3" say; that of its operation "v3_op", and the edge of the operation's first operand "v3_op-0".
"""

from collections import Counter

import graphviz

from .labels import text, value_rows

# Okabe and Ito's palette, lightened: told apart by people who do not see red and green apart, and dark text reads well on each.
FILLS = {"leaf": "#cfe6f5", "constant": "#eeeeee", "interior": "#ffffff", "root": "#fbe3b5"}
WRONG = "#b2182b"
MOST_USES = 3  # of a leaf, to each of which a line is drawn
_REFERENCE = {"shape": "box", "style": "rounded,filled", "fillcolor": FILLS["leaf"], "margin": "0.08,0.03", "height": "0.2", "width": "0.2"}
_WRONG_EDGE = {"color": WRONG, "penwidth": "3", "fontcolor": WRONG, "fontsize": "16"}
_FONT = "Helvetica,Arial,sans-serif"


def dot(picture, direction="LR", label_of=None):
    """The DOT text; ``direction`` "LR" or "TB". ``label_of(box)`` is the label of a box, where it is to be another."""
    label_of = label_of or _label
    graph = graphviz.Digraph()
    label = {"label": picture.folded} if picture.folded else {}
    graph.attr("graph", rankdir=direction, bgcolor="white", fontname=_FONT, fontsize="12", labelloc="b", **label)
    graph.attr("node", fontname=_FONT, fontsize="11", color="#555555", fontcolor="#111111")
    graph.attr("edge", color="#555555", arrowsize="0.7", fontname=_FONT, fontsize="9", fontcolor="#555555")
    uses = Counter(use for box in picture.boxes for use in dict.fromkeys(use.id for use in box.operands))
    leaves, met = {box.id: box.title for box in picture.boxes if not box.symbol}, set()
    for i, (group, boxes) in enumerate(_groups(picture.boxes)):
        with graph.subgraph(name=f"cluster_{i}") as cluster:
            cluster.attr(label=f"<{text(group)}>", style="rounded", color="#b0b0b0", fontcolor="#555555")
            for box in boxes:
                cluster.node(box.id, label=label_of(box), shape="plain", id=box.id)
    for box in picture.boxes:
        if not box.group:
            graph.node(box.id, label=label_of(box), shape="plain", id=box.id)
        if box.symbol:
            graph.node(f"{box.id}_op", label=_operation(box), shape="ellipse", id=f"{box.id}_op", style="filled", fillcolor="#f7f7f7")
            graph.edge(f"{box.id}_op", box.id)
        for i, use in enumerate(box.operands):
            end = use.id
            if end in leaves and uses[end] > MOST_USES and end in met:  # a reference beside each further use: lines across all are hard to follow
                end = f"{use.id}_{box.id}"
                graph.node(end, label=f"<{text(leaves[use.id]) or '…'}>", **_REFERENCE)
            graph.edge(end, f"{box.id}_op", id=f"{box.id}_op-{i}", **({"label": use.words} if use.words else {}), **(_WRONG_EDGE if use.wrong else {}))
        met.update(use.id for use in box.operands)
    return graph.source


def _groups(boxes):
    """(name, its boxes) of the tensors whose elements are drawn one by one."""
    found = {}
    for box in boxes:
        if box.group:
            found.setdefault(box.group, []).append(box)
    return found.items()


def _label(box):
    """name, shape and type; data; gradient; how the gradient fared in a comparison."""
    heading = f"<B>{text(box.title)}</B> " if box.title else ""
    first = f'<TR><TD ALIGN="LEFT">{heading}{text(box.about)}</TD></TR>' if heading or box.about else ""
    rows, border = first + value_rows(box.data, box.grad), 'BORDER="0"'
    if box.verdict:
        rows += f'<TR><TD ALIGN="LEFT">{f"<B>{text(box.verdict)}</B>" if box.wrong else text(box.verdict)}</TD></TR>'
        border = f'BORDER="3" COLOR="{WRONG}"' if box.wrong else border
    return f'<<TABLE {border} CELLBORDER="1" CELLSPACING="0" CELLPADDING="3" BGCOLOR="{FILLS[box.kind]}">{rows}</TABLE>>'


def _operation(box):
    return f"<{text(box.symbol)}{'<BR/>' + text(box.settings) if box.settings else ''}>"
