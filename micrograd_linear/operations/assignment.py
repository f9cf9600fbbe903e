"""Writing into an array, as a function: the array that results from several writes in a row."""

import numpy as np

from .indexing import getitem
from .operation import is_read, rule


@rule("assign")
def assign(x, *values, indices):
    """x with each of the values written at its index, one after the other: what is written last
    stays, of an element that one index names twice, too.

    The elements of x that are written over have no gradient, and a value has that of the elements
    which are still its own in the end.
    """
    if any(is_read(operand) and hasattr(operand, "ndim") for operand in (x, *values)):
        y = assign(x, *values, indices=indices)
    else:
        y = _written(x, values, indices)
    shape, own = x.shape, []

    def to_value(k, g):
        mine = _own(shape, indices, own)[k]
        part = getitem(g, index=indices[k])
        return part if mine.all() else np.where(mine, part, 0)

    return y, (
        lambda g: assign(g, *[0.0] * len(values), indices=indices),
        *(lambda g, k=k: to_value(k, g) for k in range(len(values))),
    )


def _written(x, values, indices):
    objects = any(np.asarray(value).dtype.kind == "O" for value in (x, *values))
    y = np.array(x, dtype=object if objects else None, order="C")
    for index, value in zip(indices, values, strict=True):
        y[index] = value[()] if isinstance(value, np.ndarray) else value  # an object, not a box
    return y


def _own(shape, indices, own):
    """For each write, which of its elements no later one writes over; ``own`` keeps the answer."""
    if not own:
        last = np.full(shape, -1, dtype=np.intp)
        places, total = [], 0
        for index in indices:
            region = np.broadcast_to(np.int8(0), shape)[index].shape
            count = int(np.prod(region, dtype=np.intp))
            numbers = np.arange(total, total + count).reshape(region)
            last[index] = numbers
            places.append(numbers)
            total += count
        stays = np.zeros(total, dtype=bool)
        stays[last[last >= 0]] = True
        own.extend(stays[numbers] for numbers in places)
    return own
