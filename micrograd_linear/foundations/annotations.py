"""Names for what public signatures take and give; they are read by type checkers only."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, TypeAlias

from numpy.typing import ArrayLike, DTypeLike

Shape: TypeAlias = tuple[int, ...]
Axis: TypeAlias = int | tuple[int, ...] | list[int] | None
Operand: TypeAlias = ArrayLike  # a Tensor is one too, since it has __array__
# By name or by node, or one array, or the path of a file that NumPy wrote.
Gradients: TypeAlias = Mapping[Any, Any] | ArrayLike | os.PathLike[str]
Tree: TypeAlias = Any  # a number, an array, a Tensor, or a tuple, list or dict of such

__all__ = ["ArrayLike", "Axis", "DTypeLike", "Gradients", "Operand", "Shape", "Tree"]
