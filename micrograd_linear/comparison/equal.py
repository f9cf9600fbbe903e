"""Whether what looks like a mistake is the right derivative in another form.

On saturated data two forms of one derivative differ by their rounding, and a wrong formula may
differ as little. So both are computed on ordinary numbers, where a mistake shows.
"""

import numpy as np

from ..engine.graph import is_node, topological_order
from ..engine.tensor import Tensor, apply
from .finite import as_float64, operation_of
from .mistakes import mistakes

SPREADS = ((0.3, 0.9), (-0.9, 0.9), (1.1, 2.0))  # of ordinary numbers; some may be outside a domain
SAME = 1e-9  # relative to the largest element


def is_derivative(node, position, words):
    """Whether the formula of an entry of ``mistakes`` is the derivative of a step."""

    def pair(rng, low, high):
        drawn = {id(x): rng.uniform(low, high, np.shape(as_float64(x))) for x in node.operands}
        arrays = [drawn[id(x)] if is_node(x) else as_float64(x) for x in node.operands]
        rule, operands, static = operation_of(node, arrays)
        y, pullbacks = rule.formula(*operands, **static)
        g = rng.uniform(0.5, 1.5, np.shape(y)) * rng.choice([-1, 1], np.shape(y))
        found = mistakes(node.operation, position, arrays, np.asarray(y), static)
        other = next(f for _, its_words, f in found if its_words == words)
        return np.asarray(other(g)), np.asarray(pullbacks[position](g))

    return _agree(pair)


def is_whole_derivative(node, operand, formula):
    """Whether ``formula(result, gradient)`` is what a result passes to one it was made of."""
    steps = _between(operand, node)

    def pair(rng, low, high):
        copies = {operand: Tensor(rng.uniform(low, high, operand.shape))}
        for step in steps:
            inputs = [copies[x] if x in copies else as_float64(x) for x in step.operands]
            rule, inputs, static = operation_of(step, inputs)
            copies[step] = apply(rule, tuple(inputs), static)
        g = rng.normal(size=node.shape)
        return formula(copies[node], g), copies[node].gradients(g)[copies[operand]]

    return bool(steps) and _agree(pair)


def _between(operand, node):
    """The steps from one node to a later one, in order; none where it is not made of it."""
    reached, steps = {operand}, []
    for step in topological_order(node):
        if step is not operand and any(x in reached for x in step.operands if is_node(x)):
            reached.add(step)
            steps.append(step)
    return steps if node in reached else []


def _agree(pair):
    """Whether two formulas agree on ordinary numbers, wherever both are finite."""
    rng, compared = np.random.default_rng(0), False
    for low, high in SPREADS:
        try:
            with np.errstate(all="ignore"):
                one, other = pair(rng, low, high)
        except Exception:  # an operation that cannot be run again, or not on these numbers
            return False
        if one is None or not (np.isfinite(one).all() and np.isfinite(other).all()):
            continue
        if one.shape != other.shape:
            return False
        compared = True
        largest = np.absolute(other).max(initial=0.0)
        if not np.absolute(one - other).max(initial=0.0) <= SAME * largest:
            return False
    return compared
