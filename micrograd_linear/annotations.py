"""Names for what public signatures take and give; they are read by type checkers only."""

from __future__ import annotations

from typing import Any, TypeAlias

from numpy.typing import ArrayLike, DTypeLike

Shape: TypeAlias = tuple[int, ...]
Axis: TypeAlias = int | tuple[int, ...] | list[int] | None
Operand: TypeAlias = ArrayLike  # a Tensor is one too, since it has __array__
Tree: TypeAlias = Any  # a number, an array, a Tensor, or a tuple, list or dict of such

__all__ = ["ArrayLike", "Axis", "DTypeLike", "Operand", "Shape", "Tree"]
