"""The picture of a page: boxes with a place for the number and a place for the gradient, which the page fills in at every step."""

import re

from ..dot import dot
from ..labels import number, text
from ..render import render
from ..theme import FILLS, FLOW, LINE, WRONG, themed

WIDTH = 10  # characters that a number takes at most


def svg(picture, direction, prefix, budget):
    """The SVG element. The ids in it begin with the ``prefix``, and the places are <text data-data="i"> and <text data-grad="i"> for the box i.

    Raises ``LayoutTimeout`` where laying it out takes longer than the ``budget``, in seconds.
    """
    labels = {box.id: _label(box, i) for i, box in enumerate(picture.boxes)}
    drawn = themed(render(dot(picture, direction, card=lambda box: labels[box.id]), "svg", deadline=budget).decode())
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r'\bid="', f'id="{prefix}', drawn)
    drawn = re.sub(r"<!--.*?-->\n", "", drawn, flags=re.S)
    drawn = re.sub(r' font-family="[^"]*"( font-size="11.00")?', "", drawn)  # said once, in the page's style

    def place(found):
        box = picture.boxes[int(found[3])]
        kind = {"1": "data", "2": "grad"}[found[2]]
        return f'<text data-{kind}="{int(found[3])}"{found[1]}>{brief(getattr(box, kind))}</text>'

    return re.sub(r"<text([^>]*)>0([12])(\d{4})0*</text>", place, drawn)


def _label(box, i):
    """name, shape and type; data; gradient; how the gradient fared. A constant number stands alone."""
    heading = f"<B>{text(box.name)}</B>" if box.name else f'<FONT COLOR="{LINE}">{box.id}</FONT>'
    heading += f" ×{box.count:,}" if box.count > 1 else ""
    rows = [f'<TD ALIGN="LEFT" COLSPAN="2">{heading} {text(box.about)}</TD>', f'<TD ALIGN="LEFT">data</TD><TD ALIGN="LEFT">{_place(1, i, box.data)}</TD>']
    if box.kind != "constant":
        rows.append(f'<TD ALIGN="LEFT">grad</TD><TD ALIGN="LEFT">{_place(2, i, box.data if box.grad is None else box.grad)}</TD>')
    elif not box.title and box.data.size == 1:
        rows = [f'<TD ALIGN="LEFT">{brief(box.data)}</TD>']
    border = f'BORDER="1" COLOR="{LINE}"'
    if box.verdict:
        rows.append(f'<TD ALIGN="LEFT" COLSPAN="2">{text(box.verdict)}</TD>')
        border = f'BORDER="3" COLOR="{WRONG}"' if box.wrong else border
    rows += [f'<TD ALIGN="LEFT" COLSPAN="2"><FONT COLOR="{FLOW}">{text(words)}</FONT></TD>' for words in box.notes]
    style = 'STYLE="ROUNDED" ' if box.look == "leaf" else ""
    table = "".join(f"<TR>{row}</TR>" for row in rows)
    return f'<<TABLE {style}{border} CELLBORDER="0" CELLSPACING="0" CELLPADDING="2" BGCOLOR="{FILLS[box.look]}">{table}</TABLE>>'


def _place(kind, i, array):
    """A word of zeros as wide as what will stand there, which says where it stands."""
    return f"0{kind}{i:04d}".ljust(max(WIDTH, len(brief(array)) + 2), "0")


def brief(array):
    """One number, or the range of an array."""
    if array is None:
        return ""
    if not array.size:
        return "empty"
    low, high = number(array.min()), number(array.max())
    return low if low == high else f"{low} … {high}"
