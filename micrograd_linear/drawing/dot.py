"""A picture as DOT: a card for every value, an ellipse for every operation, an edge for every use
of an operand, a frame for every call of a module.

In an SVG, the group of a value has the id of its box, "v3" say; that of its operation "v3_op", the
edge of the operation's first operand "v3_op-0", and what flows back along it "v3_op-0-back".
"""

from collections import Counter

import graphviz

from .labels import brief, quiet, text, value_rows
from .options import ALL
from .theme import CLUSTER, FAINT, FILLS, FLOW, INK, LINE, OPERATION, PAGE, WRONG, recoloured

MOST_USES = 3  # of a leaf, to each of which a line is drawn
_REFERENCE = {
    "shape": "box",
    "style": "rounded,filled",
    "margin": "0.08,0.03",
    "height": "0.2",
    "width": "0.2",
}
_OPERATION = {
    "shape": "ellipse",
    "width": "0.5",
    "height": "0.36",
    "margin": "0.06,0.03",
    "style": "filled",
    "fillcolor": OPERATION,
}
_WRONG_EDGE = {"color": WRONG, "penwidth": "3", "fontcolor": WRONG, "fontsize": "16"}
_BACK_EDGE = {"dir": "back", "style": "dashed", "color": FLOW, "fontcolor": FLOW}
_CLUSTER = {
    "style": "rounded,filled",
    "color": FAINT,
    "fillcolor": CLUSTER,
    "fontcolor": LINE,
    "labelloc": "t",
    "labeljust": "l",
    "fontsize": "11",
}
_FRAMES = {"leaf": ' STYLE="ROUNDED"', "constant": ' STYLE="DASHED"'}
_FONT = "Helvetica,Arial,sans-serif"


def dot(picture, direction="LR", *, show=ALL, heat=True, theme="light", card=None):
    """The DOT text; ``direction`` "LR" or "TB"; ``show`` as for ``draw``; in the colours of a
    ``theme``.

    ``card(box)`` gives another label for a value; what flows back is then not drawn.
    """
    graph = graphviz.Digraph()
    _set_defaults(graph, picture, direction, card is not None)

    def value(part, box):
        _value(part, box, card(box) if card else _label(box, show, heat))

    _Frames(graph, picture, direction, value).draw()
    ends = _Ends(graph, picture)
    for box in picture.boxes:
        operation = f"{box.id}_op"
        for i, use in enumerate(box.operands):
            end = ends.of(use, box)
            words = "<BR/>".join(map(text, use.label))
            label = {"label": f"<{words}>"} if use.label else {}
            mark = _WRONG_EDGE if use.wrong else {}
            graph.edge(end, operation, id=f"{operation}-{i}", **label, **mark)
            if use.shown is not None and card is None:
                flow = f"<{brief(use, heat)}>"
                graph.edge(end, operation, id=f"{operation}-{i}-back", label=flow, **_BACK_EDGE)
        ends.met.update(use.id for use in box.operands)
    return recoloured(graph.source) if theme == "dark" else graph.source


def _set_defaults(graph, picture, direction, in_page):
    """Fonts, colours and distances; a picture in a page has its caption there."""
    extra = {"label": f"<{text(picture.folded, 300)}>"} if picture.folded else {}
    extra = {"ranksep": "0.3", "nodesep": "0.2"} if in_page else extra
    page = {"bgcolor": PAGE, "fontname": _FONT, "fontsize": "12", "fontcolor": INK}
    graph.attr("graph", rankdir=direction, **page, labelloc="b", **extra)
    graph.attr("node", fontname=_FONT, fontsize="11", color=LINE, fontcolor=INK)
    line = {"fontname": _FONT, "fontsize": "9", "fontcolor": LINE}
    graph.attr("edge", color=LINE, arrowsize="0.7", **line)


class _Ends:
    """Where lines begin: at a card, or at a reference to the card of a leaf that many use.

    A reference stands beside each further use, for lines across all of a picture are hard to
    follow.
    """

    def __init__(self, graph, picture):
        self.graph, self.met = graph, set()  # the ids that lines of earlier boxes began at
        self.uses = Counter(
            id for box in picture.boxes for id in dict.fromkeys(use.id for use in box.operands)
        )
        self.leaves = {box.id: box for box in picture.boxes if not box.symbol and not box.cut}

    def of(self, use, box):
        """The id at which the line for this use in that box begins."""
        leaf = self.leaves.get(use.id)
        if leaf is None or self.uses[use.id] <= MOST_USES or use.id not in self.met:
            return use.id
        reference, label = f"{use.id}_{box.id}", f"<{text(leaf.title) or '…'}>"
        self.graph.node(reference, label=label, fillcolor=FILLS[leaf.look], **_REFERENCE)
        return reference


class _Frames:
    """Boxes inside the frames of what they belong to: calls of modules, inside one another, or
    tensors whose elements are drawn one by one.
    """

    def __init__(self, graph, picture, direction, value):
        self.graph, self.clusters, self.value = graph, picture.clusters, value
        self.boxes, self.inner, groups = {}, {}, {}
        for box in picture.boxes:
            home = groups.setdefault(box.group, f"t{len(groups)}") if box.group else box.cluster
            self.boxes.setdefault(home, []).append(box)
        for home in (
            groups.values() if direction == "LR" else ()
        ):  # Graphviz puts the first of a rank lowest
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
    """A card: name, shape and type on the colour of its kind; data; gradient; how the gradient
    fared in a comparison; what is odd about it.

    The frame says the kind, too: inputs are rounded, parameters square, constants dashed, the root
    double.
    """
    parts = [
        f"<B>{text(box.title)}</B>" if box.title and "name" in show else "",
        quiet(box.about) if box.about and "shape" in show else "",
    ]
    heading = " ".join(filter(None, parts))
    rows = _line(heading) if heading else ""
    rows += value_rows(
        [(title, shown) for title, shown in box.shown.items() if title in show],
        heat and box.count == 1,
    )
    if box.verdict:
        verdict = f"<B>{text(box.verdict)}</B>" if box.wrong else text(box.verdict)
        rows += _line(verdict)
    for words in box.notes:
        rows += _line(f'<FONT COLOR="{FLOW}" POINT-SIZE="10">{text(words)}</FONT>')
    rows = rows or '<TR><TD WIDTH="16" HEIGHT="10"></TD></TR>'
    frame = (
        f'BORDER="3" COLOR="{WRONG}"'
        if box.wrong
        else f'BORDER="1" COLOR="{LINE}"{_FRAMES.get(box.look, "")}'
    )
    cells = f'CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" BGCOLOR="{FILLS[box.look]}"'
    table = f"<TABLE {frame} {cells}>{rows}</TABLE>"
    if box.kind == "root":
        cells = 'CELLBORDER="0" CELLSPACING="0" CELLPADDING="2"'
        row = f"<TR><TD>{table}</TD></TR>"
        table = f'<TABLE BORDER="1" COLOR="{LINE}" {cells}>{row}</TABLE>'
    return f"<{table}>"


def _line(content):
    """A row of a card."""
    return f'<TR><TD ALIGN="LEFT" CELLPADDING="5">{content}</TD></TR>'


def _operation(box):
    return f"<{text(box.symbol)}{'<BR/>' + text(box.settings) if box.settings else ''}>"
