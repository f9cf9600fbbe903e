"""``Trial``: the pair with its inputs, run again and again with other code."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import CodeType
from typing import Any

import numpy as np

from ..comparison import Comparison
from ..convention import averaged_of
from ..pair import backward_arguments, gradients_by_name, with_cache
from ..random_state import RandomState
from ..reached import functions_reached
from ..recorded import record
from ..run import Run
from .known import Known, closeness
from .routine import Routine, routine_of
from .trace import Trace

Gradients = dict[str, np.ndarray]
_MEASURED = 1e-4  # how near to each other a slope and a gradient are that are the same


@dataclass
class Trial:
    """``forward`` and ``backward`` on ``values``, with the upstream gradient ``dy``.

    ``right`` are the gradients as they should be, of those that backward gives.
    """

    forward: Callable
    backward: Callable
    values: dict[str, np.ndarray]
    dy: np.ndarray
    run: Run
    state: RandomState
    functions: tuple[Callable, ...]
    right: Gradients
    # Whether the gradients of parameters may be averaged over the samples, as a convention has it.
    forgives: bool = False
    changed_forward: bool = False  # by the code of the last run

    def gradients(self) -> Gradients | None:
        """What backward gives; None where it fails."""
        self.changed_forward = False
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return self._gradients()
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException:  # edited code of the file may raise anything
            return None

    def _gradients(self) -> Gradients:
        returned = self.run.plain.again(self.values)
        y = self.run.plain.result(returned, list(self.values))
        if y.shape != self.run.y.shape or not np.array_equal(y, self.run.y, equal_nan=True):
            self.changed_forward = True
            raise ValueError("the edit changed forward")
        of_dy = with_cache(self.backward, returned, list(self.values))
        given = backward_arguments(of_dy, self.values)
        found = of_dy(self.dy.copy(), **given)
        differentiable = self.run.differentiable()
        named = gradients_by_name(found, self.values, differentiable, self.run.between())
        return {name: np.asarray(g) for name, g in named.items() if g is not None}

    def agreeing(self, found: Gradients | None) -> frozenset[str]:
        """The names of the gradients that are right."""
        if found is None:
            return frozenset()
        names = frozenset(
            name
            for name, right in self.right.items()
            if name in found and _same(found[name], right)
        )
        if not self.forgives or len(names) == len(self.right):
            return names
        return names | averaged_of(found, self.right, self.values)

    def traced(self) -> Trace:
        """The trace of one run of backward; of forward where both are one function."""
        trace = Trace(self._routines(self._gradients))
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with trace.watching():
                self._backward_alone()
            if not trace.visits:
                with trace.watching():
                    self._gradients()
        return trace

    def _backward_alone(self) -> None:
        before = sys.gettrace()
        sys.settrace(None)  # forward is not watched
        returned = self.run.plain.again(self.values)
        of_dy = with_cache(self.backward, returned, list(self.values))
        sys.settrace(before)
        of_dy(self.dy.copy(), **backward_arguments(of_dy, self.values))

    def _routines(self, job: Callable[[], object]) -> dict[CodeType, Routine]:
        """The user's functions that are called in a job."""
        codes: dict[CodeType, None] = {}

        def called(frame: Any, event: str, arg: object) -> None:
            codes[frame.f_code] = None

        reached = functions_reached((*self.functions, self.forward, self.backward))
        before = sys.gettrace()
        sys.settrace(called)
        try:
            job()
        finally:
            sys.settrace(before)
        found = {code: routine_of(reached[code]) for code in codes if code in reached}
        return {code: routine for code, routine in found.items() if routine is not None}

    def known(self, given: Gradients | None) -> list[Known]:
        """What the engine knows of the forward pass, and of what backward gave; nothing where it
        cannot be recorded.

        A backward pass of a loss may not take the gradient of the loss: inside of it that is 1.
        """
        with suppress(Exception):
            trace = Trace(self._routines(lambda: self.run.plain.again(self.values)))
            with trace.watching():
                recorded = record(self.run.plain, self.values)
            seeds = [self.dy] if self.dy.ndim else [np.ones_like(self.dy), self.dy]
            found = [Known.of(recorded.y, seed, trace) for seed in seeds]
            for known, seed in zip(found, seeds, strict=True):
                known.wrong = self._wrong(given or {}, seed)
            return found
        return []

    def _wrong(self, given: Gradients, seed: np.ndarray) -> list[np.ndarray]:
        """The wrong gradients that backward gave, as they are inside of it."""
        agreeing = self.agreeing(given)
        factor = seed / self.dy if not self.dy.ndim and self.dy else 1.0
        return [np.asarray(g * factor) for name, g in given.items() if name not in agreeing]


def right_gradients(comparison: Comparison) -> Gradients:
    """{name: the gradient as it should be} of what was handed in; what a tolerance of the user's
    lets pass is as it should be.
    """
    passed = {r.name for r in comparison.values() if comparison.tolerance and r.status == "close"}
    return {
        result.name: np.asarray(result.hand if result.name in passed else result.engine)
        for result in comparison.values()
        if result.status != "unchecked"
    }


def _same(found: np.ndarray, right: np.ndarray) -> bool:
    if found.shape != right.shape and found.squeeze().shape != right.squeeze().shape:
        return False
    # What was measured by differences is not known everywhere, nor to the last digit.
    seen = np.isfinite(right)
    found, right = found.reshape(right.shape)[seen], right[seen]
    close, least = 100 * max(closeness(found), closeness(right)), 1e-6
    if not seen.all():
        close, least = _MEASURED, _MEASURED / 10
    scale = float(np.abs(right).max(initial=0.0))
    with np.errstate(all="ignore"):
        gap = np.abs(found - right)
    return bool((gap <= close * np.abs(right) + least * scale).all())
