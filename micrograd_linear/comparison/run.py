"""One run of the user's pair: ``forward`` on plain arrays and on Tensors, and the referee of what
it computes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .pair import Arrays, UnusableLayer, in_words
from .plain import PlainForward
from .recorded import Recorded, Unrecorded, check_same, record, refuse_nothing_to_differentiate
from .referee import Referee, scale_of

_NEARBY = 1e-3  # of an element's size: how far off a point without ties is looked for


@dataclass
class Run:
    """One run of ``forward`` on plain arrays, y, and on Tensors, or why the latter stands for
    nothing.
    """

    plain: PlainForward
    backward: Callable | None
    values: Arrays
    y: np.ndarray
    recorded: Recorded | None = None
    unrecorded: Unrecorded | None = None

    @staticmethod
    def of(forward, backward, values, state) -> Run:
        refuse_nothing_to_differentiate(values)
        plain = PlainForward(forward, backward, state)
        y = plain.result(plain.returned(values), list(values))
        if not np.isfinite(y).all():
            raise UnusableLayer(
                f"forward's result is not finite for these inputs ({in_words(values)}); "
                "give inputs where it is, as arrays"
            )
        run = Run(plain, backward, values, y)
        try:
            run.recorded = _same_recorded(plain, values, y)
        except Unrecorded as why:
            run.give_up_graph(why)
        return run

    def give_up_graph(self, why: Unrecorded) -> None:
        """Let no recorded graph stand for the function."""
        self.recorded, self.unrecorded = None, why

    def differentiable(self) -> list[str]:
        """The names of the arguments that have a gradient."""
        return [name for name, value in self.values.items() if value.dtype.kind == "f"]

    def between(self) -> list[str]:
        """The names of the results in between that a gradient may be handed in of."""
        if self.recorded:
            return list(self.recorded.between)
        return [name for name in self.plain.locals if name not in self.values]


def _same_recorded(plain, values, y) -> Recorded:
    """The recorded run, with the module's arrays as they are, or else as constants; the first
    error where neither has the numbers of the plain one.
    """
    first = None
    for constants in (False, True):
        try:
            recorded = record(plain, values, constants)
            check_same(recorded, y, plain)
            return recorded
        except Unrecorded as why:
            first = first or why
    assert first is not None
    raise first


def engine_gradient(run, name):
    tensor = run.recorded.arguments[name]
    return np.zeros(tensor.shape, tensor.dtype) if tensor.grad is None else tensor.grad


def referee_of(run, dy, rng):
    try:
        return Referee(run.plain, run.values, dy, rng)
    except UnusableLayer:  # forward takes arrays of its own type alone
        types = {name: value.dtype for name, value in run.values.items()}
        return Referee(
            lambda x: run.plain({k: v.astype(types[k]) for k, v in x.items()}), run.values, dy, rng
        )


def nearby_values(run: Run, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """The values of a run, moved a little, so that no two numbers of floating point are tied."""
    moved = {}
    for name, value in run.values.items():
        if value.dtype.kind == "f":
            step = _NEARBY * scale_of(value.astype(np.float64)) * rng.normal(size=value.shape)
            value = (value + step).astype(value.dtype)
        moved[name] = value
    return moved
