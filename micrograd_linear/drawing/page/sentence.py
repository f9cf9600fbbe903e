"""What a page shows, in one sentence."""

from __future__ import annotations

from ...foundations.printable import printable
from ..picture import Picture

MOST_NAMES = 4
LONGEST_NAME = 40


def sentence(picture: Picture) -> str:
    """How the result is computed from its leaves, and which gradients flow back."""
    root = picture.boxes[-1]
    result = printable(root.group or root.title or "the result", LONGEST_NAME)
    leaves = [box for box in picture.boxes if box.kind == "leaf"]
    leaves.sort(key=lambda box: box.parameter)
    names = list(dict.fromkeys(box.group or box.title for box in leaves))
    origin = f" from {_listed(names, 'leaves')}" if leaves else ""
    if not root.symbol:
        return f"{result} is a value by itself: nothing was computed from it yet."
    if not picture.seeds or not leaves:
        return f"The run that computed {result}{origin}, one operation a step."
    objective = result if root.data.size == 1 and not root.group else "L"
    gradients = [f"\u2202{objective}/\u2202{name}" for name in names if name]
    found = (
        _listed(gradients, "gradients")
        if len(names) <= MOST_NAMES
        else f"the gradient of {objective} for each"
    )
    return (
        f"The run that computed {result}{origin}, and then, backward, {found}: "
        "one operation a step."
    )


def _listed(names: list[str], kind: str) -> str:
    names = list(dict.fromkeys(printable(name, LONGEST_NAME) for name in names if name))
    if not names:
        return f"its {kind}"
    if len(names) > MOST_NAMES:
        more = len(names) - MOST_NAMES + 1
        return f"{', '.join(names[: MOST_NAMES - 1])} and {more:,} more {kind}"
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
