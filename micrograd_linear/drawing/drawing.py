"""``draw``: the graph of a node as a picture."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engine.graph import Node
from ..engine.tensor import Tensor
from ..foundations.files import check_path, write_whole
from ..foundations.printable import printable
from .build import picture, scalar_picture
from .coarser import coarser
from .dot import dot
from .names import variables
from .options import ALL, Style, check_graph, style
from .page import framed
from .picture import Picture
from .plain import as_json, as_text, mermaid
from .play import page_of
from .render import FORMATS, LayoutTimeout, render
from .theme import themed

if TYPE_CHECKING:
    from ..comparison import Comparison

WIDE = 5  # operations in a row that still fit beside each other on a screen
MOST_NODES = 150  # beyond this a picture can no longer be read
PNG_SIDE, PNG_AREA = (
    32_767,
    100_000_000,
)  # pixels; beyond the first Graphviz scales down, the second takes half a gigabyte
_PLAIN = {
    "dot": "dot",
    "svg": "svg",
    "mmd": "mermaid",
    "txt": "text",
    "json": "json",
    "html": "html",
}


def draw(
    node: Node,
    path: str | os.PathLike[str] | None = None,
    *,
    view: str = "auto",
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

    ``view``       "auto": more than ``max_nodes`` values are folded: modules into one card each
                   where that helps, else all that play the same part, such as the samples of a
                   batch, the neurons of a layer or the turns of a loop; the caption says so.
                   "full" never folds, "folded" always does.
    ``focus``      a node, or a name that is shown: only what is at most ``depth`` operations (3)
                   before and after it
    ``direction``  "LR", from left to right, or "TB", from top to bottom, which is the default
                   where more than 5 operations follow one another
    ``theme``      "light", "dark", or "auto": an SVG is then dark where its reader's system is
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
    chosen = style(direction, show, heat, theme, budget)
    if path is not None:
        check_path(path, (*FORMATS, *_PLAIN))
    scope = variables()
    run = {"backward": backward, "variables": scope}
    part = {"view": view, "focus": focus, "depth": depth}
    if level == "scalar" and isinstance(node, Tensor):
        drawn = scalar_picture(node, max_nodes, **run)
    else:
        drawn = picture(node, max_nodes, check, **run, **part)
    asked = {"check": check, "level": level, "most": max_nodes, **part}
    drawing = Drawing(drawn, chosen, lambda: page_of(node, asked, scope, chosen))
    if path is not None:
        drawing.save(path)
    return drawing


class Drawing:
    """A picture, rendered when it is asked for: ``.svg``, ``.dot``, ``.mermaid``, ``.text``,
    ``.json``, all as text; ``.save(path)``; a notebook shows it.

    ``folded`` says in words what was folded or left out, "" if nothing was.
    """

    def __init__(
        self,
        picture: Picture,
        style: Style | None = None,
        play: Any = None,
    ) -> None:
        self._picture, self._style, self._play = picture, style or Style(), play

    @property
    def folded(self) -> str:
        return self._picture.folded

    @property
    def direction(self) -> str:
        """ "LR", from left to right, or "TB", from top to bottom."""
        return self._style.direction or ("TB" if self._picture.depth > WIDE else "LR")

    @cached_property
    def dot(self) -> str:
        """The picture in Graphviz's language."""
        return dot(
            self._picture,
            self.direction,
            show=self._style.show,
            heat=self._style.heat,
            theme=self._style.theme,
        )

    @cached_property
    def svg(self) -> str:
        """The picture as SVG text."""
        return themed(self._rendered("svg").decode(), self._style.theme)

    @cached_property
    def html(self) -> str:
        """The page that plays the run, forward and backward, step by step: one file that needs
        nothing else.

        Raises ``RuntimeError`` where numbers were changed since the graph was computed: then there
        is no run to play.
        """
        return self._play()

    @cached_property
    def mermaid(self) -> str:
        """The picture as a Mermaid flowchart, which GitHub draws in Markdown."""
        return mermaid(self._picture, self.direction, self._style.show)

    @cached_property
    def text(self) -> str:
        """A line for each value, for a terminal or a screen reader."""
        return as_text(self._picture, self._style.show)

    @cached_property
    def json(self) -> str:
        """The values, their operands and numbers, for a program."""
        return as_json(self._picture)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write svg, png, pdf, html (the page), dot, mmd (Mermaid), txt or json; returns the path.

        The ending of ``path`` says which. A file is written whole or not at all; a link, a device
        and a pipe are written through, and stay. Raises ``ValueError`` for another ending, and for
        a PNG of more pixels than can be made, ``FileNotFoundError`` for a folder that does not
        exist, ``RuntimeError`` where Graphviz fails.
        """
        format = check_path(path, (*FORMATS, *_PLAIN))
        if format == "png":
            _check_pixels(self.svg)
        plain = format in _PLAIN
        whole = getattr(self, _PLAIN[format]).encode() if plain else self._rendered(format)
        return write_whole(Path(path), whole)

    def _rendered(self, format: str) -> bytes:
        """The picture as bytes; folded further where its layout takes longer than the budget."""
        first = self._picture
        while True:
            try:
                return render(self.dot, format, deadline=self._style.budget)
            except LayoutTimeout:
                fewer = coarser(self._picture)
                if fewer is None:
                    self._show(first)
                    raise
                words = (
                    f"{len(first.boxes):,} boxes folded further into {len(fewer.boxes):,}, "
                    f"since their layout took longer than {self._style.budget:g} s"
                )
                fewer.folded = "; ".join(filter(None, (first.folded, words)))
                self._show(fewer)

    def _show(self, picture):
        """Another picture from now on."""
        self._picture = picture
        for form in _PLAIN.values():
            self.__dict__.pop(form, None)

    def _repr_mimebundle_(self, include=None, exclude=None):
        try:
            shown = {"image/svg+xml": self.svg, "text/plain": repr(self)}
        except RuntimeError as error:  # without Graphviz a notebook still shows the graph
            return {"text/plain": f"{self.text}\n{error}"}
        if self.folded:
            return shown  # .html plays it, but would be long in a notebook
        try:
            return {"text/html": framed(self.html), **shown}
        except RuntimeError as error:  # the numbers that it would play were changed since
            svg = self.svg[self.svg.index("<svg") :]
            reason = html.escape(printable(str(error), 1000))
            return {"text/html": f"{svg}<p>{reason}</p>", **shown}

    def __repr__(self) -> str:
        return (
            f"<Drawing: {self.folded or 'the whole graph'}; .svg, .html, .dot, .mermaid, .text, "
            ".json, .save('graph.svg|html|png|pdf|dot|mmd|txt|json')>"
        )


def _check_pixels(svg: str) -> None:
    """Raise for a picture that cannot be had as PNG."""
    size = re.search(r'<svg width="([\d.]+)pt" height="([\d.]+)pt"', svg)
    assert size is not None, "Graphviz writes the size of every SVG"
    width, height = (round(float(points) * 96 / 72) for points in size.groups())
    if max(width, height) > PNG_SIDE or width * height > PNG_AREA:
        raise ValueError(
            f"draw: as PNG this picture has {width:,} x {height:,} pixels, more than can be made "
            f"(at most {PNG_SIDE:,} along a side, {PNG_AREA:,} in all); save it as .svg or .pdf, "
            "or draw less: view='folded', a smaller max_nodes, or focus= with depth="
        )
