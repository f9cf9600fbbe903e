"""Elements in order of size."""

import numpy as np

from .operation import rule


@rule(np.sort, composed=True)
def sort(x, *, axis=-1):
    """The elements along an axis in rising order; the pullback brings each back to its place. Equal
    ones keep the order in which they stand.
    """
    order = np.argsort(x, axis=axis, kind="stable")
    back = np.argsort(order, axis=axis, kind="stable")
    return (
        np.take_along_axis(x, order, axis),
        (lambda g: np.take_along_axis(g, back, axis),),
    )
