"""The search for corrections: edits of the suspected statements, run until the gradients agree."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np

from ..styles import naming
from .accounts import Account
from .candidates import Candidates
from .editor import Edit
from .insertions import Gap, gaps, in_place, insertions
from .known import Known
from .reader import names_read
from .routine import Step
from .scope import Scope, evaluated, reading_texts
from .standing import Standing
from .statements import statement_edits
from .sums import overwrites_sum
from .swap import NotCompiled, edited, filling, swapped
from .trace import Trace
from .trial import Trial

_NEAR = 0.3
_LEVELS = (1.2, 1.45, 1.75, 2.1, 2.6, 3.2, 4.0, 4.8)
_MOST_RUNS = 2500
_MOST_STATEMENTS = 140_000  # of the user's that are run in all


@dataclass
class Found:
    """An edit with which these gradients agree."""

    edit: Edit
    agreeing: frozenset[str]
    penalty: float
    computes: str = ""  # the name whose gradient the statement computes with it

    @property
    def cost(self) -> float:
        """How unlikely it is: the edit itself, and that this statement is wrong."""
        return self.edit.cost + self.penalty


@dataclass
class Search:
    """The edits of a wrong backward pass that make more of its gradients agree.

    They are tried the likeliest first, in levels of their cost, until one makes all agree, or the
    budget is spent. The budget counts runs, not seconds, so that every search can be repeated.
    """

    trial: Trial
    trace: Trace
    known: Known | None
    before: frozenset[str]  # the gradients that agree as it is
    suspects: list[Account]  # the likeliest to be wrong first
    runs: int = 0
    near: float = _NEAR  # what costs so much more than the best is no alternative
    penalties: dict[tuple[Any, str], float] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    steps: list[Found] = field(default_factory=list)  # one statement is right, others are not yet
    first: list[tuple[float, Candidates]] = field(default_factory=list)  # of the likeliest places
    changing: Counter[Step] = field(default_factory=Counter)  # edits in a row that changed forward

    def run(self) -> list[Found]:
        """All edits that help, the likeliest first."""
        self.penalties = _of_targets(self.suspects)
        places: list[tuple[float, Callable[[float], None]]] = []
        for suspect in self.suspects:
            places += self._jobs_of(suspect)
        places += [(_MISSING, self._job_of_gap(gap)) for gap in gaps(self.trace)]
        places.sort(key=lambda place: place[0])
        for penalty, candidates in sorted(self.first, key=lambda each: each[0]):
            self._of_site(candidates, penalty, _DEAREST, promising=True)
        # A value that the engine has as well is seldom a chance: only what is likelier is tried.
        self.near = 0.0 if self.best < np.inf else _NEAR
        for level in _LEVELS:
            if self._is_dearer(level) and self.found:
                level = min(level, self.best + self.near)
            for penalty, job in places:
                if self.runs < self.most_runs:
                    job(min(level, self.best + self.near) - penalty)
            if self._is_dearer(level):
                break
        return sorted(self.found, key=lambda f: (-len(f.agreeing), f.cost))

    @cached_property
    def wanted(self) -> set[str]:
        """The plain names of what the wrong gradients are of."""
        names = set(self.trial.right) - self.before
        return {naming.plain(naming.last_part(name)) for name in names}

    @property
    def most_runs(self) -> int:
        """The budget: of a long loop, fewer runs are made."""
        statements = sum(self.trace.turns.values())
        return min(_MOST_RUNS, _MOST_STATEMENTS // max(statements, 1) + 200)

    def _is_dearer(self, cost: float) -> bool:
        return cost >= self.best + self.near

    @property
    def best(self) -> float:
        """The cost of the likeliest correction of all gradients that was found."""
        whole = [f.cost for f in self.found if len(f.agreeing) == len(self.trial.right)]
        return min(whole, default=np.inf)

    def _jobs_of(self, suspect: Account) -> list[tuple[float, Callable[[float], None]]]:
        step = suspect.step
        visits = self.trace.visits[step]
        spot = suspect.spot
        # In the first turns of nested loops, and in the last ones, their indices are the same.
        among = [visits[0], *visits[2 * len(visits) // 5 : -1][:1], visits[-1]]
        scope = Scope(step, among, reading_texts(step.routine), spot)
        shapes = {right.shape for right in self.trial.right.values()}
        # What is right may be a part only: another term is then looked for.
        is_right = suspect.standing is Standing.RIGHT and suspect.penalty >= _PRIME
        known = None if is_right else self.known
        jobs: list[tuple[float, Callable[[float], None]]] = []
        for site in step.sites:
            candidates = Candidates(step, site, scope, shapes, known)
            returned = _RETURNED if self.known is not None else 2 * _RETURNED
            penalty = suspect.penalty + (returned if _only_returns(step) else 0.0)
            if penalty < _PRIME and site is step.value and step.targets and candidates.can_promise:
                self.first.append((penalty, candidates))
                adds = isinstance(step.node, ast.AugAssign)
                penalty += _UNPROMISING / 2 if adds else _UNPROMISING
            jobs.append((penalty, partial(self._of_site, candidates, penalty)))
        edits = sorted(statement_edits(step), key=lambda edit: edit.cost)
        penalty = min(suspect.penalty, _SUM) if overwrites_sum(step) else suspect.penalty
        jobs.append((penalty, partial(self._of_statement, edits, penalty)))
        return jobs

    def _of_site(
        self, candidates: Candidates, penalty: float, cost: float, promising: bool = False
    ) -> None:
        holder: dict[str, Any] = {}
        names = candidates.scope.module

        def fill(local: dict[str, Any]) -> Any:
            return evaluated(holder["code"], names, local)

        step = candidates.step
        if cost < _LEAST or self._is_forward(step) or candidates.code is None:
            return
        with filling(candidates.step.routine, candidates.code, fill):
            taken = candidates.promising(cost) if promising else candidates.up_to(cost)
            for edit, code in taken:
                holder["code"] = code
                helps = self._run(edit, penalty)
                name = candidates.named_gradient(code) if promising and not helps else ""
                if name:
                    self.steps.append(Found(edit, self.before, penalty, name))
                if self.runs >= self.most_runs or edit.cost + penalty > self.best + self.near:
                    break
                if self._is_forward(step):
                    break

    def _of_statement(self, edits: list[Edit], penalty: float, cost: float) -> None:
        while edits and edits[0].cost <= cost and self.runs < self.most_runs:
            edit = edits.pop(0)
            if self._is_forward(edit.step):
                continue
            try:
                codes = edited(edit.step.routine, edit.changes)
            except NotCompiled:
                continue
            with swapped(codes):
                self._run(edit, penalty)

    def _job_of_gap(self, gap: Gap) -> Callable[[float], None]:
        waiting: list[tuple[float, Edit]] | None = None

        def penalty_of(target: str) -> float:
            return self.penalties.get((gap.step.routine, target), 0.6)

        def job(cost: float) -> None:
            nonlocal waiting
            if waiting is None:
                edits = list(insertions(gap, self.known, penalty_of, self.wanted))
                priced = [(penalty_of(_target(edit)) + _MISSING, edit) for edit in edits]
                waiting = sorted(priced, key=lambda each: each[0] + each[1].cost)
            limit = cost + _MISSING
            now = [each for each in waiting if each[0] + each[1].cost <= limit]
            waiting = waiting[len(now) :]
            if now:
                self._of_gap(gap, now)

        return job

    def _of_gap(self, gap: Gap, edits: list[tuple[float, Edit]]) -> None:
        holder: dict[str, Any] = {}

        def fill(local: dict[str, Any]) -> None:
            exec(holder["code"], gap.scope.module, local)

        try:
            code = gap.code
        except NotCompiled:
            return
        with filling(gap.step.routine, code, fill):
            for penalty, edit in edits:
                if self.runs >= self.most_runs:
                    break
                holder["code"] = compile(in_place(edit.value or ""), "<correction>", "exec")
                self._run(edit, penalty)

    def _is_forward(self, step: Step) -> bool:
        """Whether a statement belongs to the forward pass, which is right: edits change that."""
        return self.changing[step] >= _FORWARD

    def _run(self, edit: Edit, penalty: float) -> bool:
        """Whether more gradients agree with an edit."""
        self.runs += 1
        agreeing = self.trial.agreeing(self.trial.gradients())
        changes = self.trial.changed_forward and edit.adds_after is None
        self.changing[edit.step] = self.changing[edit.step] + 1 if changes else 0
        helps = agreeing > self.before
        if helps:
            self.found.append(Found(edit, agreeing, penalty))
        return helps


_UNPROMISING = 0.5  # how much less likely a value is right that the engine does not have
_SUM = 0.3  # the penalty of a statement that sets what should be a sum
_RETURNED = 0.5
_PRIME = 0.65  # the penalty of a statement that is suspected first
_DEAREST = 2.2
_LEAST = 0.9  # the cost of the likeliest edit
_FORWARD = 3  # edits that change forward, after which a statement is no part of backward
_MISSING = 0.2  # how much less likely a line is missing than wrong


def _only_returns(step: Step) -> bool:
    """Whether a statement returns names as they are: what is wrong is before it."""
    value = step.value
    parts = value.elts if isinstance(value, ast.Tuple) else [value]
    return isinstance(step.node, ast.Return) and all(isinstance(p, ast.Name) for p in parts)


def _of_targets(suspects: list[Account]) -> dict[tuple[Any, str], float]:
    """{(routine, name): how unlikely it is that its array is wrong}, by what writes or reads it."""
    found: dict[tuple[Any, str], float] = {}
    for suspect in suspects:
        own, reads = suspect.step.targets, names_read(suspect.step)
        more = 0.0 if suspect.origins else 0.3
        for name, penalty in [(n, suspect.penalty) for n in own] + [
            (n, suspect.penalty + more) for n in reads
        ]:
            key = suspect.step.routine, name
            found[key] = min(found.get(key, np.inf), penalty)
    return found


def _target(edit: Edit) -> str:
    """What an inserted line writes."""
    return re.split(r"\s*[-+*/]?=", edit.value or "")[0].split("[:")[0].strip()
