"""A statement of the user's own file: where an error arose, or where a number left the graph."""

from __future__ import annotations

import inspect
import linecache
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

_LONGEST = 120


@dataclass(frozen=True)
class Statement:
    """A line of a file, and its text."""

    file: str
    line: int

    @property
    def text(self) -> str:
        """The source of the line, cut where it is very long; "" where it cannot be read."""
        text = linecache.getline(self.file, self.line).strip()
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."

    def __str__(self) -> str:
        text = self.text
        return f"{Path(self.file).name}:{self.line}" + (f": {text}" if text else "")


def code_of(function: Callable) -> CodeType | None:
    """The code of a function, or of the ``__call__`` of an object; None where it has none."""
    function = inspect.unwrap(getattr(function, "written_as", function))
    function = getattr(function, "__func__", function)
    called = vars(type(function)).get("__call__")
    return getattr(function, "__code__", None) or getattr(called, "__code__", None)


def statement_of(error: BaseException, function: Callable) -> Statement | None:
    """The innermost line of the function's own file that the error passed through."""
    code, found, step = code_of(function), None, error.__traceback__
    while code is not None and step is not None:
        if step.tb_frame.f_code.co_filename == code.co_filename:
            found = Statement(code.co_filename, step.tb_lineno)
        step = step.tb_next
    return found


def current_statement(function: Callable) -> Statement | None:
    """The innermost line of the function's own file that is being run."""
    code, frame = code_of(function), sys._getframe(1)
    while code is not None and frame is not None:
        if frame.f_code.co_filename == code.co_filename:
            return Statement(code.co_filename, frame.f_lineno)
        frame = frame.f_back
    return None
