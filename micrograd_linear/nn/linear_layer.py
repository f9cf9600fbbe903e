"""The linear layer y = xW + b."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine.arrays import real_array
from ..engine.tensor import Tensor
from .module import Module

if TYPE_CHECKING:
    from ..foundations.annotations import ArrayLike


class Linear(Module):
    """y = x @ W + b: one matmul node and one broadcast-add node, nothing else.

    ``W`` has shape (in_features, out_features) and ``b`` (1, out_features); x (N, in_features)
    gives y (N, out_features). Both are drawn uniformly from ±1/sqrt(in_features) by ``rng`` (a
    ``numpy.random.Generator``, or a seed; by default a new one). With ``bias=False``, ``b`` is
    None and y = x @ W.

    Raises ``ValueError`` for an x whose last axis is not in_features long.

    >>> layer = Linear(4, 3, rng=0)
    >>> y = layer(np.ones((8, 4)))
    >>> y.operation, y.operands[0].operation, y.shape
    ('add', 'matmul', (8, 3))
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        bias: bool = True,
        rng: np.random.Generator | int | None = None,
    ) -> None:
        for name, size in (("in_features", in_features), ("out_features", out_features)):
            if not isinstance(size, (int, np.integer)) or isinstance(size, bool) or size < 0:
                raise ValueError(f"Linear: {name}: expected an integer from 0 upward, got {size!r}")
        generator = np.random.default_rng(rng)
        bound = 1 / max(in_features, 1) ** 0.5
        self.in_features, self.out_features = int(in_features), int(out_features)
        self.W = Tensor(generator.uniform(-bound, bound, (in_features, out_features)), "W")
        self.b = Tensor(generator.uniform(-bound, bound, (1, out_features)), "b") if bias else None

    def __call__(self, x: ArrayLike) -> Tensor:
        if not isinstance(x, (Tensor, np.ndarray)):
            x = real_array(x, f"{self!r}: x")
        shape = x.shape
        if len(shape) < 2 or shape[-1] != self.in_features:
            name = getattr(x, "name", "") or "x"
            hint = "; one sample is x[None]" if len(shape) == 1 else ""
            raise ValueError(
                f"{self!r}: expected {name} of shape (N, {self.in_features}), got {shape}{hint}"
            )
        y: Any = x @ self.W  # a Tensor for an array x, too
        return y if self.b is None else y + self.b

    def __repr__(self) -> str:
        bias = "" if self.b is not None else ", bias=False"
        return f"Linear({self.in_features}, {self.out_features}{bias})"
