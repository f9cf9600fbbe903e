"""Taking elements out and adding them back in: two rules, each the other's pullback."""

import numpy as np

from .operation import is_read, rule


@rule("getitem", moves=True)
def getitem(x, *, index):
    """x[index]: slices, integers, integer arrays, masks, None and ``...``, as in NumPy."""
    shape = x.shape
    return x[index], (lambda g: scatter_add(g, index=index, shape=shape),)


@rule("scatter_add")
def scatter_add(x, *, index, shape):
    """An array of zeros of the given shape, with x added at the index: an element that is named
    twice gets both.
    """
    # np.add.at returns nothing, so whatever is no array goes through the rule itself.
    if is_read(x):
        y = scatter_add(x, index=index, shape=shape)
    else:
        y = np.zeros(shape, dtype=x.dtype)
        np.add.at(y, index, x)
    return y, (lambda g: getitem(g, index=index),)
