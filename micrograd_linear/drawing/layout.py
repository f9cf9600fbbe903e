"""How a picture is laid out so that it fits on a screen: its direction, how much stands on a card,
and in how many columns a long calculation goes on.

Sizes are estimated here, without laying anything out, so that every format has the same answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from .heat import Summary
from .labels import in_short
from .options import TEXTS, Style
from .picture import Box, Picture

SCREEN = 1080.0, 675.0  # points: 1440 x 900 pixels
BESIDE, ABOVE = (610.0, 530.0), (1050.0, 338.0)  # where the picture is in a page of that size
LEGIBLE = 0.75  # at this scale the smallest text, at a line, still has 9 pixels
LEGIBLE_IN_PAGE = 0.62  # in a page all text is as large as that of cards, and has 9 pixels
MANY = 25  # boxes; with more of them, cards are brief
SIDE = 4  # an array of at most so many rows and columns is shown in full in a page
_OPERATION = 45.0, 30.0
_GAP = 25.0
_MOST_COLUMNS = 8
MOST_TRIED = 4  # layouts of one page, where the first ones turn out not to be legible
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


def layouts_in_page(picture: Picture, style: Style) -> list[Layout]:
    """The layouts that are most legible in a page, the best before the others, where what is
    explained stands beside the picture or, if the picture is wide, below.
    """
    beside, above = (layout(picture, style, pane) for pane in (BESIDE, ABOVE))
    first = beside if beside.scale >= min(above.scale, LEGIBLE_IN_PAGE) else above
    tried = [one for pane in (BESIDE, ABOVE) for one in _tried(picture, style, pane, None)]
    others = sorted(tried, key=lambda one: -one.scale)
    best: dict[tuple, Layout] = {}
    for one in (first, *others):
        columns = len(set((one.columns or {}).values()))
        best.setdefault((one.direction, one.brief, columns), one)
    return list(best.values())[:MOST_TRIED]


def scale_in_page(width: float, height: float) -> float:
    """By how much a picture of that size, in points, is made smaller to fit into a page."""
    panes = (min(pane[0] / width, pane[1] / height) for pane in (BESIDE, ABOVE))
    return max(panes)


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
    least = LEGIBLE if screen is None else LEGIBLE_IN_PAGE
    best: Layout | None = None
    for one in _tried(picture, style, screen, brief):
        if best is None or one.scale > 1.1 * best.scale:
            best = one
        if best.scale >= least:
            break
    assert best is not None, "every picture has a layout"
    return best


def _tried(
    picture: Picture, style: Style, screen: tuple[float, float] | None, brief: bool | None
) -> Iterator[Layout]:
    """Every layout that a picture may have, the simplest first."""
    ranks = _ranks(picture)
    many = len(picture.boxes) > MANY
    cards = (False,) if picture.in_full else (True,) if many else (False, True)
    cards = cards if brief is None else (brief,)
    in_page, (width, height) = screen is not None, screen or SCREEN
    room = width / TEXTS[style.text], height / TEXTS[style.text]
    for is_brief in cards:
        is_long = picture.depth > _WIDE and not is_brief
        directions = ("TB", "LR") if is_long else ("LR", "TB")
        directions = (style.direction,) if style.direction else directions
        for count in range(1, _MOST_COLUMNS + 1):
            for direction in directions:
                if count > 1 and (not is_brief or picture.clusters):
                    continue
                columns = _columns(ranks, count)
                scale = _scale(picture, ranks, columns, direction, is_brief, in_page, room)
                yield Layout(direction, is_brief, columns if count > 1 else None, scale)


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
        width, height = (
            page_size(box, brief) if in_page else brief_size(box) if brief else card_size(box)
        )
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


def page_size(box: Box, brief: bool) -> tuple[float, float]:
    """The size of a card in a page, in points, about."""
    if box.kind == "constant" and box.data.size == 1 and not box.title:
        return 30.0, 20.0
    heading = len(box.title or box.id) + len(box.about) + len(box.symbol) * brief
    lines = [shown for shown in box.shown.values() if shown.size]
    width = max([in_page_width(shown, brief) for shown in lines], default=40.0)
    rows = sum(_places(shown, brief)[0] for shown in lines)
    return max(5.8 * heading, width) + 10.0, 22.0 + 17.0 * rows + 6.0 * (not brief)


def in_page_width(shown: Summary, brief: bool) -> float:
    """The width of a row of numbers, with what stands before it."""
    columns = _places(shown, brief)[1]
    return 40.0 + (48.0 * columns if columns > 1 else 5.6 * max(8, len(in_short(shown))))


def _places(shown: Summary, brief: bool) -> tuple[int, int]:
    """The rows and columns of numbers that a page shows of an array: one for all of a large one."""
    cells = shown.cells
    if brief or not shown.in_full or cells is None or max(cells.shape) > SIDE:
        return 1, 1
    return cells.shape[0], cells.shape[1]


def brief_size(box: Box) -> tuple[float, float]:
    """The size of a card with one line of numbers, in points, about."""
    words = len(box.title or box.id) + len(box.about) + 3
    return max(110.0, 5.8 * max(words, len(box.symbol) + 4)), 62.0
