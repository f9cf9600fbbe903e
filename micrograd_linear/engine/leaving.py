"""Numbers that would leave the graph: whatever reads one, other than on purpose, is refused.

On purpose are ``.item()``, ``.data``, ``.numpy()`` and ``.detach()``. Everything else by which
Python and NumPy read numbers, ``float(t)``, ``math.exp(t)`` or ``buffer[i] = t``, ends in one of
the methods of ``Readable``. A gradient would be lost there without a word, so they raise
``LeftGraph`` for whatever requires one, and read the number of a constant.
"""

import operator
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from . import recording
from .graph import is_node
from .whole_parts import WholeParts

_WAYS_OUT = (
    "Where a constant is meant, write .item() or .data; where not, compute with the node itself: "
    "np.stack([...]) instead of np.array([...]) or a buffer that is filled, "
    "np.broadcast_to(t, shape) instead of np.full(shape, t), "
    "np.exp(t) or mgl.exp(t) instead of math.exp(t)"
)


class LeftGraph(TypeError):
    """A number was about to leave the graph, and its gradient would have been lost.

    ``brief`` says what happened without the ways out.
    """

    def __init__(self, message: str, brief: str = ""):
        super().__init__(message)
        self.brief = brief or message


def left_graph(node: Any, how: str) -> LeftGraph:
    """The error for a node whose number was about to be read; whoever listens is told how."""
    node = getattr(node, "element_of", node)
    recording.note_left(node, how)
    return LeftGraph(
        f"{node.describe()} requires a gradient, and {how} would cut its number off from the "
        f"graph without a word. {_instead_of_scipy(node)}{_WAYS_OUT}",
        f"{how} reads the number of {node.describe()} out of the graph",
    )


def _instead_of_scipy(node: Any) -> str:
    """The method that computes what a function of SciPy was about to, which makes arrays of its
    arguments, so that it cannot be recorded; "" where no such function reads the node.
    """
    frame, called = sys._getframe(2), ""
    while frame is not None:
        name = frame.f_code.co_name
        if frame.f_globals.get("__name__", "").startswith("scipy.special"):
            called = name if hasattr(type(node), name) else called
        frame = frame.f_back
    given = getattr(node, "name", "") or "t"
    return (
        f"For scipy.special.{called}({given}, ...) write {given}.{called}(...). " if called else ""
    )


def written_into(call: str, inputs: Iterable[Any], out: Any) -> LeftGraph:
    """The error for a result that NumPy would write into ``out``, as ``a += t`` does."""
    nodes = [x for x in inputs if is_node(x)]
    for node in nodes:
        if node.requires_grad:
            recording.note_left(node, call)
    operands = ", ".join(node.describe() for node in nodes) or "arrays"
    place = out.describe() if is_node(out) else f"a plain array {np.shape(out)}"
    return LeftGraph(
        f"{call} of {operands} into {place}: what is recorded is a node of its own, and is not "
        "written into an array that exists; make a new one: a = a + t instead of a += t, "
        "y = np.exp(x) without out=, np.where, np.stack or np.broadcast_to(t, shape) instead of "
        "filling a",
        f"{call} would write {operands} into {place}",
    )


class Readable(WholeParts):
    """Python's conversions to plain numbers, of a node with ``requires_grad`` and ``item()``."""

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def requires_grad(self) -> bool: ...

        def item(self) -> Any: ...

    def __float__(self) -> float:
        if self.requires_grad:
            raise left_graph(self, "float()")
        return float(self.item())

    def __index__(self) -> int:
        if self.requires_grad:
            raise left_graph(self, "its use as an index")
        return operator.index(self.item())
