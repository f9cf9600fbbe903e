"""Annotations of GitHub Actions: a line each, which GitHub shows beside the line of the file.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..foundations.place import CELL, Statement
from .checking import Checked
from .file_report import FileReport


def annotations_of(reports: Sequence[FileReport]) -> list[str]:
    """``::error file=layer.py,line=6::b: ...`` for all that is wrong or has no verdict, and
    ``::warning ...`` for a pass that is weak.
    """
    return [line for report in reports for line in _of_file(report)]


def is_on_github() -> bool:
    """Whether a workflow of GitHub Actions runs the command."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _of_file(report) -> Iterator[str]:
    if report.error and not report.is_empty:
        yield _line("error", report.file, 1, "no verdict", report.error)
    for checked in report.found:
        yield from _of_pair(checked, report.file)


def _of_pair(checked: Checked, file: str) -> Iterator[str]:
    comparison, name = checked.comparison, checked.pair.name
    at = _at(file, checked.pair.place)
    if comparison is None:
        yield _line("error", *at, f"{name}: no verdict", checked.error)
        return
    if comparison.ok:
        for words in comparison.weaknesses[:1]:
            yield _line("warning", *at, f"{name}: a weak pass", words)
        return
    title = f"{name}: {comparison.summary}"
    diagnosis = comparison.diagnosis
    for mistake in diagnosis.mistakes if diagnosis is not None else ():
        corrected = [f"{c.line}  (verified)" for c in mistake.corrections[:1]]
        place = _at(mistake.place.file, mistake.place)
        cell = [mistake.place.where] if CELL in mistake.place.file else []
        message = "\n".join([*cell, mistake.says, *corrected])
        yield _line("error", *place, title, message)
    if diagnosis is None or not diagnosis.mistakes:
        wrong = [f"{r.name}: {r.note or r.status}" for r in comparison.wrong if not r.follows]
        yield _line("error", *at, title, "\n".join(wrong) or comparison.summary)


def _at(file: str, place: Statement) -> tuple[str, int]:
    """The file and the line; of a notebook's cell the file alone, since its lines are no lines."""
    if CELL in place.file:
        return f"{place.file.partition(CELL)[0]}.ipynb", 1
    return file, place.line


def _line(kind, file, line, title, message):
    about = f"file={_property(_in_the_checkout(file))},line={line},title={_property(title)}"
    return f"::{kind} {about}::{_data(message)}"


def _in_the_checkout(file):
    """The path of a file as GitHub knows it: from the root of the checkout."""
    root = os.environ.get("GITHUB_WORKSPACE", "")
    path = Path(os.path.abspath(file))
    return path.relative_to(root).as_posix() if root and path.is_relative_to(root) else file


def _data(text):
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text):
    return _data(text).replace(":", "%3A").replace(",", "%2C")
