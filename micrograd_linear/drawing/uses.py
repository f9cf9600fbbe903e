"""What is said at the edge of an operand: which one it is, where their order matters, and what
broadcasting made of it.
"""

import numpy as np

from ..engine.graph import is_node
from ..operations import elementwise

IN_ANY_ORDER = {
    "add",
    "multiply",
    "maximum",
    "minimum",
    "+",
    "*",
}  # the last two are those of operations written by hand
ROLES = {
    "matmul": ("left", "right"),
    "subtract": ("left", "right"),
    "divide": ("left", "right"),
    "power": ("base", "exponent"),
    "where": ("if true", "if false"),
    "leaky_relu": ("x", "slope"),
    "solve": ("A", "b"),
}


def role(operation: str, position: int, count: int) -> str:
    """What the operand at a position is called.

    It is "" where it is the only one, and where any order gives the same.

    >>> role("matmul", 1, 2), role("add", 1, 2), role("concatenate", 1, 3)
    ('right', '', '2')
    """
    if count < 2 or operation in IN_ANY_ORDER:
        return ""
    names = ROLES.get(operation, ())
    return names[position] if len(names) == count else str(position + 1)


def broadcast(node, operand):
    """ "(1, 3) → (150, 3)" where an elementwise operation, or matmul along a stack, repeats an
    operand; "" elsewhere, and for a plain number.

    >>> from micrograd_linear import Tensor
    >>> b = Tensor([[1.0, 2.0]], "b"); broadcast(np.ones((5, 2)) + b, b)
    '(1, 2) → (5, 2)'
    """
    shape = np.shape(operand) if not is_node(operand) else operand.shape
    if node.operation == "matmul" and len(shape) > 1 and shape[:-2] != node.shape[:-2]:
        return f"{shape} → {(*node.shape[:-2], *shape[-2:])}"
    if (
        shape == node.shape
        or not node.operands
        or not (shape or is_node(operand))
        or not _is_elementwise(getattr(node, "rule", None))
    ):
        return ""
    return f"{shape} → {node.shape}"


def _is_elementwise(rule):
    if rule is None:
        return False
    ufunc = rule.numpy_function
    return rule.formula.__module__ == elementwise.__name__ or (
        isinstance(ufunc, np.ufunc) and ufunc.signature is None
    )


def setting(value):
    """A static argument in few words; slices as they are written."""
    if isinstance(value, tuple):
        return f"({', '.join(map(setting, value))})"
    if isinstance(value, slice):
        parts = (
            (value.start, value.stop)
            if value.step is None
            else (value.start, value.stop, value.step)
        )
        return ":".join("" if part is None else str(part) for part in parts)[:20]
    if isinstance(value, np.ndarray):
        return f"array {value.shape}" if value.size > 4 else str(value.tolist())
    return "…" if value is Ellipsis else str(value)
