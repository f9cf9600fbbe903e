"""A picture as DOT: a card for every value, an ellipse for every operation, an edge for every use of an operand, a frame for every call of a module.

In an SVG, the group of a value has the id of its box, "v3" say; that of its operation "v3_op", the edge of the operation's first operand "v3_op-0",
and what flows back along it "v3_op-0-back".
"""

from collections import Counter

import graphviz

from .labels import brief, quiet, text, value_rows
from .options import ALL
from .theme import CLUSTER, FAINT, FILLS, FLOW, INK, LINE, OPERATION, PAGE, WRONG, recoloured

MOST_USES = 3  # of a leaf, to each of which a line is drawn
_REFERENCE = {"shape": "box", "style": "rounded,filled", "margin": "0.08,0.03", "height": "0.2", "width": "0.2"}
_OPERATION = {"shape": "ellipse", "width": "0.5", "height": "0.36", "margin": "0.06,0.03", "style": "filled", "fillcolor": OPERATION}
_WRONG_EDGE = {"color": WRONG, "penwidth": "3", "fontcolor": WRONG, "fontsize": "16"}
_BACK_EDGE = {"dir": "back", "style": "dashed", "color": FLOW, "fontcolor": FLOW}
_CLUSTER = {"style": "rounded,filled", "color": FAINT, "fillcolor": CLUSTER, "fontcolor": LINE, "labelloc": "t", "labeljust": "l", "fontsize": "11"}
_FRAMES = {"leaf": ' STYLE="ROUNDED"', "constant": ' STYLE="DASHED"'}
_FONT = "Helvetica,Arial,sans-serif"


def dot(picture, direction="LR", *, show=ALL, heat=True, theme="light", card=None):
    """The DOT text; ``direction`` "LR" or "TB"; ``show`` as for ``draw``; in the colours of a ``theme``.

    ``card(box)`` gives another label for a value; what flows back is then not drawn.
    """
    graph = graphviz.Digraph()
    label = {"label": f"<{text(picture.folded, 300)}>"} if picture.folded else {}
    label = {"ranksep": "0.3", "nodesep": "0.2"} if card else label  # a part of a page, which has a caption
    graph.attr("graph", rankdir=direction, bgcolor=PAGE, fontname=_FONT, fontsize="12", fontcolor=INK, labelloc="b", **label)
    graph.attr("node", fontname=_FONT, fontsize="11", color=LINE, fontcolor=INK)
    graph.attr("edge", color=LINE, arrowsize="0.7", fontname=_FONT, fontsize="9", fontcolor=LINE)
    _Frames(graph, picture, direction, lambda part, box: _value(part, box, card(box) if card else _label(box, show, heat))).draw()
    uses = Counter(use for box in picture.boxes for use in dict.fromkeys(use.id for use in box.operands))
    leaves, met = {box.id: box for box in picture.boxes if not box.symbol and not box.cut}, set()
    for box in picture.boxes:
        for i, use in enumerate(box.operands):
            end, operation = use.id, f"{box.id}_op"
            if end in leaves and uses[end] > MOST_USES and end in met:  # a reference beside each further use: lines across all are hard to follow
                end = f"{use.id}_{box.id}"
                graph.node(end, label=f"<{text(leaves[use.id].title) or '…'}>", fillcolor=FILLS[leaves[use.id].look], **_REFERENCE)
            label = {"label": f"<{'<BR/>'.join(map(text, use.label))}>"} if use.label else {}
            graph.edge(end, operation, id=f"{operation}-{i}", **label, **(_WRONG_EDGE if use.wrong else {}))
            if use.shown is not None and card is None:
                graph.edge(end, operation, id=f"{operation}-{i}-back", label=f"<{brief(use, heat)}>", **_BACK_EDGE)
        met.update(use.id for use in box.operands)
    return recoloured(graph.source) if theme == "dark" else graph.source


class _Frames:
    """Boxes inside the frames of what they belong to: calls of modules, inside one another, or tensors whose elements are drawn one by one."""

    def __init__(self, graph, picture, direction, value):
        self.graph, self.clusters, self.value = graph, picture.clusters, value
        self.boxes, self.inner, groups = {}, {}, {}
        for box in picture.boxes:
            home = groups.setdefault(box.group, f"t{len(groups)}") if box.group else box.cluster
            self.boxes.setdefault(home, []).append(box)
        for home in groups.values() if direction == "LR" else ():  # Graphviz puts the first of a rank lowest
            self.boxes[home].reverse()
        self.titles = {id: title for title, id in groups.items()}
        for id, cluster in picture.clusters.items():
            self.titles[id] = cluster.title
            self.inner.setdefault(cluster.parent, []).append(id)
        self.inner.setdefault("", []).extend(groups.values())

    def draw(self):
        self._fill(self.graph, "")

    def _fill(self, part, home):
        for id in self.inner.get(home, ()):
            with part.subgraph(name=f"cluster_{id}") as cluster:
                cluster.attr(label=f"<{text(self.titles[id])}>", **_CLUSTER)
                self._fill(cluster, id)
        for box in self.boxes.get(home, ()):
            self.value(part, box)


def _value(part, box, label):
    """The card of a value, and its operation in front of it."""
    part.node(box.id, label=label, shape="plain", id=box.id)
    if box.symbol:
        part.node(f"{box.id}_op", label=_operation(box), id=f"{box.id}_op", **_OPERATION)
        part.edge(f"{box.id}_op", box.id)
    elif box.cut:
        part.node(f"{box.id}_cut", label="…", shape="plaintext", width="0.2", height="0.2")
        part.edge(f"{box.id}_cut", box.id, style="dotted")


def _label(box, show, heat):
    """A card: name, shape and type on the colour of its kind; data; gradient; how the gradient fared in a comparison; what is odd about it.

    The frame says the kind, too: inputs are rounded, parameters square, constants dashed, the root double.
    """
    parts = [f"<B>{text(box.title)}</B>" if box.title and "name" in show else "", quiet(box.about) if box.about and "shape" in show else ""]
    heading = " ".join(filter(None, parts))
    rows = f'<TR><TD ALIGN="LEFT" CELLPADDING="5">{heading}</TD></TR>' if heading else ""
    rows += value_rows([(title, shown) for title, shown in box.shown.items() if title in show], heat and box.count == 1)
    if box.verdict:
        rows += f'<TR><TD ALIGN="LEFT" CELLPADDING="5">{f"<B>{text(box.verdict)}</B>" if box.wrong else text(box.verdict)}</TD></TR>'
    rows += "".join(f'<TR><TD ALIGN="LEFT" CELLPADDING="5"><FONT COLOR="{FLOW}" POINT-SIZE="10">{text(words)}</FONT></TD></TR>' for words in box.notes)
    rows = rows or '<TR><TD WIDTH="16" HEIGHT="10"></TD></TR>'
    frame = f'BORDER="3" COLOR="{WRONG}"' if box.wrong else f'BORDER="1" COLOR="{LINE}"{_FRAMES.get(box.look, "")}'
    table = f'<TABLE {frame} CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" BGCOLOR="{FILLS[box.look]}">{rows}</TABLE>'
    if box.kind == "root":
        table = f'<TABLE BORDER="1" COLOR="{LINE}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2"><TR><TD>{table}</TD></TR></TABLE>'
    return f"<{table}>"


def _operation(box):
    return f"<{text(box.symbol)}{'<BR/>' + text(box.settings) if box.settings else ''}>"
