"""Other inputs for a pair of functions, where those given cannot show every mistake: other numbers, and five rows in place of one.

What may mean something keeps it: integers, masks, labels of -1, 0 and 1, rows of probabilities, symmetric matrices. Zeros, ones and the identity,
with which people begin, do not.
"""

import numpy as np

ROWS = 5


def single_rows(values):
    """The arguments that have one row and may have more: all but those that a name or one axis makes a bias or a scale."""
    return [name for name, value in values.items() if value.ndim > 1 and value.shape[0] == 1 and not name.lower().startswith(("b", "gamma", "beta", "gain", "scale"))]


def redrawn(values, widened, rng, near=False):
    """{name: array}: other numbers, with ``ROWS`` rows in those that are ``widened``; ``near`` keeps signs and sizes, where a function needs them."""
    found = {}
    for name, value in values.items():
        shape = (ROWS, *value.shape[1:]) if name in widened else value.shape
        wide = np.broadcast_to(value, shape).copy()
        if not _is_kept(value):
            wide = (wide * np.exp(0.3 * rng.normal(size=shape)) if near else rng.normal(size=shape)).astype(value.dtype)
        found[name] = wide
    return found


def _is_kept(value):
    if value.dtype.kind != "f" or not value.size:
        return True
    if value.ndim == 2 and value.size > 1 and np.array_equal(value, np.eye(*value.shape)):
        return False
    if value.size > 1 and (value == value.flat[0]).all():
        return False
    symmetric = value.ndim == 2 and value.shape[0] == value.shape[1] > 1 and np.array_equal(value, value.T)
    rows = value.ndim > 0 and value.size > 1 and (value >= 0).all() and np.allclose(value.sum(axis=-1), 1)
    return bool(symmetric or rows or np.isin(value, (-1, 0, 1)).all())
