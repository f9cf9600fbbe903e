"""How far two right gradients may differ: rounding units of the gross gradient, with no constant to
tune.

Measured alone, the gross gradient S misses what the forward pass rounds (in a saturated tanh, say).
So the engine's own error is measured as well: the graph is run again in the precision in question
and in a higher one; the worst error, in units of S and as a number, counts for all elements.
"""

import math

import numpy as np

from ..engine.graph import is_node
from ..engine.tensor import Tensor, apply
from ..operations import record_of
from .finite import cast, operation_of
from .forms import FormRounding
from .gross import gross_contributions

LIMIT = 64  # units of u * S; right gradients that take the engine's way stay below 25
# In float64 this is 1e-12, far below any mistake, with room for forms such as s * (1 - s).
LIMIT_DOUBLE = 8192
MARGIN = 16  # times the engine's own error, for hand-written code that takes another way
# Where the engine's own error has more units than this, the two precisions take different branches,
# and the error is not one of rounding.
MOST_UNITS = 2048
# More than this part of the largest element is called rounding only if the engine itself is as far
# off.
VISIBLE, VISIBLE_DOUBLE = 1e-3, 1e-6
STEPS = 8  # over which cancellation may add up
PLAIN = 1024  # times the engine's largest error
# Where there is no graph, these are relative to the largest element; else it is 1e-10.
_WITHOUT_GRAPH = {
    np.dtype(np.float16): 5e-3,
    np.dtype(np.float32): 1e-5,
}
_LARGE = 2_000_000  # elements in a graph: long double has no fast matrix product


def unit_roundoff(*dtypes):
    """Half the distance from 1 to the next number, of the coarsest type.

    >>> unit_roundoff(np.float64) == 2.0**-53
    True
    """
    return max(float(np.finfo(dtype).eps) for dtype in dtypes) / 2


def allowed(hand, engine, gross, errors):
    """The largest difference that still is rounding, for each element.

    ``gross`` (S) is None where only the two arrays are known; ``errors`` is an ``Errors``, or
    None. limit u S is too much where S has grown over many layers of cancellation, so that it
    would hide the gradient: there it is cut to what the engine's own error, or cancellation in
    the last few steps, explains. Other forms of a derivative are looked for only where there is
    a difference to explain.
    """
    magnitude = np.absolute(engine)
    largest = float(magnitude.max(initial=0.0))
    if gross is None:
        return max(_WITHOUT_GRAPH.get(array.dtype, 1e-10) for array in (hand, engine)) * (
            magnitude + largest
        )
    u = errors.u
    limit, share = (
        (LIMIT_DOUBLE, VISIBLE_DOUBLE) if u <= unit_roundoff(np.float64) else (LIMIT, VISIBLE)
    )
    with np.errstate(over="ignore", invalid="ignore"):
        due = limit * u * gross
        visible = max(share * largest, PLAIN * errors.largest) if u < 1e-4 else np.inf
        if due.max(initial=0.0) > visible:
            due = np.minimum(due, np.maximum(visible, limit * u * errors.nearby()))
        due = np.maximum(due, errors.own(magnitude))
        difference = np.absolute(hand.astype(np.float64) - engine)
        return due if (difference <= due).all() else np.maximum(due, u * errors.forms())


class Errors:
    """The engine's own errors for one tensor: ``scale`` (S, and what the engine missed), ``units``
    of u * scale at the worst element, ``error`` at each.
    """

    def __init__(self, u, scale, units, error, nearby, forms):
        self.u, self.scale, self.units, self.error = u, scale, units, error
        self.nearby, self.forms = nearby, forms  # functions, called where they are needed
        self.largest = float(np.max(error, initial=0.0)) if error is not None else 0.0

    def own(self, magnitude):
        """What hand-written code that takes another way may be off by: no more than the worst
        element is, in units and as a number.

        One element with an error as large as the whole tensor says nothing about the others; then
        each stands for itself.
        """
        by_units = MARGIN * self.units * self.u * self.scale
        if self.error is None:
            return by_units
        by_number = np.minimum(by_units, MARGIN * self.largest)
        if (
            self.u < 1e-4
            and magnitude.size > 1
            and MARGIN * self.largest > 1e-2 * float(magnitude.max(initial=0.0))
        ):
            return np.minimum(by_number, np.maximum(64 * MARGIN * self.error, 1e-3 * magnitude))
        return by_number


class EngineErrors:
    """The engine's own rounding errors: the graph run again in two precisions. ``gross`` are the
    gross gradients of all nodes.
    """

    def __init__(self, root, order, gradients, gross):
        self.root, self.gradients, self.gross, self.pairs, self.found, self.consumers = (
            root,
            gradients,
            gross,
            {},
            {},
            None,
        )
        self.order = order
        self.forms = FormRounding(root, self.order, gradients)
        types = {
            np.dtype(getattr(node, "dtype", np.float64)) for node in self.order if node in gradients
        }
        self.coarsest = max(types, key=lambda dtype: np.finfo(dtype).eps)
        extended = np.finfo(np.longdouble).eps < np.finfo(np.float64).eps
        self.extended = extended and sum(math.prod(node.shape) for node in self.order) < _LARGE

    def of(self, node, dtype):
        """The ``Errors`` of a tensor in the coarser of a type and those of the graph; a thousand
        units where the graph cannot be run again.
        """
        dtype = max(np.dtype(dtype), self.coarsest, key=lambda d: np.finfo(d).eps)
        if (node, dtype) not in self.found:
            self.found[node, dtype] = self._measured(node, dtype)
        return self.found[node, dtype]

    def _measured(self, node, dtype):
        u, (low, high), gross = unit_roundoff(dtype), self._precisions(dtype), self.gross[node]

        def nearby():
            return self._nearby_gross(node)

        def forms():
            found = self.forms.of(node)
            return np.zeros(node.shape) if found is None else found

        with np.errstate(all="ignore"):
            if (low, high) not in self.pairs:
                self.pairs[low, high] = self._pair(low, high)
            pair = self.pairs[low, high]
            if (
                pair is None
                or not np.isfinite(pair[0][node]).all()
                or not np.isfinite(pair[1][node]).all()
            ):
                return Errors(u, gross, 1e3, None, nearby, forms)
            a, b, branches_differ = pair[0][node], pair[1][node], pair[2]
            scale = np.maximum(gross, np.absolute(b)).astype(np.float64)
            error = np.absolute(a - b).astype(np.float64)
            units = float(
                np.max(np.where(scale > 0, error / np.where(scale > 0, scale, 1), 0), initial=0.0)
            ) / unit_roundoff(low)
        units = min(units, MOST_UNITS) if branches_differ else units
        return Errors(u, scale, units, error * (u / unit_roundoff(low)), nearby, forms)

    def _nearby_gross(self, node):
        """The gross gradient of a node over the last ``STEPS`` steps alone, from the magnitudes of
        the gradients that were there before.
        """
        if self.consumers is None:
            self.consumers = {}
            for x in self.order:
                for y in x.operands if x in self.gradients else ():
                    if is_node(y):
                        self.consumers.setdefault(y, []).append(x)
        near, border = {node}, {node}
        for _ in range(STEPS):
            border = {x for y in border for x in self.consumers.get(y, ()) if x not in near}
            near |= border
        inner = near - border
        totals = {}
        for x in sorted(near, key=lambda x: -x.created):
            magnitudes = (
                totals.get(x, 0.0)
                if x in inner and x is not self.root
                else np.absolute(np.asarray(self.gradients[x], dtype=np.float64))
            )
            totals[x] = magnitudes
            if x is not node:
                for operand, magnitude in gross_contributions(
                    x, np.broadcast_to(magnitudes, x.shape)
                ):
                    if operand in inner:
                        totals[operand] = totals.get(operand, 0.0) + magnitude
        return np.broadcast_to(totals[node], node.shape)

    def _precisions(self, dtype):
        if dtype.itemsize < 8:
            # Half precision, too, has the units of float32; u is its own.
            return np.float32, np.float64
        return (np.float64, np.longdouble) if self.extended else (np.float32, np.float64)

    def _pair(self, low, high):
        try:
            (a, forward_a), (b, forward_b) = self._replayed(low), self._replayed(high)
        except Exception:
            # NumPy may not have an operation in this precision, and one that a user wrote may
            # refuse it in its own way.
            return None
        return (
            a,
            b,
            any(
                _branches_differ(forward_a[node], forward_b[node])
                for node in self.order
                if record_of(node.operation).kinked
            ),
        )

    def _replayed(self, dtype):
        """({node: gradient}, {node: copy}) of the same operations on the same numbers in another
        type; the engine's own run, if that is the type.
        """
        if all(getattr(node, "dtype", None) == dtype for node in self.order):
            return self.gradients, {node: node for node in self.order}
        copies = {}
        for node in self.order:
            if not node.operands:
                copies[node] = Tensor(cast(node.current, dtype), requires_grad=node.requires_grad)
                continue
            rule, operands, static = operation_of(
                node, [copies[x] if is_node(x) else cast(x, dtype) for x in node.operands]
            )
            copies[node] = apply(rule, tuple(operands), static)
        gradients = copies[self.root].gradients(cast(self.gradients[self.root], dtype))
        return {node: gradients[copy] for node, copy in copies.items() if copy in gradients}, copies


def _branches_differ(a, b):
    """Whether a kinked operation takes another branch somewhere in another precision."""
    ones = np.ones(a.shape, a.dtype), np.ones(b.shape, b.dtype)
    for (_, one), (_, other) in zip(
        a.contributions(ones[0]), b.contributions(ones[1]), strict=True
    ):
        if not np.allclose(one.astype(np.float64), other.astype(np.float64), rtol=1e-3, atol=1e-3):
            return True
    return False
