"""``draw``: the graph of a node as a picture."""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engine.graph import Node
from ..engine.tensor import Tensor
from ..foundations.files import check_path, write_whole
from ..foundations.printable import printable
from .build import picture
from .coarser import laid_out
from .formats import FORMATS
from .layout import layout
from .names import variables
from .options import ALL, Style, check_graph, opened_cards, style
from .page import framed
from .picture import Picture
from .play import first_view
from .reading import read
from .scalars import read_numbers
from .slides import STEPS

if TYPE_CHECKING:
    from ..comparison import Comparison

MOST_NODES = 150  # beyond this a picture can no longer be read


def draw(
    node: Node,
    path: str | os.PathLike[str] | None = None,
    *,
    view: str | Node | Sequence[str | Node] = "auto",
    show: Sequence[str] = ALL,
    heat: bool = True,
    backward: bool = False,
    check: Comparison | None = None,
    max_nodes: int = MOST_NODES,
    focus: Node | str | None = None,
    depth: int | None = None,
    direction: str | None = None,
    level: str = "auto",
    theme: str = "auto",
    text: str = "normal",
    budget: float = 10.0,
) -> Drawing:
    """The graph that ``node``, a ``Value`` or a ``Tensor``, was computed from, as a ``Drawing``.

    It is also saved, if a ``path`` is given. It has a card for every value, with its name, shape,
    data and gradient; an ellipse for every operation; a line for every use of an operand, which
    says which one it is where their order matters, and what broadcasting made of it; a frame for
    every call of a module. Values without a name are shown under the names of the caller's
    variables, parameters under their paths (``layers[0].W``). Numbers are read when ``draw`` is
    called.

    ``backward``   True draws what flows back along every line: what that use adds to the gradient
                   of the operand
    ``check``      a ``Comparison`` of hand-derived gradients with those of ``node``: its verdicts
                   stand on the cards, the wrong step is marked
    ``show``       what stands on a card, out of "name", "shape", "data" and "grad"
    ``heat``       True colours numbers by their size, blue below 0 and orange above; of more than
                   8 by 6 only the colours are left, beside min, mean, max and norm; of more than
                   12 by 12, averages of 8 by 8 blocks. False shows numbers alone.
    ``level``      "scalar" expands a small graph of Tensors into its numbers, with the tensors as
                   frames, so that (xᵀ G)_hk is seen to be a sum

    ``view``       "auto": a calculation that has a name, such as a softmax or a layer norm, is one
                   card, whoever wrote it, and so are the turns of a loop that do not fit on a
                   screen. More than ``max_nodes`` values are folded: modules into one card each
                   where that helps, else all that play the same part; the caption says so. "full"
                   shows every value with its numbers, "folded" always folds. The name of a card,
                   of its result, or a list of such names opens these: view="softmax".
    ``focus``      a node, or a name that is shown: only what is at most ``depth`` operations (3)
                   before and after it
    ``direction``  "LR", from left to right, or "TB", from top to bottom; the default is the one in
                   which text is legible where all of the picture is on a screen. Where neither is,
                   cards are brief, and a long calculation goes on in further rows or columns.
    ``theme``      "light", "dark", or "auto": an SVG is then dark where its reader's system is
    ``text``       "large", for a projector: what is drawn is laid out so that text is 1.6 times as
                   large where the picture fills a screen
    ``budget``     seconds that laying out may take before the picture is folded further

    Raises ``TypeError`` for what is no node, no comparison or no focus, and ``ValueError`` for
    other arguments that are none, numbers that are too many, or ``backward`` where there is no
    gradient to start from.

    >>> from micrograd_linear import Value
    >>> x = Value(3.0, "x"); y = x + x
    >>> drawing = draw(y)
    >>> drawing.dot.count("v0 -> v1_op")
    2
    >>> print(drawing.text, end="")
    x    leaf     data 3  grad 0
    y    +(x, x)  data 6  grad 0
    """
    check_graph(node, view, backward, check, max_nodes, focus, depth, level)
    chosen = style(direction, show, heat, theme, text, budget)
    if path is not None:
        check_path(path, FORMATS)
    scope = variables()
    if level == "scalar" and isinstance(node, Tensor):
        reading = read_numbers(node, max_nodes, scope, backward=backward)
        drawn = picture(reading, max_nodes, "full")
    else:
        reading = read(node, check, scope, backward=backward, focus=focus, depth=depth)
        drawn = picture(reading, max_nodes, opened_cards(view), chosen)
    drawing = Drawing(drawn, chosen)
    if path is not None:
        drawing.save(path)
    return drawing


class Drawing:
    """A picture, written when it is asked for: ``.svg``, ``.dot``, ``.mermaid``, ``.text``,
    ``.json``, all as text; ``.save(path)``; a notebook shows it.

    ``folded`` says in words what was folded or left out, "" if nothing was.
    """

    def __init__(self, picture: Picture, style: Style | None = None) -> None:
        self._picture, self._style = picture, style or Style()
        self._written: dict[str, str | bytes] = {}

    @property
    def folded(self) -> str:
        return self._picture.folded

    @property
    def direction(self) -> str:
        """ "LR", from left to right, or "TB", from top to bottom."""
        return layout(self._picture, self._style).direction

    @property
    def dot(self) -> str:
        """The picture in Graphviz's language."""
        return self._text("dot")

    @property
    def svg(self) -> str:
        """The picture as SVG text."""
        return self._text("svg")

    @property
    def html(self) -> str:
        """The page that plays the run, forward and backward, step by step: one file that needs
        nothing else.

        Raises ``RuntimeError`` where numbers were changed since the graph was computed: then there
        is no run to play.
        """
        return self._text("html")

    @property
    def mermaid(self) -> str:
        """The picture as a Mermaid flowchart, which GitHub draws in Markdown."""
        return self._text("mmd")

    @property
    def text(self) -> str:
        """A line for each value, for a terminal or a screen reader."""
        return self._text("txt")

    @property
    def json(self) -> str:
        """The values, their operands and numbers, for a program."""
        return self._text("json")

    def save(self, path: str | os.PathLike[str], *, steps: bool = False) -> Path:
        """Write svg, png, pdf, html (the page), dot, mmd (Mermaid), txt or json; returns the path.

        The ending of ``path`` says which. A file is written whole or not at all; a link, a device
        and a pipe are written through, and stay. With ``steps``, a pdf has a page for every step of
        the run, for slides (that takes pypdf: ``pip install 'micrograd_linear[slides]'``), and an
        svg plays them. Raises ``ValueError`` for another ending, and for
        a PNG of more pixels than can be made, ``FileNotFoundError`` for a folder that does not
        exist, ``RuntimeError`` where Graphviz fails.
        """
        if steps:
            write = STEPS[check_path(path, STEPS)]
            whole = write(first_view(self._picture), self._style)
        else:
            whole = self._as(check_path(path, FORMATS))
        return write_whole(Path(path), whole.encode() if isinstance(whole, str) else whole)

    def _text(self, ending: str) -> str:
        text = self._as(ending)
        assert isinstance(text, str)
        return text

    def _as(self, ending: str) -> str | bytes:
        """The picture in the format of an ending, written once. It is folded further where its
        layout takes longer than the budget, and then it stays so.
        """
        if ending not in self._written:
            format, drawn = FORMATS[ending], self._picture
            if format.laid_out:
                drawn, written = laid_out(
                    drawn, lambda picture: format.write(picture, self._style), self._style.budget
                )
            else:
                written = format.write(drawn, self._style)
            if drawn is not self._picture:
                self._picture, self._written = drawn, {}
            self._written[ending] = written
        return self._written[ending]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        try:
            shown = {"image/svg+xml": self.svg, "text/plain": repr(self)}
        except RuntimeError as error:  # without Graphviz a notebook still shows the graph
            return {"text/plain": f"{self.text}\n{error}"}
        try:
            return {"text/html": framed(self.html), **shown}
        except RuntimeError as error:  # the numbers that it would play were changed since
            svg = self.svg[self.svg.index("<svg") :]
            reason = html.escape(printable(str(error), 1000))
            return {"text/html": f"{svg}<p>{reason}</p>", **shown}

    def __repr__(self) -> str:
        attributes = ", ".join(f".{row.attribute}" for row in FORMATS.values() if row.attribute)
        about = self.folded or "the whole graph"
        return f"<Drawing: {about}; {attributes}, .save('graph.{'|'.join(FORMATS)}')>"
