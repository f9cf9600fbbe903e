"""Shapes and types of elementwise results."""

import numpy as np


def same_but_leading_ones(a, b):
    """True where two shapes differ in nothing but axes of length 1 in front."""
    cut = lambda shape: next((shape[i:] for i, n in enumerate(shape) if n != 1), ())  # noqa: E731
    return cut(a) == cut(b)


def broadcast_shapes(*shapes):
    """np.broadcast_shapes, without its detour through arrays."""
    first = shapes[0]
    if all(shape == first for shape in shapes):
        return first
    ndim = max(map(len, shapes))
    result = [1] * ndim
    for shape in shapes:
        for i, n in enumerate(shape, ndim - len(shape)):
            if n != 1:
                if result[i] not in (1, n):
                    return np.broadcast_shapes(*shapes)  # raises NumPy's own error
                result[i] = n
    return tuple(result)


def common_type(operands):
    """The type of an elementwise result: numbers give way."""
    types = {x.dtype for x in operands if x.dtype is not None}
    if len(types) <= 1:
        return next(iter(types), None)
    return np.result_type(*types)


def float_type(operands):
    """The same where the result is never boolean or an integer."""
    dtype = common_type(operands)
    return np.dtype(np.float64) if dtype is not None and dtype.kind != "f" else dtype
