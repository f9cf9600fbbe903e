"""The gross gradient: what each gradient would be if nothing had cancelled on the way. Rounding is
proportional to that, not to the gradient.

The same pullbacks are run on an upstream gradient whose arithmetic adds magnitudes: |g| * |y|, |x|ᵀ
@ |g|, |g| + |g|.
"""

import numpy as np

from ..engine.backward import undo_broadcast
from ..engine.value import Value


class Gross(np.lib.mixins.NDArrayOperatorsMixin):
    """An array of magnitudes. What it is multiplied with, divided by or added to counts with its
    magnitude, too.
    """

    __array_priority__ = 1

    def __init__(self, magnitudes):
        self.magnitudes = np.asarray(magnitudes)

    shape = property(lambda self: self.magnitudes.shape)
    ndim = property(lambda self: self.magnitudes.ndim)
    dtype = property(lambda self: self.magnitudes.dtype)
    mT = property(lambda self: Gross(self.magnitudes.mT))

    def __getitem__(self, index):
        return Gross(self.magnitudes[index])

    def reshape(self, *shape):
        return Gross(self.magnitudes.reshape(*shape))

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        inputs = [np.absolute(getattr(x, "magnitudes", x)) for x in inputs]
        if ufunc is np.negative:
            return Gross(inputs[0])
        return Gross((np.add if ufunc is np.subtract else ufunc)(*inputs))

    def __array_function__(self, function, types, args, kwargs):
        plain = [
            [getattr(y, "magnitudes", y) for y in x]
            if isinstance(x, (list, tuple))
            else getattr(x, "magnitudes", x)
            for x in args
        ]
        return Gross(np.absolute(function(*plain, **kwargs)))

    @staticmethod
    def __apply_rule__(rule, operands, static):
        return Gross(rule(*(getattr(x, "magnitudes", x) for x in operands), **static))


def gross_gradients(order, gradients, given=None):
    """{node: array} for a graph in the ``order`` of its making: the magnitudes that were added up
    to make each of its ``gradients``, and those of those.

    From a ``given`` gradient, {node: array}, its own magnitudes are passed on.
    """
    root = order[-1]
    gross = {root: np.absolute(np.asarray(gradients[root], dtype=np.float64))}
    with np.errstate(all="ignore"):  # a NaN or an overflow is judged elsewhere
        for node in reversed(order):
            if node not in gross or not node.operands:
                continue
            handed_on = (
                np.absolute(np.asarray(given[node], dtype=np.float64))
                if given and node in given
                else gross[node]
            )
            for operand, magnitudes in gross_contributions(node, handed_on):
                gross[operand] = gross[operand] + magnitudes if operand in gross else magnitudes
    return gross


def gross_contributions(node, gross):
    """[(operand, array)]: the magnitudes that a node's gross gradient adds to those of its
    operands, in their shapes.
    """
    return [
        (x, undo_broadcast(_magnitudes(piece), x.shape, np.float64))
        for x, piece in _contributions(node, gross)
    ]


def _magnitudes(x):
    return np.absolute(np.asarray(getattr(x, "magnitudes", x), dtype=np.float64))


def _contributions(node, gross):
    if isinstance(node, Value):
        return node.contributions(float(gross))
    try:
        return node.contributions(Gross(gross))
    except (TypeError, AttributeError, ValueError, IndexError):
        # A rule of the user's own may do what Gross does not know.
        return node.contributions(gross.astype(node.dtype))
