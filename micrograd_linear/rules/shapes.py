"""Operations that move elements without changing them."""

import numpy as np

from . import rule


@rule(np.reshape)
def reshape(x, *, shape):
    old = x.shape
    return np.reshape(x, shape), (lambda g: np.reshape(g, old),)


@rule(np.transpose)
def transpose(x, *, axes=None):
    y = np.transpose(x, axes)
    back = None if axes is None else tuple(sorted(range(len(axes)), key=lambda i: axes[i] % len(axes)))
    return y, (lambda g: np.transpose(g, back),)


@rule(np.broadcast_to)
def broadcast_to(x, *, shape):
    """The pullback is the identity: whoever calls it sums the result back to the shape of x, as after every broadcast."""
    return np.broadcast_to(x, shape), (lambda g: g,)
