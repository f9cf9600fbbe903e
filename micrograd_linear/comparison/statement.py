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
    inner = _decorated(inner) or inner
    if not hasattr(inner, "__code__"):
        inner = vars(type(inner)).get("__call__")
    return inner if hasattr(inner, "__code__") else None


_ANY = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS


def _decorated(wrapper) -> FunctionType | None:
    """The function that a decorator wrapped in one of ``*args, **kwargs``; else None."""
    code = getattr(wrapper, "__code__", None)
    if code is None or code.co_flags & _ANY != _ANY or not wrapper.__closure__:
        return None
    inside = [x for x in held_by(wrapper) if inspect.isfunction(x) and x is not wrapper]
    return inside[0] if len(inside) == 1 else None


def signature_of(function: Callable) -> inspect.Signature:
    """The signature of a function; of the one inside, where a wrapper takes anything and does not
    say otherwise itself.
    """
    method: Any = function
    inner = _decorated(getattr(method, "__func__", method))
    if inner is None or inspect.isclass(function) or hasattr(method, "__signature__"):
        return inspect.signature(function)
    signature = inspect.signature(inner)
    bound = getattr(method, "__self__", None) is not None
    return signature.replace(parameters=list(signature.parameters.values())[bound:])


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
