"""Sums that are begun before a loop: what is set in every turn was meant to be added."""

from __future__ import annotations

import ast
from typing import Any

from .routine import Step

_ZERO = ("zeros", "zeros_like")
_UNWRITTEN = ("empty", "empty_like")


def overwrites_sum(step: Step) -> bool:
    """Whether a statement in a loop sets what was begun with zeros before that loop, as ``total``
    after ``total = 0.0``; or adds to an array that nobody wrote, as after ``np.empty``.
    """
    node = step.node
    if not isinstance(node, (ast.Assign, ast.AugAssign)) or not step.targets:
        return False
    begun = _ZERO if isinstance(node, ast.Assign) else _UNWRITTEN
    for other in step.routine.steps:
        same = other.number < step.number and set(other.targets) & set(step.targets)
        if same and _begins(other.value, begun) and _in_other_loop(step, other):
            return True
    return False


def _begins(value: ast.expr | None, names: tuple[str, ...]) -> bool:
    if isinstance(value, ast.Constant):
        return names is _ZERO and value.value == 0
    function: Any = value.func if isinstance(value, ast.Call) else None
    return getattr(function, "attr", getattr(function, "id", "")) in names


def _in_other_loop(step: Step, other: Step) -> bool:
    """Whether a loop is around a statement, and not around another."""
    for node in ast.walk(step.routine.node):
        if isinstance(node, (ast.For, ast.While)):
            inside = set(ast.walk(node))
            if step.node in inside and other.node not in inside:
                return True
    return False
