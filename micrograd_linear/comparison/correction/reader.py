"""Reads the trace of a backward pass from its first visit to its last: which numbers are right, and
which only follow from wrong ones.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..styles import naming
from .accounts import Account
from .known import Known, alike, is_plain, meant_by
from .routine import Routine, Step
from .standing import Standing, arrays_of, standing_of
from .trace import Trace, Visit

_MOST_WRITERS = 10


@dataclass
class _State:
    """What is known of a name's present value, and who wrote it."""

    standing: Standing
    is_tainted: bool
    writers: tuple[tuple[Account, Visit], ...] = ()  # of what is unknown, or only a part
    writer: tuple[Account, Visit] | None = None


class Reader:
    """Reads a trace from its first visit to its last."""

    def __init__(self, trace: Trace, known: Known, stems: set[str]) -> None:
        self.trace, self.known, self.stems = trace, known, stems
        self.accounts = {step: Account(step) for step in trace.visits}
        self.states: dict[tuple[Routine, str], _State] = {}
        self.any_tainted = False
        self.finals = _last_writers(trace)
        self.assembled = _assembled(trace)

    def read(self) -> list[Account]:
        for step, visit in self.trace.order:
            self._visit(step, visit)
        accounts = list(self.accounts.values())
        shared = {step for a in accounts if len(a.blamed_by) > 1 for step in a.blamed_by}
        # Where no statement is wrong by its name, what an unknown one reads may lack a term.
        none_is_wrong = not any(account.origins for account in accounts)
        for account in accounts:
            account.shares = account.step in shared
            if account.origins and _adds_up(account.step):
                self._suspect_loops(account.step)
            is_wrong = account.origins or account.feeds < np.inf or len(account.blamed_by) > 1
            if is_wrong or (none_is_wrong and account.open):
                for step in account.reads_from:
                    self.accounts[step].is_near = True
        return accounts

    def _suspect_loops(self, step: Step) -> None:
        """What is added up wrongly may be added up in the wrong turns."""
        for other, account in self.accounts.items():
            node = other.node
            if isinstance(node, ast.For) and any(part is step.node for part in ast.walk(node)):
                account.is_near = True

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
            self._is_origin(account, visit, read)
        elif standing is Standing.LIKELY and not tainted:
            if all(state.standing is Standing.RIGHT for state in read):
                account.scaled = True
                account.spot = account.spot or visit
                for state in read:
                    if state.writer is not None:
                        state.writer[0].scales.add(account.step)
        elif standing is Standing.RIGHT:
            for state in read:
                if state.standing is Standing.LIKELY and state.writer is not None:
                    state.writer[0].is_convention = True
        elif standing is Standing.UNKNOWN and not tainted:
            account.open += 1
            account.spot = account.spot or visit
            self._remember(account, read)

    def _is_origin(self, account: Account, visit: Visit, read: list[_State]) -> None:
        """A visit is wrong, and nothing that it read is known to be."""
        unknown = [s for s in read if s.writers or s.standing is Standing.UNKNOWN]
        for state in read:
            if state.writer is not None:
                writer, written = state.writer
                writer.blamed_by.add(account.step)
                writer.spot = writer.spot or written
        self._remember(account, read)
        if not account.origins:
            account.read_right = not unknown
        account.origins.append(visit)
        account.spot = account.origins[0]
        for state in unknown:
            for depth, (writer, written) in enumerate(state.writers):
                writer.feeds = min(writer.feeds, depth)
                writer.spot = writer.spot or written

    def _remember(self, account: Account, read: list[_State]) -> None:
        if not account.reads_from:
            account.reads_from |= {s.writer[0].step for s in read if s.writer is not None}

    def _standing(self, step: Step, visit: Visit, name: str, array: np.ndarray) -> Standing:
        standing = standing_of(name, array, self.known)
        if standing is Standing.WRONG and name in self.assembled.get(step, ()):
            return Standing.UNKNOWN  # what is to be added to it is not there yet
        if standing is Standing.WRONG and not self.known.is_wrong(array) and self._is_local(step):
            return Standing.UNKNOWN
        is_final = visit is self.trace.visits[step][-1] and step in self.finals
        if standing < Standing.WRONG and is_final and naming.plain(meant_by(name)) in self.stems:
            nodes = self.known.nodes_of(name, array.shape)
            whole = [np.asarray(self.known.gradients[node]) for node in nodes]
            if nodes and not any(alike(array, gradient) for gradient in whole):
                return Standing.WRONG
        return standing

    def _is_local(self, step: Step) -> bool:
        """Whether a statement reads no gradient: ``ds = s * (1 - s)`` is a local derivative."""
        names = names_read(step) | (set(step.targets) if _adds_up(step) else set())
        reads = any(meant_by(name) or naming.is_upstream(name) for name in names)
        return self.known.takes_upstream and not reads

    def _read_by(self, step: Step, visit: Visit) -> list[_State]:
        """The states of all that a visit reads."""
        found = []
        names = names_read(step)
        if _adds_up(step):
            names |= set(step.targets)
        for name in names:
            state = self.states.get((step.routine, name))
            if state is None:
                state = self._first_seen(name, visit)
            if state is not None:
                found.append(state)
        returned = [self.states.get((r, "return")) for r in self._called_by(step)]
        return found + [state for state in returned if state is not None]

    def _called_by(self, step: Step) -> list[Routine]:
        """The routines that a statement calls, by their names."""
        called = (
            [n.func for n in ast.walk(step.value) if isinstance(n, ast.Call)] if step.value else []
        )
        names = {getattr(f, "attr", getattr(f, "id", "")) for f in called}
        return [r for r in self.trace.routines.values() if r.code.co_name in names]

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


def _last_writers(trace: Trace) -> set[Step]:
    """The statements that wrote something last."""
    last: dict[tuple[Any, str], Step] = {}
    for step, visit in trace.order:
        for target in visit.after:
            last[step.routine, target] = step
    return set(last.values())


def _assembled(trace: Trace) -> dict[Step, set[str]]:
    """{a statement: the names that it writes and that later statements add something to}"""
    found: dict[Step, set[str]] = {}
    for step in trace.visits:
        if isinstance(step.node, ast.Assign):
            later = [o for o in step.routine.steps if o.number > step.number and _adds_up(o)]
            found[step] = {target for other in later for target in other.targets}
    return found


def _is_start(step: Step) -> bool:
    """Whether a statement only makes the array that others fill: ``dW = np.zeros_like(W)``."""
    value = step.value
    return value is not None and _is_filled(value)


def _is_filled(value: ast.expr) -> bool:
    if isinstance(value, ast.Tuple):
        return all(_is_filled(part) for part in value.elts)
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
