"""What may stand beside a ``Tensor`` in an operation: constants, and indices, as they are kept."""

from typing import Any

import numpy as np

from ..operations import Rule, is_read
from . import arrays
from .explain import described
from .graph import is_node
from .joining import holds_nodes

_FLOATS = frozenset(map(np.dtype, (np.float16, np.float32, np.float64)))


def constant(operand: Any, rule: Rule, operands: tuple) -> Any:
    """A snapshot of a constant, checked; None where it is none, but holds nodes.

    What the pullbacks hold must not change when the caller's array does.
    """
    if operand.__class__ is np.ndarray and operand.dtype in _FLOATS:
        return operand.copy(order="K")
    if holds_nodes(operand) or (is_read(operand) and not is_node(operand)):
        return None
    what = f"{rule.name} of {described(operands)}"
    if isinstance(operand, (np.generic, bool)):
        arrays.checked(np.asarray(operand), what)
        return operand
    array = arrays.real_array(operand, what)
    arrays.floating(array, what)
    return array


def frozen_index(index: Any) -> Any:
    """The index with its arrays copied, so that a later change does not move the gradient."""
    if isinstance(index, tuple):
        return tuple(frozen_index(i) for i in index)
    if is_node(index):
        if index.dtype.kind == "f":
            raise IndexError(
                f"getitem: {index.describe()} as an index holds {index.dtype}; an index Tensor is "
                "made with requires_grad=False, and keeps its integers"
            )
        copied = index._data.copy().view(arrays.FromTensor)
        copied.tensor = index
        return copied
    if isinstance(index, list) and not index:
        return np.array([], dtype=np.intp)
    try:
        return np.array(index) if isinstance(index, (list, np.ndarray)) else index
    except ValueError:
        raise IndexError(
            "getitem: a ragged list is no index; every row must have the same length"
        ) from None
