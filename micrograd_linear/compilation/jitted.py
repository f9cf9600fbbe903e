"""Scalar rules as machine code: Numba compiles the very functions that ``Value`` calls.

A function reads the names of its module; where these are functions they are compiled too. A
function that catches Python's exceptions says which one it calls, ``without_exceptions``: machine
code raises none.
"""

from __future__ import annotations

import hashlib
import inspect
import types
from collections.abc import Callable
from typing import Any

import numba

from ..operations import ScalarRule

OPTIONS = {"error_model": "numpy", "fastmath": False}  # 1 / 0 is inf; no sum is reordered
_compiled: dict[Callable, Callable] = {}


def compiled(function: Any) -> Any:
    """The function as Numba compiles it; what it knows itself, such as math.exp, as it is."""
    function = getattr(function, "without_exceptions", function)
    if not isinstance(function, types.FunctionType):
        return function
    if function not in _compiled:
        names = {
            name: compiled(function.__globals__[name])
            for name in function.__code__.co_names
            if name in function.__globals__
        }
        # Numba imports this module when it reads compiled code from its disk.
        names["__name__"] = function.__module__
        copy = types.FunctionType(
            function.__code__, names, function.__name__, function.__defaults__
        )
        _compiled[function] = numba.njit(**OPTIONS)(copy)
    return _compiled[function]


def text_of(rule: ScalarRule) -> str:
    """All that the machine code of an operation depends on."""
    return "\n".join([rule.name, rule.source, _text(rule.value), *map(_text, rule.functions)])


def _text(function: Any) -> str:
    function = getattr(function, "without_exceptions", function)
    if not isinstance(function, types.FunctionType):
        return repr(function)
    try:
        return inspect.getsource(function)
    except OSError:  # it was written from a formula
        return function.__code__.co_code.hex() + repr(function.__code__.co_names)


def fingerprint(text: str) -> int:
    """A number that changes with the text: Numba keeps compiled loops on disk, and looks only at
    the file of the loops.
    """
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")
