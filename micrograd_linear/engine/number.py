"""What may go into a ``Value``: one real number, and a name."""

from __future__ import annotations

from typing import Any

import numpy as np

from .graph import is_node


def number(x: Any, what: str = "Value") -> float:
    """``x`` as a float; a clear error for what is not one real number, or would not be the same."""
    if x.__class__ is float:
        return x
    if is_node(x):
        raise TypeError(
            f"{what}: expected a number, got a {type(x).__name__}; pass its .data to start a new "
            "graph from its number"
        )
    if isinstance(x, np.ndarray) and x.ndim:
        raise TypeError(
            f"{what}: expected one number, got an array of shape {x.shape}; a Value holds one "
            "number, use Tensor for arrays"
        )
    if isinstance(x, np.ndarray):
        x = x[()]
    if isinstance(x, (str, bytes, complex)) or (
        isinstance(x, np.generic) and x.dtype.kind not in "fiub"
    ):
        raise TypeError(f"{what}: expected a real number, got {x!r} ({type(x).__name__})")
    if not hasattr(x, "__float__") and not hasattr(x, "__index__"):
        hint = "; use Tensor for several numbers" if hasattr(x, "__len__") else ""
        raise TypeError(f"{what}: expected a real number, got {x!r} ({type(x).__name__}){hint}")
    try:
        result = float(x)
    except OverflowError:
        raise OverflowError(f"{what}: this {type(x).__name__} is too large for a float") from None
    if isinstance(x, (int, np.integer)) and int(result) != int(x):
        raise OverflowError(
            f"{what}: the integer {x} is not exactly a float (the nearest is {result:.0f}); pass "
            "float(...) to accept that"
        )
    return result


def checked_name(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError(f"name: expected a string, got {name!r} ({type(name).__name__})")
    return name
