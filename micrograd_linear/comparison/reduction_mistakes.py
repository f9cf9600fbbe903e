"""What people write for operations that reduce axes: sums, extrema, variances, norms, softmax, and
running sums.
"""

import numpy as np

from ..operations import names as op


def _spread(g, x, static):
    """g in the shape of x, whose axes were reduced."""
    axis = static.get("axis")
    if axis is None or static.get("keepdims"):
        return np.broadcast_to(np.reshape(g, (1,) * x.ndim) if axis is None else g, x.shape)
    return np.broadcast_to(np.expand_dims(g, axis), x.shape)


def _extremum(position, arrays, y, static):
    x = arrays[0]
    return [
        (
            "local-derivative",
            "every element gets the gradient, not the largest alone",
            lambda g: _spread(g, x, static),
        ),
        (
            "local-derivative",
            "the gradient is spread evenly over all elements, as by an average",
            lambda g: _spread(g, x, static) * (np.size(y) / x.size),
        ),
        (
            "local-derivative",
            "every element but the one that was taken gets the gradient",
            lambda g: _spread(g, x, static) * (x != _spread(y, x, static)),
        ),
        (
            "local-derivative",
            "the element that was taken gets its value times the gradient",
            lambda g: _spread(g * y, x, static) * (x == _spread(y, x, static)),
        ),
    ]


def _sum(position, arrays, y, static):
    x = arrays[0]
    return [
        ("wrong-operand", "multiplied by what was summed", lambda g: _spread(g, x, static) * x),
        ("wrong-operand", "multiplied by the result", lambda g: _spread(g * y, x, static)),
    ]


def _var(position, arrays, y, static):
    x = arrays[0]
    n, axis = x.size // max(np.size(y), 1), static.get("axis")
    centred = x - x.mean(axis=axis, keepdims=True)
    return [
        (
            "missing-path",
            "the mean was not subtracted: 2 x / n instead of 2 (x - mean) / n",
            lambda g: _spread(g, x, static) * 2 * x / n,
        ),
        ("factor", "the 2 is missing", lambda g: _spread(g, x, static) * centred / n),
        (
            "local-derivative",
            "the square is used in place of its derivative",
            lambda g: _spread(g, x, static) * centred**2 / n,
        ),
    ]


def _std(position, arrays, y, static):
    x = arrays[0]
    n, axis, wide = x.size // max(np.size(y), 1), static.get("axis"), _spread(y, x, static)
    centred = x - x.mean(axis=axis, keepdims=True)
    return [
        (
            "missing-path",
            "the mean was not subtracted",
            lambda g: _spread(g, x, static) * x / (n * wide),
        ),
        (
            "local-derivative",
            "not divided by the standard deviation",
            lambda g: _spread(g, x, static) * centred / n,
        ),
        (
            "local-derivative",
            "it is the derivative of the variance",
            lambda g: _spread(g, x, static) * 2 * centred / n,
        ),
        (
            "local-derivative",
            "divided by the variance",
            lambda g: _spread(g, x, static) * centred / (n * wide**2),
        ),
    ]


def _norm(position, arrays, y, static):
    x = arrays[0]
    wide = _spread(y, x, static)
    return [
        ("local-derivative", "not divided by the norm", lambda g: _spread(g, x, static) * x),
        (
            "local-derivative",
            "divided by the square of the norm",
            lambda g: _spread(g, x, static) * x / wide**2,
        ),
        (
            "local-derivative",
            "it is the derivative of the squared norm",
            lambda g: _spread(g, x, static) * 2 * x,
        ),
    ]


def _logsumexp(position, arrays, y, static):
    x, axis = arrays[0], static.get("axis")
    p = np.exp(x - _spread(y, x, static))
    return [
        ("local-derivative", "the softmax is missing", lambda g: _spread(g, x, static)),
        (
            "local-derivative",
            "exp(z) is not divided by its sum",
            lambda g: _spread(g, x, static) * np.exp(x),
        ),
        (
            "diagonal-only",
            "p (1 - p) instead of the softmax p",
            lambda g: _spread(g, x, static) * p * (1 - p),
        ),
        (
            "local-derivative",
            "the gradient goes to the largest element alone, as of a maximum",
            lambda g: _spread(g, x, static) * (x == x.max(axis=axis, keepdims=True)),
        ),
        (
            "local-derivative",
            "the logarithm of the softmax stands in its place",
            lambda g: _spread(g, x, static) * np.log(p),
        ),
        *_softmaxes_over_other_axes(x, static),
    ]


def _softmaxes_over_other_axes(x, static):
    axis = static.get("axis")
    if axis is None:
        return []
    e = np.exp(x - x.max(initial=-np.inf))
    own = axis, x.ndim + axis if isinstance(axis, int) else axis
    return [
        (
            "local-derivative",
            f"the softmax is taken over {'all axes' if other is None else f'axis {other}'}, "
            f"not over axis {axis}",
            lambda g, o=other: _spread(g, x, static) * e / e.sum(axis=o, keepdims=True),
        )
        for other in [*range(x.ndim), None]
        if other not in own
    ]


def _cumsum(position, arrays, y, static):
    axis = static["axis"]
    return [
        (
            "permuted",
            "summed from the front; the gradient is summed from the end",
            lambda g: np.cumsum(g, axis=axis),
        ),
        ("local-derivative", "the sum over what follows is missing", lambda g: g),
    ]


def _prod(position, arrays, y, static):
    x = arrays[0]
    return [
        (
            "local-derivative",
            "not divided by the element itself",
            lambda g: _spread(g * y, x, static),
        ),
        (
            "local-derivative",
            "the product of the others is missing",
            lambda g: _spread(g, x, static),
        ),
    ]


MISTAKES_OF_REDUCTIONS = {
    op.MAX: _extremum,
    op.MIN: _extremum,
    op.SUM: _sum,
    op.MEAN: _sum,
    op.VAR: _var,
    op.STD: _std,
    op.NORM: _norm,
    op.LOGSUMEXP: _logsumexp,
    op.CUMSUM: _cumsum,
    op.PROD: _prod,
}
