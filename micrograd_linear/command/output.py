"""What the command prints and where it saves: one place for each, sure before anything runs."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ..comparison import UnusableLayer
from ..foundations.files import check_target

PICTURES = ("svg", "png", "html")


def picture_paths(folder: str, stem: str) -> list[Path]:
    """The paths of the pictures, in a folder that is made where it is missing."""
    return _sure(folder, [f"{stem}.{ending}" for ending in PICTURES])


def name_of_pictures(file: str) -> str:
    """``layer`` for layer.py, ``hw.layer`` for hw/layer.py, ``layer.ipynb`` for a notebook: files
    of one name in several folders have pictures of several names.
    """
    path = Path(file)
    name = path.stem if path.suffix == ".py" else path.name
    folders = Path(os.path.relpath(path.absolute().parent)).parts
    return ".".join([*("_" if folder == os.pardir else folder for folder in folders), name])


def page_path(folder: str, page: str) -> Path:
    """The path of the page: a relative one is in the folder, which is made where it is missing."""
    return _sure(folder, [page])[0]


def _sure(folder, names):
    """The paths; an ``UnusableLayer`` where one of them cannot be written."""
    paths = [Path(folder) / name for name in names]
    elsewhere = Path(names[0]).is_absolute()
    if elsewhere:
        folder = paths[0].parent
    try:
        if not elsewhere:
            Path(folder).mkdir(parents=True, exist_ok=True)
        for path in paths:
            check_target(path)
    except FileExistsError:
        raise UnusableLayer(f"nothing can be saved in {folder}: it is no folder") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error).removeprefix("draw: ")
        raise UnusableLayer(f"nothing can be saved in {folder}: {why}") from None
    return paths


def say(text: str) -> None:
    """Print to standard output, at once.

    A reader who has seen enough changes nothing; a full disk is an error.
    """
    try:
        print(text, flush=True)
    except OSError as error:
        # What is left in the buffer has nowhere to go: Python's own last flush would fail as well.
        with contextlib.suppress(OSError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise UnusableLayer(
                f"the output cannot be printed: {error.strerror or error}"
            ) from None


# Of ECMA-48: red and bold, green, yellow.
_COLOURS = {"wrong": "31;1", "right": "32", "weak": "33"}


def colour() -> Callable[[str, str], str]:
    """Gives parts of a text a colour where standard output is a terminal that shows them.

    The environment may forbid it with NO_COLOR (https://no-color.org), and may ask for it where
    there is no terminal, as in the log of a workflow, with FORCE_COLOR (https://force-color.org).
    """
    if not _is_coloured():
        return lambda text, role: text
    return lambda text, role: f"\x1b[{_COLOURS[role]}m{text}\x1b[0m"


def _is_coloured():
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    terminal = sys.stdout is not None and sys.stdout.isatty()
    return terminal and os.environ.get("TERM") != "dumb"


@contextlib.contextmanager
def every_character() -> Iterator[None]:
    """Inside, a terminal without "∂" gets a "?"."""
    streams: list[Any] = [x for x in (sys.stdout, sys.stderr) if hasattr(x, "reconfigure")]
    before = [(stream, stream.errors) for stream in streams]
    for stream in streams:
        stream.reconfigure(errors="replace")
    try:
        yield
    finally:
        for stream, errors in before:
            with contextlib.suppress(OSError, ValueError):  # it was closed, or its reader has gone
                stream.reconfigure(errors=errors)
