"""A call of a function of PyTorch: it is found by its name, and given Tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..engine.foreign import adopted
from ..engine.tensor import Tensor
from . import layers, losses, shapes
from .elementwise import elementwise

_ROOMS = (shapes, layers, losses)
_HALVES = ("__r", "__i", "__")  # of an operator's name: __radd__, __iadd__, __add__


def called(function: Any, arguments: tuple, keywords: Mapping[str, Any] | None = None) -> Any:
    """What a function of PyTorch gives for Tensors: Tensors, recorded.

    Raises ``TypeError`` where the function has no counterpart here.
    """
    name = getattr(function, "__name__", str(function))
    ours = found(name)
    if ours is None:
        raise TypeError(
            f"torch's {name} is not recorded: it has no rule here; write this step with functions "
            "that have one (see the page about PyTorch), or compute it before, as a constant"
        )
    return ours(*map(plain, arguments), **named(keywords or {}))


def named(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Keywords as our functions take them; None stands for one that was not given."""
    return {name: plain(x) for name, x in keywords.items() if x is not None}


def found(name: str) -> Callable | None:
    """Our function for a name of PyTorch's, or of an operator; None where there is none."""
    name = name.removeprefix("linalg_").removeprefix("special_")
    word = name.strip("_") if name.startswith("__") else name.removesuffix("_")
    if name.startswith("__r") and (ours := found(f"__{name[3:]}")) is not None:
        return lambda a, b: ours(b, a)
    for room in _ROOMS:
        ours = room.FUNCTIONS.get(word)
        if ours is not None:
            return ours
    return elementwise(word)


def plain(x: Any) -> Any:
    """An argument as our functions take it: arrays and Tensors in the place of PyTorch's.

    A parameter of PyTorch, which requires a gradient, is a leaf of the graph.
    """
    if isinstance(x, (Tensor, np.ndarray, np.generic, int, float, str, type(None))):
        return x
    held = getattr(x, "tensor", None)
    if isinstance(held, (Tensor, np.ndarray, np.generic)):
        return held
    if isinstance(x, (list, tuple)):
        return type(x)(map(plain, x)) if type(x) in (list, tuple) else tuple(map(plain, x))
    return adopted(x)
