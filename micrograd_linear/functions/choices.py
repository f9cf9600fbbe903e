"""Elements that are chosen among several arrays, by conditions that have no gradient."""

from typing import Any

import numpy as np

from ..engine.joining import WEAK
from ..engine.numpy_protocol import implements
from ..operations import RULES
from .base import as_array, by_numpy, described, hollow, into, plain


@implements(np.select)
def select(condlist, choicelist, default=0):
    """For each element that of the first array whose condition holds, or the default."""
    conditions = [np.asarray(plain(each)) for each in condlist]
    choices = [each if each.__class__ in WEAK else as_array(each) for each in choicelist]
    found: Any
    found, shape = (
        default,
        by_numpy(
            "select",
            choices,
            np.select,
            conditions,
            [*map(hollow, choices)],
            hollow(plain(default)),
        ).shape,
    )
    for condition, choice in zip(conditions[::-1], choices[::-1], strict=True):
        found = RULES["where"](choice, found, condition=condition)
    return found if np.shape(found) == shape else np.broadcast_to(found, shape)


@implements(np.piecewise)
def piecewise(x, condlist, funclist, *args, **kw):
    """Functions, each of the elements where its condition holds; a later one is written over an
    earlier one, and one more than there are conditions is for the other elements.
    """
    x = as_array(x)
    condlist = plain(condlist)
    if np.isscalar(condlist) or (not isinstance(condlist[0], (list, np.ndarray)) and x.ndim != 0):
        condlist = [condlist]
    conditions = [np.broadcast_to(np.asarray(c, dtype=bool), x.shape) for c in condlist]
    if len(funclist) == len(conditions) + 1:
        conditions.append(~np.any(conditions, axis=0))
    elif len(funclist) != len(conditions):
        raise ValueError(
            f"piecewise of {described([x])}: with {len(conditions)} conditions, either "
            f"{len(conditions)} or {len(conditions) + 1} functions are expected, got "
            f"{len(funclist)}"
        )
    values, indices = [], []
    for condition, function in zip(conditions, funclist):
        if not callable(function):
            value = function
        elif condition.any():
            value = function(x[condition], *args, **kw)
        else:
            continue
        values.append(value)
        indices.append(condition)
    return RULES["assign"](np.zeros(x.shape, x.dtype), *values, indices=tuple(indices))


@implements(np.choose)
def choose(a, choices, out=None, mode="raise"):
    """For each element that of the array whose number stands in ``a``."""
    a = np.asarray(plain(a))
    arrays = [each if each.__class__ in WEAK else as_array(each) for each in choices]
    places = [np.full(np.shape(each), i) for i, each in enumerate(arrays)]
    chosen = by_numpy("choose", arrays, np.choose, a, places, mode=mode)
    found = arrays[-1]
    for i in range(len(arrays) - 2, -1, -1):
        found = RULES["where"](arrays[i], found, condition=chosen == i)
    found = found if np.shape(found) == chosen.shape else np.broadcast_to(found, chosen.shape)
    return into(out, "choose", found, *arrays)
