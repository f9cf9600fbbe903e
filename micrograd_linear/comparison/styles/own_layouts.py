"""Layouts of data that the arrays which are there suggest: those of an object, or of a module."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from .attributes import arrays_of, children, is_object
from .module_arrays import arrays_read_by, labels_read_by
from .worlds import WORLDS, World, is_state


def worlds_of(template: object, made_with: Mapping[str, object], alone: bool = True) -> list[World]:
    """The layouts of an object: data that its own arrays fit, then all others."""
    arrays = list(arrays_of(template).values())
    shapes: list[tuple[int, ...]] = []
    for value in made_with.values():
        if isinstance(value, tuple) and value and all(isinstance(n, int) for n in value):
            shapes.append(value if len(value) == 4 else (2 if len(value) == 3 else 5, *value))
    # Weights say more of the data than biases do.
    for array in sorted(arrays, key=lambda a: a.ndim < 2 or 1 in a.shape):
        shapes += _data_for(array.shape)
    shapes = [shape for shape in dict.fromkeys(shapes) if min(shape, default=1) > 0]
    if not shapes:
        return list(WORLDS)
    last = next((a.shape for a in reversed(arrays) if a.ndim == 2 and a.size), (3, 3))
    one_hot = [
        (5, 1),
        (1, 5),
        *(s for n in last[::-1] for s in ((5, n), (n, 5), (n, 1), (n,), (2, n))),
    ]
    embeds = _embeds(template)
    own = World(
        "its own arrays",
        lambda name: _states(name, arrays) or shapes[: 24 if alone else 4],
        WORLDS[0].weights,
        WORLDS[0].biases,
        [(5,), (5, 6)] if embeds else [(5,), (2,)],
        [*one_hot[2:], *one_hot[:2]],
        of_words=embeds,
    )
    return [own, *WORLDS]


def lengths_of(template: object) -> list[int]:
    """The lengths of the axes of an object's own arrays, without repeats."""
    return list(dict.fromkeys(n for a in arrays_of(template).values() for n in a.shape if n < 65))


def _embeds(x, depth=0):
    """Whether an object looks up the rows of a table, by the names of classes: it takes indices."""
    if depth > 3:
        return False
    named = is_object(x) and re.search(r"embed", type(x).__name__, re.I)
    return bool(named) or any(_embeds(inner, depth + 1) for _, inner in children(x))


def _states(name, arrays):
    """The shapes of a hidden state beside the weights of a recurrent layer, of one gate or more."""
    ends = [sorted(a.shape) for a in arrays if a.ndim == 2 and min(a.shape) > 1]
    sizes = [n for n, m in ends if m in (n, 3 * n, 4 * n)]
    if not sizes or not is_state(name):
        return []
    n = sizes[0]
    columns = any(a.shape == (n, 1) for a in arrays)
    return [(n, 1)] if columns else [(5, n), (n,), (1, n), (n, 1)]


def _data_for(shape):
    """Shapes of data that a parameter of some shape takes."""
    if len(shape) == 4:
        _, c, h, w = shape
        images = [(2, c, 5, 5), (2, c, 4, 4), (2, c, 6, 6), (c, 5, 5), (2, 5, 5, w), (2, 5, 5, c)]
        return [*images, (2, c, max(h, w) + 3, max(h, w) + 3)]
    if len(shape) == 3:
        return [(2, 6, 6), (6, 6), (5, *shape)]
    if len(shape) == 2:
        a, b = shape
        both = [(5, a), (b, 5), (5, b), (a, 5), (b, 1), (a, 1), (1, a), (1, b), (a,), (b,)]
        if a == 1 or b == 1:  # a bias, or a gain: data of its width, which it does not widen
            n = max(a, b)
            both = [(5, n), *both] if a == 1 else [(n, 5), *both]
        return [s for s in both if 0 not in s] + [(5, 6, a)]
    if len(shape) == 1:
        return [(5, shape[0]), (shape[0], 5), (shape[0],), (2, shape[0], 4, 4)]
    return []


def layouts_of(function: Callable) -> list[World]:
    """The layouts to try for a function: data that the arrays fit which it reads of its module,
    weights that its data fit, then all others.
    """
    read = arrays_read_by(function)
    return [*_of_data(read, function), *worlds_of(read, {}, alone=True)]


def _of_data(read, function):
    """Rows and columns whose number of features, and of classes, are those of the module's data."""
    found = []
    for name, data in read.items():
        if not re.match(r"x|data|inputs|features|train|points", name, re.I) or np.ndim(data) != 2:
            continue
        classes = max(1, *(_classes(y) for y in labels_read_by(function)), 1)
        for world, axis in ((WORLDS[0], 1), (WORLDS[1], 0)):
            found.append(replace(world, first=np.shape(data)[axis], last=classes))
    return found


def _classes(y):
    """The number of classes: of integer labels, of one-hot columns, or of one output."""
    if y.dtype.kind in "iu" and y.ndim == 1 and y.size:
        return int(y.max()) + 1
    return min(y.shape) if y.ndim == 2 else 1
