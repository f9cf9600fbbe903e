"""What is inside of the cards that can be opened: a picture for each, which the page puts in their
place.
"""

from __future__ import annotations

from ..layout import SCREEN, layout
from ..options import Style
from ..picture import Box, Picture
from .shades import in_theme
from .svg import svg


def insides(
    closed: Picture, whole: Picture, style: Style, is_brief: bool, prefix: str
) -> dict[str, str]:
    """{id of the result: SVG} of every calculation that is one card in the ``closed`` picture.

    Where cards are brief, the result's own card is inside, too: its operation stands on it. Raises
    ``LayoutTimeout`` where laying one out takes longer than the style's budget.
    """
    found = {}
    for box in closed.boxes:
        if box.is_composite:
            inside = _inside(closed, whole, box)
            chosen = layout(inside, style, SCREEN, brief=is_brief)
            without = None if chosen.brief else box.id
            own = f"{prefix}{box.id}-"
            drawn = svg(inside, chosen, own, style.budget, whole.boxes, without=without)
            found[box.id] = in_theme(drawn, style.theme)
    return found


def _inside(closed: Picture, whole: Picture, card: Box) -> Picture:
    """The picture of what a card hides, its result and the constants in it among them."""
    nodes = closed.reading.composites[card.node].inside
    shown = [box for box in whole.boxes if box.node in nodes]
    outer = {use.id for use in card.operands}
    uses = {use.id for box in shown for use in box.operands}
    kept = {box.id for box in shown}
    kept |= {box.id for box in whole.boxes if box.kind == "constant" and box.id in uses} - outer
    boxes = [box for box in whole.boxes if box.id in kept]
    return Picture(boxes, "", whole.reading)
