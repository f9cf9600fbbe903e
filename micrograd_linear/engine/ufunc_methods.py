"""``np.add.reduce`` and its relatives where an operand is a Tensor.

Each is composed of the function itself, or is the reduction that NumPy has a name for.
"""

from __future__ import annotations

import functools
import itertools
import operator
from typing import Any

import numpy as np

from ..operations import BY_NUMPY_FUNCTION, RULES
from .graph import is_node
from .leaving import written_into
from .ufunc_keywords import cast, write

_MISSING = object()


def _parts(x: Any, axis: int) -> list:
    """What lies one after the other along an axis."""
    before = (slice(None),) * (axis % x.ndim)
    return [x[(*before, i)] for i in range(x.shape[axis])]


def _one_axis(x: Any, axis: Any, call: str) -> int:
    axis = operator.index(axis)
    if not -x.ndim <= axis < x.ndim:
        raise np.exceptions.AxisError(axis, x.ndim, call)
    return axis


def _prepared(x: Any, dtype: Any, call: str) -> Any:
    return x if dtype is None else cast(x, dtype, "same_kind", call)


def _finished(call: str, x: Any, result: Any, out: Any) -> Any:
    out = out[0] if isinstance(out, tuple) else out
    return result if out is None else write(call, (x,), [out], result)


def reduce(
    ufunc: Any,
    call: str,
    x: Any,
    axis: Any = 0,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = _MISSING,
    where: Any = True,
) -> Any:
    """The elements along an axis taken together from the first to the last."""
    x = _prepared(x, dtype, call)
    if where is not True:
        given = None if initial is _MISSING else initial
        neutral = given if ufunc.identity is None else ufunc.identity
        if neutral is None:
            raise ValueError(
                f"{call} of {x.describe()} with where=: the function has no element that changes "
                "nothing; give initial= as well"
            )
        x = np.where(where, x, np.asarray(neutral, x.dtype))
    rule = next((each for each in RULES.values() if each.repeated is ufunc), None)
    if rule is None:
        result = _folded(ufunc, call, x, axis, keepdims)
    else:
        static = {"axis": _axes(axis), "keepdims": bool(keepdims)}
        result = rule(x, **{key: static[key] for key in static if key in rule.static_names})
    if initial not in (_MISSING, None):
        result = ufunc(initial, result)
    return _finished(call, x, result, out)


def _axes(axis: Any) -> Any:
    if axis is None:
        return None
    return tuple(map(operator.index, axis)) if isinstance(axis, tuple) else operator.index(axis)


def _folded(ufunc: Any, call: str, x: Any, axis: Any, keepdims: bool) -> Any:
    axes = range(x.ndim) if axis is None else np.atleast_1d(_axes(axis)).tolist()
    axes = sorted({_one_axis(x, each, call) % x.ndim for each in axes}, reverse=True)
    rule = BY_NUMPY_FUNCTION.get(ufunc)
    if len(axes) > 1 and not (rule and rule.commutative):
        raise ValueError(
            f"{call} of {x.describe()}: expected one axis, since the order matters, got {axis}"
        )
    for each in axes:
        parts = _parts(x, each)
        if not parts:
            raise ValueError(f"{call} of {x.describe()}: there is nothing along axis {each}")
        x = functools.reduce(ufunc, parts)
    return np.expand_dims(x, tuple(axes)) if keepdims else x


def accumulate(
    ufunc: Any, call: str, x: Any, axis: Any = 0, dtype: Any = None, out: Any = None
) -> Any:
    """What ``reduce`` comes to at every element along an axis."""
    x = _prepared(x, dtype, call)
    axis = _one_axis(x, axis, call)
    if ufunc is np.add:
        result = np.cumsum(x, axis=axis)
    else:
        steps = list(itertools.accumulate(_parts(x, axis), ufunc))
        result = np.stack(steps, axis=axis) if steps else x
    return _finished(call, x, result, out)


def reduceat(
    ufunc: Any,
    call: str,
    x: Any,
    indices: Any,
    axis: Any = 0,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    """``reduce`` from each index to the next; the element itself where the next is not larger."""
    x = _prepared(x, dtype, call)
    axis = _one_axis(x, axis, call)
    before = (slice(None),) * (axis % x.ndim)
    starts = [operator.index(i) for i in indices]
    for start in starts:
        if not 0 <= start < x.shape[axis]:
            raise IndexError(
                f"{call} of {x.describe()}: expected indices below {x.shape[axis]}, the length of "
                f"axis {axis}, got {start}"
            )
    results = []
    for start, end in zip(starts, [*starts[1:], x.shape[axis]]):
        part = x[(*before, slice(start, max(end, start + 1)))]
        results.append(reduce(ufunc, call, part, axis))
    return _finished(call, x, np.stack(results, axis=axis), out)


def outer(ufunc: Any, call: str, x: Any, y: Any, **keywords: Any) -> Any:
    """The function of every element of x with every element of y."""
    return ufunc(np.reshape(x, (*np.shape(x), *(1,) * np.ndim(y))), y, **keywords)


def at(ufunc: Any, call: str, target: Any, indices: Any, *values: Any) -> None:
    """``np.add.at(y, indices, values)``: elements that are named twice are changed twice."""
    if not is_node(target):
        raise written_into(call, values, target)
    if ufunc in _ADDED:
        from ..functions.writing import added_at  # which stands above

        _ADDED[ufunc](target, added_at(target, indices, *values))
        return
    places = np.arange(target.size).reshape(target.shape)[indices]
    values = tuple(np.reshape(np.broadcast_to(x, places.shape), -1) for x in values)
    for named in _rounds(places.reshape(-1)):
        index = np.unravel_index(places.reshape(-1)[named], target.shape)
        target[index] = ufunc(target[index], *(x[named] for x in values))


_ADDED = {np.add: operator.iadd, np.subtract: operator.isub}


def _rounds(places: np.ndarray) -> list[np.ndarray]:
    """Positions in rounds, so that no place is named twice in one: its first naming, its second."""
    order = np.argsort(places, kind="stable")
    ordered = places[order]
    first = np.searchsorted(ordered, ordered)
    nth = np.empty(len(places), dtype=np.intp)
    nth[order] = np.arange(len(places)) - first
    return [np.flatnonzero(nth == n) for n in range(nth.max(initial=-1) + 1)]


METHODS = {
    "reduce": reduce,
    "accumulate": accumulate,
    "reduceat": reduceat,
    "outer": outer,
    "at": at,
}
