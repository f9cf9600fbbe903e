"""Which files are asked for: files, folders, standard input; what is left are names of pairs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..comparison import UnusableLayer

STANDARD_INPUT = "-"
STDIN = "<stdin>"  # its name in places, as Python has it
_ENDINGS = (".py", ".ipynb")
_SKIPPED = {"__pycache__", "node_modules", "site-packages", "build", "dist"}


@dataclass(frozen=True)
class Asked:
    """The files that are asked for, the names of pairs, and the files that a folder held.

    ``is_table``: several files, or a folder, which are reported in a table.
    """

    files: tuple[str, ...]
    names: tuple[str, ...]
    found: frozenset[str] = frozenset()
    is_table: bool = False


def asked_for(words: Sequence[str]) -> Asked:
    """What the words of the command line ask for.

    The first is a file, a folder or "-". Of the others a file is what ends like one or is a path;
    a folder by its bare name is one where only folders stand before it. The rest are names.
    """
    files: dict[str, None] = {}
    found: dict[str, None] = {}
    names: list[str] = []
    folders = True
    for number, word in enumerate(words):
        is_folder = Path(word).is_dir()
        if not number or _is_path(word) or (is_folder and folders and not names):
            inside = list(_files_in(word)) if is_folder and word != STANDARD_INPUT else [word]
            found |= dict.fromkeys(inside if is_folder else ())
            files |= dict.fromkeys(inside)
            folders = folders and is_folder
        else:
            names.append(word)
    is_table = len(files) > 1 or bool(found)
    return Asked(tuple(files), tuple(names), frozenset(found), is_table)


def _is_path(word):
    return word == STANDARD_INPUT or word.endswith(_ENDINGS) or os.sep in word or "/" in word


def _files_in(folder: str) -> Iterator[str]:
    """The Python files and notebooks of a folder and of those in it, in the order of their names.

    What is hidden, installed, built or an environment is left out.
    """
    there = sorted(_walked(folder))
    if not there:
        raise UnusableLayer(f"{folder} is a folder without Python files or notebooks")
    yield from there


def _walked(folder):
    def unreadable(error):
        raise UnusableLayer(f"{error.filename}: it cannot be read: {error.strerror}") from None

    for path, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if not _is_skipped(Path(path, name))]
        for name in files:
            if name.endswith(_ENDINGS) and not name.startswith("."):
                yield os.path.normpath(os.path.join(path, name))


def _is_skipped(folder):
    hidden = folder.name.startswith(".") or folder.name in _SKIPPED
    return hidden or (folder / "pyvenv.cfg").exists() or folder.name.endswith(".egg-info")
