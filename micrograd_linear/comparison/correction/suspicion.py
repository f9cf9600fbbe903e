"""Which statements of a backward pass may be wrong: those whose numbers are right are not, and
neither are those that were right as long as what they read was right.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np

from ..styles import naming
from .known import Known, alike, is_plain, meant_by, proportional
from .routine import Routine, Step
from .trace import Trace, Visit


_MOST_WRITERS = 10


class Standing(IntEnum):
    """What is known of numbers."""

    RIGHT = 0  # they are the engine's
    LIKELY = 1  # they are the engine's times a factor, or the engine's of another name
    UNKNOWN = 2
    WRONG = 3  # by its name it is a gradient that has other numbers


@dataclass
class Account:
    """What the visits of a statement were: how often it was right, wrong although all that it read
    was right or unknown (an origin), or wrong after others were.
    """

    step: Step
    standings: list[Standing] = field(default_factory=list)
    origins: list[Visit] = field(default_factory=list)  # wrong ones
    read_right: bool = True  # all that it read at its first origin is right
    feeds: float = np.inf  # it is unknown, and so many statements further on one is wrong
    open: int = 0  # visits that are unknown, and read nothing that is wrong
    tainted: int = 0
    spot: Visit | None = None  # the first visit that may be wrong
    blamed_by: set[Step] = field(default_factory=set)  # the origins that read what it wrote
    reads_from: set[Step] = field(default_factory=set)  # at its spot
    is_near: bool = False  # a suspect reads what it wrote
    scaled: bool = False  # it is times a factor, and what it reads is right
    is_convention: bool = False  # what is right was computed from what it scaled
    shares: bool = False  # what it reads is read by other origins as well

    @property
    def standing(self) -> Standing:
        """The worst of its visits."""
        return max(self.standings, default=Standing.UNKNOWN)

    @property
    def penalty(self) -> float:
        """How much less likely a mistake is here than in the first wrong statement."""
        if len(self.blamed_by) > 1 and not self.origins:
            return 0.1
        if self.origins:
            return 0.0 if self.read_right and not self.shares else 0.2
        if self.feeds < np.inf:
            return 0.1 if self.scaled and not self.is_convention else 0.3 + 0.03 * self.feeds
        if self.is_near:
            return 0.5
        if self.scaled and not self.is_convention:
            return 0.3
        if not self.standings:
            return 1.2 if self.tainted or not isinstance(self.step.node, ast.Return) else 0.4
        if self.open:
            return 0.6
        if Standing.RIGHT in self.standings:
            return 2.2 if self.tainted else 3.0
        return 1.2 if self.tainted else 0.7

    @property
    def is_accused(self) -> bool:
        """Whether it alone can be wrong: by its name it is, and all that it reads is right."""
        return bool(self.origins) and self.read_right and not self.shares


@dataclass
class _State:
    """What is known of a name's present value, and who wrote it."""

    standing: Standing
    is_tainted: bool
    writers: tuple[tuple[Account, Visit], ...] = ()  # of what is unknown, or only a part
    writer: tuple[Account, Visit] | None = None


class _Reader:
    """Reads a trace from its first visit to its last."""

    def __init__(self, trace: Trace, known: Known, stems: set[str]) -> None:
        self.trace, self.known, self.stems = trace, known, stems
        self.accounts = {step: Account(step) for step in trace.visits}
        self.states: dict[tuple[Routine, str], _State] = {}
        self.any_tainted = False
        self.finals = _last_writers(trace)

    def read(self) -> list[Account]:
        for step, visit in self.trace.order:
            self._visit(step, visit)
        accounts = list(self.accounts.values())
        shared = {step for a in accounts if len(a.blamed_by) > 1 for step in a.blamed_by}
        for account in accounts:
            account.shares = account.step in shared
            if account.origins or account.feeds < np.inf or len(account.blamed_by) > 1:
                for step in account.reads_from:
                    self.accounts[step].is_near = True
        return accounts

    def _visit(self, step: Step, visit: Visit) -> None:
        account = self.accounts[step]
        read = self._read_by(step, visit)
        tainted = any(state.is_tainted for state in read)
        account.tainted += tainted
        for name, array in arrays_of(visit).items():
            if is_plain(array) and (_is_start(step) or not self.known.nodes_of(name, array.shape)):
                writers = ((account, visit),) if visit.turn else ()
                self.states[step.routine, name] = _State(Standing.LIKELY, tainted, writers)
                continue
            if _adds_up(step) and visit is not self.trace.visits[step][-1]:
                before = self.states.get((step.routine, name))
                writers = _writers((account, visit), [*([before] if before else []), *read])
                self.states[step.routine, name] = _State(Standing.UNKNOWN, tainted, writers)
                continue
            standing = self._standing(step, visit, name, array)
            account.standings.append(standing)
            self._judged(account, visit, standing, tainted, read)
            # What is a part of a gradient may lack the others.
            is_open = standing in (Standing.UNKNOWN, Standing.LIKELY) or (
                standing is Standing.RIGHT and not self.known.has(array, whole=True)
            )
            writers = ()
            if is_open and not tainted:
                before = self.states.get((step.routine, name))
                above = [before] if before and _adds_up(step) else []
                writers = _writers((account, visit), [*above, *read])
            bad = standing is Standing.WRONG or (standing is Standing.UNKNOWN and tainted)
            is_value = standing is Standing.RIGHT and self.known.is_value(array)
            writer = None if is_value else (account, visit)
            self.states[step.routine, name] = _State(standing, bad, writers, writer)
            self.any_tainted |= bad

    def _judged(
        self,
        account: Account,
        visit: Visit,
        standing: Standing,
        tainted: bool,
        read: list[_State],
    ) -> None:
        if standing is Standing.WRONG and not tainted:
            unknown = [s for s in read if s.writers or s.standing is Standing.UNKNOWN]
            for state in read:
                if state.writer is not None:
                    state.writer[0].blamed_by.add(account.step)
                    state.writer[0].spot = state.writer[0].spot or state.writer[1]
            self._remember(account, read)
            if not account.origins:
                account.read_right = not unknown
            account.origins.append(visit)
            account.spot = account.origins[0]
            for state in unknown:
                for depth, (writer, written) in enumerate(state.writers):
                    writer.feeds = min(writer.feeds, depth)
                    writer.spot = writer.spot or written
        elif standing is Standing.LIKELY and not tainted:
            if all(state.standing is Standing.RIGHT for state in read):
                account.scaled = True
                account.spot = account.spot or visit
        elif standing is Standing.RIGHT:
            for state in read:
                if state.standing is Standing.LIKELY and state.writer is not None:
                    state.writer[0].is_convention = True
        elif standing is Standing.UNKNOWN and not tainted:
            account.open += 1
            account.spot = account.spot or visit
            self._remember(account, read)

    def _remember(self, account: Account, read: list[_State]) -> None:
        if not account.reads_from:
            account.reads_from |= {s.writer[0].step for s in read if s.writer is not None}

    def _standing(self, step: Step, visit: Visit, name: str, array: np.ndarray) -> Standing:
        standing = standing_of(name, array, self.known)
        is_final = visit is self.trace.visits[step][-1] and step in self.finals
        if standing < Standing.WRONG and is_final and naming.plain(meant_by(name)) in self.stems:
            nodes = self.known.nodes_of(name, array.shape)
            whole = [np.asarray(self.known.gradients[node]) for node in nodes]
            if nodes and not any(alike(array, gradient) for gradient in whole):
                return Standing.WRONG
        return standing

    def _read_by(self, step: Step, visit: Visit) -> list[_State]:
        """The states of all that a visit reads."""
        found = []
        names = names_read(step)
        if isinstance(step.node, ast.AugAssign):
            names |= set(step.targets)
        for name in names:
            state = self.states.get((step.routine, name))
            if state is None:
                state = self._first_seen(name, visit)
            if state is not None:
                found.append(state)
        return found

    def _first_seen(self, name: str, visit: Visit) -> _State | None:
        """The state of a parameter, by its numbers."""
        value = (visit.before or {}).get(name)
        if not isinstance(value, np.ndarray) or is_plain(value):
            return None
        if self.known.has(value) or self.known.has_multiple(value):
            return _State(Standing.RIGHT, False)
        return _State(Standing.UNKNOWN, self.any_tainted)


def _writers(own: tuple[Account, Visit], read: list[_State]) -> tuple[tuple[Account, Visit], ...]:
    """Who wrote what is not known to be right: a statement, and those before it that it read."""
    found = [own]
    for state in read:
        found += [writer for writer in state.writers if all(writer[0] is not f[0] for f in found)]
    return tuple(found[:_MOST_WRITERS])


@dataclass(frozen=True)
class Suspect:
    """A statement, how unlikely a mistake is in it, and the account of its visits."""

    step: Step
    penalty: float
    account: Account

    @property
    def standing(self) -> Standing:
        """The worst that is known of its numbers."""
        return self.account.standing


def likelier(trace: Trace, known: list[Known]) -> Known | None:
    """What is known, for the upstream gradient with which more statements are right."""

    def right(each: Known) -> int:
        found = _Reader(trace, each, set()).read()
        return sum(account.standing is Standing.RIGHT for account in found)

    return max(known, key=right, default=None) if len(known) > 1 else next(iter(known), None)


def suspects(trace: Trace, known: Known | None, wrong: Iterable[str] = ()) -> list[Suspect]:
    """The statements that ran, the likeliest to be wrong first.

    ``wrong`` names the gradients that came out wrong: what is written last by one of their names is
    no part that something is added to.
    """
    if known is None:
        return [Suspect(step, 0.6, Account(step)) for step in trace.visits]
    stems = {naming.plain(naming.last_part(name)) for name in wrong}
    accounts = _Reader(trace, known, stems).read()
    found = [Suspect(account.step, account.penalty, account) for account in accounts]
    return sorted(found, key=lambda s: s.penalty)  # in the order of the run where they are equal


def _last_writers(trace: Trace) -> set[Step]:
    """The statements that wrote something last."""
    last: dict[tuple[Any, str], Step] = {}
    for step, visit in trace.order:
        for target in visit.after:
            last[step.routine, target] = step
    return set(last.values())


def standing_in(visit: Visit, known: Known) -> Standing:
    """The standing of what one visit wrote."""
    found = [standing_of(name, array, known) for name, array in arrays_of(visit).items()]
    return max(found, default=Standing.UNKNOWN)


def gradients_of(visit: Visit) -> dict[str, np.ndarray]:
    """The arrays that a visit wrote by names of gradients."""
    return {name: x for name, x in arrays_of(visit).items() if meant_by(name)}


def arrays_of(visit: Visit) -> dict[str, np.ndarray]:
    """The arrays of floats that a visit wrote."""
    return {
        name: np.asarray(x)
        for name, x in visit.after.items()
        if isinstance(x, (np.ndarray, np.floating, float)) and np.asarray(x).dtype.kind == "f"
    }


def standing_of(name: str, array: np.ndarray, known: Known) -> Standing:
    """The standing of an array by its name and its numbers."""
    nodes = known.nodes_of(name, array.shape)
    if not nodes:
        if known.has(array):
            return Standing.RIGHT
        return Standing.LIKELY if known.has_multiple(array) else Standing.UNKNOWN
    if known.is_gradient_of(array, nodes):
        of_its_shape = any(node.shape == array.shape for node in nodes)
        return Standing.RIGHT if of_its_shape else Standing.WRONG
    ratios = [proportional(array, np.asarray(known.gradients[node])) for node in nodes]
    if any(ratio and ratio > 0 for ratio in ratios):
        return Standing.LIKELY
    if any(ratios):  # the opposite sign
        return Standing.WRONG
    return Standing.LIKELY if known.has(array) else Standing.WRONG


def _is_start(step: Step) -> bool:
    """Whether a statement only makes the array that others fill: ``dW = np.zeros_like(W)``."""
    value = step.value
    if isinstance(value, ast.Call):
        name = getattr(value.func, "attr", getattr(value.func, "id", ""))
        return name.startswith(("zeros", "empty", "ones", "full"))
    return isinstance(value, ast.Constant)


def _adds_up(step: Step) -> bool:
    node = step.node
    if isinstance(node, ast.AugAssign):
        return True
    targets: list[Any] = node.targets if isinstance(node, ast.Assign) else []
    return any(isinstance(target, ast.Subscript) for target in targets)


def names_read(step: Step) -> set[str]:
    """The names that a statement reads, and the attributes and items, as text."""
    nodes = ast.walk(step.value) if step.value is not None else ()
    kinds = (ast.Name, ast.Attribute, ast.Subscript)
    return {ast.unparse(node) for node in nodes if isinstance(node, kinds)}
