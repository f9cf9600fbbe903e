"""Text for Graphviz labels: user's names made inert, numbers and arrays as table rows."""

import html

import numpy as np

from ..printable import printable

LONGEST_NAME = 60
SMALL_ROWS, SMALL_COLUMNS = 8, 6  # an array up to this size is shown in full


def text(string):
    """Any string as the text of an HTML-like label: cut, escaped, without control characters.

    >>> text("a<b>&\\\\N")
    'a&lt;b&gt;&amp;\\\\\\\\N'
    """
    return html.escape(printable(string, LONGEST_NAME)).replace("\\", "\\\\")


def number(x):
    """Four significant digits, as ``%.4g`` gives them."""
    return f"{float(x):.4g}"


def value_rows(data, grad):
    """Table rows that show a value and its gradient (or None): small arrays in full, larger ones as min, mean and max."""
    titled = [("data", np.asarray(data))] + ([("grad", np.asarray(grad))] if grad is not None else [])
    array = titled[0][1]
    if not array.size:
        return _line("empty")
    if array.ndim == 0:
        return _grid([[title, number(x)] for title, x in titled])
    if array.ndim <= 2 and array.shape[-1] <= SMALL_COLUMNS and array.size <= SMALL_ROWS * array.shape[-1]:
        return "".join(_line(title) + _grid([[number(x) for x in row] for row in np.atleast_2d(x)]) for title, x in titled)
    with np.errstate(all="ignore"):
        columns = [[title, *(number(f(x.astype(np.float64))) for f in (np.min, np.mean, np.max))] for title, x in titled]
    return _grid(list(zip(["", "min", "mean", "max"], *columns, strict=True)))


def _line(string):
    return f'<TR><TD ALIGN="LEFT">{text(string)}</TD></TR>'


def _grid(rows):
    cells = ("".join(f'<TD ALIGN="RIGHT">{text(cell)}</TD>' for cell in row) for row in rows)
    rows = "".join(f"<TR>{row}</TR>" for row in cells)
    return f'<TR><TD><TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2" CELLPADDING="1">{rows}</TABLE></TD></TR>'
