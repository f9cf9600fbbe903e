"""A picture as DOT: a box for every value, an ellipse for every operation, an edge for every use of an operand.

In an SVG, the group of a value has the id of its box, "v3" say; that of its operation "v3_op", and the edge of the operation's first operand "v3_op-0".
"""

from collections import Counter

import graphviz

from .labels import quiet, text, value_rows
from .theme import FAINT, FILLS, INK, LINE, OPERATION, PAGE, WRONG, recoloured

MOST_USES = 3  # of a leaf, to each of which a line is drawn
_REFERENCE = {"shape": "box", "style": "rounded,filled", "fillcolor": FILLS["leaf"], "margin": "0.08,0.03", "height": "0.2", "width": "0.2"}
_WRONG_EDGE = {"color": WRONG, "penwidth": "3", "fontcolor": WRONG, "fontsize": "16"}
_FRAMES = {"leaf": ' STYLE="ROUNDED"', "constant": ' STYLE="DASHED"'}
_FONT = "Helvetica,Arial,sans-serif"


def dot(picture, direction="LR", *, show=("name", "shape", "data", "grad"), heat=True, theme="light"):
    """The DOT text; ``direction`` "LR" or "TB"; in the colours of a ``theme``."""
    graph = graphviz.Digraph()
    label = {"label": picture.folded} if picture.folded else {}
    graph.attr("graph", rankdir=direction, bgcolor=PAGE, fontname=_FONT, fontsize="12", labelloc="b", **label)
    graph.attr("node", fontname=_FONT, fontsize="11", color=LINE, fontcolor=INK)
    graph.attr("edge", color=LINE, arrowsize="0.7", fontname=_FONT, fontsize="9", fontcolor=LINE)
    uses = Counter(use for box in picture.boxes for use in dict.fromkeys(use.id for use in box.operands))
    leaves, met = {box.id: box.title for box in picture.boxes if not box.symbol}, set()
    for i, (group, boxes) in enumerate(_groups(picture.boxes)):
        with graph.subgraph(name=f"cluster_{i}") as cluster:
            cluster.attr(label=f"<{text(group)}>", style="rounded", color=FAINT, fontcolor=LINE)
            for box in boxes:
                cluster.node(box.id, label=_label(box, show, heat), shape="plain", id=box.id)
    for box in picture.boxes:
        if not box.group:
            graph.node(box.id, label=_label(box, show, heat), shape="plain", id=box.id)
        if box.symbol:
            graph.node(f"{box.id}_op", label=_operation(box), shape="ellipse", width="0.5", height="0.36", margin="0.06,0.03", id=f"{box.id}_op", style="filled", fillcolor=OPERATION)
            graph.edge(f"{box.id}_op", box.id)
        for i, use in enumerate(box.operands):
            end = use.id
            if end in leaves and uses[end] > MOST_USES and end in met:  # a reference beside each further use: lines across all are hard to follow
                end = f"{use.id}_{box.id}"
                graph.node(end, label=f"<{text(leaves[use.id]) or '…'}>", **_REFERENCE)
            graph.edge(end, f"{box.id}_op", id=f"{box.id}_op-{i}", **({"label": use.words} if use.words else {}), **(_WRONG_EDGE if use.wrong else {}))
        met.update(use.id for use in box.operands)
    return recoloured(graph.source) if theme == "dark" else graph.source


def _groups(boxes):
    """(name, its boxes) of the tensors whose elements are drawn one by one."""
    found = {}
    for box in boxes:
        if box.group:
            found.setdefault(box.group, []).append(box)
    return found.items()


def _label(box, show, heat):
    """A card: name, shape and type on the colour of its kind; data; gradient; how the gradient fared in a comparison.

    The frame says the kind, too: inputs are rounded, parameters square, constants dashed, the root double.
    """
    heading = " ".join([f"<B>{text(box.title)}</B>"] * bool(box.title) + [quiet(box.about)] * bool(box.about))
    rows = f'<TR><TD ALIGN="LEFT">{heading}</TD></TR>' if heading else ""
    rows += value_rows([(title, shown) for title, shown in box.shown.items()], heat)
    if box.verdict:
        rows += f'<TR><TD ALIGN="LEFT">{f"<B>{text(box.verdict)}</B>" if box.wrong else text(box.verdict)}</TD></TR>'
    frame = f'BORDER="3" COLOR="{WRONG}"' if box.wrong else f'BORDER="1" COLOR="{LINE}"{_FRAMES.get(box.kind, "")}'
    table = f'<TABLE {frame} CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" BGCOLOR="{FILLS[box.kind]}">{rows}</TABLE>'
    if box.kind == "root":
        table = f'<TABLE BORDER="1" COLOR="{LINE}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2"><TR><TD>{table}</TD></TR></TABLE>'
    return f"<{table}>"


def _operation(box):
    return f"<{text(box.symbol)}{'<BR/>' + text(box.settings) if box.settings else ''}>"
