"""A picture as DOT: a card for every value, an ellipse for every operation, an edge for every use
of an operand, a frame for every call of a module.

In an SVG, the group of a value has the id of its box, "v3" say; that of its operation "v3_op", the
edge of the operation's first operand "v3_op-0", and what flows back along it "v3_op-0-back".
"""

import itertools
from collections import Counter

import graphviz

from .labels import brief, quiet, strip, text, value_rows
from .layout import MANY
from .legend import caption
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
_COMPOSITE = {**_OPERATION, "shape": "box", "style": "filled,rounded", "margin": "0.22,0.08"}
_LOOSE_EDGE = {"constraint": "false", "color": FAINT}  # to another column
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


def dot(
    picture,
    layout,
    *,
    show=ALL,
    heat=True,
    theme="light",
    card=None,
    outside=None,
    marks=None,
    about="",
):
    """The DOT text, in a ``Layout``; ``show`` as for ``draw``; in the colours of a ``theme``.

    ``card(box)`` gives another label for a value, or None for one without a card of its own; what
    flows back is then not drawn. ``outside`` {id: box} are operands that stand elsewhere: a
    reference is drawn at each of their uses. ``marks`` {id of an operation or of a line: how it is
    drawn}; ``about`` is a caption, as a label.
    """
    graph = graphviz.Digraph()
    about = about if card else caption(picture, show, heat)
    marks = marks or {}
    _set_defaults(graph, about, layout.direction, card is not None)
    label = _brief_label if layout.brief else _label
    small = 10 if card is None else 11

    def value(part, box):
        made = card(box) if card else label(box, show, heat)
        _value(part, box, made, layout.brief, small, marks)

    _Frames(graph, picture, layout.direction, value).draw()
    _set_columns(graph, picture, layout)
    ends = _Ends(graph, picture, outside or {})
    for box in picture.boxes:
        for i, use in enumerate(box.operands):
            line = ends.of(use, box), box, i, use, marks
            _line_of(graph, picture, layout, line, None if card else heat)
        ends.met.update(use.id for use in box.operands)
    return recoloured(graph.source) if theme == "dark" else graph.source


def _line_of(graph, picture, layout, line, heat):
    """The line of a use, and, but for ``heat`` None, what flows back along it."""
    end, box, i, use, marks = line
    operation, id = box.id if layout.brief else f"{box.id}_op", f"{box.id}_op-{i}"
    loose = _LOOSE_EDGE if layout.goes_on(use.id, box.id) and end == use.id else {}
    words = "<BR/>".join(map(text, use.label))
    # No room is kept for the label of a loose line: it is placed where there is some.
    kind = "xlabel" if loose else "label"
    label = {kind: f"<{words}>"} if use.label and len(picture.boxes) <= MANY else {}
    mark = (_WRONG_EDGE if use.wrong else {}) | marks.get(id, {})
    graph.edge(end, operation, id=id, **label, **{**loose, **mark})
    if use.shown is not None and heat is not None:
        flow = {kind: f"<{brief(use, heat)}>"}
        graph.edge(end, operation, id=f"{id}-back", **flow, **{**loose, **_BACK_EDGE})


def _set_columns(graph, picture, layout):
    """The first boxes of the columns stand beside each other, in their order."""
    firsts = {}
    for box in picture.boxes:
        firsts.setdefault((layout.columns or {}).get(box.id, 0), box.id)
    if len(firsts) < 2:
        return
    order = [firsts[column] for column in sorted(firsts)]
    with graph.subgraph() as together:
        together.attr(rank="same")
        for one, other in itertools.pairwise(order):
            together.edge(one, other, style="invis", minlen="2")


def _set_defaults(graph, about, direction, in_page):
    """Fonts, colours and distances; a picture in a page has its caption there."""
    extra = {"label": f"<{about}>"} if about else {}
    page = {"bgcolor": PAGE, "fontname": _FONT, "fontsize": "12", "fontcolor": INK}
    # A label for which there is no room is left out: it would stand on another.
    room = {"forcelabels": "false", "ranksep": "0.3", "nodesep": "0.2"}
    graph.attr("graph", rankdir=direction, **page, labelloc="b", **room, **extra)
    graph.attr("node", fontname=_FONT, fontsize="11", color=LINE, fontcolor=INK)
    line = {"fontname": _FONT, "fontsize": "11" if in_page else "9", "fontcolor": LINE}
    graph.attr("edge", color=LINE, arrowsize="0.7", **line)


class _Ends:
    """Where lines begin: at a card, or at a reference to the card of a leaf that many use.

    A reference stands beside each further use, for lines across all of a picture are hard to
    follow.
    """

    def __init__(self, graph, picture, outside):
        self.graph, self.outside = graph, outside
        self.met = set()  # the ids that lines of earlier boxes began at
        self.uses = Counter(
            id for box in picture.boxes for id in dict.fromkeys(use.id for use in box.operands)
        )
        self.leaves = {box.id: box for box in picture.boxes if not box.symbol and not box.cut}

    def of(self, use, box):
        """The id at which the line for this use in that box begins."""
        leaf = self.outside.get(use.id)
        if leaf is None:
            leaf = self.leaves.get(use.id)
            if leaf is None or self.uses[use.id] <= MOST_USES or use.id not in self.met:
                return use.id
        reference, label = f"{use.id}_{box.id}", f"<{text(leaf.title or leaf.id)}>"
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
        if groups:  # elements keep their order, row by row, which Graphviz would change once more
            graph.attr(remincross="false")
        for home in groups.values():
            self.boxes[home].sort(key=lambda box: box.position)
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


def _value(part, box, label, brief, small, marks):
    """The card of a value, and its operation in front of it, or, on a ``brief`` card, on it;
    ``small`` is the size of the text that explains.
    """
    if label is not None:
        part.node(box.id, label=label, shape="plain", id=box.id)
    if box.symbol and not brief:
        look = _COMPOSITE if box.is_composite else _OPERATION
        id = f"{box.id}_op"
        part.node(id, label=_operation(box, small), id=id, **{**look, **marks.get(id, {})})
        if label is not None:
            part.edge(f"{box.id}_op", box.id)
    elif box.cut:
        part.node(f"{box.id}_cut", label="…", shape="plaintext", width="0.2", height="0.2")
        part.edge(f"{box.id}_cut", box.id, style="dotted")


def _brief_label(box, show, heat):
    """A card in short: name, shape and operation, and one line for data and one for gradient."""
    rows = _line(" ".join(filter(None, _heading(box, show, box.about.removesuffix(" float64")))), 3)
    if box.symbol:
        settings = f" {text(box.settings, 30)}" if box.settings and not box.is_composite else ""
        rows += _line(f"<I>{text(box.symbol)}</I>{settings}", 2)
    for title, shown in box.shown.items():
        if title in show:
            rows += _brief_line(title, strip(shown, heat and box.count == 1))
    return f"<{_framed(box, rows + _remarks(box))}>"


def _brief_line(title, numbers):
    cells = f'<TD ALIGN="LEFT">{quiet(title)}</TD><TD ALIGN="LEFT">{numbers}</TD>'
    style = 'BORDER="0" CELLBORDER="0" CELLSPACING="2" CELLPADDING="0"'
    return f'<TR><TD ALIGN="LEFT"><TABLE {style}><TR>{cells}</TR></TABLE></TD></TR>'


def _heading(box, show, about):
    """Its name, or that of its place in the picture, and what it is."""
    name = f"<B>{text(box.title)}</B>" if box.title else quiet(box.id)
    named = "name" in show and (box.title or box.symbol)
    return [name if named else "", quiet(about) if about and "shape" in show else ""]


def _label(box, show, heat):
    """A card: name, shape and type on the colour of its kind; data; gradient; how the gradient
    fared in a comparison; what is odd about it.

    The frame says the kind, too: inputs are rounded, parameters square, constants dashed, the root
    double.
    """
    heading = " ".join(filter(None, _heading(box, show, box.about)))
    rows = _line(heading) if heading else ""
    rows += value_rows(
        [(title, shown) for title, shown in box.shown.items() if title in show],
        heat and box.count == 1,
    )
    return f"<{_framed(box, rows + _remarks(box))}>"


def _remarks(box):
    """How the gradient fared in a comparison, and what is odd about it."""
    rows = ""
    if box.verdict:
        verdict = f"<B>{text(box.verdict)}</B>" if box.wrong else text(box.verdict)
        rows += _line(verdict)
    for words in box.notes:
        rows += _line(f'<FONT COLOR="{FLOW}" POINT-SIZE="10">{text(words)}</FONT>')
    return rows


def _framed(box, rows):
    """The rows of a card on the colour of its kind, in the frame of its kind."""
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
    return table


def _line(content, padding=5):
    """A row of a card."""
    return f'<TR><TD ALIGN="LEFT" CELLPADDING="{padding}">{content}</TD></TR>'


def _operation(box, size):
    if box.is_composite:
        formula = f'<FONT POINT-SIZE="{size}" COLOR="{LINE}">{text(box.settings)}</FONT>'
        return f"<<B>{text(box.symbol)}</B><BR/>{formula}>"
    return f"<{text(box.symbol)}{'<BR/>' + text(box.settings) if box.settings else ''}>"
