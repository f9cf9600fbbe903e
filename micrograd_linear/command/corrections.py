"""The corrections of a check as a unified diff, and in the user's files."""

from __future__ import annotations

import difflib
import io
import json
import linecache
import tokenize
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..comparison import Comparison, UnusableLayer
from ..foundations.files import write_whole
from ..foundations.place import CELL
from .notebook import python_of

Hunk = tuple[int, int, tuple[str, ...]]  # lines from, up to, and what stands there instead


@dataclass(frozen=True)
class Corrected:
    """A file, or a notebook's cell, as it is and as it should be; ``left_out`` counts corrections
    that may be none any more after these.
    """

    name: str
    before: str
    after: str
    left_out: int = 0

    @property
    def diff(self) -> str:
        """The difference, as ``patch`` takes it."""
        old, new = self.before.splitlines(keepends=True), self.after.splitlines(keepends=True)
        lines = difflib.unified_diff(old, new, f"a/{self.name}", f"b/{self.name}")
        ended = "\\ No newline at end of file\n"
        return "".join(line if line.endswith("\n") else f"{line}\n{ended}" for line in lines)


def corrected(comparisons: Iterable[Comparison | None]) -> list[Corrected]:
    """Every file that a verified correction changes, with the corrections of all pairs.

    A pair that runs a function which is corrected for another is left out: it may be right then. So
    the pairs that run the fewest functions come first. The files are read as they were run, so this
    must be asked while they are still loaded.
    """
    found = [c.diagnosis for c in comparisons if c is not None and not c.ok and c.diagnosis]
    texts: dict[str, list[str]] = {}
    edited: set = set()
    left_out = 0
    for diagnosis in sorted(found, key=lambda each: len(each.ran)):
        if diagnosis.ran & edited:
            left_out += bool(diagnosis.texts)
            continue
        edited |= diagnosis.edited
        for file, text in diagnosis.texts.items():
            if text not in texts.setdefault(file, []):
                texts[file].append(text)
    merged = [_merged(file, versions) for file, versions in texts.items()]
    return [replace(m, left_out=m.left_out + left_out * (m is merged[0])) for m in merged]


def _merged(file: str, versions: Sequence[str]) -> Corrected:
    """The file with the corrections of several versions of it."""
    before = "".join(linecache.getlines(file))
    after, left_out = _merged_lines(before, versions)
    return Corrected(file, before, after, left_out)


def _merged_lines(before: str, versions: Sequence[str]) -> tuple[str, int]:
    """(the text with the changes of all versions, how many touch the same lines as others)"""
    lines = before.splitlines(keepends=True)
    taken: list[Hunk] = []
    left_out = 0
    for version in versions:
        for hunk in _hunks(lines, version.splitlines(keepends=True)):
            if hunk in taken:
                continue
            if any(hunk[0] < other[1] and other[0] < hunk[1] for other in taken):
                left_out += 1
                continue
            taken.append(hunk)
    for start, end, new in sorted(taken, reverse=True):
        lines[start:end] = new
    return "".join(lines), left_out


def _hunks(old: list[str], new: list[str]) -> list[Hunk]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [(i, j, tuple(new[k:m])) for tag, i, j, k, m in matcher.get_opcodes() if tag != "equal"]


def write(file: Corrected) -> str:
    """Write a correction into its file, or into the cell of its notebook; returns the path.

    Raises ``UnusableLayer`` where the file is no longer what was checked, or cannot be written.
    """
    path = Path(file.name.partition(CELL)[0] + (".ipynb" if CELL in file.name else ""))
    try:
        content = path.read_bytes()
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = io.TextIOWrapper(io.BytesIO(content), encoding, newline="").read()
        new = _in_notebook(file, text) if CELL in file.name else _in_file(file, text)
        write_whole(path, new.encode(encoding))
    except (OSError, ValueError, SyntaxError) as error:
        why = getattr(error, "strerror", None) or error
        raise UnusableLayer(f"{path}: the correction was not written: {why}") from None
    return str(path)


def _in_file(file: Corrected, text: str) -> str:
    """The new text, with the ends of lines that the file has."""
    windows = "\r\n" in text
    if text.replace("\r\n", "\n") != file.before:
        raise ValueError("the file has changed since it was checked")
    return file.after.replace("\n", "\r\n") if windows else file.after


def _in_notebook(file: Corrected, text: str) -> str:
    """The notebook with the lines of one cell changed; all else stays as it is."""
    notebook = json.loads(text)
    cell = _cell(notebook, int(file.name.rpartition(CELL)[2]))
    key = "source" if "source" in cell else "input"
    source = cell[key]
    whole = "".join(source) if isinstance(source, list) else source
    own: list[Any] = whole.splitlines(keepends=True)
    if python_of("".join(own)).splitlines() != file.before.splitlines():
        raise ValueError("the notebook has changed since it was checked")
    for start, end, new in sorted(_hunks(*_lines(file)), reverse=True):
        ended = end > start and own[end - 1].endswith("\n")  # a cell's last line need not end
        own[start:end] = [*new[:-1], *(line.rstrip("\n") + "\n" * ended for line in new[-1:])]
    cell[key] = own if isinstance(source, list) else "".join(own)
    indent = 1 if "\n" in text.strip() else None
    return json.dumps(notebook, indent=indent, ensure_ascii=False) + "\n" * text.endswith("\n")


def _lines(file: Corrected) -> tuple[list[str], list[str]]:
    return file.before.splitlines(keepends=True), file.after.splitlines(keepends=True)


def _cell(notebook: dict, number: int) -> dict:
    """The code cell of that number, counted from 1."""
    cells = notebook.get("cells")
    if cells is None:
        cells = [cell for sheet in notebook.get("worksheets", []) for cell in sheet["cells"]]
    return [cell for cell in cells if cell.get("cell_type") == "code"][number - 1]
