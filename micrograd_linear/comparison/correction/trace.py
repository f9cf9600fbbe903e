"""What the user's functions compute, statement by statement, in one run."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from types import CodeType, FrameType
from typing import Any, NamedTuple

import numpy as np

from ...engine.foreign import numbers_of
from ...engine.graph import is_node
from .copies import Copies, copy_of
from .routine import Routine, Step

TURNS_KEPT = 64  # visits of a statement whose values are kept


class Moment(NamedTuple):
    """A time between two statements of a call."""

    copies: Copies
    at: int

    def names(self) -> dict[str, Any]:
        """The local names as they were."""
        return self.copies.at(self.at)


@dataclass
class Visit:
    """One run of a statement: the local names before it, and what it wrote, by name; ``held`` is
    what the routine read of its module when it was first run.
    """

    turn: int
    moment: Moment | dict[str, Any]
    after: dict[str, Any] = field(default_factory=dict)
    held: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def before(self) -> dict[str, Any]:
        """The local names as they were when the statement began."""
        return self.moment if isinstance(self.moment, dict) else self.moment.names()


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

    @cached_property
    def writes_in_place(self) -> bool:
        """Whether a statement of these routines may change an array that exists."""
        watched = frozenset(code.co_name for code in self.routines)
        return any(routine.writes_in_place(watched) for routine in self.routines.values())

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Record what these routines compute in this time."""

        def enter(frame: FrameType, event: str, arg: object) -> Callable | None:
            routine = self.routines.get(frame.f_code)
            return None if routine is None else _Watch(self, routine, frame).on_event

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

    def held_by(self, routine: Routine, frame: FrameType) -> dict[str, Any]:
        """What a routine reads of its module, as it is when the routine is first run."""
        if routine not in self.held:
            self.held[routine] = _of_module(routine, frame.f_globals)
        return self.held[routine]

    def began(self, step: Step, moment: Moment | dict[str, Any], held: dict[str, Any]) -> Visit:
        """A statement is about to run; without copies where it has run often."""
        turn = self.turns.get(step, 0)
        self.turns[step] = turn + 1
        visit = Visit(turn, moment, held=held)
        if turn >= TURNS_KEPT:
            self._latest.pop(step, None)  # so that they stand in the order of their last visits
            self._latest[step] = visit
        else:
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
    kinds = (np.ndarray, np.number, int, float, dict, list, tuple)
    found = {name: names[name] for name in routine.names_read if name in names}
    return {name: copy_of(x, {}) for name, x in found.items() if isinstance(x, kinds) or is_node(x)}


class _Watch:
    """The watch over one call of a routine."""

    def __init__(self, trace: Trace, routine: Routine, frame: FrameType) -> None:
        self.trace, self.by_line = trace, routine.by_line
        self.held = trace.held_by(routine, frame)
        self.copies = Copies(trace.writes_in_place)
        self.step: Step | None = None
        self.visit: Visit | None = None

    def on_event(self, frame: FrameType, event: str, arg: object) -> Callable:
        if event == "line":
            line = frame.f_lineno
            step = self.by_line.get(line)
            if step is None or step is not self.step or line == step.line:
                local = frame.f_locals
                self._ended(local, frame)
                self._began(step, local)
        elif event == "return":
            self._ended(frame.f_locals, frame)
            if self.visit is not None and arg is not None:
                self.visit.after["return"] = numbers_of(copy_of(arg, {}))
        return self.on_event

    def _ended(self, local: dict[str, Any], frame: FrameType) -> None:
        """Write down what the last statement wrote."""
        step, visit = self.step, self.visit
        self.copies.ran(step)
        if step is None or visit is None:
            return
        is_copied = visit.turn < TURNS_KEPT
        held = self.copies.update(local) if is_copied else local
        after = visit.after
        for target in step.names:
            if held.get(target) is not None:
                after[target] = numbers_of(held[target])
        for target in step.places:
            found = read(target, local, frame.f_globals)
            if found is not None:
                after[target] = numbers_of(self.copies.of(found) if is_copied else found)
        self.trace.ended(step, visit)

    def _began(self, step: Step | None, local: dict[str, Any]) -> None:
        self.step = step
        if step is None:
            self.visit = None
            return
        if self.trace.turns.get(step, 0) < TURNS_KEPT:
            self.copies.update(local)
            moment: Moment | dict[str, Any] = Moment(self.copies, len(self.copies.changes))
        else:
            moment = dict(local)
        self.visit = self.trace.began(step, moment, self.held)


def read(text: str, local: dict[str, Any], names: dict[str, Any]) -> Any:
    """The value of a name, an attribute or an item, ``grads["W"]``; None where there is none."""
    if text.isidentifier():
        return local.get(text)
    try:
        return eval(text, names, local)
    except Exception:  # the user's classes may raise anything
        return None
