"""What is said at the edge of an operand: which one it is, where their order matters, and what
broadcasting made of it.
"""

import numpy as np

from ..engine.graph import is_node
from ..operations import RULES
from ..operations import names as op

SIGNS_IN_ANY_ORDER = ("+", "*")  # of operations written by hand


def role(operation: str, position: int, count: int) -> str:
    """What the operand at a position is called.

    It is "" where it is the only one, and where any order gives the same.

    >>> role("matmul", 1, 2), role("add", 1, 2), role("concatenate", 1, 3)
    ('right', '', '2')
    """
    rule = RULES.get(operation)
    if count < 2 or operation in SIGNS_IN_ANY_ORDER or (rule is not None and rule.commutative):
        return ""
    names = rule.roles if rule is not None else ()
    return names[position] if len(names) == count else str(position + 1)


def broadcast(node, operand):
    """ "(1, 3) → (150, 3)" where an elementwise operation, or matmul along a stack, repeats an
    operand; "" elsewhere, and for a plain number.

    >>> from micrograd_linear import Tensor
    >>> b = Tensor([[1.0, 2.0]], "b"); broadcast(np.ones((5, 2)) + b, b)
    '(1, 2) → (5, 2)'
    """
    shape = np.shape(operand) if not is_node(operand) else operand.shape
    if node.operation == op.MATMUL and len(shape) > 1 and shape[:-2] != node.shape[:-2]:
        return f"{shape} → {(*node.shape[:-2], *shape[-2:])}"
    if (
        shape == node.shape
        or not node.operands
        or not (shape or is_node(operand))
        or not getattr(getattr(node, "rule", None), "elementwise", False)
    ):
        return ""
    return f"{shape} → {node.shape}"


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
