"""Errors in words: the operation, its operands with their shapes, expected against got."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..operations import names as op
from .graph import is_node


def described(operands: Iterable[Any]) -> str:
    """The operands in words, with their shapes."""
    return ", ".join(map(_described, operands))


def _described(operand: Any) -> str:
    operand = operand if is_node(operand) else _shaped(operand)
    if is_node(operand):
        return operand.describe()
    return f"an array {np.shape(operand)}" if np.ndim(operand) else repr(operand)


def _shaped(operand: Any) -> Any:
    try:
        array = np.asarray(operand)
        return array if array.ndim else array.item()
    except ValueError:
        return repr(operand)


def explained(error, rule, operands, static):
    """The same kind of error, naming the operation, its operands and their shapes."""
    kinds = (np.exceptions.AxisError, np.linalg.LinAlgError, IndexError, OverflowError)
    kinds += (MemoryError, TypeError, ValueError)
    kind = next(kind for kind in kinds if isinstance(error, kind))
    kind = ValueError if kind is np.exceptions.AxisError else kind
    stated = {key: x for key, x in static.items() if x is not None and x is not False}
    settings = "".join(f", {key}={x!r}" for key, x in stated.items())
    reason = str(error)
    shapes = [x.shape if is_node(x) else np.shape(x) for x in operands]
    if rule.name == op.MATMUL:
        reason = _reason_of_matmul(*shapes) or reason
    elif len(shapes) == 2 and "broadcast" in reason:
        reason = (
            f"the shapes {shapes[0]} and {shapes[1]} do not broadcast; expected equal axes, or 1, "
            "counted from the right"
        )
    return kind(f"{rule.name} of {described(operands)}{settings}: {reason}")


def _reason_of_matmul(left, right):
    """Why matrices of these shapes are not multiplied, or None where the inner axes agree."""
    inner, other = left[-1:], right[-2:-1] or right
    if not inner or not other:
        return (
            "expected at least one axis in each operand, got a scalar; use * for a multiplication "
            "by a scalar"
        )
    if inner == other:
        return None
    reason = (
        "expected the last axis of the left operand to equal the last but one of the right, got "
        f"{inner[0]} and {other[0]}"
    )
    if len(right) == 2 and inner[0] == right[-1]:
        reason += "; the right operand fits if it is transposed"
    return reason


def check_integers(rule, inputs, static, value, operands):
    """Integers wrap around silently; do the same in floating point and compare."""
    if value.dtype.kind in "iu" and not rule.moves:
        approximate = rule.formula(*(np.asarray(x, dtype=np.float64) for x in inputs), **static)[0]
        if not np.allclose(value, approximate, rtol=1e-9, atol=0.5):
            raise OverflowError(
                f"{rule.name} of {described(operands)}: the result does not fit into "
                f"{value.dtype}; convert to float first"
            )
