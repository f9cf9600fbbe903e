"""``%%check`` in a notebook: the cell is run, and the backward passes that it defines are checked.

``%load_ext micrograd_linear`` loads it. IPython is the extra ``notebook``; what loads an extension
has it.
"""

from __future__ import annotations

import linecache
import shlex
import sys
from dataclasses import replace
from typing import Any

from ..comparison import Pair, UnusableLayer, hint_of
from ..comparison.statement import code_of
from ..foundations.place import message_of
from .arguments import parsed
from .check_job import tolerance_of
from .checking import Checked, NoPair, checked_pairs, found_pairs

_NOTEBOOK = "notebook.ipynb"  # its cells are "notebook.ipynb cell 3", where In [3] ran
_OF_FILES = ("--json", "--format", "--html", "--fix", "--write", "--gradients", "-o", "--output")


def load_ipython_extension(shell: Any) -> None:
    """Add ``%%check`` to a shell of IPython, as ``%load_ext micrograd_linear`` does."""

    def check(line: str, cell: str) -> None:
        """Run the cell, and check the backward passes in it: %%check [NAME ...] [--hint]
        [--rtol X] [--atol X] [--seed N]
        """
        for found in check_cell(shell, line, cell):
            _show(found)

    shell.register_magic_function(check, magic_kind="cell", magic_name="check")


def check_cell(shell: Any, line: str, cell: str) -> list[Checked]:
    """Run a cell in the namespace of a shell; the pairs that it defines, checked.

    ``inputs`` of the cell are those of its pairs. Raises ``UsageError`` of IPython where the line
    or the cell cannot be used; what the cell raises comes out as it is.
    """
    options = _options(line)
    name = f"{_NOTEBOOK} cell {shell.execution_count}"
    text = _as_python(shell, cell)
    linecache.cache[name] = len(text), None, text.splitlines(keepends=True), name
    space = shell.user_ns
    before = space.pop("inputs", None)
    try:
        exec(compile(text, name, "exec", dont_inherit=True), space)
        pairs = _of_cell(_pairs(space, options.words[1:]), name)
        found = checked_pairs(pairs, space, options.seed, tolerance_of(options))
    except UnusableLayer as error:
        raise _usage_error(message_of(error)) from None
    finally:
        if before is not None:
            space.setdefault("inputs", before)
    for checked in found:  # an error shows nothing by itself
        if checked.comparison is None:
            print(f"{checked.pair.name}: no verdict: {checked.error}", file=sys.stderr)
    return [_hinted(c) if options.hint else c for c in found]


def _as_python(shell, cell):
    """The cell without what IPython alone understands, its lines where an editor counts them: the
    first is that of the magic.
    """
    blank = len(cell) - len(cell.lstrip("\n"))  # which IPython would take away
    return "\n" * (blank + 1) + shell.input_transformer_manager.transform_cell(cell.lstrip("\n"))


def _options(line):
    """The options of the command that a cell may have."""
    words = shlex.split(line)
    refused = [word for word in words if word.partition("=")[0] in _OF_FILES]
    if refused:
        raise _usage_error(f"{refused[0]} is for files: micrograd-linear check FILE")
    try:
        return parsed(["check", "-", *words])
    except SystemExit:  # it has said why
        raise _usage_error("usage: %%check [NAME ...] [--hint] [--rtol X] [--atol X]") from None


def _pairs(space, wanted):
    """The pairs of all cells that ran with the magic, or those of them that are asked for."""
    try:
        return found_pairs(space, _NOTEBOOK, wanted)
    except NoPair:
        if wanted:
            raise
        return []


def _of_cell(pairs: list[Pair], name: str) -> list[Pair]:
    """The pairs of which a function stands in the cell: others are of earlier ones."""
    files = {id(p): {p.place.file, *map(_file_of, p.functions)} for p in pairs}
    found = [pair for pair in pairs if name in files[id(pair)]]
    if not found:
        raise NoPair(
            "the cell defines no backward pass; expected forward and backward, X_forward and "
            "X_backward, or a class with both methods"
        )
    return found


def _file_of(function):
    code = code_of(function)
    return "" if code is None else code.co_filename


def _hinted(checked: Checked) -> Checked:
    if checked.comparison is None:
        return checked
    return replace(checked, comparison=hint_of(checked.comparison))


def _show(checked: Checked) -> None:
    from IPython.display import display

    if checked.comparison is not None:
        display(checked.comparison)


def _usage_error(message: str) -> Exception:
    """An error that IPython shows in one line."""
    from IPython.core.error import UsageError

    return UsageError(message)
