"""``EngineFacts``: what the engine says of a graph, computed once for all gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine.graph import Node, topological_order
from ..engine.names import unique_names
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
        """The name of each node, which no other has."""
        return unique_names(self.order)

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
