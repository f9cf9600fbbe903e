"""What a page plays: the run value by value, where it is small enough to be followed, and the run
folded.
"""

from __future__ import annotations

from dataclasses import replace

from ..foundations.printable import printable
from .build import MOST_VALUES, flowing, folded
from .fold import READABLE
from .options import Style
from .page import page
from .page.verdicts import verdicts
from .picture import Picture

MOST_STEPS = 2000  # that are played one by one; beyond, values that play the same part are one


def page_of(picture: Picture, style: Style) -> str:
    """The page of a picture, as HTML text. Raises ``RuntimeError`` where data were changed since
    the graph was computed.
    """
    views = _views(picture)
    reading = views[0].reading
    check, flow = reading.check, reading.flow
    compared = None if check is None or flow is None else verdicts(check, reading.root, flow.seed)
    remarks = []
    if flow is not None and not reading.given:
        remarks.append("no backward pass was made yet: this is the one that backward() would make")
    if check is not None:
        remarks.append(printable(check.summary, 300))
    return page(views, compared, reading.title, "; ".join(remarks), style)


def first_view(picture: Picture) -> Picture:
    """What a page opens with, and slides show, with what flows back. Raises ``RuntimeError`` where
    data were changed since the graph was computed.
    """
    return _views(picture)[0]


def _views(picture: Picture) -> list[Picture]:
    """[all of it, it folded], or one of the two: no second one where there is nothing to fold, no
    first one where it would be too long. A picture whose cards can be opened is one view.
    """
    if picture.overview:
        whole = None if picture.whole is None else flowing(picture.whole)
        overview = flowing(picture)
        if picture.grouped and whole is not None:
            return [overview, whole]
        return [replace(overview, whole=whole)]
    whole = flowing(picture.whole or picture)
    if whole.grouped or len(whole.boxes) <= READABLE:
        return [whole]
    steps = sum(bool(box.operands) + len(box.operands) for box in whole.boxes)
    short = whole.reading.total <= MOST_VALUES and steps <= MOST_STEPS
    made = folded(whole, READABLE)
    return [whole, made] if short else [made]
