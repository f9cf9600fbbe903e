"""The user's forward function on Tensors: the graph that explains, where there is one."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ..engine import recording, versions
from ..engine.graph import topological_order
from ..engine.leaving import LeftGraph
from ..engine.tensor import Tensor
from ..foundations.place import Statement, message_of
from .pair import Arrays, UnusableLayer, result_of
from .plain import PlainForward, observed
from .recording_numpy import seen_by
from .statement import current_statement, statement_of

# Recorded and plain operations may add up in another order; a graph that lost something is far off.
_SAME = {2: 1e-2, 4: 1e-3}
_SAME_DOUBLE = 1e-7


@dataclass
class Recorded:
    """A recorded run: the result y, its arguments, and where numbers were read out of the graph on
    purpose.
    """

    y: Tensor
    arguments: dict[str, Any]
    left: list[tuple[Statement | None, str]] = field(default_factory=list)

    @cached_property
    def between(self) -> dict[str, Tensor]:
        """The named results on the way to y."""
        nodes = topological_order(self.y)
        return {
            node.name: node for node in nodes if node.operands and node.name and node is not self.y
        }


class Unrecorded(Exception):
    """Forward runs on arrays, and no graph stands for it: ``why``, and the statement that is to
    blame.
    """

    def __init__(self, why: str, statement: Statement | str | None = None):
        super().__init__(why)
        self.why, self.statement = why, statement

    def __str__(self) -> str:
        at = f" ({self.statement})" if self.statement else ""
        return f"forward cannot be recorded{at}: {self.why}"


def record(plain: PlainForward, values: Arrays, constants: bool = False) -> Recorded:
    """Run ``forward`` on Tensors; raises ``Unrecorded`` where no graph stands for it.

    ``constants``: the arrays of the module are Tensors, too, for the time of the run.
    """
    forward, left = plain.forward, []
    arguments = {
        name: Tensor(value, name) if value.dtype.kind == "f" else value.copy()
        for name, value in values.items()
    }

    def note(node, how):
        left.append((current_statement(forward), how))

    def give_name(name, value):
        if isinstance(value, Tensor) and not value.name and name not in arguments:
            value.name = name

    for tensor in arguments.values():
        if isinstance(tensor, Tensor):
            tensor.may_be_written = True  # as in NumPy; its gradient is that of what was passed in
    plain.state.restore()
    try:
        with recording.leaving(note), seen_by(forward, constants=constants):
            returned = observed(forward, give_name)(**arguments)
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        raise Unrecorded(_reason(error), statement_of(error, forward)) from error
    y = result_of(returned, plain.backward, list(values))
    if not isinstance(y, Tensor) or not y.requires_grad:
        raise _independent(y, left)
    recorded = Recorded(y, {name: versions.first(x) for name, x in arguments.items()}, left)
    taken = (*values, *recorded.between)  # y is read here, so that it has its own name, or none
    if not y.name:
        y.name = "result" if "y" in taken else "y"
    return recorded


def _independent(y, left) -> Unrecorded:
    """The error of a result that no argument leads to."""
    if not left:
        got = type(y).__name__
        return Unrecorded(f"it must return one array that depends on its arguments, got {got}")
    statement, how = left[-1]
    return Unrecorded(f"{how} reads a number out of the graph", statement)


def _reason(error: BaseException) -> str:
    """Why forward does not run on Tensors; NumPy hides what a Tensor said behind an error of its
    own.
    """
    for each in (error, error.__cause__):
        if isinstance(each, LeftGraph):
            return each.brief
    words = message_of(error) or type(error).__name__
    return words if words.endswith("...") else words.removesuffix(".")


def check_same(recorded: Recorded, y: np.ndarray, plain: PlainForward) -> None:
    """Raise ``Unrecorded`` where the recorded run computed other numbers than the plain one."""
    found = recorded.y.current
    if found.shape == y.shape and same(found, y):
        return
    where = next(
        (name for name, array in plain.locals.items() if _differs(name, array, recorded)), None
    )
    at = f"; the first variable that differs is {where}" if where else ""
    gap = f"shape {found.shape} for {y.shape}"
    if found.shape == y.shape:
        with np.errstate(all="ignore"):
            gap = f"by up to {np.nanmax(np.absolute(found - y), initial=0.0):.2g}"
    raise Unrecorded(f"on Tensors it computes other numbers than on arrays, {gap}{at}")


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two runs of one function agree but for the order of their additions."""
    largest = float(np.max(np.absolute(np.where(np.isfinite(b), b, 0)), initial=0.0))
    size = min(a.dtype.itemsize, b.dtype.itemsize)
    tolerance = _SAME.get(size, _SAME_DOUBLE)
    with np.errstate(all="ignore"):
        return bool(np.allclose(a, b, rtol=tolerance, atol=tolerance * largest, equal_nan=True))


def _differs(name, array, recorded):
    node = recorded.between.get(name)
    return node is not None and not (node.shape == array.shape and same(node.current, array))


def refuse_nothing_to_differentiate(values: Arrays) -> None:
    """An error where no argument is made of floats."""
    if any(value.dtype.kind == "f" for value in values.values()):
        return
    types = ", ".join(f"{name} is {value.dtype} {value.shape}" for name, value in values.items())
    raise UnusableLayer(
        "forward needs a floating-point argument to differentiate, "
        f"but {types or 'there is none'}; "
        "a shape to be drawn is a tuple: (5, 7)"
    )
