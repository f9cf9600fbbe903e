"""A small constant that a derivative leaves out, as that in ``log(y + 1e-7)``: named, and excused
by no more than it explains.

What it explains is measured: the constant is doubled in the user's code, and the slope of forward
along the deviation is taken again. A deviation that this hardly moves is a mistake.
"""

from __future__ import annotations

import contextlib
import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .comparison import Comparison
from .convention import changed
from .plain import PlainForward
from .random_state import RandomState
from .reached import functions_reached
from .styles.attributes import children, is_object, put
from .styles.pairing import Case
from .styles.source import text_of_files

_TINY = 3e-4  # of the largest element of a gradient: what is larger is a mistake
_EXPLAINED = 1 / 3  # of the deviation: where the constant counts in one place of several
_STEP = 1e-5
_NOISE = 1e-9  # of y: what a slope of double precision is sure of
_CONSTANT = re.compile(r"\b\d*\.?\d*e-0?(?:[5-9]|1\d)\b|\b0?\.0000+1\b")
_WRONG = ("wrong", "wrong step")


def with_small_constants(
    comparison: Comparison, case: Case, functions: Sequence[Callable], state: RandomState
) -> Comparison:
    """The comparison; a gradient that is off by what a small constant of the text explains is
    close, and the constant is named.
    """
    constants = dict.fromkeys(_CONSTANT.findall(text_of_files(functions)))
    results = dict(comparison.items())
    near = [name for name, r in results.items() if r.status in _WRONG and _is_tiny(r)]
    if not constants or not near:
        return comparison
    measure = _Slope(case, comparison.upstream, state)
    close = [n for n in near if _explains(measure, n, results[n], constants, functions, case)]
    for name in close:
        gap = results[name].max_difference
        note = (
            f"equal but for {gap:.2g}, which is more than rounding and no more than a small "
            f"constant explains ({', '.join(constants)}): the derivative leaves it out"
        )
        results[name] = replace(results[name], status="close", note=note, causes=())
    return changed(comparison, results) if close else comparison


def _is_tiny(result):
    if any(cause.kind == "stale" for cause in result.causes) or not result.max_difference:
        return False
    largest = float(np.nanmax(np.absolute(result.engine), initial=0.0))
    return result.max_difference <= _TINY * largest


class _Slope:
    """The slope of <dy, forward> along a direction of one argument."""

    def __init__(self, case: Case, dy: Any, state: RandomState):
        self.forward = PlainForward(case.forward, case.backward, state)
        self.values, self.dy = case.values, np.asarray(dy, dtype=float)

    def along(self, name: str, u: np.ndarray) -> float:
        ahead, behind = (self._value(name, sign * _STEP * u) for sign in (1, -1))
        return (ahead - behind) / (2 * _STEP)

    def size(self) -> float:
        return float(np.sum(np.absolute(self.dy * self.forward(self.values))))

    def _value(self, name, step):
        return float(
            np.sum(self.dy * self.forward({**self.values, name: self.values[name] + step}))
        )


def _explains(measure, name, result, constants, functions, case):
    """Whether doubling the constants moves the gradient, along the deviation, by as much."""
    if name not in case.values or result.hand is None:  # a result in between
        return False
    deviation = np.asarray(result.hand, dtype=float) - result.engine
    length = float(np.linalg.norm(deviation))
    noise = _NOISE * measure.size()
    if not np.isfinite(length) or length <= noise:
        return bool(np.isfinite(length))
    u = deviation / length
    before = measure.along(name, u)
    with doubled(map(float, constants), functions, case):
        after = measure.along(name, u)
    return abs(after - before) + noise >= _EXPLAINED * length


@contextlib.contextmanager
def doubled(constants, functions: Sequence[Callable], case: Case) -> Iterator[None]:
    """Inside, the constants are twice as large wherever the user's files hold them: in code, in
    defaults, as globals, on classes, and on the object that the case runs.
    """
    new = {c: 2 * c for c in constants}
    back: list[Callable[[], None]] = []
    try:
        for alike in functions_reached(functions).values():
            for function in alike:
                _double_in(function, new, back)
        owner = getattr(case.forward, "written_as", None)
        _double_on(getattr(owner, "__self__", None), new, back)
        yield
    finally:
        for put_back in reversed(back):
            put_back()


def _double_in(function, new, back):
    for attribute in ("__code__", "__defaults__", "__kwdefaults__"):
        held = getattr(function, attribute)
        doubled_one = _twice(held, new)
        if doubled_one is not held:
            back.append(lambda a=attribute, x=held: setattr(function, a, x))
            setattr(function, attribute, doubled_one)
    names = function.__globals__
    for name, value in list(names.items()):
        if isinstance(value, float) and value in new:
            back.append(lambda n=name, x=value: names.__setitem__(n, x))
            names[name] = new[value]
        elif inspect.isclass(value) and value.__module__ == names.get("__name__"):
            for key, x in list(vars(value).items()):
                if isinstance(x, float) and x in new:
                    back.append(lambda c=value, k=key, x=x: setattr(c, k, x))
                    setattr(value, key, new[x])


def _twice(held, new):
    """Code, or values, with the constants in them doubled; the same where there are none."""
    if inspect.iscode(held):
        constants = tuple(_twice(c, new) for c in held.co_consts)
        same = all(a is b for a, b in zip(constants, held.co_consts))
        return held if same else held.replace(co_consts=constants)
    if isinstance(held, tuple):
        parts = tuple(_twice(x, new) for x in held)
        return held if all(a is b for a, b in zip(parts, held)) else parts
    if isinstance(held, dict):
        parts = {k: _twice(x, new) for k, x in held.items()}
        return held if all(parts[k] is held[k] for k in held) else parts
    return new.get(held, held) if isinstance(held, float) else held


def _double_on(x, new, back, depth=0):
    if depth > 4 or x is None:
        return
    for key, value in list(children(x)):
        if isinstance(value, float) and value in new and not isinstance(x, tuple):
            back.append(lambda k=key, v=value: put(x, (k,), v))
            put(x, (key,), new[value])
        elif is_object(value) or isinstance(value, (list, dict)):
            _double_on(value, new, back, depth + 1)
