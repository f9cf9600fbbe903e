"""What can be asked of a drawing, checked."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from ..engine.graph import is_node
from .theme import THEMES

ALL = ("name", "shape", "data", "grad")
VIEWS, LEVELS, DIRECTIONS = ("auto", "full", "folded"), ("auto", "scalar"), ("LR", "TB")
TEXTS = {"normal": 1.0, "large": 1.6}  # how large text is where a picture fills a screen


@dataclass(frozen=True)
class Style:
    """How a picture is rendered: see ``draw``. ``direction`` None is the one that suits the
    picture.
    """

    direction: str | None = None
    show: tuple[str, ...] = ALL
    heat: bool = True
    theme: str = "auto"
    text: str = "normal"
    budget: float = 10.0


def check_graph(
    node: Any,
    view: Any,
    backward: Any,
    check: Any,
    max_nodes: Any,
    focus: Any,
    depth: Any,
    level: Any,
) -> None:
    """Raise for whatever ``draw`` cannot do with a graph."""
    if not is_node(node):
        raise TypeError(f"draw: expected a Value or a Tensor, got {type(node).__name__}")
    if not _is_integer(max_nodes) or max_nodes < 1:
        raise ValueError(f"draw: max_nodes: expected a positive integer, got {max_nodes!r}")
    if check is not None and not hasattr(check, "first_wrong"):
        raise TypeError(
            "draw: check: expected a Comparison, as compare() returns it, "
            f"got {type(check).__name__}"
        )
    opened_cards(view)
    _check_choice("level", level, LEVELS)
    _check_flag("backward", backward)
    if depth is not None and (not _is_integer(depth) or depth < 0):
        raise ValueError(f"draw: depth: expected an integer from 0 upward, got {depth!r}")
    if level == "scalar" and check is not None:
        raise ValueError("draw: level 'scalar' shows no comparison; leave out check")
    if level == "scalar" and (view != "auto" or focus is not None or depth is not None):
        raise ValueError(
            "draw: level 'scalar' shows all numbers of a small graph; "
            "leave out view, focus and depth"
        )


def opened_cards(view: Any) -> str | tuple[Any, ...]:
    """ "auto", "full" or "folded", or the cards that are open, by name or as nodes.

    Raises ``TypeError`` for what is neither.
    """
    if isinstance(view, str) and view in VIEWS:
        return view
    cards = tuple(view) if isinstance(view, (list, tuple)) else (view,)
    if not cards or not all(isinstance(card, str) or is_node(card) for card in cards):
        raise TypeError(
            f"draw: view: expected {', '.join(map(repr, VIEWS))}, a card to open, or a list of "
            f"them, by name or as nodes; got {view!r}"
        )
    return cards


def style(direction: Any, show: Any, heat: Any, theme: Any, size: Any, budget: Any) -> Style:
    """The ``Style``; raises ``ValueError`` or ``TypeError`` for what is none."""
    if direction is not None:
        _check_choice("direction", direction, DIRECTIONS)
    _check_choice("theme", theme, THEMES)
    _check_choice("text", size, tuple(TEXTS))
    _check_flag("heat", heat)
    if (
        isinstance(show, str)
        or not isinstance(show, (tuple, list, set, frozenset))
        or not set(show) <= set(ALL)
    ):
        raise ValueError(
            f"draw: show: expected a tuple of some of {', '.join(map(repr, ALL))}, got {show!r}"
        )
    if (
        not isinstance(budget, numbers.Real)
        or isinstance(budget, bool)
        or not 0 < float(budget) < math.inf
    ):
        raise ValueError(f"draw: budget: expected a positive number of seconds, got {budget!r}")
    words = tuple(word for word in ALL if word in show)
    return Style(direction, words, bool(heat), theme, size, float(budget))


def _is_integer(x: Any) -> TypeGuard[int]:
    return isinstance(x, numbers.Integral) and not isinstance(x, bool)


def _check_choice(name: str, choice: Any, choices: Sequence[str]) -> None:
    if not isinstance(choice, str) or choice not in choices:
        raise ValueError(
            f"draw: {name}: expected {', '.join(map(repr, choices[:-1]))} or {choices[-1]!r}, "
            f"got {choice!r}"
        )


def _check_flag(name: str, flag: Any) -> None:
    if flag not in (True, False):
        raise ValueError(f"draw: {name}: expected True or False, got {flag!r}")
