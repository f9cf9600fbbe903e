"""Lists of Tensors, and arrays of objects that are Tensors, as one Tensor."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..operations import RULES, Rule, is_read
from ..operations import names as op
from .graph import is_node

WEAK = frozenset((float, int))  # Python's numbers take the type of the array they meet
DEEPEST = 64  # NumPy's own bound on the number of axes


def holds_nodes(x: Any, deepest: int = DEEPEST) -> bool:
    """True for a list, or an array of objects, with a Tensor somewhere in it."""
    if isinstance(x, (list, tuple)):
        return deepest > 0 and any(_is_tensor(y) or holds_nodes(y, deepest - 1) for y in x)
    if isinstance(x, np.ndarray) and x.dtype.hasobject:
        return any(map(_is_tensor, x.flat))
    return False


def joined(x: Any) -> Any:
    """Nested lists with Tensors in them as one Tensor, each side by side along a new first axis."""
    if isinstance(x, np.ndarray) and x.dtype.kind == "O":
        return RULES[op.RESHAPE](joined(list(x.flat)), shape=x.shape)
    if is_node(x) or not holds_nodes(x):
        return x
    parts = [joined(item) for item in x]
    types = [part.dtype for part in parts if is_node(part)]
    parts = [  # a number of Python takes the type of the arrays beside it
        np.asarray(part, types[0]) if types and part.__class__ in WEAK else part for part in parts
    ]
    shapes = [np.shape(part) for part in parts]
    if len(set(shapes)) > 1:
        raise ValueError(
            f"a list of arrays of the shapes {', '.join(map(str, shapes))} is no array: every item "
            "must have the same shape"
        )
    rows = [
        RULES[op.RESHAPE](part if is_node(part) else np.asarray(part), shape=(1, *shapes[0]))
        for part in parts
    ]
    return RULES[op.CONCATENATE](*rows, axis=0)


def applied(rule: Rule, operands: tuple, static: dict[str, Any]) -> Any:
    """The result of a rule where an operand holds nodes: a list of Tensors is joined to one, and
    what reads rules itself, such as a pair of Tensors for complex numbers, takes the call over.
    """
    for operand in operands:
        if is_read(operand) and not is_node(operand):
            return type(operand).__apply_rule__(rule, operands, static)
    return rule(*map(joined, operands), **static)


def _is_tensor(x: Any) -> bool:
    return is_node(x) and hasattr(x, "ndim")
