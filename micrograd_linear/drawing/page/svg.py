"""The picture of a page: boxes with a place for the number and a place for the gradient, which the
page fills in at every step.
"""

import re

from ..dot import dot
from ..labels import in_short, number, text
from ..layout import SIDE
from ..render import render
from ..theme import FILLS, FLOW, INK, LINE, WRONG, themed

WIDTH = 8  # characters that a number takes at most
PLACE = "#010203"  # the colour of a place for a number, by which it is found: no name has it


def svg(picture, layout, prefix, budget, values=None, equations=None, without=None):
    """The SVG element. The ids in it begin with the ``prefix``, and the places are <text
    data-data="i"> and <text data-grad="i"> for the value i.

    ``values`` are the boxes of the whole run, of which the picture may be a part: operands from
    elsewhere are references. ``equations`` {id: text} stand on their cards. The value with the id
    ``without`` has no card here, only its operation.

    Raises ``LayoutTimeout`` where laying it out takes longer than the ``budget``, in seconds.
    """
    values = picture.boxes if values is None else values
    place_of = {box.id: i for i, box in enumerate(values)}
    flows = any(box.symbol for box in values) and not all(box.grad is None for box in values)
    said = {} if layout.brief or equations is None else equations
    labels: dict[str | None, str | None] = {
        box.id: label_of(box, place_of[box.id], layout.brief, flows, said.get(box.id, ""))
        for box in picture.boxes
    }
    labels[without] = None
    outside = {box.id: box for box in values if box.id not in labels}
    source = dot(picture, layout, card=lambda box: labels[box.id], outside=outside)
    drawn = themed(render(source, "svg", deadline=budget).decode())
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r'\bid="', f'id="{prefix}', drawn)
    # Graphviz's own names would be shown where a pointer rests.
    drawn = re.sub(r"<!--.*?-->\n|<title>.*?</title>\n?", "", drawn, flags=re.S)
    # Said once, in the page's style, as is the colour.
    drawn = re.sub(r' font-family="[^"]*"( font-size="11.00")?', "", drawn)
    drawn = re.sub(rf'(<text[^>]*) fill="{INK}"', r"\1", drawn)

    def place(match):
        kind, i, k = {"1": "data", "2": "grad"}[match[2]], int(match[3]), int(match[4])
        array = getattr(values[i], kind)
        where, shown = "", _brief(values[i], kind)
        if not layout.brief and array is not None and _in_full(array):
            where, shown = f' data-cell="{k}"', number(array.flat[k])
        return f'<text data-{kind}="{i}"{where}{match[1]}>{shown}</text>'

    drawn = re.sub(r">\n+<", "><", drawn)
    return re.sub(rf'<text([^>]*) fill="{PLACE}">0([12])(\d{{4}})(\d{{2}})0*</text>', place, drawn)


def label_of(box, i, brief, flows, equation):
    """name, shape and type; data; gradient; the equation of the gradient; what is odd about them;
    how the gradient fared. A constant number stands alone.
    """
    heading = f"<B>{text(box.name)}</B>" if box.name else f'<FONT COLOR="{LINE}">{box.id}</FONT>'
    heading += f" ×{box.count:,}" if box.count > 1 else ""
    if brief and box.symbol:
        heading += f" = <I>{text(box.symbol)}</I>"
    about = box.about.removesuffix(" float64") if brief else box.about
    rows = [
        f'<TD ALIGN="LEFT" COLSPAN="2">{heading} {text(about)}</TD>',
        f'<TD ALIGN="LEFT">data</TD>{_places(i, box, "data", "data", brief)}',
    ]
    if box.kind != "constant" and flows:
        numbers = "data" if box.grad is None else "grad"  # a gradient is as wide as the data
        rows.append(f'<TD ALIGN="LEFT">grad</TD>{_places(i, box, "grad", numbers, brief)}')
    elif box.kind == "constant" and not box.title and box.data.size == 1:
        rows = [f'<TD ALIGN="LEFT">{_brief(box, "data")}</TD>']
    if equation:
        rows.append(f'<TD ALIGN="LEFT" COLSPAN="2"><I>{text(equation)}</I></TD>')
    border = f'BORDER="1" COLOR="{LINE}"'
    if box.verdict:
        rows.append(f'<TD ALIGN="LEFT" COLSPAN="2">{text(box.verdict)}</TD>')
        border = f'BORDER="3" COLOR="{WRONG}"' if box.wrong else border
    rows += [
        f'<TD ALIGN="LEFT" COLSPAN="2"><FONT COLOR="{FLOW}">{text(words)}</FONT></TD>'
        for words in box.notes
    ]
    style = 'STYLE="ROUNDED" ' if box.look == "leaf" else ""
    table = "".join(f"<TR>{row}</TR>" for row in rows)
    cells = f'CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" BGCOLOR="{FILLS[box.look]}"'
    return f"<<TABLE {style}{border} {cells}>{table}</TABLE>>"


def _in_full(array):
    """Whether each of its numbers has a place of its own."""
    return 1 <= array.ndim <= 2 and array.size > 0 and max(array.shape) <= SIDE


def _places(i, box, title, numbers, brief):
    """A cell with a word of zeros for each number that will stand there, or one for all; it says
    where it stands, and is as wide as the ``numbers`` of the box, "data" or "grad".
    """
    kind, array = {"data": 1, "grad": 2}[title], getattr(box, numbers)
    if brief or not _in_full(array):
        word = f"0{kind}{i:04d}00".ljust(max(WIDTH, len(_brief(box, numbers)) + 2), "0")
        return f'<TD ALIGN="LEFT"><FONT COLOR="{PLACE}">{word}</FONT></TD>'
    width = max(8, *(len(number(x)) + 1 for x in array.flat))
    words = (f"0{kind}{i:04d}{k:02d}".ljust(width, "0") for k in range(array.size))
    words = [f'<TD ALIGN="RIGHT"><FONT COLOR="{PLACE}">{word}</FONT></TD>' for word in words]
    columns = array.shape[-1]
    rows = "".join(
        f"<TR>{''.join(words[k : k + columns])}</TR>" for k in range(0, len(words), columns)
    )
    table = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{rows}</TABLE>'
    return f'<TD ALIGN="LEFT">{table}</TD>'


def _brief(box, numbers):
    """One number, or the range of an array, and how many of its numbers are not finite."""
    return in_short(box.shown[numbers]) if numbers in box.shown else ""
