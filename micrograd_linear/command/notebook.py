"""The code cells of a notebook, each a text of its own, without its magics and shell lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from ..comparison import UnusableLayer

# Cell magics whose cell holds Python.
_PYTHON = {"check", "time", "timeit", "capture", "prun", "python", "python3", "py3"}


def cells_of(name: str, text: str) -> Iterator[tuple[str, str]]:
    """(the name of the cell, its Python code): ``notes.ipynb cell 3``."""
    try:
        notebook = json.loads(text)
        cells = notebook.get("cells")
        if cells is None:  # the third version of the format
            cells = [cell for sheet in notebook.get("worksheets", []) for cell in sheet["cells"]]
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise UnusableLayer(f"{name} is no notebook: {error}") from None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise UnusableLayer(f"{name} is no notebook: its cells are no list of cells")
    if not cells:
        raise UnusableLayer(f"{name} is a notebook without cells")
    number = 0
    for cell in cells:
        if cell.get("cell_type") != "code":
            continue
        number += 1
        source = cell.get("source", cell.get("input", ""))
        code = python_of("".join(source) if isinstance(source, list) else str(source))
        if code.strip():
            yield f"{name} cell {number}", code


def python_of(source: str) -> str:
    """The cell as Python, line by line: what IPython alone understands does nothing."""
    lines = source.splitlines()
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%"):
        magic = re.match(r"%%(\w*)", first)
        if magic is None or magic[1] not in _PYTHON:
            return ""
        lines[lines.index(first)] = ""
    return "\n".join(_plain(line) for line in lines)


def _plain(line):
    bare = line.lstrip()
    indent = line[: len(line) - len(bare)]
    if bare.startswith(("%", "!", "?")) or re.fullmatch(r"[\w.]+\?{1,2}", bare.strip()):
        return f"{indent}pass"
    assigned = re.match(r"(\s*[\w, ]+=\s*)(!|%\w)", line)
    return f"{assigned[1]}None" if assigned else line
