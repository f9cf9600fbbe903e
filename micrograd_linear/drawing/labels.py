"""Text for Graphviz labels: user's names made inert, numbers and arrays as table rows."""

import html
import math

import numpy as np

from ..foundations.printable import printable
from .heat import colours
from .theme import FAINT, INK, LINE

LONGEST_NAME = 60
CELL = 11  # points
BRIEF = 6  # numbers that fit on a line


def text(string, longest=LONGEST_NAME):
    """Any string as the text of an HTML-like label: cut, escaped, without control characters.

    >>> text("a<b>&\\\\N")
    'a&lt;b&gt;&amp;\\\\\\\\N'
    """
    return html.escape(printable(string, longest)).replace("\\", "\\\\")


def quiet(string):
    """The same, in grey."""
    return f'<FONT COLOR="{LINE}">{text(string)}</FONT>'


def number(x):
    """Four significant digits, as ``%.4g`` gives them; -0 as 0."""
    return f"{float(x) + 0.0:.4g}"


def brief(use, heat=True):
    """What flows back along a line: the number, up to six numbers as cells, else the shape and the
    range; of several uses, the range of all.
    """
    shown = use.shown
    if shown.in_full and 1 < shown.size <= BRIEF and use.many == 1:
        numbers = _table(
            f"<TR><TD>{_numbers(shown.cells, heat)}</TD></TR>", 0, 4
        )  # some room around it, for the line
        return f'<FONT COLOR="{INK}">{numbers}</FONT>'
    return f"&nbsp;{flow_in_short(use)}&nbsp;"


def flow_in_short(use):
    """The shape, where it is one array of several numbers, and the range."""
    return (
        f"{use.shown.shape} {in_short(use.shown)}"
        if use.many == 1 and use.shown.size > 1
        else in_short(use.shown)
    )


def in_short(shown):
    """One number, or the range, and how many of the numbers are not finite."""
    if not shown.size:
        return "empty"
    least, most = number(shown.min), number(shown.max)
    words = least if shown.size == 1 or least == most else f"{least} … {most}"
    return (
        words
        if shown.size == 1 or not shown.odd
        else f"{words}, {shown.odd:,} not finite"
        if shown.odd < shown.size
        else f"{shown.odd:,} not finite"
    )


def strip(shown, heat=True):
    """An array in one line: a bar of colours, the means of its columns; of one number, the number.

    Without ``heat`` it is the range.
    """
    if not heat or shown.cells is None or shown.size < 2:
        return in_short(shown)
    with np.errstate(all="ignore"):
        means = shown.cells.mean(axis=0, keepdims=True)
    return _coloured(means)


def value_rows(titled, heat=True):
    """Table rows that show [(title, ``Summary``)], say data and gradient.

    Small arrays are shown in full, larger ones as cells beside min, mean, max and norm.
    ``heat`` False is without colours and cells.
    """
    if not titled:
        return ""
    first = titled[0][1]
    if not first.size:
        return f'<TR><TD ALIGN="LEFT">{quiet("empty")}</TD></TR>'
    if all(shown.shape == () for _, shown in titled):
        return _row(_single_numbers(titled))
    if not all(shown.in_full for _, shown in titled):
        return _row(_heat_maps(titled) if heat else _statistics_of_all(titled))
    parts = [(quiet(title), _numbers(shown.cells, heat)) for title, shown in titled]
    rows, columns = first.cells.shape
    return _row(_side_by_side(parts) if columns <= 3 and rows > 1 else _one_below_another(parts))


def _single_numbers(titled):
    rows = []
    for title, shown in titled:
        value = f'<TD ALIGN="RIGHT">{number(shown.cells[0, 0])}</TD>'
        rows.append(f'<TR><TD ALIGN="LEFT">{quiet(title)}</TD>{value}</TR>')
    return _table("".join(rows), 3, 0)


def _heat_maps(titled):
    """Cells without numbers, each array's beside its statistics."""
    parts = []
    for title, shown in titled:
        row = f"<TR>{_cells(shown)}{_statistics(shown)}</TR>"
        parts.append((quiet(title), _table(row, 4, 0)))
    return _one_below_another(parts)


def _side_by_side(parts):
    """Narrow arrays beside each other, so that a number and its gradient stand on one line."""
    heads, bodies = ("".join(f'<TD ALIGN="LEFT">{part[i]}</TD>' for part in parts) for i in (0, 1))
    return _table(f"<TR>{heads}</TR><TR>{bodies}</TR>", 4, 0)


def _one_below_another(parts):
    lines = (line for part in parts for line in part)
    return _table("".join(f'<TR><TD ALIGN="LEFT">{line}</TD></TR>' for line in lines), 1, 1)


def _numbers(cells, heat):
    shades = colours(cells) if heat else None
    rows = []
    for i, row in enumerate(cells.tolist()):
        rows.append(
            "".join(
                f'<TD ALIGN="RIGHT"{_shade(shades, i, j)}>{_shown(x)}</TD>'
                for j, x in enumerate(row)
            )
        )
    return _table(
        "".join(f"<TR>{row}</TR>" for row in rows), 1, 2, ' BGCOLOR="#ffffff"' if heat else ""
    )


def _shade(shades, i, j):
    return f' BGCOLOR="{shades[i][j]}"' if shades else ""


def _shown(x):
    return number(x) if math.isfinite(x) else f"<B>{number(x)}</B>"


def _cells(shown):
    """A table cell that holds a heat map without numbers."""
    return f'<TD ALIGN="LEFT">{_coloured(shown.cells)}</TD>'


def _coloured(numbers):
    """A table of coloured cells, without numbers."""
    rows = []
    for row, shades in zip(numbers.tolist(), colours(numbers)):
        cells = (
            f'<TD BGCOLOR="{shade}" WIDTH="{CELL}" HEIGHT="{CELL}" FIXEDSIZE="TRUE">{_mark(x)}</TD>'
            for x, shade in zip(row, shades)
        )
        rows.append(f"<TR>{''.join(cells)}</TR>")
    height, width = (CELL * n + 2 for n in numbers.shape)
    # Without a fixed size, it would be stretched to the height of what stands beside it.
    size = f'FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{height}"'
    style = f'BORDER="1" COLOR="{FAINT}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0" {size}'
    return f"<TABLE {style}>{''.join(rows)}</TABLE>"


def _mark(x):
    return (
        ""
        if math.isfinite(x)
        else f'<FONT POINT-SIZE="7">{"×" if x != x else "∞" if x > 0 else "−∞"}</FONT>'
    )


def _statistics(shown):
    numbers = "<BR/>".join(number(x) for x in (shown.min, shown.mean, shown.max, shown.norm))
    words = f'<FONT COLOR="{LINE}">min<BR/>mean<BR/>max<BR/>norm</FONT>'
    return f'<TD BALIGN="LEFT">{words}</TD><TD BALIGN="RIGHT">{numbers}</TD>'


def _statistics_of_all(titled):
    """Columns for data and gradient, without cells."""
    heads = "".join(f'<TD ALIGN="RIGHT">{quiet(title)}</TD>' for title, _ in titled)
    rows = [f"<TR><TD></TD>{heads}</TR>"]
    for words in ("min", "mean", "max", "norm"):
        cells = "".join(
            f'<TD ALIGN="RIGHT">{_shown(getattr(shown, words))}</TD>' for _, shown in titled
        )
        rows.append(f'<TR><TD ALIGN="LEFT">{quiet(words)}</TD>{cells}</TR>')
    return _table("".join(rows), 4, 0)


def _table(rows, spacing, padding, more=""):
    style = f'BORDER="0" CELLBORDER="0" CELLSPACING="{spacing}" CELLPADDING="{padding}"{more}'
    return f"<TABLE {style}>{rows}</TABLE>"


def _row(content):
    return f'<TR><TD ALIGN="LEFT">{content}</TD></TR>'
