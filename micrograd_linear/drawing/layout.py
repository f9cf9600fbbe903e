"""How a picture is laid out so that it fits on a screen: its direction, how much stands on a card,
and in how many columns a long calculation goes on.

Sizes are estimated here, without laying anything out, so that every format has the same answer.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from .options import Style
from .picture import Box, Picture

SCREEN = 1080.0, 675.0  # points: 1440 x 900 pixels
BESIDE, ABOVE = (640.0, 540.0), (1050.0, 320.0)  # where the picture is in a page of that size
LEGIBLE = 0.75  # at this scale the smallest text, at a line, still has 9 pixels
LEGIBLE_IN_PAGE = 0.62  # in a page all text is as large as that of cards, and has 9 pixels
MANY = 25  # boxes; with more of them, cards are brief
_OPERATION = 45.0, 30.0
_GAP = 25.0
_MOST_COLUMNS = 8
_WIDE = 5  # operations in a row; more go from top to bottom where both ways fit


@dataclass(frozen=True)
class Layout:
    """``direction`` "LR" or "TB"; ``brief`` cards have one line of numbers each; ``columns`` {id of
    a box: the column, or the row from left to right, in which it stands}.
    """

    direction: str
    brief: bool = False
    columns: dict[str, int] | None = None
    scale: float = 0.0  # about that by which it is made smaller to fit on a screen

    @property
    def is_legible(self) -> bool:
        """Whether all its text can be read where all of it is on a screen."""
        return self.scale >= LEGIBLE

    def goes_on(self, one: str, other: str) -> bool:
        """Whether a line leads from one column into another."""
        columns = self.columns or {}
        return columns.get(one) != columns.get(other)


def layout_in_page(picture: Picture, style: Style) -> Layout:
    """The layout that is most legible in a page, where what is explained stands beside the picture
    or, if the picture is wide, below.
    """
    beside, above = (layout(picture, style, pane) for pane in (BESIDE, ABOVE))
    return beside if beside.scale >= min(above.scale, LEGIBLE_IN_PAGE) else above


def layout(
    picture: Picture,
    style: Style,
    screen: tuple[float, float] | None = None,
    brief: bool | None = None,
) -> Layout:
    """The layout of a picture in the direction asked for, else in the one that fits best on a
    ``screen``, in points. In a page, which has its own, all cards are small. ``brief`` says that
    cards are, or are not.
    """
    ranks = _ranks(picture)
    many = len(picture.boxes) > MANY
    cards = (False,) if picture.in_full else (True,) if many else (False, True)
    cards = cards if brief is None else (brief,)
    in_page, screen = screen is not None, screen or SCREEN
    least = LEGIBLE_IN_PAGE if in_page else LEGIBLE
    best = Layout(style.direction or "LR", cards[0])
    for is_brief in cards:
        is_long = picture.depth > _WIDE and not is_brief
        directions = ("TB", "LR") if is_long else ("LR", "TB")
        if style.direction:
            directions = (style.direction,)
        for count in range(1, _MOST_COLUMNS + 1):
            for direction in directions:
                if count > 1 and (not is_brief or picture.clusters):
                    continue
                columns = _columns(ranks, count)
                scale = _scale(picture, ranks, columns, direction, is_brief, in_page, screen)
                if scale > 1.1 * best.scale:
                    best = Layout(direction, is_brief, columns if count > 1 else None, scale)
                if best.scale >= least:
                    return best
    return best


def _ranks(picture: Picture) -> dict[str, int]:
    """How many operations a box is away from the start; leaves stand beside what uses them."""
    ranks: dict[str, int] = {}
    users: dict[str, list[str]] = defaultdict(list)
    for box in picture.boxes:
        before = [ranks[use.id] for use in box.operands if use.id in ranks]
        ranks[box.id] = 1 + max(before, default=0) if box.operands else 0
        for use in box.operands:
            users[use.id].append(box.id)
    for box in picture.boxes:
        if not box.operands and users[box.id]:
            ranks[box.id] = min(ranks[id] for id in users[box.id]) - 1
    return ranks


def _columns(ranks: dict[str, int], count: int) -> dict[str, int]:
    """{id: column} for so many columns of equally many steps."""
    steps = max(ranks.values()) + 1
    return {id: rank * count // steps for id, rank in ranks.items()}


def _scale(
    picture: Picture,
    ranks: dict[str, int],
    columns: dict[str, int],
    direction: str,
    brief: bool,
    in_page: bool,
    screen: tuple[float, float],
) -> float:
    """By how much the picture is to be made smaller to fit on a screen, about."""
    along: dict[int, float] = defaultdict(float)  # the flow, at each rank
    across: dict[int, float] = defaultdict(float)
    turned = direction == "TB"
    for box in picture.boxes:
        width, height = brief_size(box) if brief or in_page else card_size(box)
        own = (height, width) if turned else (width, height)
        rank = ranks[box.id]
        extra = 0.0 if brief or not box.symbol else _OPERATION[turned] + _GAP
        along[rank] = max(along[rank], own[0] + extra + _GAP)
        across[rank] += own[1] + 0.6 * _GAP
    lengths: dict[int, float] = defaultdict(float)
    breadths: dict[int, float] = defaultdict(float)
    column_of = {rank: columns[id] for id, rank in ranks.items()}
    for rank, length in along.items():
        lengths[column_of[rank]] += length
        breadths[column_of[rank]] = max(breadths[column_of[rank]], across[rank])
    long = 1.0 if in_page or turned else 1.18 if brief else 1.2  # lines and labels take room, too
    size = long * max(lengths.values()), sum(breadths.values())
    width, height = size[::-1] if turned else size
    return min(screen[0] / width, screen[1] / height, 1.0)


def card_size(box: Box) -> tuple[float, float]:
    """The size of a card with its numbers, in points, about."""
    first = box.shown["data"]
    if first.shape == () or first.size <= 1:
        return 90.0, 55.0
    if first.in_full and first.cells is not None:
        rows, columns = first.cells.shape
        width, height = 47.0 * columns, 16.0 * rows
        if columns <= 3 and rows > 1:
            return 2 * width + 30, height + 55
        return width + 20, 2 * height + 80
    rows = 8 if first.cells is None else first.cells.shape[0]
    return 165.0, 2 * max(60.0, 11.0 * rows) + 80


def brief_size(box: Box) -> tuple[float, float]:
    """The size of a card with one line of numbers, in points, about."""
    words = len(box.title or box.id) + len(box.about) + 3
    return max(110.0, 5.8 * max(words, len(box.symbol) + 4)), 62.0
