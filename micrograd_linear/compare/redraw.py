"""Other inputs for a pair of functions, where those given cannot show every mistake: other numbers, and five rows in place of one."""

import itertools

import numpy as np

ROWS = 5


def redraws(values, rng):
    """(names of those with more rows, {name: array}): one argument that has one row, then several, then all in the shapes that were given."""
    single = [name for name, value in values.items() if value.ndim > 1 and value.shape[0] == 1]
    for count in (*range(1, len(single) + 1), 0):
        for widened in itertools.combinations(single, count):
            shapes = {name: (ROWS, *value.shape[1:]) if name in widened else value.shape for name, value in values.items()}
            for draw in (_normal, _nearby):
                yield widened, {name: draw(value, shapes[name], rng) for name, value in values.items()}


def _normal(value, shape, rng):
    """Normal numbers; integers, masks and rows of probabilities keep what they are."""
    wide = np.broadcast_to(value, shape).copy()
    return wide if _is_kept(value) else rng.normal(size=shape).astype(value.dtype)


def _nearby(value, shape, rng):
    """The same signs and sizes, where a function is defined for these alone."""
    wide = np.broadcast_to(value, shape).copy()
    return wide if _is_kept(value) else (wide * np.exp(0.3 * rng.normal(size=shape))).astype(value.dtype)


def _is_kept(value):
    if value.dtype.kind != "f":
        return True
    if value.ndim == 2 and np.array_equal(value, np.eye(*value.shape)):  # a weight to begin with
        return False
    rows = value.ndim > 0 and value.size > 1 and (value >= 0).all() and np.allclose(value.sum(axis=-1), 1)
    return bool(rows or (value.size > 1 and value.any() and np.isin(value, (0, 1)).all() and not (value == 1).all()))
