"""Copies of the local names of a running function: what a later statement may change in place.

After a statement, only what it may have changed is copied again (``side_effects.py``); an array
that did not change has one copy, however many names and tables hold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ...engine.foreign import is_foreign
from ...engine.graph import is_node
from .routine import Step
from .side_effects import Effect

_LARGEST = 100_000  # elements of an array that is copied
_HEAP_TYPE = 1 << 9  # the flag of a class that a program made
_FIXED = {int, float, bool, str, bytes, complex, type(None), np.float64, np.int64, np.bool_}

Arrays = dict[int, tuple[np.ndarray, np.ndarray]]  # {id: (an array, its copy)}


_MARK = 64  # changes between two full tables of the names
_GONE = object()  # what a name holds after ``del``


class Copies:
    """What the local names of one call held, from statement to statement.

    ``changes`` is the list of (name, copy) in their order; a moment of the call is the length that
    the list had then.
    """

    def __init__(self, in_place: bool) -> None:
        self.changes: list[tuple[str, Any]] = []
        self._marks: list[dict[str, Any]] = [{}]
        self._now: dict[str, Any] = {}  # the copies
        self._seen: dict[str, Any] = {}  # the values as they are
        self._arrays: Arrays | None = {} if in_place else None
        self._effect = Effect.ALL  # of the statements since the last copy
        self._bound: list[str] | None = None  # names that they bound; None: any
        self._changed: set[str] = set()  # names of arrays that they wrote into

    def ran(self, step: Step | None) -> None:
        """A statement has run; None stands for code that is not known."""
        effect = Effect.ALL if step is None else step.effect
        if effect > self._effect:
            self._effect = effect
        if step is None or step.binds_more:
            self._bound = None
        elif self._bound is not None:
            self._bound.extend(step.names)
        if effect == Effect.ARRAY and step is not None:
            self._changed.update(step.changed)

    def update(self, local: Mapping[str, Any]) -> dict[str, Any]:
        """The copies of the local names, which are those of now."""
        now, seen, effect = self._now, self._seen, self._effect
        if self._bound == [] and effect == Effect.NAMES:
            return now
        if effect >= Effect.ARRAY and self._arrays is not None:
            self._arrays.clear()
        changed = self._changed_arrays(local) if effect == Effect.ARRAY else None
        bound = self._bound if effect == Effect.NAMES else None
        for name in local if bound is None else bound:
            x = local.get(name, _GONE)
            is_same = x is seen.get(name, _GONE)
            if not is_same or (effect and _differs(x, effect, changed)):
                seen[name] = x
                now[name] = x if type(x) in _FIXED else copy_of(x, self._arrays)
                self.changes.append((name, now[name]))
        if len(now) != len(local) or (bound is None and now.keys() != local.keys()):
            self._forget(now.keys() - local.keys())
        while len(self.changes) >= _MARK * len(self._marks):
            self._marks.append(dict(now))
        self._effect, self._bound = Effect.NAMES, []
        self._changed.clear()
        return now

    def at(self, moment: int) -> dict[str, Any]:
        """The copies of the local names as they were at a moment."""
        mark = moment // _MARK
        names = dict(self._marks[mark])
        names.update(self.changes[mark * _MARK : moment])
        return {name: x for name, x in names.items() if x is not _GONE}

    def of(self, x: Any) -> Any:
        """The copy of a value that a table of now holds."""
        return copy_of(x, self._arrays)

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            del self._now[name]
            self._seen.pop(name, None)
            self.changes.append((name, _GONE))

    def _changed_arrays(self, local: Mapping[str, Any]) -> list[Any] | None:
        """The arrays that were written into; None where others may share their numbers: one is a
        view, or a table of arrays.
        """
        found = [local.get(name) for name in self._changed]
        is_alone = all(isinstance(x, np.ndarray) and x.base is None for x in found)
        return found if is_alone else None


def _differs(x: Any, effect: Effect, changed: list[Any] | None) -> bool:
    """Whether a value may be another in place, after statements of this effect."""
    if type(x) in _FIXED:
        return False
    if not isinstance(x, np.ndarray):
        return True
    if effect != Effect.ARRAY or changed is None:
        return effect >= Effect.ARRAY
    return x.base is not None or any(x is each for each in changed)


def copy_of(x: Any, arrays: Arrays | None, depth: int = 3) -> Any:
    """A copy of what a later statement may change in place: tables, objects, and arrays.

    ``arrays`` are those copied already; None where no statement writes into an array.
    """
    if isinstance(x, np.ndarray):
        if x.size > _LARGEST or arrays is None:
            return x
        found = arrays.get(id(x))
        if found is None:
            found = arrays[id(x)] = x, x.copy()
        return found[1]
    if is_node(x) or depth == 0:
        return x
    if is_foreign(x):
        return x.detach().clone()
    if type(x) is dict and len(x) <= 100:
        return {key: copy_of(value, arrays, depth - 1) for key, value in x.items()}
    if type(x) in (list, tuple) and len(x) <= 100:
        return type(x)(copy_of(value, arrays, depth - 1) for value in x)
    return _object_copy(x, arrays, depth) if _is_users(x) else x


def _is_users(x: Any) -> bool:
    """Whether a value is an object of a class that was written in Python, with its attributes."""
    cls = type(x)
    plain = cls.__flags__ & _HEAP_TYPE and cls.__new__ is object.__new__
    return bool(plain) and hasattr(x, "__dict__") and not is_node(x)


def _object_copy(x: Any, arrays: Arrays | None, depth: int) -> Any:
    """Another object of the class, with a copy of what it holds now."""
    made = object.__new__(type(x))
    held = {name: copy_of(value, arrays, depth - 1) for name, value in vars(x).items()}
    vars(made).update(held)
    return made
