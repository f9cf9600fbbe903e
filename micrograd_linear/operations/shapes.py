"""Operations that move elements without changing them."""

import numpy as np

from .operation import rule


@rule(np.reshape, moves=True)
def reshape(x, *, shape):
    old = x.shape
    return np.reshape(x, shape), (lambda g: np.reshape(g, old),)


@rule(np.transpose, moves=True)
def transpose(x, *, axes=None):
    y = np.transpose(x, axes)
    back = None
    if axes is not None:
        back = tuple(sorted(range(len(axes)), key=lambda i: axes[i] % len(axes)))
    return y, (lambda g: np.transpose(g, back),)


@rule(np.broadcast_to, moves=True)
def broadcast_to(x, *, shape):
    """The pullback is the identity: whoever calls it sums the result back to the shape of x, as
    after every broadcast.
    """
    return np.broadcast_to(x, shape), (lambda g: g,)


@rule(np.concatenate)
def concatenate(*parts, axis=0):
    """The parts one after the other along an axis they have."""
    y = np.concatenate(parts, axis=axis)
    before = (slice(None),) * (axis % y.ndim)
    ends = [0]
    for part in parts:
        ends.append(ends[-1] + part.shape[axis])
    return y, tuple(
        lambda g, i=i: g[(*before, slice(ends[i], ends[i + 1]))] for i in range(len(parts))
    )


@rule(np.pad)
def pad(x, *, widths):
    """Zeros around x: ``widths`` is ((before, after), ...), one pair for each axis."""
    inside = tuple(slice(before, before + n) for (before, _), n in zip(widths, x.shape))
    return np.pad(x, widths), (lambda g: g[inside],)


@rule("astype")
def astype(x, *, dtype):
    """x in another floating type; the caller casts the gradient back."""
    return x.astype(dtype), (lambda g: g,)


@rule("identity")
def identity(x):
    """x itself, as a node of its own."""
    return x + 0, (lambda g: g,)
