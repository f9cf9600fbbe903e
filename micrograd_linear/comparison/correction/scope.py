"""What the names of a statement stand for: at its first visit, its last, and where it is wrong."""

from __future__ import annotations

import ast
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...engine.foreign import numbers_of
from ...engine.graph import is_node
from .routine import Routine, Step
from .trace import Visit

_NO_LOCALS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)
_MOST = 60  # readings of a kind


@dataclass(frozen=True)
class Reading:
    """A name, an attribute or an item that can be read at a statement, and its value."""

    text: str
    value: Any

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self.value)


class Scope:
    """The readings of a statement; ``visits`` are its first run, its last and one between, ``spot``
    the first in which it may be wrong.
    """

    def __init__(
        self, step: Step, visits: list[Visit], reading_texts: list[str], spot: Visit | None = None
    ) -> None:
        self.step = step
        self.module = step.routine.functions[0].__globals__
        self._held = visits[0].held
        self.names = {**self.module, **self._held}
        befores = [visit.before or {} for visit in visits]
        self.first, self.last = befores[0], befores[-1]
        self.places = befores if visits[0] is not visits[-1] else [self.first]
        if spot is not None and all(visit is not spot for visit in visits):
            self.places.append(spot.before or {})
        self.spot = self.first if spot is None else spot.before or {}
        self._texts = reading_texts
        self._shapes: dict[str, tuple[int, ...] | None] = {}

    def value(self, text: str, local: dict[str, Any]) -> Any:
        """The value of an expression; raises what it raises."""
        return numbers_of(evaluated(compiled(text), self.names, local))

    def is_read(self, name: str) -> bool:
        """Whether another statement of the routine reads a name."""
        return any(
            isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
            for other in self.step.routine.steps
            if other is not self.step and other.value is not None
            for node in ast.walk(other.value)
        )

    def shape(self, text: str) -> tuple[int, ...] | None:
        """The shape of the value of an expression; None where it is no array and no number."""
        if text not in self._shapes:
            self._shapes[text] = None
            with suppress(Exception):  # it cannot be computed on its own
                value = self.value(text, self.last)
                if isinstance(value, np.ndarray) or is_number(value):
                    self._shapes[text] = np.shape(value)
        return self._shapes[text]

    @property
    def numpy(self) -> str:
        """The name by which the file knows NumPy."""
        return self.step.routine.numpy

    @cached_property
    def readings(self) -> list[Reading]:
        """All that can be read, each value once, the local names first."""
        local = self.last
        names = [n for n in local if n.isidentifier() and not n.startswith("__")]
        # What the routine reads at a changing place, ``hs[t]``, is that in every turn; the items
        # of such a table are not read one by one.
        moving = {text.rpartition("[")[0] for text in self._texts if _is_moving(text)}
        tables = {**self._held, **{name: local[name] for name in names}}
        inside = [text for name, x in reversed(tables.items()) for text in _inside(name, x)]
        inside = [text for text in inside if text.rpartition("[")[0] not in moving]
        found: list[Reading] = []
        seen: set[str] = set()
        same: set[tuple] = set()
        for text in [*names, *inside, *self._texts]:
            if text in seen:
                continue
            seen.add(text)
            try:
                value = self.value(text, local)
            except Exception:  # it is not there yet, or code of the file failed
                continue
            if not is_number(value) and not isinstance(value, np.ndarray):
                continue
            # What has a name of its own is not read out of a cache again.
            key = (
                (np.shape(value), np.asarray(value).tobytes()) if not text.isidentifier() else None
            )
            if key is None or key not in same:
                found.append(Reading(text, value))
            if np.size(value) > 1:
                same.add((np.shape(value), np.asarray(value).tobytes()))
        return found

    @cached_property
    def arrays(self) -> list[Reading]:
        """Those that are arrays of floats."""
        return [r for r in self.readings if r.shape and np.asarray(r.value).dtype.kind == "f"]

    @cached_property
    def masks(self) -> list[Reading]:
        """Those that are arrays of booleans or of integers."""
        return [r for r in self.readings if r.shape and np.asarray(r.value).dtype.kind in "biu"]

    @cached_property
    def numbers(self) -> list[Reading]:
        """Those that are numbers."""
        return [r for r in self.readings if not r.shape and is_number(r.value)][:_MOST]

    @cached_property
    def sizes(self) -> list[str]:
        """Texts of how many rows there are: ``N``, or ``x.shape[0]``."""
        whole = [
            r.text
            for r in self.numbers
            if isinstance(r.value, (int, np.integer)) and not isinstance(r.value, bool)
            if r.value > 1
        ]
        lengths = {int(self.value(text, self.last)) for text in whole}
        # ``self.x.shape[0]`` is written where no local name has that length.
        plain = [r for r in self.arrays if "[" not in r.text]
        for r in sorted(plain, key=lambda r: not r.text.isidentifier()):
            for axis, size in enumerate(r.shape):
                if size > 1 and size not in lengths:
                    lengths.add(size)
                    whole.append(f"{r.text}.shape[{axis}]")
            total = int(np.size(r.value))
            if len(r.shape) > 1 and total not in lengths and r.text.isidentifier():
                lengths.add(total)
                whole.append(f"{r.text}.size")
        return whole


def is_number(x: Any) -> bool:
    """Whether a value is a real number."""
    return isinstance(x, (int, float, np.number)) and not isinstance(x, bool) and not is_node(x)


def _is_moving(text: str) -> bool:
    """Whether a text reads an item whose place is computed: ``hs[t - 1]``."""
    node = ast.parse(text, mode="eval").body
    if not isinstance(node, ast.Subscript):
        return False
    return any(isinstance(part, ast.Name) for part in ast.walk(node.slice))


def _inside(name: str, x: Any) -> list[str]:
    """The arrays that an object or a dict holds, as text."""
    if isinstance(x, dict):
        return [f"{name}[{key!r}]" for key in x if isinstance(key, (str, int))][:_MOST]
    if isinstance(x, (list, tuple)) and len(x) <= 8:
        return [f"{name}[{i}]" for i, part in enumerate(x) if isinstance(part, np.ndarray)]
    if hasattr(x, "__dict__") and not isinstance(x, type) and not is_node(x):
        own = []
        for key, value in list(vars(x).items())[:_MOST]:
            own.append(f"{name}.{key}")
            if isinstance(value, dict):
                own += _inside(f"{name}.{key}", value)
        return own
    return []


def reading_texts(routine: Routine) -> list[str]:
    """The names, attributes and items that a routine reads anywhere."""
    found: dict[str, None] = {}
    for node in ast.walk(routine.node):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and _is_chain(node):
            found[ast.unparse(node)] = None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found[node.id] = None
    return list(found)


def _is_chain(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr not in ("T", "shape", "size", "ndim", "dtype") and _is_chain(node.value)
    if isinstance(node, ast.Subscript):
        return _is_chain(node.value)
    return isinstance(node, ast.Name)


def compiled(text: str) -> Any:
    """The code of an expression; what it may need its local names for is said by its flag."""
    tree = ast.parse(f"({text})", mode="eval")
    code = compile(tree, "<correction>", "eval", dont_inherit=True)
    return code, any(isinstance(node, _NO_LOCALS) for node in ast.walk(tree))


def evaluated(code: Any, names: dict[str, Any], local: dict[str, Any]) -> Any:
    """The value of a compiled expression among local names."""
    code, nested = code
    return eval(code, {**names, **local}) if nested else eval(code, names, local)
