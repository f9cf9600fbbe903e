"""The functions of the user's files that a function can call."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable
from types import CodeType, FunctionType
from typing import Any

from ..foundations.place import is_beside
from .statement import plain_function

_LARGE_TABLE = 100


def functions_reached(functions: Iterable[Callable]) -> dict[CodeType, list[FunctionType]]:
    """{code: the functions that have it} of all functions of the user's files."""
    found: dict[CodeType, list[FunctionType]] = {}
    waiting: list[Any] = [f for f in map(plain_function, functions) if f is not None]
    files = {f.__code__.co_filename for f in waiting}
    seen: set[int] = set()
    while waiting:
        x = waiting.pop()
        if id(x) in seen:
            continue
        seen.add(id(x))
        if isinstance(x, FunctionType):
            if not _is_users(x.__code__.co_filename, files):
                continue
            found.setdefault(x.__code__, []).append(x)
            waiting += _reached_from(x, seen)
        elif inspect.isclass(x):
            waiting += [_inner(member) for member in vars(x).values()]
            waiting += x.__mro__[1:-1]
    return found


def _is_users(name: str, files: set[str]) -> bool:
    """Whether a file is the user's: beside one of theirs, or in a folder beside that one's."""
    return name in files or any(
        is_beside(name, place) for file in files for place in (file, os.path.dirname(file))
    )


def _inner(member: Any) -> Any:
    if isinstance(member, property):
        return member.fget
    return getattr(member, "__func__", member)


def _reached_from(function: FunctionType, seen: set[int]) -> list[Any]:
    found = [getattr(function, "__wrapped__", None)]
    for cell in function.__closure__ or ():
        try:
            held = cell.cell_contents
        except ValueError:  # it is empty
            continue
        found.append(held if callable(held) else type(held))
    if id(function.__globals__) not in seen:
        seen.add(id(function.__globals__))
        for x in list(function.__globals__.values()):
            found += _in_global(x, function.__code__.co_filename)
    return [x for x in found if isinstance(x, (FunctionType, type))]


def _in_global(x: Any, file: str) -> list[Any]:
    """What a global name leads to: a function, a class, a module beside the file, a table."""
    found = [x if isinstance(x, (FunctionType, type)) else type(x)]
    path = getattr(x, "__file__", None)
    if inspect.ismodule(x) and path and is_beside(str(path), file):
        found += vars(x).values()
    if isinstance(x, (dict, list, tuple)) and len(x) < _LARGE_TABLE:
        found += x.values() if isinstance(x, dict) else x
    return found
