"""A function of the user's: its code, what it holds, and the statement that runs or failed."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

from ..foundations.place import Statement, innermost


def plain_function(function: Callable) -> FunctionType | None:
    """The Python function that a method, a wrapper or a callable object runs, if there is one."""
    inner: Any = inspect.unwrap(getattr(function, "written_as", function))
    inner = getattr(inner, "__func__", inner)
    if not hasattr(inner, "__code__"):
        inner = vars(type(inner)).get("__call__")
    return inner if hasattr(inner, "__code__") else None


def code_of(function: Callable) -> CodeType | None:
    """The code of a function; None where it has none."""
    return getattr(plain_function(function), "__code__", None)


def held_by(function: FunctionType) -> list[object]:
    """The default values of a function, and what its closure holds."""
    held = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    for cell in function.__closure__ or ():
        try:
            held.append(cell.cell_contents)
        except ValueError:  # an empty cell
            continue
    return held


def statement_of(error: BaseException, function: Callable) -> Statement | None:
    """The innermost line of the function's own file that the error passed through."""
    code = code_of(function)
    return None if code is None else innermost(error, lambda name: name == code.co_filename)


def current_statement(function: Callable) -> Statement | None:
    """The innermost line of the function's own file that is being run."""
    code, frame = code_of(function), sys._getframe(1)
    while code is not None and frame is not None:
        if frame.f_code.co_filename == code.co_filename:
            return Statement(code.co_filename, frame.f_lineno)
        frame = frame.f_back
    return None
