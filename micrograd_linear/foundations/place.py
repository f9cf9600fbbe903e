"""A place in the user's own files, the place where an error arose, and the error in one line."""

from __future__ import annotations

import linecache
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .printable import printable

_PACKAGE = str(Path(__file__).resolve().parents[1])
_LIBRARY = str(Path(os.__file__).resolve().parent)
_INSTALLED = {"site-packages", "dist-packages"}
CELL = ".ipynb cell "  # in the name of a cell of a notebook
_LONGEST = 120  # characters of a line


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

    @property
    def where(self) -> str:
        """``layer.py:12``, or ``cell 3, line 4`` of a notebook."""
        _, cell, number = self.file.rpartition(CELL)
        return f"cell {number}, line {self.line}" if cell else f"{Path(self.file).name}:{self.line}"

    def __str__(self) -> str:
        text = self.text
        return self.where + (f": {text}" if text else "")


def innermost(error: BaseException, is_users: Callable[[str], bool]) -> Statement | None:
    """The innermost statement that the error passed through in a file that is the user's."""
    found, step = None, error.__traceback__
    while step is not None:
        name = step.tb_frame.f_code.co_filename
        if is_users(name):
            found = Statement(name, step.tb_lineno)
        step = step.tb_next
    return found


def is_beside(name: str | os.PathLike, file: str | os.PathLike) -> bool:
    """True for a file in the folder of ``file`` or below it, unless it is installed there."""
    folder, path = os.path.dirname(os.path.abspath(file)), os.path.abspath(name)
    return (
        _is_below(path, folder)
        and not _is_below(os.path.realpath(path), _PACKAGE)
        and not _is_below(os.path.realpath(path), _LIBRARY)
        and not _INSTALLED & set(Path(path).parts)
    )


def _is_below(path, folder):
    return path.startswith(os.path.join(folder, ""))


def place_of(error: BaseException, file: str | os.PathLike) -> Statement | None:
    """The innermost statement of the user's files that the error passed through, or None.

    The user's files are ``file``, named as it was compiled, and those that it imports from its own
    folder.
    """
    if isinstance(error, SyntaxError) and (name := error.filename) and error.lineno:
        found = Statement(name, error.lineno) if _is_users(name, file) else None
        if found is not None:
            return found
    return innermost(error, lambda name: _is_users(name, file))


def _is_users(name, file):
    if not name or (name.startswith("<") and name != os.fspath(file)):
        return False  # what was compiled from no file; standard input is one, by its name
    own = name == os.fspath(file) or name.startswith(f"{os.fspath(file)} cell ")
    return own or (os.path.isfile(name) and is_beside(name, file))


def in_one_line(error: BaseException, file: str | os.PathLike) -> str:
    """``FILE:LINE: NameError: name 'np' is not defined: y = np.tanh(x)``."""
    place = place_of(error, file)
    parts = [_where(place, file), type(error).__name__, message_of(error)]
    text = place.text if place else ""
    return ": ".join(printable(part, 500) for part in [*parts, text] if part) + _missing(
        error, file
    )


def message_of(error: BaseException) -> str:
    """The message of an error, in one line; an error whose message cannot be made has none."""
    try:
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        return " ".join(str(message).split())
    except BaseException:  # the user's own class may raise anything here
        return ""


def _where(place, file):
    if place is None:
        return os.fspath(file)
    if CELL in place.file:
        return f"{file}: {place.where}"
    if place.file == os.fspath(file):
        return f"{place.file}:{place.line}"
    nearby = os.path.relpath(place.file, os.path.dirname(os.path.abspath(file)))
    return f"{os.path.join(os.path.dirname(file), nearby)}:{place.line}"


def _missing(error, file):
    """Where a file was looked for that a relative path names."""
    name = getattr(error, "filename", None)
    if not isinstance(error, FileNotFoundError) or not isinstance(name, str) or os.path.isabs(name):
        return ""
    try:
        looked = f"; looked for in the current folder, {os.getcwd()}"
    except FileNotFoundError:
        return "; the current folder does not exist any more"
    beside = Path(file).absolute().parent / name
    if not os.path.exists(file) or not beside.exists():
        return looked
    return f"{looked}; it is beside the file: open(Path(__file__).parent / {name!r})"
