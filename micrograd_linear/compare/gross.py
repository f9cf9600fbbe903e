"""The gross gradient: what each gradient would be if nothing in its sums had cancelled. Rounding is proportional to it, not to the gradient.

The same pullbacks are run on an upstream gradient whose arithmetic adds magnitudes: |g| * |y|, |x|ᵀ @ |g|, |g| + |g|.
"""

import numpy as np

from ..backward import undo_broadcast
from ..graph import topological_order
from ..value import Value


class Gross(np.lib.mixins.NDArrayOperatorsMixin):
    """An array of magnitudes. What it is multiplied with, divided by or added to counts with its magnitude, too."""

    __array_priority__ = 1

    def __init__(self, magnitudes):
        self.magnitudes = magnitudes

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        inputs = [np.absolute(getattr(x, "magnitudes", x)) for x in inputs]
        if ufunc is np.negative:
            return Gross(inputs[0])
        return Gross((np.add if ufunc is np.subtract else ufunc)(*inputs))

    def __array_function__(self, function, types, args, kwargs):
        return Gross(function(*(getattr(x, "magnitudes", x) for x in args), **kwargs))

    @staticmethod
    def __apply_rule__(rule, operands, static):
        return Gross(rule(*(getattr(x, "magnitudes", x) for x in operands), **static))


def gross_gradients(root, seed):
    """{node: array} for ``root`` and all that it depends on, where d(root) = ``seed``."""
    with np.errstate(all="ignore"):  # a NaN or an overflow is judged elsewhere
        gross = {root: np.absolute(np.asarray(seed, dtype=np.float64))}
        for node in reversed(topological_order(root)):
            if node not in gross:
                continue
            for operand, contribution in node.contributions(float(gross[node]) if isinstance(node, Value) else Gross(gross[node])):
                magnitudes = np.absolute(getattr(contribution, "magnitudes", contribution))
                magnitudes = undo_broadcast(np.asarray(magnitudes), operand.shape, np.float64)
                gross[operand] = gross[operand] + magnitudes if operand in gross else magnitudes
    return gross
