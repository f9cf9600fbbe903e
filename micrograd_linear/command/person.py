"""What a person reads of a check: the verdict in one line, what to fix first, then the tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..comparison import Comparison, details, fix_first, told_first
from ..comparison.correction.mistake import Paint
from ..foundations.printable import printable
from .checking import Checked, about, said_of_a_pass, summary
from .file_report import DIFFER, UNUSABLE, FileReport

_SIGNS = {True: ("✓", "right"), False: ("✗", "wrong"), None: ("?", "wrong")}
_LONGEST = 120  # characters of why a file has no verdict, in its row


def verdict_line(ok: bool | None, words: str, paint: Paint, weak: bool = False) -> str:
    """The verdict in one line, with its sign, in colour; a weak pass has its own."""
    sign, role = _SIGNS[ok]
    return paint(f"{sign} {words}", "weak" if ok and weak else role)


def of_comparison(comparison: Comparison, words: str, paint: Paint) -> list[str]:
    """A comparison in lines: the verdict, after some words; what to fix first; the table."""
    weak = bool(comparison.weaknesses)
    lines = [verdict_line(comparison.ok, f"{words}{comparison.summary}", paint, weak), ""]
    first = fix_first(comparison, paint)
    lines += [*first, ""] if first else []
    return [*lines, *details(comparison, paint, told_first(comparison))]


def of_file(report: FileReport, seed: int, paint: Paint) -> str:
    """The report of one file."""
    if len(report.found) == 1 and (comparison := report.found[0].comparison) is not None:
        lines = of_comparison(comparison, f"{report.file}: ", paint)
        lines += ["", about(report.found[0], "", seed)]
    else:
        lines = _of_pairs(report, seed, paint)
    return "\n".join([*lines, *([""] if report.notes else []), *report.notes])


def _of_pairs(report, seed, paint):
    words = f"{report.file}: {summary(report.found)}"
    lines = [verdict_line(report.ok, words, paint), ""]
    first = _first_wrong(report.found)
    lines += [*_fix_first(first, paint), ""] if first else []
    rows = [["pair", "place", "gradients", "verdict"], *(c.row() for c in report.found)]
    lines += table(rows, paint)
    for checked in report.found:
        lines += _of_pair(checked, checked is first, seed, paint)
    return lines


def _of_pair(checked, is_told, seed, paint):
    """What there is to say of one pair of several, below their table."""
    name, comparison = checked.pair.name, checked.comparison
    if comparison is None:
        return ["", f"{name} ({checked.place}): no verdict: {checked.error}"]
    if comparison.ok:
        return [f"{name}: {remark}" for remark in said_of_a_pass(comparison)]
    first = [] if is_told else fix_first(comparison, paint)
    return [
        "",
        f"{about(checked, name, seed)}; {checked.place}",
        *([*first, ""] if first else []),
        *details(comparison, paint, told_first(comparison)),
    ]


def of_files(reports: Sequence[FileReport], paint: Paint) -> str:
    """The reports of several files: a row each."""
    lines = [verdict_line(*summary_of_files(reports), paint), ""]
    wrong = next((r for r in reports if r.status == DIFFER), None)
    if wrong is not None:
        lines += [*_fix_first(_first_wrong(wrong.found), paint, wrong.file), ""]
    rows = [["file", "pairs that agree", "line", "verdict"], *(_row(report) for report in reports)]
    lines += table(rows, paint)
    lines += [f"{r.file}: {note}" for r in reports for note in r.notes]
    if wrong is not None:
        hints = any(c.comparison is not None and c.comparison.is_hint for c in wrong.found)
        again = " --hint" if hints else ""
        lines += ["", f"micrograd-linear check {wrong.file}{again} shows all of that file."]
    return "\n".join(lines)


def _row(report):
    agree = sum(c.comparison is not None and c.comparison.ok for c in report.found)
    verdict = report.verdict
    if report.error and not report.is_empty:
        verdict += f": {report.error.replace(report.file, Path(report.file).name, 1)}"
    count = f"{agree} of {len(report.found)}" if report.found else "-"
    first = _first_wrong(report.found)
    place = "-" if first is None else _place(first)
    return [printable(report.file, 100), count, place, printable(verdict, _LONGEST)]


def _place(checked):
    """The line to fix first, where it is known; else that of the pair."""
    diagnosis = checked.comparison.diagnosis
    if diagnosis is not None and diagnosis.mistakes:
        return diagnosis.mistakes[0].place.where
    return checked.place


def summary_of_files(reports) -> tuple[bool | None, str]:
    """(whether all agree, the verdict of all files in words)"""
    counted = [report for report in reports if not report.is_empty]
    agree = sum(report.ok is True for report in counted)
    wrong = [report.file for report in counted if report.status == DIFFER]
    without = [report.file for report in counted if report.status == UNUSABLE]
    words = f"{agree} of {len(counted)} files agree"
    if agree == len(counted):
        words = f"All {agree} files agree" if agree > 1 else "The file agrees"
    if wrong:
        words += f"; wrong: {_listed(wrong)}"
    if without:
        words += f"; no verdict: {_listed(without)}"
    if len(counted) < len(reports):
        words += f"; without a pair: {len(reports) - len(counted)}"
    return False if wrong else None if without else True, f"{words}."


def _listed(names, most=5):
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def _first_wrong(found: Sequence[Checked]) -> Checked | None:
    return next((c for c in found if c.comparison is not None and not c.comparison.ok), None)


def _fix_first(checked, paint, file=""):
    """What to fix first, with the pair that it is of."""
    first, *rest = fix_first(checked.comparison, paint) or [f"Fix first: {checked.verdict}"]
    where = f"{file}, {checked.pair.name}" if file else checked.pair.name
    return [first.replace("Fix first:", f"Fix first, in {where}:", 1), *rest]


def table(rows: Sequence[Sequence[str]], paint: Paint) -> list[str]:
    """Rows in columns; the last cell, the verdict, in colour."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    lines = []
    for number, (*cells, verdict) in enumerate(rows):
        shown = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
        role = "right" if verdict.startswith("agrees") else "wrong"
        plain = not number or verdict == "no pair"
        lines.append("  ".join([*shown, verdict if plain else paint(verdict, role)]).rstrip())
    return lines
