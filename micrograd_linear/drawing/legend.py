"""What the colours of a picture mean, below it: of those that occur."""

from __future__ import annotations

from collections.abc import Sequence

from .heat import NOT_FINITE, STEPS, Summary
from .labels import text
from .picture import Picture
from .theme import FAINT, FILLS, LINE

_KINDS = {
    "leaf": "input",
    "parameter": "parameter",
    "constant": "constant",
    "interior": "computed",
    "root": "result",
}


def caption(picture: Picture, show: Sequence[str], heat: bool) -> str:
    """The label of a picture, as rows of a table: what was folded, and what the colours mean; "" if
    nothing needs to be said. A picture of single numbers explains itself.
    """
    rows = [f"<TR><TD>{text(picture.folded, 300)}</TD></TR>"] if picture.folded else []
    shown = [
        summary
        for box in picture.boxes
        for title, summary in box.shown.items()
        if title in show and summary.size > 1
    ]
    if shown and heat:
        cells = _kinds(picture) + _scale(shown)
        style = 'BORDER="0" CELLBORDER="0" CELLSPACING="3" CELLPADDING="0"'
        rows.append(f"<TR><TD><TABLE {style}><TR>{cells}</TR></TABLE></TD></TR>")
    style = 'BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1"'
    return f"<TABLE {style}>{''.join(rows)}</TABLE>" if rows else ""


def _kinds(picture: Picture) -> str:
    looks = {box.look for box in picture.boxes}
    return "".join(_swatch(FILLS[look], words) for look, words in _KINDS.items() if look in looks)


def _scale(shown: Sequence[Summary]) -> str:
    steps = "".join(_colour(STEPS[k]) for k in (0, len(STEPS) // 2, len(STEPS) - 1))
    cells = steps + _words("below 0, 0, above 0")
    if any(summary.odd for summary in shown):
        cells += _swatch(NOT_FINITE, "not finite")
    if any(summary.averaged for summary in shown):
        cells += _words("a cell of a large array is the mean of a block")
    return cells


def _swatch(colour: str, words: str) -> str:
    return _colour(colour) + _words(words)


def _colour(colour: str) -> str:
    size = 'WIDTH="14" HEIGHT="9" FIXEDSIZE="TRUE"'
    return f'<TD BGCOLOR="{colour}" BORDER="1" COLOR="{FAINT}" {size}></TD>'


def _words(words: str) -> str:
    return f'<TD><FONT COLOR="{LINE}" POINT-SIZE="10">{text(words)}&nbsp;&nbsp;</FONT></TD>'
