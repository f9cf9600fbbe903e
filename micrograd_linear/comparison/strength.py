"""What a comparison that passed could not have shown: mistakes that make no difference on these
very data.

Each is a classic mistake at one step of the graph whose wrong contribution equals the right one:
nothing is run anew.
"""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from ..engine.graph import Node, is_node, topological_order
from ..operations import names as op
from ..operations import record_of
from .function_mistakes import derivative, is_function
from .steps import numbers, step


def weaknesses(root, seed, claimed, order, names):
    """Sentences, each once: what the data between ``root`` and the ``claimed`` nodes hide. ``seed``
    is dL/d(root).

    A sentence about a step is told where it is true of all steps that read like it: a loop's other
    turns may show it.
    """
    hidden, touched = {}, set(claimed)
    shared = _used_several_times(order)
    for node in order:
        ways = [i for i, x in enumerate(node.operands) if is_node(x) and x in touched]
        if ways:
            touched.add(node)
            found = _hidden_at(node, ways, names, shared)
            hidden.setdefault(_reading(node), []).append(found)
    kept = [step for steps in hidden.values() if all(steps) for step in steps]
    found = [sentence for sentences in kept for sentence in sentences]
    summed = (
        root.operation == op.SUM
        and is_node(root.operands[0])
        and root.operands[0].operation not in (op.MULTIPLY, op.POWER, op.SQUARE)
    )
    top = root.operands[0] if summed else root
    if math.prod(top.shape) > 1 and np.all(np.asarray(seed) == 1) and top in touched:
        found.append(
            f"the upstream gradient of {names[top]} is 1 everywhere: "
            "that it is ignored would not show"
        )
    return tuple(dict.fromkeys(found))


def _reading(node: Node) -> tuple:
    """What a step looks like in the code: its result's name, the operation and its operands."""
    operands = [x.name or x.operation if is_node(x) else "" for x in node.operands]
    return node.name, node.operation, *operands


def _used_several_times(order: list) -> set:
    """The nodes whose gradient is added up from several uses, and what is made of them: a sum is
    there, whatever the shapes are.
    """
    uses, several = Counter(x for node in order for x in node.operands if is_node(x)), set()
    for node in order:
        if uses[node] > 1 or any(is_node(x) and x in several for x in node.operands):
            several.add(node)
    return several


def _hidden_at(node, ways, names, shared):
    arrays, y, static = numbers(node)
    kind, where = node.operation, step(node, names)
    if not y.size:
        return [f"{where} has no elements: a mistake there would not show"]
    if is_function(kind):
        return _of_a_function(kind, arrays, where)
    if kind == op.MATMUL:
        return _of_a_product(node, arrays, ways, names, shared)
    if kind in (op.ADD, op.SUBTRACT, op.MULTIPLY):
        return _of_a_broadcast(node, arrays, y, ways, names, shared)
    if kind == op.MEAN and arrays[0].size == y.size:
        return [f"N = 1 cannot show a missing 1/N: {where}"]
    once = kind == op.GETITEM and node.operands[0] not in shared and _is_looked_up(static["index"])
    if once and not _repeats(arrays[0], static["index"]):
        return [f"no index of {where} occurs twice: that = stands where += belongs would not show"]
    record = record_of(kind)
    if record.kinked and record.elementwise and _passes_all(arrays, y, ways):
        return [f"{where} cuts nothing off: that its mask is missing would not show"]
    return []


def _of_a_function(kind: str, arrays: list, where: str) -> list[str]:
    with np.errstate(all="ignore"):
        slope = derivative(kind, arrays)
    if (slope == 1).all():
        return [
            f"the derivative is 1 at every element of {where}: that it is left out would not show"
        ]
    if not slope.any():
        return [f"the derivative is 0 at every element of {where}: through it no mistake can show"]
    return []


def _passes_all(arrays: list, y: np.ndarray | np.float64, ways: list) -> bool:
    """Whether the one operand that is looked at passes at every element, and nowhere by a tie,
    whose gradient is shared.
    """
    own = arrays[ways[0]]
    if len(ways) > 1 or own.shape != y.shape or not (own == y).all():
        return False
    return all(bool((x != y).all()) for i, x in enumerate(arrays) if i != ways[0])


def _of_a_product(node, arrays, ways, names, shared):
    x, w = arrays
    found = []
    for i in ways:
        other = arrays[1 - i]
        if other.shape[-1] == other.shape[-2] > 1 and (other == other.mT).all():
            operand = node.operands[1 - i]
            name = names[operand] if is_node(operand) else "the other matrix"
            found.append(f"{name} is symmetric: a missing transpose would not show")
    samples = node.operands[0]
    one_row = x.size == x.shape[-1] > 1 and not (is_node(samples) and _is_pooled(samples))
    if 1 in ways and w.ndim == 2 and one_row and node.operands[1] not in shared:
        found.append("N = 1 cannot show a missing batch sum")
    return found


def _is_pooled(x: Node) -> bool:
    """Whether one row was made of several: then there are more samples than it has rows."""
    return any(
        record_of(node.operation).statistic
        and np.shape(node.operands[0].current)[:1] > np.shape(node.current)[:1]
        for node in topological_order(x)
        if node.operands and is_node(node.operands[0])
    )


def _of_a_broadcast(node, arrays, y, ways, names, shared):
    found = []
    for i in ways:
        own, other = arrays[i], arrays[1 - i]
        bias, batch = node.operands[i], node.operands[1 - i]
        added = node.operation in (op.ADD, op.SUBTRACT) and not bias.operands and is_node(batch)
        if (
            added
            and batch.operands
            and own.ndim
            and y.size > 1
            and bias not in shared
            and not _is_pooled(batch)
        ):
            missing = y.ndim - own.ndim
            single = [
                k for k, n in enumerate(y.shape) if n == 1 and (k < missing or y.shape == own.shape)
            ]
            if 0 in single:
                found.append("N = 1 cannot show a missing batch sum")
            elif single:
                found.append(
                    f"axis {single[0]} of {step(node, names)} has length 1: "
                    "a missing sum over it would not show"
                )
        if node.operation == op.MULTIPLY and other.size > 1 and (other == 1).all():
            found.append(
                f"the other factor of {step(node, names)} is 1 everywhere: "
                "that it is left out would not show"
            )
    return found


def _repeats(x, index):
    taken = np.arange(x.size).reshape(x.shape)[index]
    return np.unique(taken).size < np.size(taken)


def _is_looked_up(index):
    """True for rows taken by numbers, as of an embedding; False for slices, masks, and one element
    of each row, which cannot repeat.
    """
    parts = index if isinstance(index, tuple) else (index,)
    return (
        sum(
            not isinstance(part, slice | type(None) | type(...))
            and np.asarray(part).dtype.kind in "iu"
            and np.size(part) > 1
            for part in parts
        )
        == 1
    )
