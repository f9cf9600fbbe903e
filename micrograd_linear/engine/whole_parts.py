"""``%``, ``//`` and ``divmod`` of a node, and Python's conversions to whole numbers.

A remainder is recorded. A whole number is constant but for its jumps, so that no gradient is lost
where it is read: it is plain, as ``np.floor`` of a node is.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np


class WholeParts:
    """The operators and conversions of a class with ``current``."""

    __slots__ = ()

    def __mod__(self, other: Any) -> Any:
        return np.remainder(self, other)  # pyright: ignore[reportCallIssue, reportArgumentType]

    def __rmod__(self, other: Any) -> Any:
        return np.remainder(other, self)  # pyright: ignore[reportCallIssue, reportArgumentType]

    def __floordiv__(self, other: Any) -> Any:
        return np.floor_divide(self, other)  # pyright: ignore[reportCallIssue, reportArgumentType]

    def __rfloordiv__(self, other: Any) -> Any:
        return np.floor_divide(other, self)  # pyright: ignore[reportCallIssue, reportArgumentType]

    def __divmod__(self, other: Any) -> tuple[Any, Any]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Any, Any]:
        return other // self, other % self

    def __int__(self) -> int:
        return int(_number(self, "int()"))

    def __trunc__(self) -> int:
        return math.trunc(_number(self, "trunc()"))

    def __floor__(self) -> int:
        return math.floor(_number(self, "floor()"))

    def __ceil__(self) -> int:
        return math.ceil(_number(self, "ceil()"))

    def __round__(self, digits: int | None = None) -> float | int:
        return round(_number(self, "round()"), digits)


def _number(node: Any, what: str) -> float | int:
    """The one number of a node."""
    current = node.current
    if not hasattr(current, "shape"):
        return current
    if current.size != 1:
        raise ValueError(
            f"{what} of {node.describe()}: expected one element, got {current.size}; of all "
            "elements np.trunc, np.floor, np.ceil and np.round give plain arrays"
        )
    return current.item()
