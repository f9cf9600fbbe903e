"""The tie-break: finite differences at one element, from the forward pass alone.

So the engine can be the one in the wrong. Differences have an error bound of their own, and say
nothing where that is larger than what is to be decided: where a function saturates, beside a
large offset, at a kink.
"""

import math

import numpy as np

from ..engine.graph import is_node
from ..engine.tensor import Tensor, apply
from ..operations import RULES, record_of

LARGEST = 5_000_000  # elements in a graph; beyond that ten more forward passes would be felt
NOISY = 3  # forward passes that are rounded once more, to see what rounding does
MARGIN = 10  # times the error bound
RELATIVE = 1e-6  # of the difference itself
SMALLER = 1e-3  # times the step: another one, that would see what is narrow


def finite_difference(order, seed, node, index):
    """(d(Σ seed * root) / d(node[index]), how far off that may be), in float64, or None; root is
    the last of the ``order``.

    Central differences. The step is the third root of the roundoff, which balances rounding and
    curvature. The error bound adds up what a step twice as large changes, and one that is much
    smaller; the part of the second difference that is no curvature, which a kink makes; and what
    rounding every result once more does to the sum, over the step. None where the graph cannot be
    run again.
    """
    root = order[-1]
    if sum(math.prod(x.shape) for x in order) > LARGEST:
        return None
    later = _later(order, node)
    # One triangle of a symmetric matrix may be all that is read; the gradient belongs to both.
    if any(record_of(x.operation).symmetric for x in later):
        return None
    start = np.array(node.current, dtype=np.float64)
    step = np.finfo(np.float64).eps ** (1 / 3) * max(1.0, abs(float(start[index])))
    seed = np.asarray(seed, dtype=np.float64)

    def total(change, rng=None):
        return float((seed * _rerun(root, later, node, index, change, rng)).sum())

    try:
        with np.errstate(all="ignore"):
            middle = total(0.0)
            rng = np.random.default_rng(0)
            noise = 4 * max(abs(total(0.0, rng) - middle) for _ in range(NOISY))
            noise += 4 * np.finfo(np.float64).eps * abs(middle)
            value, error = _central(total, middle, step, noise)
    except (KeyError, TypeError, ValueError):  # written by hand, or one that takes no float64
        return None
    return (value, error) if math.isfinite(value) and math.isfinite(error) else None


def nudged(order, seed, node, index, change):
    """By how much Σ seed * root moves when one element of a leaf is changed, and nothing else; None
    where the graph is large or cannot be run again. root is the last of the ``order``.
    """
    if sum(math.prod(x.shape) for x in order) > LARGEST:
        return None
    later, seed = _later(order, node), np.asarray(seed, dtype=np.float64)
    try:
        with np.errstate(all="ignore"):
            before, after = (_rerun(order[-1], later, node, index, by, None) for by in (0, change))
            moved = float((seed * (after - before)).sum())
    except (KeyError, TypeError, ValueError):  # written by hand, or one that takes no float64
        return None
    return moved if math.isfinite(moved) else None


def _later(order, node):
    """The results that change with a node, in the order of their making."""
    changed, later = {node}, []
    for x in order:
        if x is not node and any(is_node(y) and y in changed for y in x.operands):
            changed.add(x)
            later.append(x)
    return later


def _rerun(root, later, node, index, change, rng):
    """The root when one element is changed; with ``rng`` every result is rounded once more."""
    moved = np.array(node.current, dtype=np.float64)
    moved[index] += change
    values = {node: moved}
    for x in later:
        operands = [values[y] if is_node(y) and y in values else as_float64(y) for y in x.operands]
        values[x] = np.asarray(run(x, operands))
        if rng is not None:
            signs = rng.choice([-1.0, 1.0], size=values[x].shape)
            values[x] = values[x] * (1 + np.finfo(np.float64).eps * signs)
    return values[root]


def _central(total, middle, step, noise):
    """(central difference, what other steps and the noise of a sum tell of its error)."""
    slopes, bends = [], []
    for h in (step, 2 * step, SMALLER * step):
        ahead, behind = total(h), total(-h)
        slopes.append((ahead - behind) / (2 * h))
        bends.append((ahead - 2 * middle + behind) / h)
    error = abs(slopes[0] - slopes[1]) + abs(2 * bends[0] - bends[1]) + 1e-9 * abs(slopes[0])
    narrow = max(abs(slopes[0] - slopes[2]) - noise / (SMALLER * step), 0.0)
    return slopes[0], error + narrow + noise / step


def by_the_rules(order, seed, node, index):
    """The same derivative by the rules of Tensors, in float64 from the same numbers.

    In float32 the engine's gradient may be far from differences, though no rule is wrong.
    """
    copies = {node: Tensor(np.array(node.current, dtype=np.float64))}
    with np.errstate(all="ignore"):
        for x in _later(order, node):
            operands = [copies.get(y) if is_node(y) else None for y in x.operands]
            numbers = [as_float64(y) for y in x.operands]
            operands = [n if y is None else y for y, n in zip(operands, numbers, strict=True)]
            rule, operands, static = operation_of(x, operands)
            copies[x] = apply(rule, tuple(operands), static)
        gradients = copies[order[-1]].gradients(np.asarray(seed, dtype=np.float64))
    return float(gradients[copies[node]][index])


def cast(x, dtype):
    """Numbers in another precision, where they are floats; Python's have that which they meet."""
    if type(x) in (int, float):
        return np.asarray(x, dtype=dtype)
    x = np.asarray(x)
    return x.astype(dtype) if x.dtype.kind == "f" else x


def as_float64(x):
    """An operand's numbers, in double precision where they are floats."""
    return cast(x.current if is_node(x) else x, np.float64)


def operation_of(node, operands):
    """(rule, operands, static) by which a node can be run again on other operands.

    KeyError for an operation written by hand.
    """
    return getattr(node, "rule", None) or RULES[node.operation], operands, node.static


def run(node, operands):
    """The forward pass of one node on other numbers."""
    rule, operands, static = operation_of(node, operands)
    return rule.formula(*operands, **static)[0]


def verdict(difference, hand, engine, where, due=0.0, by_rules=None):
    """(whom finite differences agree with, or "" where they cannot tell; whether it is the hand).

    ``due`` is the difference between the two that rounding explains. ``by_rules()`` is the
    derivative by the engine's rules in float64, which has to be wrong as well.
    """
    if difference is None:
        return "", False
    value, error = difference
    slack = MARGIN * error + RELATIVE * abs(value) + float(due)
    hand, engine = float(hand), float(engine)
    if not abs(hand - engine) > 2 * slack:
        return "", False
    at = f"finite differences give {value:.9g} at {list(where)}"
    if abs(engine - value) <= slack:
        return f"{at}, as the engine does", False
    if abs(hand - value) > slack or (by_rules and not abs(by_rules() - value) > slack):
        return "", False
    return f"{at}, as your gradient does: the engine is wrong here", True
