"""What both levels share: the order of a graph's nodes, and what a node shows.

Operands exist before the result they make, so the order of creation IS a topological order: no
depth-first search, no recursion, and the same order in every run.
"""

from __future__ import annotations

import itertools
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from . import versions

# next(creation) is the age of the next node; one C call, safe between threads.
creation = itertools.count()
_created = attrgetter("created")


class Node(Protocol):
    """What every reader may read of a node, whether a ``Value`` or a ``Tensor``.

    A result of a ``Module`` has ``module_calls`` as well: (module, age of the graph when it was
    called, the same of the calls inside it).
    """

    name: str  # the user's name for it, or ""
    created: int  # it grows with every node recorded

    @property
    def operation(self) -> str:
        """The name of the rule that made it, or "" for a leaf."""
        ...

    @property
    def static(self) -> dict[str, Any]:
        """The rule's keyword arguments."""
        ...

    @property
    def operands(self) -> tuple[Any, ...]:
        """Nodes, or plain numbers and arrays, which are constants; in the rule's order."""
        ...

    @property
    def read(self) -> Any:
        """The numbers or arrays that were read from the operands.

        They are others than theirs, if theirs were changed since.
        """
        ...

    @property
    def current(self) -> Any:
        """The number or the array, for reading only."""
        ...

    @property
    def data(self) -> Any: ...

    @property
    def grad(self) -> Any: ...

    @property
    def requires_grad(self) -> bool: ...

    @property
    def shape(self) -> tuple[int, ...]: ...

    def describe(self) -> str:
        """The node in an error message."""
        ...

    def gradients(self, gradient: Any = ...) -> dict[Any, Any]:
        """{node: dL/d(node)} for a gradient dL/d(this node); changes no ``grad``."""
        ...

    def contributions(self, gradient: Any) -> list[tuple[Any, Any]]:
        """What a gradient of this node adds to that of each operand."""
        ...


AnyNode = TypeVar("AnyNode", bound=Node)


def is_node(operand: object) -> bool:
    """True for a ``Value`` or a ``Tensor``; False for the plain number or array of a constant."""
    return hasattr(operand, "operands")


def topological_order(root: AnyNode) -> list[AnyNode]:
    """Every node that ``root`` was computed from, ``root`` last; operands come before results.

    >>> from micrograd_linear import Value
    >>> x = Value(3, "x"); y = x * x; y.name = "y"
    >>> [node.name for node in topological_order(y)]
    ['x', 'y']
    """
    seen = {root}
    order = [root]
    for node in order:  # grows while it is walked
        if versions.exist:
            versions.settle(node)
        for operand in node.operands:
            if hasattr(operand, "operands") and operand not in seen:
                seen.add(operand)
                order.append(operand)
    order.sort(key=_created)
    return order
