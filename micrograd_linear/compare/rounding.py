"""How far two right gradients may differ: rounding units of the gross gradient, with no constant to tune.

Measured alone, the gross gradient S misses what the forward pass rounds (in a saturated tanh, say). So the engine's own error is measured as well:
the graph is run again in the precision in question and in a higher one, and the worst error in units of S is taken for all elements of the tensor.
"""

import math

import numpy as np

from ..graph import is_node, topological_order
from ..tensor import Tensor, apply
from .finite import cast, operation_of

LIMIT = 64  # units of u * S; right gradients that take the engine's way stay below 25
LIMIT_DOUBLE = 8192  # in float64, 1e-12, where there is room for hand-written forms such as s * (1 - s), and still far below any mistake
MARGIN = 16  # times the engine's own error, for hand-written code that takes another way
MOST_UNITS = 2048  # of the engine's own error, where the two precisions take different branches and the error is not one of rounding
_WITHOUT_GRAPH = {np.dtype(np.float16): 5e-3, np.dtype(np.float32): 1e-5}  # relative to the largest element; else 1e-10
_KINKED = {"relu", "absolute", "leaky_relu", "maximum", "minimum", "max", "min", "clip"}
_LARGE = 2_000_000  # elements in a graph: long double has no fast matrix product


def unit_roundoff(*dtypes):
    """Half the distance from 1 to the next number, of the coarsest type.

    >>> unit_roundoff(np.float64) == 2.0**-53
    True
    """
    return max(float(np.finfo(dtype).eps) for dtype in dtypes) / 2


def allowed(hand, engine, gross, errors):
    """The largest difference that still is rounding, for each element. ``gross`` is None where only the two arrays are known.

    ``errors`` is (S with what the engine missed, the engine's own error in units of it and of its own u).
    """
    if gross is None:
        magnitude = np.absolute(engine)
        return max(_WITHOUT_GRAPH.get(array.dtype, 1e-10) for array in (hand, engine)) * (magnitude + magnitude.max())
    u = unit_roundoff(hand.dtype, engine.dtype)
    scale, units = errors
    limit = LIMIT if u > unit_roundoff(np.float64) else LIMIT_DOUBLE
    with np.errstate(over="ignore"):
        return np.maximum(limit * u * gross, MARGIN * units * u * scale)


class EngineErrors:
    """The engine's own rounding errors: the graph run again in two precisions."""

    def __init__(self, root, gradients):
        self.root, self.gradients, self.gradient, self.cache = root, gradients, gradients[root], {}
        self.order = topological_order(root)
        extended = np.finfo(np.longdouble).eps < np.finfo(np.float64).eps
        self.extended = extended and sum(math.prod(node.shape) for node in self.order) < _LARGE

    def of(self, node, gross, dtype):
        """(scale, units) for ``allowed``: where the graph cannot be run again, a thousand units."""
        low, high = self._precisions(np.dtype(dtype))
        with np.errstate(all="ignore"):
            if (low, high) not in self.cache:
                self.cache[low, high] = self._pair(low, high)
            pair = self.cache[low, high]
            if pair is None or not np.isfinite(pair[0][node]).all() or not np.isfinite(pair[1][node]).all():
                return gross, 1e3
            a, b, branches_differ = pair[0][node], pair[1][node], pair[2]
            scale = np.maximum(gross, np.absolute(b)).astype(np.float64)
            error = np.absolute(a - b).astype(np.float64)
            units = float(np.max(np.where(scale > 0, error / np.where(scale > 0, scale, 1), 0), initial=0.0)) / unit_roundoff(low)
        return scale, min(units, MOST_UNITS) if branches_differ else units

    def _precisions(self, dtype):
        if dtype.itemsize < 8:
            return np.float32, np.float64  # half precision, too: its units are those of float32, and u is its own
        return (np.float64, np.longdouble) if self.extended else (np.float32, np.float64)

    def _pair(self, low, high):
        try:
            (a, forward_a), (b, forward_b) = self._replayed(low), self._replayed(high)
        except (KeyError, ValueError, TypeError):  # an operation written by hand, or one that NumPy does not have in this precision
            return None
        return a, b, any(_branches_differ(forward_a[node], forward_b[node]) for node in self.order if node.operation in _KINKED)

    def _replayed(self, dtype):
        """({node: gradient}, {node: copy}) of the same operations on the same numbers in another type; the engine's own run, if that is the type."""
        if all(getattr(node, "dtype", None) == dtype for node in self.order):
            return self.gradients, {node: node for node in self.order}
        copies = {}
        for node in self.order:
            if not node.operands:
                copies[node] = Tensor(cast(node.current, dtype), requires_grad=node.requires_grad)
                continue
            rule, operands, static = operation_of(node, [copies[x] if is_node(x) else cast(x, dtype) for x in node.operands])
            copies[node] = apply(rule, tuple(operands), static)
        gradients = copies[self.root].gradients(cast(self.gradient, dtype))
        return {node: gradients[copy] for node, copy in copies.items() if copy in gradients}, copies


def _branches_differ(a, b):
    """Whether two copies of a kinked operation, in two precisions, take another branch somewhere."""
    ones = np.ones(a.shape, a.dtype), np.ones(b.shape, b.dtype)
    for (_, one), (_, other) in zip(a.contributions(ones[0]), b.contributions(ones[1]), strict=True):
        if not np.allclose(one.astype(np.float64), other.astype(np.float64), rtol=1e-3, atol=1e-3):
            return True
    return False
