"""What a picture can be written as: one row for each format."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .dot import dot
from .layout import LEGIBLE, SCREEN, layout
from .options import TEXTS, Style
from .picture import Picture
from .plain import as_json, as_text, mermaid
from .play import page_of
from .render import render, size_of
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
    own = layout(picture, style)
    return dot(picture, own, show=style.show, heat=style.heat, theme=style.theme)


def _rendered(picture: Picture, style: Style, format: str) -> bytes:
    return render(_dot(picture, style), format, deadline=style.budget)


def _svg(picture: Picture, style: Style) -> str:
    drawn = _rendered(picture, style, "svg").decode()
    return themed(on_a_screen(drawn, TEXTS[style.text]), style.theme)


def _png(picture: Picture, style: Style) -> bytes:
    check_pixels(_rendered(picture, style, "svg").decode())
    return _rendered(picture, style, "png")


def _pdf(picture: Picture, style: Style) -> bytes:
    return _rendered(picture, style, "pdf")


def _mermaid(picture: Picture, style: Style) -> str:
    return mermaid(picture, layout(picture, style).direction, style.show)


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


def on_a_screen(svg: str, most: float = 1.0) -> str:
    """The SVG in a natural size that fits on a screen, where its text can still be read then; it is
    ``most`` times as large as it was made, at most.
    """
    if 'pt" height=' not in svg:  # by another program, which says it in another way
        return svg
    width, height = size_of(svg)
    scale = min(SCREEN[0] / width, SCREEN[1] / height, most)
    if scale < LEGIBLE or scale == 1.0:
        return svg
    size = f'width="{scale * width:.2f}pt" height="{scale * height:.2f}pt"'
    return re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', size, svg, count=1)


def check_pixels(svg: str) -> None:
    """Raise for a picture that cannot be had as PNG."""
    width, height = (round(points * 96 / 72) for points in size_of(svg))
    if max(width, height) > PNG_SIDE or width * height > PNG_AREA:
        raise ValueError(
            f"draw: as PNG this picture has {width:,} x {height:,} pixels, more than can be made "
            f"(at most {PNG_SIDE:,} along a side, {PNG_AREA:,} in all); save it as .svg or .pdf, "
            "or draw less: view='folded', a smaller max_nodes, or focus= with depth="
        )
