"""An element of an array that was written into: the choice between what was written and what was
there before.
"""

import numpy as np

from ..operations import names as op
from ..symbol.algebra import symbol
from ..symbol.functions import where
from ..symbol.structure import reshape
from .entries import NoIndexForm


def choices(x, whole_index):
    """A symbol for x that chooses between the written values; ``whole_index`` gives an index a part
    for every axis.
    """
    chosen, *values = x.operands
    for index, value in zip(x.static["indices"], values, strict=True):
        mask = np.zeros(x.shape, bool)
        mask[index] = True
        chosen = where(symbol(x.book, mask), _spread(value, index, x.shape, whole_index), chosen)
    return chosen


def _spread(value, index, shape, whole_index):
    """What is written, with its axes beside those that it is written to; ``NoIndexForm`` where the
    two are not counted alike.
    """
    if value.size == 1:
        return reshape(value, ())
    parts = whole_index(index, len(shape))
    integers = sum(isinstance(part, (int, np.integer)) for part in parts)
    lengths = iter([*[1] * (len(parts) - integers - value.ndim), *value.shape])
    spread, axis = [], 0
    for part in parts:
        if part is None:
            next(lengths)
            continue
        spread.append(1 if isinstance(part, (int, np.integer)) else next(lengths))
        if spread[-1] != 1 and not _is_whole(part, shape[axis]):
            raise NoIndexForm(op.ASSIGN)
        axis += 1
    return reshape(value, tuple(spread))


def _is_whole(part, n):
    return isinstance(part, slice) and range(*part.indices(n)) == range(n)
