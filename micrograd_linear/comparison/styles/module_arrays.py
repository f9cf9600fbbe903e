"""Arrays of the module that a function reads as globals, and those among them that are parameters.

A parameter is a global array that a gradient of its name is returned of. For each run other arrays
stand in its place, and what the file put there is put back.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

import numpy as np

from ..statement import plain_function
from . import naming
from .arguments import Path, arrays_in, names_of, with_arrays
from .source import tree_of

_LARGEST = 3_000_000  # elements of an array that is drawn anew


def reached_from(*functions: Callable) -> list[Any]:
    """The functions, and those of their own modules that they call, at any depth."""
    found: dict[int, Any] = {}
    waiting = [plain_function(function) for function in functions]
    while waiting:
        function = waiting.pop()
        if function is None or id(function) in found:
            continue
        found[id(function)] = function
        for name in names_in(function.__code__):
            other = function.__globals__.get(name)
            own = getattr(other, "__globals__", None) is function.__globals__
            waiting += [plain_function(other)] if own and other is not None else []
    return list(found.values())


def names_in(code: CodeType) -> list[str]:
    """The names of globals and attributes that a code uses."""
    inner = [part for part in code.co_consts if isinstance(part, CodeType)]
    return [*code.co_names, *(name for part in inner for name in names_in(part))]


def arrays_read_by(*functions: Callable) -> dict[str, object]:
    """{name: global} of what holds arrays of floats and is read by the functions, or by those that
    they call.
    """
    found = {}
    for function in reached_from(*functions):
        for name in names_in(function.__code__):
            value = function.__globals__.get(name)
            if any(a.dtype.kind == "f" for a in arrays_in(value).values()):
                found[name] = value
    return found


def labels_read_by(function: Callable) -> list[np.ndarray]:
    """The global arrays that a function reads and whose names are those of labels."""
    names = [(f, name) for f in reached_from(function) for name in names_in(f.__code__)]
    read = {name: f.__globals__.get(name) for f, name in names if naming.may_be_labels(name)}
    return [y for y in read.values() if isinstance(y, np.ndarray)]


@dataclass(frozen=True)
class ModuleParameters:
    """The globals that are parameters: where they stand, and their paths by name."""

    namespace: dict[str, Any] = field(default_factory=dict)
    paths: Mapping[str, Path] = field(default_factory=dict)

    @staticmethod
    def of(functions: Sequence[Callable], said: Sequence[str]) -> ModuleParameters:
        """Those of which ``said`` names a gradient, or a dict that is returned has one."""
        plain = plain_function(functions[0])
        if plain is None:
            return ModuleParameters()
        taken = {name for f in functions for name in _arguments(f)}
        read = {n: x for n, x in arrays_read_by(*functions).items() if n not in taken}
        read |= _numbers_read(plain, taken, said)
        paths = {
            path: array
            for path, array in arrays_in(read).items()
            if array.dtype.kind == "f" and array.size <= _LARGEST
        }
        slopes = {naming.stem_of(name) for name in said if name} | keys_returned(functions[-1])
        names = names_of(list(paths))
        chosen = {n: path for path, n in names.items() if naming.last_part(str(path[-1])) in slopes}
        return ModuleParameters(plain.__globals__, chosen)

    def drawn(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Other arrays of their shapes, moderate, so that no function is saturated."""
        found = {}
        for name, path in self.paths.items():
            array = arrays_in({path[0]: _as_array(self.namespace[str(path[0])])})[path]
            fan = array.size / max(1, min(array.shape)) if array.ndim > 1 else 4
            found[name] = np.asarray(rng.normal(size=array.shape) / np.sqrt(max(fan, 4)))
        return found

    @contextlib.contextmanager
    def holding(self, values: Mapping[str, object]) -> Iterator[None]:
        """Inside, the globals are these arrays, or Tensors."""
        new = {path: values[name] for name, path in self.paths.items() if name in values}
        heads = {str(path[0]) for path in new}
        before = {head: self.namespace[head] for head in heads}
        try:
            for head, value in before.items():
                self.namespace[head] = with_arrays(_as_array(value), new, (head,))
            yield
        finally:
            self.namespace.update(before)


def _as_array(value: object) -> object:
    return np.asarray(value) if isinstance(value, (float, np.floating)) else value


def _numbers_read(plain, taken, said):
    """Floats of the module, as a bias b = 0.0, that a gradient is named of."""
    stems = {naming.stem_of(name) for name in said if name}
    names = [n for f in reached_from(plain) for n in names_in(f.__code__)]
    floats = {n: plain.__globals__.get(n) for n in names if n in stems and n not in taken}
    return {n: np.asarray(x) for n, x in floats.items() if isinstance(x, (float, np.floating))}


def _arguments(function):
    plain = plain_function(function)
    if plain is None:
        return ()
    return plain.__code__.co_varnames[: plain.__code__.co_argcount]


def keys_returned(function: Callable) -> set[str]:
    """The keys of the dicts in a function's ``return``: 'W1', and of 'dW1' its stem."""
    tree = tree_of(function)
    keys = [
        key.value
        for node in (ast.walk(tree) if tree else ())
        if isinstance(node, ast.Return) and node.value is not None
        for part in ast.walk(node.value)
        if isinstance(part, ast.Dict)
        for key in part.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    ]
    return {*keys, *(stem for stem in map(naming.stem_of, keys) if stem)}
