"""What the user's functions compute, statement by statement, in one run."""

from __future__ import annotations

import ast
import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

import numpy as np

from ...engine.graph import is_node
from .routine import Routine, Step

TURNS_KEPT = 64  # visits of a statement whose values are kept
_LARGEST = 100_000  # elements of an array that is copied
_HEAP_TYPE = 1 << 9  # the flag of a class that a program made


@dataclass
class Visit:
    """One run of a statement: the local names before it, and what it wrote, by name; ``held`` is
    what the routine read of its module when it was first run.
    """

    turn: int
    before: dict[str, Any] | None
    after: dict[str, Any] = field(default_factory=dict)
    held: dict[str, Any] = field(default_factory=dict)


@dataclass
class Trace:
    """The visits of each statement, in their order: the first ones, and the last.

    ``turns`` counts those left out, too.
    """

    routines: dict[CodeType, Routine]
    visits: dict[Step, list[Visit]] = field(default_factory=dict)
    turns: dict[Step, int] = field(default_factory=dict)
    order: list[tuple[Step, Visit]] = field(default_factory=list)
    held: dict[Routine, dict[str, Any]] = field(default_factory=dict)
    _latest: dict[Step, Visit] = field(default_factory=dict)  # visits that were not copied

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Record what these routines compute in this time."""
        steps = {code: _by_line(routine) for code, routine in self.routines.items()}

        def enter(frame: FrameType, event: str, arg: object) -> Callable | None:
            by_line = steps.get(frame.f_code)
            if by_line is None:
                return None
            return _Watch(self, by_line).on_event

        before = sys.gettrace()
        sys.settrace(enter)
        try:
            yield
        finally:
            sys.settrace(before)
            for step, visit in self._latest.items():
                self.visits[step].append(visit)
                self.order.append((step, visit))
            self._latest.clear()

    def began(self, step: Step, frame: FrameType) -> Visit | None:
        """A statement is about to run."""
        turn = self.turns.get(step, 0)
        self.turns[step] = turn + 1
        if step.routine not in self.held:
            self.held[step.routine] = _of_module(step.routine, frame.f_globals)
        held = self.held[step.routine]
        if turn >= TURNS_KEPT:
            self._latest.pop(step, None)  # so that they stand in the order of their last visits
            self._latest[step] = Visit(turn, dict(frame.f_locals), held=held)
            return self._latest[step]
        local = {name: kept(x) for name, x in frame.f_locals.items()}
        visit = Visit(turn, local, held=held)
        self.visits.setdefault(step, []).append(visit)
        return visit

    def ended(self, step: Step, visit: Visit) -> None:
        """A statement has run; those of the functions that it called ended before it."""
        if visit.turn < TURNS_KEPT:
            self.order.append((step, visit))


def _of_module(routine: Routine, names: dict[str, Any]) -> dict[str, Any]:
    """The arrays and tables of the module that a routine reads, as they are during the run: a check
    may put others in their place for that time.
    """
    read = {n.id for n in ast.walk(routine.node) if isinstance(n, ast.Name)} & set(names)
    kinds = (np.ndarray, np.number, int, float, dict, list, tuple)
    found = {name: names[name] for name in read}
    return {name: kept(x) for name, x in found.items() if isinstance(x, kinds) or is_node(x)}


def _by_line(routine: Routine) -> dict[int, Step]:
    """The innermost statement on each line."""
    found: dict[int, Step] = {}
    for step in routine.steps:
        for line in range(step.line, step.last_line + 1):
            found.setdefault(line, step)
    return found


class _Watch:
    """The watch over one call of a routine."""

    def __init__(self, trace: Trace, by_line: dict[int, Step]) -> None:
        self.trace, self.by_line = trace, by_line
        self.step: Step | None = None
        self.visit: Visit | None = None

    def on_event(self, frame: FrameType, event: str, arg: object) -> Callable:
        if event == "line":
            step = self.by_line.get(frame.f_lineno)
            again = step is self.step and step is not None and frame.f_lineno != step.line
            if not again:
                self._ended(frame)
                self.step = step
                self.visit = self.trace.began(step, frame) if step is not None else None
        elif event == "return":
            self._ended(frame)
            if self.visit is not None and arg is not None:
                self.visit.after["return"] = kept(arg)
        return self.on_event

    def _ended(self, frame: FrameType) -> None:
        if self.visit is None or self.step is None:
            return
        local = frame.f_locals
        for target in self.step.targets:
            found = read(target, local, frame.f_globals)
            if found is not None:
                is_copied = self.visit.turn < TURNS_KEPT
                self.visit.after[target] = kept(found) if is_copied else found
        self.trace.ended(self.step, self.visit)


def read(text: str, local: dict[str, Any], names: dict[str, Any]) -> Any:
    """The value of a name, an attribute or an item, ``grads["W"]``; None where there is none."""
    if text.isidentifier():
        return local.get(text)
    try:
        return eval(text, names, local)
    except Exception:  # the user's classes may raise anything
        return None


def kept(x: Any, depth: int = 3) -> Any:
    """A copy of what a later statement may change in place."""
    if isinstance(x, np.ndarray):
        return x.copy() if x.size <= _LARGEST else x
    if is_node(x) or depth == 0:
        return x
    if type(x) is dict and len(x) <= 100:
        return {key: kept(value, depth - 1) for key, value in x.items()}
    if type(x) in (list, tuple) and len(x) <= 100:
        return type(x)(kept(value, depth - 1) for value in x)
    return _object_kept(x, depth) if _is_users(x) else x


def _is_users(x: Any) -> bool:
    """Whether a value is an object of a class that was written in Python, with its attributes."""
    cls = type(x)
    plain = cls.__flags__ & _HEAP_TYPE and cls.__new__ is object.__new__
    return bool(plain) and hasattr(x, "__dict__") and not is_node(x)


def _object_kept(x: Any, depth: int) -> Any:
    """Another object of the class, with a copy of what it holds now."""
    made = object.__new__(type(x))
    vars(made).update({name: kept(value, depth - 1) for name, value in vars(x).items()})
    return made
