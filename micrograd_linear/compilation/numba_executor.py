"""Replays a schedule by compiled loops, which are the same for every graph.

They need Numba, which the extra ``fast`` installs.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from .codes import CODES, unknown_operation


def executor(schedule):
    """The executor of a schedule, or an ``ImportError`` that names the extra to install."""
    try:
        import numba  # noqa: F401
    except ImportError:
        raise ImportError(
            "compile: executor 'numba' needs Numba; install it with pip install "
            "'micrograd_linear[fast]', or choose executor='numpy'"
        ) from None
    return NumbaExecutor(schedule)


class CompiledLoop(Protocol):
    """What Numba makes of a function of arrays; ``stats`` tell where it is kept."""

    stats: Any

    def __call__(self, *arrays: Any) -> Any: ...


class NumbaExecutor:
    """``run(inputs, indices)`` -> (the result, the gradients of the differentiated inputs).

    ``run_batch`` does the same for rows of inputs.
    """

    _loops: dict[int, tuple[CompiledLoop, CompiledLoop]] = {}  # {how many codes they know: they}

    def __init__(self, schedule):
        self.schedule = schedule
        s = schedule
        self.arrays = s.code, s.back, s.left, s.right, s.start, s.terms, s.root
        self.values, self.gradients = np.empty(s.size), np.empty(s.size)
        self.values[s.inputs : s.leaves] = s.constants

    def run(self, inputs, indices):
        self.values[: self.schedule.inputs] = inputs
        replay, _ = self.loops()
        unknown, _ = replay(*self.arrays, self.values, indices, self.gradients)
        if unknown >= 0:
            raise unknown_operation("numba", unknown)
        return float(self.values[self.schedule.root]), self.gradients[
            : self.schedule.differentiated
        ]

    def run_batch(self, inputs, indices):
        results, found = (
            np.empty(len(inputs)),
            np.empty((len(inputs), self.schedule.differentiated)),
        )
        _, replay_batch = self.loops()
        unknown, _ = replay_batch(
            *self.arrays, self.values, self.gradients, inputs, indices, results, found
        )
        if unknown >= 0:
            raise unknown_operation("numba", unknown)
        return results, found

    def describe(self):
        """In words, with where the compiled loops are kept."""
        path = self.loops()[0].stats.cache_path
        kept = (
            f"kept in {path}"
            if path
            else "compiled anew in every process, since Numba finds no folder to keep them in"
        )
        return (
            "Numba; its loops are the same for every graph, are compiled once, in some ten "
            f"seconds, and are {kept}"
        )

    def loops(self) -> tuple[CompiledLoop, CompiledLoop]:
        """The compiled loops. Those of the everyday operations are made in half the time, so that
        the others have loops of their own; these are made anew when there are operations that they
        lack.
        """
        codes = np.append(self.schedule.code, self.schedule.back)
        everyday = bool((codes < CODES.everyday).all())
        known = CODES.everyday if everyday else len(CODES.rules)
        if known not in self._loops:
            from . import kernels

            try:
                self._loops[known] = kernels.loops(True, known)
            except RuntimeError as error:  # Numba finds no folder that it may write to
                if "cache" not in str(error):
                    raise
                self._loops[known] = kernels.loops(False, known)
        return self._loops[known]
