"""Where no value is known: the statements from which a wrong gradient is computed, told by the
names that each reads and writes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from ..styles import naming
from .known import meant_by
from .reader import names_read
from .routine import Routine, Step
from .trace import Trace

_ALONE = 0.3  # only wrong gradients are computed from it
_BOTH = 0.7  # right ones are, too
_NEITHER = 1.5


def penalties(trace: Trace, wrong: set[str], right: set[str]) -> dict[Step, float]:
    """{a statement: how unlikely it is that it is wrong}; nothing where no name tells which
    statements write the wrong gradients. ``wrong`` and ``right`` are plain names of gradients.
    """
    to_wrong, to_right = (_computing(trace, names) for names in (wrong, right))
    if not to_wrong:
        return {}
    found = {}
    for step in trace.visits:
        if step not in to_wrong:
            found[step] = _NEITHER
        else:
            found[step] = _BOTH if step in to_right else _ALONE
    return found


def _computing(trace: Trace, gradients: set[str]) -> set[Step]:
    """The statements from which the gradients of these names are computed."""
    steps = list(trace.visits)
    needed: set[tuple[Routine, str]] = set()
    found: set[Step] = set()
    for step in steps:
        for target in step.targets:
            if naming.plain(meant_by(target)) in gradients:
                needed.add((step.routine, target))
    before = -1
    while before != len(found):
        before = len(found)
        for step in steps:
            if step not in found and any((step.routine, t) in needed for t in _written(step)):
                found.add(step)
                needed |= {(step.routine, name) for name in names_read(step)}
        found |= {s for s in steps if s not in found and _is_around_or_called(s, found)}
        for step in found:
            needed |= {(step.routine, name) for name in names_read(step)}
    return found


def _written(step: Step) -> Iterable[str]:
    """What a statement writes; a view of an array stands for the array, which is written through
    it.
    """
    yield from step.targets
    value = step.value
    while isinstance(value, ast.Subscript):
        value = value.value
    if isinstance(step.node, ast.Assign) and isinstance(value, (ast.Name, ast.Attribute)):
        yield ast.unparse(value)


def _is_around_or_called(step: Step, found: set[Step]) -> bool:
    """Whether a statement decides whether one of these runs, or returns what one of them reads."""
    if isinstance(step.node, (ast.For, ast.While, ast.If)):
        inside = set(ast.walk(step.node))
        return any(other.node in inside for other in found)
    if not isinstance(step.node, (ast.Return, ast.expr)):
        return False
    name = step.routine.code.co_name
    return any(name in _called(other) for other in found)


def _called(step: Step) -> set[str]:
    nodes = ast.walk(step.value) if step.value is not None else ()
    calls = [node.func for node in nodes if isinstance(node, ast.Call)]
    return {getattr(f, "attr", getattr(f, "id", "")) for f in calls}
