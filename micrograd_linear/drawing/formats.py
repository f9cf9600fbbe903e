"""What a picture can be written as: one row for each format."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .dot import dot
from .options import Style
from .picture import Picture
from .plain import as_json, as_text, mermaid
from .play import page_of
from .render import render
from .theme import themed

PNG_SIDE, PNG_AREA = 32_767, 100_000_000  # pixels, of Graphviz, and of half a gigabyte of memory


@dataclass(frozen=True)
class Format:
    """``write(picture, style)`` gives the text or the bytes; ``attribute`` is the property of a
    ``Drawing`` that has them, if one has. Where the picture is ``laid_out``, that may take longer
    than the style's budget, which is a ``LayoutTimeout``.
    """

    write: Callable[[Picture, Style], str | bytes]
    attribute: str = ""
    laid_out: bool = False


def _dot(picture: Picture, style: Style) -> str:
    direction = style.direction_of(picture.depth)
    return dot(picture, direction, show=style.show, heat=style.heat, theme=style.theme)


def _rendered(picture: Picture, style: Style, format: str) -> bytes:
    return render(_dot(picture, style), format, deadline=style.budget)


def _svg(picture: Picture, style: Style) -> str:
    return themed(_rendered(picture, style, "svg").decode(), style.theme)


def _png(picture: Picture, style: Style) -> bytes:
    check_pixels(_svg(picture, style))
    return _rendered(picture, style, "png")


def _pdf(picture: Picture, style: Style) -> bytes:
    return _rendered(picture, style, "pdf")


def _mermaid(picture: Picture, style: Style) -> str:
    return mermaid(picture, style.direction_of(picture.depth), style.show)


def _text(picture: Picture, style: Style) -> str:
    return as_text(picture, style.show)


def _json(picture: Picture, style: Style) -> str:
    return as_json(picture)


# {ending of a file: format}, in the order in which they are listed for the user.
FORMATS = {
    "svg": Format(_svg, "svg", laid_out=True),
    "html": Format(page_of, "html"),
    "png": Format(_png, laid_out=True),
    "pdf": Format(_pdf, laid_out=True),
    "dot": Format(_dot, "dot"),
    "mmd": Format(_mermaid, "mermaid"),
    "txt": Format(_text, "text"),
    "json": Format(_json, "json"),
}


def check_pixels(svg: str) -> None:
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
