"""``EngineFacts``: what the engine says of a graph, computed once for all gradients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine.graph import Node, is_node, topological_order
from ..engine.names import UniqueNames, unique_names
from ..operations import names as op
from .gross import gross_gradients
from .rounding import EngineErrors

if TYPE_CHECKING:
    from ..foundations.annotations import ArrayLike


@dataclass(frozen=True)
class EngineFacts:
    """The graph under ``root`` and the engine's gradients for dL/d(root) = ``gradient``."""

    root: Node
    gradient: ArrayLike | None

    @cached_property
    def order(self) -> Sequence[Node]:
        """The nodes, oldest first."""
        return topological_order(self.root)

    @cached_property
    def names(self) -> dict[Any, str]:
        """The name of each node, which no other has: of one that the user gave no name, what it is
        made of, where that tells it apart.
        """
        names = unique_names(self.order)
        made = {node: _made_of(node, names) for node in self.order if not node.name}
        counts = Counter([*made.values(), *names.values()])
        unique = UniqueNames(names.values())
        filled = {n: unique.give(words) for n, words in made.items() if words == _FILLED}
        return names | {n: words for n, words in made.items() if counts[words] == 1} | filled

    @cached_property
    def gradients(self) -> dict[Any, Any]:
        """The engine's gradient of each node; no ``.grad`` is touched."""
        given = () if self.gradient is None else (self.gradient,)
        return self.root.gradients(*given)

    @property
    def seed(self) -> Any:
        """dL/d(root)."""
        return self.gradients[self.root]

    @cached_property
    def gross(self) -> dict[Any, np.ndarray]:
        """What each gradient would be if nothing had cancelled."""
        return gross_gradients(self.order, self.gradients)

    @cached_property
    def errors(self) -> EngineErrors:
        """How far the engine's own gradients are off by rounding."""
        return EngineErrors(self.root, self.order, self.gradients, self.gross)


_FILLED = "an array that is filled"
_SHOWN = 40  # characters of what a node is made of


def _made_of(node: Any, names: Mapping[Any, str], depth: int = 2) -> str:
    """``multiply(t, log(p))``; of an array that is filled, its operation says too little."""
    if not node.operands:
        return names[node]
    if node.operation == op.ASSIGN:
        return _FILLED
    shown = [
        names[x] if x.name or not x.operands else _made_of(x, names, depth - 1) if depth else "…"
        for x in node.operands[:4]
        if is_node(x)
    ]
    words = f"{node.operation}({', '.join(shown)})"
    return words if len(words) <= _SHOWN else f"{node.operation}({', '.join('…' for _ in shown)})"
