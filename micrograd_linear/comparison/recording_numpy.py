"""The NumPy that a user's file sees while its forward function is recorded.

Arrays that are made in a program may have to take a recorded value, ``out[i] = t``, and only a
Tensor can. So the names by which the user's own files know NumPy, ``np`` or ``zeros``, mean for
that time a NumPy whose arrays of floats are Tensors, constants until something recorded is written
into them. NumPy itself is not changed, and no other file sees anything of it.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..engine.graph import is_node
from ..engine.tensor import Tensor
from ..foundations.place import is_beside

_MAKING = (
    np.zeros, np.empty, np.ones, np.full, np.eye, np.identity, np.linspace,
    np.zeros_like, np.empty_like, np.ones_like, np.full_like,
)  # fmt: skip
_CONVERTING = (np.array, np.asarray, np.asanyarray, np.ascontiguousarray, np.asfortranarray)


class _ArrayKind(type):
    """``isinstance(x, np.ndarray)`` is meant to ask whether x is an array: a Tensor is one."""

    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, (np.ndarray, Tensor))

    def __getattr__(cls, name: str) -> Any:
        return getattr(np.ndarray, name)

    def __call__(cls, *args: Any, **keywords: Any) -> Any:
        return _constant(np.ndarray(*args, **keywords))


class _Array(metaclass=_ArrayKind):
    """Stands for ``np.ndarray``."""


def _constant(x: Any) -> Any:
    """An array of floats as a Tensor that is a constant; what else NumPy made as it is."""
    if isinstance(x, np.ndarray) and x.dtype.kind == "f":
        return Tensor(x, requires_grad=False)
    return x


def _making(function: Callable) -> Callable:
    """A function that makes an array."""

    def make(*args: Any, **keywords: Any) -> Any:
        plain = [_read_of(x) for x in args]
        if not any(is_node(x) and x.requires_grad for x in (*args, *keywords.values())):
            return _constant(function(*plain, **{k: _read_of(x) for k, x in keywords.items()}))
        # Recorded is only what fills it; of another array it is the shape and the type.
        if function is np.full:
            made = Tensor(np.empty(args[0], **keywords), requires_grad=False)
            made[...] = args[1]
            return made
        if function is np.full_like and is_node(args[1]):
            made = Tensor(np.empty_like(plain[0], **keywords), requires_grad=False)
            made[...] = args[1]
            return made
        return _constant(function(*plain, **keywords))

    make.__name__ = function.__name__
    return make


def _read_of(x: Any) -> Any:
    return x.current if is_node(x) else x


def _converting(function: Callable) -> Callable:
    """A function that makes an array of what is there."""

    def convert(x: Any, dtype: Any = None, *args: Any, **keywords: Any) -> Any:
        axes = keywords.get("ndmin", 0)
        if isinstance(x, Tensor):
            copied = function is np.array and keywords.get("copy", True) is not False
            x = x if dtype is None else x.astype(dtype, copy=copied)
            return _with_axes(x.copy() if copied and isinstance(x, Tensor) else x, axes)
        if isinstance(x, (list, tuple)) and _has_nodes(x):
            stacked = _with_axes(_stacked(x), axes)
            return stacked if dtype is None else stacked.astype(dtype)
        return _constant(function(x, dtype, *args, **keywords))

    convert.__name__ = function.__name__
    return convert


def _with_axes(x: Any, count: int) -> Any:
    """With at least so many axes, the new ones first."""
    return x.reshape((1,) * (count - x.ndim) + x.shape) if count > x.ndim else x


def _has_nodes(x: Any) -> bool:
    return is_node(x) or (isinstance(x, (list, tuple)) and any(map(_has_nodes, x)))


def _stacked(x: Any) -> Any:
    """Nested lists with Tensors in them as one Tensor."""
    return np.stack([_stacked(part) for part in x]) if isinstance(x, (list, tuple)) else x


def _strided(x: Any, shape: Any = None, strides: Any = None, **keywords: Any) -> Any:
    """``as_strided``: windows that share memory, as the elements that are there."""
    if not is_node(x):
        return np.lib.stride_tricks.as_strided(x, shape, strides, **keywords)
    places = np.empty_like(x.current, dtype=np.intp)
    places[...] = np.arange(x.size).reshape(x.shape)
    ratio = places.itemsize / x.itemsize
    steps = None if strides is None else [int(step * ratio) for step in strides]
    found = np.lib.stride_tricks.as_strided(places, shape, steps)
    return x[np.unravel_index(found, x.shape)] if x.ndim else x


class _Joining:
    """``np.c_`` and ``np.r_``, whose brackets join arrays."""

    def __init__(self, plain: Any, axis: int) -> None:
        self.plain, self.axis = plain, axis

    def __getitem__(self, parts: Any) -> Any:
        parts = parts if isinstance(parts, tuple) else (parts,)
        if not _has_nodes(parts):
            return _constant(self.plain[parts])
        arrays = [part if is_node(part) else np.asarray(part) for part in parts]
        if self.axis:  # vectors are columns
            arrays = [a[:, None] if a.ndim == 1 else a for a in arrays]
        return np.concatenate([a.reshape(1) if a.ndim == 0 else a for a in arrays], self.axis)


def _sum_of_numbers(x: Any, *args: Any, **keywords: Any) -> Any:
    """``np.nansum``: what is not a number adds nothing."""
    if not is_node(x):
        return np.nansum(x, *args, **keywords)
    return np.sum(np.where(np.isnan(x.current), 0.0, x), *args, **keywords)


_REPLACED: dict[Any, Any] = {
    np.nansum: _sum_of_numbers,
    np.c_: _Joining(np.c_, -1),
    np.r_: _Joining(np.r_, 0),
    **{function: _making(function) for function in _MAKING},
    **{function: _converting(function) for function in _CONVERTING},
    np.lib.stride_tricks.as_strided: _strided,
    np.ndarray: _Array,
}


class RecordingNumpy(types.ModuleType):
    """``numpy`` with those functions, for the time of a recorded run."""

    def __getattr__(self, name: str) -> Any:
        found = getattr(np, name)
        if found is np.lib:
            return _LIB
        return _replaced(found)


def _replaced(x: Any) -> Any:
    try:
        return _REPLACED.get(x, x)
    except TypeError:  # it cannot be a key
        return x


class _Part(types.ModuleType):
    """A module inside of NumPy, whose functions are replaced as well."""

    def __init__(self, module: Any) -> None:
        super().__init__(module.__name__)
        self.__dict__["_module"] = module

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.__dict__["_module"], name)
        return _Part(found) if found is np.lib.stride_tricks else _replaced(found)


_LIB = _Part(np.lib)
_NUMPY = RecordingNumpy("numpy")
_MODULES = {id(np): _NUMPY, id(np.lib): _LIB, id(np.lib.stride_tricks): _Part(np.lib.stride_tricks)}


def _meant(x: Any, constants: bool = False) -> Any:
    """What a name of the user's means while a run is recorded; ``constants``: of an array of the
    module, a Tensor that is a constant, for ``X.dot(W)`` asks X alone.
    """
    if isinstance(x, np.ndarray):
        return _constant(x) if constants else x
    if isinstance(x, types.ModuleType):
        return _MODULES.get(id(x), x)
    return _replaced(x) if callable(x) else x


@contextlib.contextmanager
def seen_by(*functions: Callable, constants: bool = False) -> Iterator[None]:
    """The files of the functions, and all other files of the user's, see this NumPy."""
    back: list[Callable[[], None]] = []
    try:
        reached = _Reached(functions)
        for names in reached.namespaces():
            for name, meant in list(names.items()):
                replaced = _meant(meant, constants)
                if replaced is not meant:
                    back.append(functools.partial(names.__setitem__, name, meant))
                    names[name] = replaced
        for cell in reached.cells:
            meant = cell.cell_contents
            if _meant(meant) is not meant:
                back.append(functools.partial(setattr, cell, "cell_contents", meant))
                cell.cell_contents = _meant(meant)
        yield
    finally:
        for put_back in reversed(back):
            put_back()


class _Reached:
    """What the user's functions reach: the global names of each, and what they close over."""

    def __init__(self, functions: tuple[Callable, ...]) -> None:
        self.globals: dict[int, dict[str, Any]] = {}
        self.cells: list[types.CellType] = []
        stack, seen = list(functions), set()
        while stack:
            x = stack.pop()
            if id(x) not in seen:
                seen.add(id(x))
                stack += self._reached_from(getattr(x, "__func__", x), x)

    def _reached_from(self, function: Any, x: Any) -> list[Any]:
        names = getattr(function, "__globals__", None)
        if isinstance(names, dict) and _is_the_users(names):
            self.globals[id(names)] = names
        found = [getattr(function, "__wrapped__", None), getattr(function, "written_as", None)]
        for cell in getattr(function, "__closure__", None) or ():
            with contextlib.suppress(ValueError):  # it is empty
                found.append(cell.cell_contents)
                self.cells.append(cell)
        if isinstance(function, functools.partial):
            found.append(function.func)
        owner = type(getattr(x, "__self__", x))
        return found + [method for method in vars(owner).values() if hasattr(method, "__globals__")]

    def namespaces(self) -> list[dict[str, Any]]:
        """These global names, and those of the modules that lie beside them."""
        found = dict(self.globals)
        files = {str(names["__file__"]) for names in found.values() if names.get("__file__")}
        for module in list(sys.modules.values()):
            path = getattr(module, "__file__", None)
            if path and any(is_beside(path, file) for file in files):
                found[id(vars(module))] = vars(module)
        return list(found.values())


def _is_the_users(names: dict[str, Any]) -> bool:
    return str(names.get("__name__", "")).split(".")[0] not in _NOT_THE_USERS


_NOT_THE_USERS = frozenset({"numpy", "micrograd_linear"})
