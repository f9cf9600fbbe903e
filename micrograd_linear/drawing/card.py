"""A Tensor or a Value as a card, which a notebook shows: its name, how it was made, its numbers and
its gradient on the colours of the picture.
"""

from __future__ import annotations

import html
from typing import Any

import numpy as np

from ..foundations.printable import printable
from ..operations import record_of
from .heat import Summary, colours, summary
from .labels import in_short, number
from .marks import gradient
from .theme import FILLS, LINE

LONGEST_NAME = 60
_CARD = (
    f"display:inline-block;border:1px solid {LINE};border-radius:6px;padding:4px 8px;"
    "color:#111;font:13px sans-serif;"
)
_TABLE = "border-collapse:collapse;margin:2px 0 4px;font-variant-numeric:tabular-nums"
_CELL = "padding:1px 6px;text-align:right;border:1px solid #fff;color:#111"


def card(node: Any) -> str:
    """HTML that needs nothing else: no script, no style sheet, no network.

    >>> from micrograd_linear import Value
    >>> "x" in card(Value(2.0, "x")), "<script" in card(Value(2.0, "<script>"))
    (True, False)
    """
    looks = "leaf" if not node.operands else "interior"
    name = html.escape(printable(node.name or "", LONGEST_NAME))
    shape = getattr(node, "shape", ())
    about = f"{shape} {node.dtype}" if shape else ""
    made = f"made by {record_of(node.operation).symbol}" if node.operands else ""
    title = " · ".join(filter(None, (f"<b>{name}</b>" if name else "", about, html.escape(made))))
    parts = [("data", np.asarray(node.current))]
    held = gradient(node)
    if held is not None:
        parts.append(("grad", np.asarray(held)))
    body = "".join(f"<div>{words} {_numbers(summary(array))}</div>" for words, array in parts)
    head = f"<div>{title}</div>" if title else ""
    return f'<div style="{_CARD}background:{FILLS[looks]}">{head}{body}</div>'


def _numbers(shown: Summary) -> str:
    """One number, a table of coloured cells, or the means of blocks beside the range."""
    cells = shown.cells
    if cells is None:
        return "empty"
    if shown.shape == ():
        return f"<b>{number(cells[0, 0])}</b>"
    rows = []
    for row, shades in zip(cells.tolist(), colours(cells), strict=True):
        line = (
            f'<td style="{_CELL};background:{shade}">{number(x)}</td>'
            for x, shade in zip(row, shades, strict=True)
        )
        rows.append(f"<tr>{''.join(line)}</tr>")
    about = f"each cell is the mean of a block; {in_short(shown)}" if shown.averaged else ""
    caption = f"<div style='font-size:11px'>{about}</div>" if about else ""
    return f'<table style="{_TABLE}">{"".join(rows)}</table>{caption}'
