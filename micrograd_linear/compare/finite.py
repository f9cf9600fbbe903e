"""The tie-break: finite differences at one element, from the forward pass alone, so that the engine can be the one in the wrong."""

import math

import numpy as np

from ..graph import is_node, topological_order
from ..rules import RULES

_READ_IN_PART = {"cholesky"}  # of a symmetric matrix NumPy reads one triangle; the gradient belongs to both
LARGEST = 5_000_000  # elements in a graph; beyond that four more forward passes would be felt


def finite_difference(root, seed, node, index):
    """(d(Σ seed * root) / d(node[index]), how far off that may be), by central differences in float64; None where the graph cannot be run again.

    The step is the third root of the roundoff, which balances rounding and curvature; a second one, twice as large, gives the error bar.
    """
    order = topological_order(root)
    if sum(math.prod(x.shape) for x in order) > LARGEST:
        return None
    changed, later = {node}, []
    for x in order:
        if x is not node and any(is_node(y) and y in changed for y in x.operands):
            changed.add(x)
            later.append(x)
    if any(x.operation in _READ_IN_PART for x in later):
        return None
    start = np.array(node.current, dtype=np.float64)
    seed = np.asarray(seed, dtype=np.float64)
    step = np.finfo(np.float64).eps ** (1 / 3) * max(1.0, abs(float(start[index])))

    def total(change):
        moved = start.copy()
        moved[index] += change
        values = {node: moved}
        for x in later:
            operands = [values[y] if is_node(y) and y in values else as_float64(y) for y in x.operands]
            values[x] = np.asarray(run(x, operands))
        return float((seed * values[root]).sum())

    try:
        with np.errstate(all="ignore"):
            one, two = ((total(h) - total(-h)) / (2 * h) for h in (step, 2 * step))
    except (KeyError, TypeError, ValueError):  # an operation written by hand, or one that does not take float64
        return None
    return (one, abs(one - two) + 1e-9 * abs(one)) if math.isfinite(one) and math.isfinite(two) else None


def cast(x, dtype):
    """Numbers in another precision, where they are floats; numbers of Python have whatever precision they meet."""
    if type(x) in (int, float):
        return np.asarray(x, dtype=dtype)
    x = np.asarray(x)
    return x.astype(dtype) if x.dtype.kind == "f" else x


def as_float64(x):
    """An operand's numbers, in double precision where they are floats."""
    return cast(x.current if is_node(x) else x, np.float64)


def operation_of(node, operands):
    """(rule, operands, static) by which a node can be run again on other operands; KeyError for an operation written by hand."""
    if node.operation == "leaky_relu" and len(operands) == 2:  # the scalar engine's slope is an operand
        return RULES["leaky_relu"], operands[:1], {"slope": operands[1]}
    return getattr(node, "rule", None) or RULES[node.operation], operands, node.static


def run(node, operands):
    """The forward pass of one node on other numbers."""
    rule, operands, static = operation_of(node, operands)
    return rule.formula(*operands, **static)[0]


def verdict(difference, hand, engine, where):
    """(a sentence that says whom finite differences agree with, or "" where they cannot tell; whether it is the engine that is wrong)"""
    if difference is None:
        return "", False
    value, error = difference
    close = [abs(number - value) <= 10 * error + 1e-6 * abs(value) for number in (float(hand), float(engine))]
    at = f"finite differences give {value:.9g} at {list(where)}"
    if close == [False, True]:
        return f"{at}, as the engine does", False
    return (f"{at}, as your gradient does: the engine is wrong here", True) if close == [True, False] else ("", False)
