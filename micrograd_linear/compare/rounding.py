"""How far two right gradients may differ: rounding units of the gross gradient, with no constant to tune.

Measured alone, the gross gradient S misses what the forward pass rounds (in a saturated tanh, say), and the engine's own error F in
another precision misses other orders of summation. The larger of the two covers right gradients with a wide margin; see ``LIMIT``.
"""

import numpy as np

from ..graph import is_node, topological_order
from ..rules import RULES
from ..tensor import Tensor, apply

LIMIT = 64  # units; right gradients stay below 25 in float32 and float64, and a mistake of 0.1 % is far above
_WITHOUT_GRAPH = {np.dtype(np.float16): 5e-3, np.dtype(np.float32): 1e-5}  # relative to the largest element; else 1e-10


def unit_roundoff(*dtypes):
    """Half the distance from 1 to the next number, of the coarsest type.

    >>> unit_roundoff(np.float64) == 2.0**-53
    True
    """
    return max(float(np.finfo(dtype).eps) for dtype in dtypes) / 2


def allowed(hand, engine, gross, float32_errors):
    """The largest difference that still is rounding, for each element. ``gross`` is None where only the two arrays are known."""
    if gross is None:
        magnitude = np.absolute(engine)
        return max(_WITHOUT_GRAPH.get(array.dtype, 1e-10) for array in (hand, engine)) * (magnitude + magnitude.max())
    u = unit_roundoff(hand.dtype, engine.dtype)
    return LIMIT * np.maximum(u * gross, float32_errors * (u / unit_roundoff(np.float32)))


def float32_errors(root, gradient):
    """{node: F}, F the largest error that the node's gradient has in float32: the graph run again in both precisions.

    None where that cannot be done: an operation written by hand, or numbers beyond float32.
    """
    with np.errstate(all="ignore"):
        try:
            single, double = (_replayed(root, gradient, dtype) for dtype in (np.float32, np.float64))
        except (KeyError, ValueError):
            return None
        errors = {node: np.max(np.absolute(single[node] - double[node]), initial=0.0) for node in double}
    return errors if all(map(np.isfinite, errors.values())) else None


def _replayed(root, gradient, dtype):
    """{node: gradient} of the same operations on the same numbers in another type."""
    copies = {}
    for node in topological_order(root):
        if not node.operands:
            copies[node] = Tensor(_cast(node.current, dtype), requires_grad=node.requires_grad)
            continue
        operands, static = [copies[x] if is_node(x) else _cast(x, dtype) for x in node.operands], node.static
        if node.operation == "leaky_relu" and len(operands) == 2:  # the scalar engine's slope is an operand
            static = {"slope": operands.pop()}
        copies[node] = apply(RULES[node.operation], tuple(operands), static)
    gradients = copies[root].gradients(_cast(gradient, dtype))
    return {node: gradients[copy] for node, copy in copies.items() if copy in gradients}


def _cast(x, dtype):
    x = np.asarray(x)
    return x.astype(dtype) if x.dtype.kind == "f" else x
