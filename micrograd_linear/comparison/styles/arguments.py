"""Arguments as a flat dict of arrays by name, and back: what a check can differentiate."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..pair import UnusableLayer
from ..statement import signature_of
from . import naming
from .settings import EMPTY

Path = tuple[object, ...]


def arrays_in(value: object, path: Path = ()) -> dict[Path, np.ndarray]:
    """{path: array} of all arrays in nested dicts and lists."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        return {path: value}
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, (list, tuple)) and len(value) < 1000:
        items = list(enumerate(value))
    else:
        return {}
    found: dict[Path, np.ndarray] = {}
    for key, inner in items:
        found |= arrays_in(inner, (*path, key))
    return found


def with_arrays(value: object, new: Mapping[Path, object], path: Path = ()) -> object:
    """A copy of nested dicts and lists in which other arrays stand at their paths."""
    if path in new:
        return new[path]
    if isinstance(value, (np.random.Generator, np.random.RandomState)):
        return copy.deepcopy(value)  # each run draws the same numbers
    if isinstance(value, dict):
        return type(value)((k, with_arrays(v, new, (*path, k))) for k, v in value.items())
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(with_arrays(v, new, (*path, i)) for i, v in enumerate(value))
    return value


def names_of(paths: Sequence[Path]) -> dict[Path, str]:
    """A name for each path: its last part where that is unique and a word, else all of it."""
    ends = [path[-1] for path in paths]
    names = {}
    for path in paths:
        short = isinstance(path[-1], str) and ends.count(path[-1]) == 1
        names[path] = str(path[-1]) if short else in_words(path)
    return names


def in_words(path: Path) -> str:
    """``params['W'][0]``"""
    words = str(path[0])
    for part in path[1:]:
        words += f"['{part}']" if isinstance(part, str) else f"[{part}]"
    return words


@dataclass(frozen=True)
class Filled:
    """The arguments of a call, some of which are arrays: by path, and by name."""

    arguments: dict[str, object]
    names: dict[Path, str]

    @staticmethod
    def of(arguments: dict[str, object]) -> Filled:
        return Filled(arguments, names_of(list(arrays_in(arguments))))

    @property
    def values(self) -> dict[str, np.ndarray]:
        """{name: array}"""
        arrays = arrays_in(self.arguments)
        return {name: arrays[path] for path, name in self.names.items()}

    @property
    def settings(self) -> dict[str, object]:
        """The arguments that hold no array."""
        return {k: v for k, v in self.arguments.items() if not arrays_in(v, (k,))}

    def called_with(self, values: Mapping[str, object]) -> dict[str, object]:
        """The arguments with other arrays, or with Tensors."""
        new = {path: values[name] for path, name in self.names.items() if name in values}
        filled = with_arrays(self.arguments, new)
        return filled if isinstance(filled, dict) else {}


def _is_one(default):
    """Whether a default says that nothing follows: dout=1, which the layer may not even use."""
    return isinstance(default, (int, float)) and default == 1


class Binding:
    """What the arguments of a backward function are: upstream gradients, forward's arguments, its
    results, or what it keeps.
    """

    def __init__(
        self,
        backward: Callable,
        known: Sequence[str],
        results: Sequence[str] = (),
        local: bool = False,
    ):
        self.backward = backward
        kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        signature = signature_of(backward).parameters.values()
        self.parameters = [p for p in signature if p.kind not in kinds]
        self.known, self.results = list(known), list(results)
        self.stands_for: dict[str, str] = {}  # {argument: the one of forward's that it is}
        self.upstream = self._upstream(local)
        self.takes_rate = any(
            naming.is_rate(p.name) for p in self.parameters if p.name not in self.known
        )

    def _upstream(self, local: bool) -> list[str]:
        free = [
            p
            for p in self.parameters
            if p.name not in (*self.known, *self.results)
            and not naming.is_cache(p.name)
            and not naming.is_rate(p.name)
            and not _is_one(p.default)
        ]
        alone = [p.name for p in self.parameters if p.default is EMPTY]
        flows = len(alone) == 1 and alone[0] not in self.known and naming.is_upstream(alone[0])
        if local and len(alone) == 1 and self.known and not flows:
            self.stands_for = {alone[0]: alone[0] if alone[0] in self.known else self.known[0]}
            return []
        for p in list(free):
            same = naming.named_by(f"d{p.name}", self.known)
            if same and p.default is EMPTY and not naming.is_upstream(p.name):
                self.stands_for[p.name] = same
                free.remove(p)
        found = [p.name for p in free if self._flows_in(p.name) and not isinstance(p.default, bool)]
        if found:
            return found
        required = [
            p.name for p in free if p.default is EMPTY and not naming.are_labels(p.name, "")
        ]
        first = self.parameters[0].name if self.parameters else ""
        return [first] if first in required and not naming.is_output(first) else []

    def _flows_in(self, name: str) -> bool:
        """Whether an argument is an upstream gradient: by its name, or as that of a result."""
        of_result = any(name in (f"g{r}", f"g_{r}", f"d{r}", f"d_{r}") for r in self.results if r)
        return of_result or naming.is_upstream(name) or naming.stem_of(name) in self.results

    def _takes_results(self, name: str) -> bool:
        """Whether backward takes what forward returns one by one: u is the first, where the others
        have the names that forward gives them.
        """
        taken = [p.name for p in self.parameters if p.name not in (*self.upstream, *self.known)]
        others = [n for n in taken if n != name]
        own = bool(others) and set(others) <= set(self.results)
        return own and taken[:1] == [name] and not naming.is_cache(name)

    @property
    def rates(self) -> list[str]:
        """The arguments that are learning rates."""
        return [p.name for p in self.parameters if naming.is_rate(p.name)]

    def call(
        self,
        upstream: Sequence[object],
        arguments: Mapping[str, object],
        results: Mapping[str, object],
        kept: object,
        y: object,
    ) -> object:
        """What backward returns."""
        given: dict[str, object] = {}
        flows, positional = dict(zip(self.upstream, upstream)), []
        for p in self.parameters:
            value = self._value(p, flows, arguments, results, kept, y)
            if value is not EMPTY:
                given[p.name] = value
        for p in self.parameters:
            if p.kind is p.POSITIONAL_ONLY and p.name in given:
                positional.append(given.pop(p.name))
        return self.backward(*positional, **given)

    def _value(self, p, flows, arguments, results, kept, y) -> Any:
        name = self.stands_for.get(p.name) or str(p.name)
        for held in (flows, arguments, results):
            if name in held:
                return held[name]
        if naming.is_rate(name):
            return 1.0
        if p.default is not EMPTY:
            return EMPTY
        alike = _alike(name, arguments)
        if alike is not None:
            return arguments[alike]
        if any(naming.stem_of(flow) == name for flow in flows) or self._takes_results(name):
            return y  # dn, and the n that it is of
        if kept is not None and (naming.is_cache(name) or not naming.is_output(name)):
            return kept
        if naming.is_cache(name) and len(arguments) == 1:
            return next(iter(arguments.values()))
        if naming.is_output(name) or not arguments:
            return y
        same = naming.named_by(f"d{name}", list(arguments))
        if same and kept is None:
            return arguments[same]
        raise UnusableLayer(
            f"backward takes {name}, which is no argument of forward; it takes "
            f"{naming.listed(arguments)}"
        )


def _alike(name: str, arguments: Mapping[str, Any]) -> str | None:
    """The argument that differs in case alone, or that is the target as well."""
    alike = [k for k in arguments if naming.plain(k) == naming.plain(name)]
    if not alike and naming.are_labels(name, "loss") and not naming.is_cache(name):
        alike = [k for k in arguments if naming.may_be_labels(k)]
    return alike[0] if alike else None
