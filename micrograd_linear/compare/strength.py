"""What a comparison that passed could not have shown: mistakes that make no difference on these very data.

Each is a classic mistake at one step of the graph whose wrong contribution equals the right one: nothing is run anew.
"""

import math

import numpy as np

from ..graph import is_node
from .mistakes import UNARY, derivative
from .sites import numbers, step


def weaknesses(root, seed, claimed, order, names):
    """Sentences, each once: what the data between ``root`` and the ``claimed`` nodes hide. ``seed`` is dL/d(root)."""
    found, touched = [], set(claimed)
    for node in order:
        ways = [i for i, x in enumerate(node.operands) if is_node(x) and x in touched]
        if ways:
            touched.add(node)
            found += _hidden_at(node, ways, names)
    summed = root.operation == "sum" and is_node(root.operands[0]) and root.operands[0].operation not in ("multiply", "power", "square")
    top = root.operands[0] if summed else root
    if math.prod(top.shape) > 1 and np.all(np.asarray(seed) == 1) and top in touched:
        found.append(f"the upstream gradient of {names[top]} is 1 everywhere: that it is ignored would not show")
    return tuple(dict.fromkeys(found))


def _hidden_at(node, ways, names):
    arrays, y, static = numbers(node)
    if not y.size:
        return ["there is nothing in an empty batch to be wrong"]
    kind = node.operation
    if kind in UNARY:
        with np.errstate(all="ignore"):
            slope = derivative(kind, arrays[0], static)
        if (slope == 1).all():
            return [f"the derivative is 1 at every element of {step(node, names)}: that it is left out would not show"]
        return [f"the derivative is 0 at every element of {step(node, names)}: nothing before it can show a mistake"] if not slope.any() else []
    if kind == "matmul":
        return _of_a_product(node, arrays, ways, names)
    if kind in ("add", "subtract", "multiply"):
        return _of_a_broadcast(node, arrays, y, ways, names)
    if kind == "mean" and arrays[0].size == y.size:
        return [f"N = 1 cannot show a missing 1/N: {step(node, names)}"]
    if kind == "getitem" and not _repeats(arrays[0], static["index"]) and _is_looked_up(static["index"]):
        return [f"no index of {step(node, names)} occurs twice: that = stands where += belongs would not show"]
    if kind in ("maximum", "minimum", "clip") and any((arrays[i] == y).all() for i in ways if arrays[i].shape == y.shape):
        return [f"{step(node, names)} cuts nothing off: that its mask is missing would not show"]
    return []


def _of_a_product(node, arrays, ways, names):
    x = arrays[0]
    found = []
    for i in ways:
        other = arrays[1 - i]
        if other.shape[-1] == other.shape[-2] > 1 and (other == other.mT).all():
            name = names[node.operands[1 - i]] if is_node(node.operands[1 - i]) else "the other matrix"
            found.append(f"{name} is symmetric: a missing transpose would not show")
    if 1 in ways and x.shape[-2] == 1 and x.shape[-1] > 1:
        found.append("N = 1 cannot show a missing batch sum")
    return found


def _of_a_broadcast(node, arrays, y, ways, names):
    found = []
    for i in ways:
        own, other = arrays[i], arrays[1 - i]
        batch = node.operands[1 - i]
        if node.operation in ("add", "subtract") and not node.operands[i].operands and is_node(batch) and batch.operands and own.ndim and y.size > 1:
            missing = y.ndim - own.ndim
            if any(n == 1 and (k < missing or y.shape == own.shape) for k, n in enumerate(y.shape)):
                found.append("N = 1 cannot show a missing batch sum")
        if node.operation == "multiply" and other.size > 1 and (other == 1).all():
            found.append(f"the other factor of {step(node, names)} is 1 everywhere: that it is left out would not show")
    return found


def _repeats(x, index):
    taken = np.arange(x.size).reshape(x.shape)[index]
    return np.unique(taken).size < np.size(taken)


def _is_looked_up(index):
    """True for rows taken by numbers, as of an embedding; False for slices, masks, and one element of each row, which cannot repeat."""
    parts = index if isinstance(index, tuple) else (index,)
    return sum(not isinstance(part, slice | type(None) | type(...)) and np.asarray(part).dtype.kind in "iu" and np.size(part) > 1 for part in parts) == 1
