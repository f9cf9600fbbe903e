"""A comparison as text: what to fix first, the table, and the notes to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .correction.mistake import Paint, plain_text
from .result import AGREE, Result

if TYPE_CHECKING:
    from .comparison import Comparison

ROWS_SHOWN = 40


def whole(comparison: Comparison, paint: Paint = plain_text) -> str:
    """What ``print`` shows: the wrong line where it is known, the table, its notes, the verdict."""
    lines = diagnosed(comparison, paint)
    first = [*lines, ""] if lines else []
    return "\n".join([*first, *details(comparison, paint), comparison.summary])


def fix_first(comparison: Comparison, paint: Paint = plain_text) -> list[str]:
    """What to fix first: the wrong line, or else the first gradient that is wrong."""
    lines = diagnosed(comparison, paint)
    if lines:
        return ["Fix first:", *lines]
    first = comparison.first_wrong
    if first is None:
        return []
    note, *right = noted(comparison, first) or [f"{first.name}."]
    return [f"Fix first: {note}", *right]


def details(
    comparison: Comparison, paint: Paint = plain_text, told: Sequence[str] = ()
) -> list[str]:
    """The table, the notes to it but for those that were told, and remarks on the whole."""
    results, left_out = shown(comparison)
    lines = table(comparison, results, paint)
    lines += [f"... and {left_out} more"] if left_out else []
    for result in results:
        if result.name not in told:
            lines += noted(comparison, result)
    return [*lines, *remarked(comparison)]


def told_first(comparison: Comparison) -> list[str]:
    """The names of the gradients that ``fix_first`` says all about."""
    first = comparison.first_wrong
    return [first.name] if first is not None and not diagnosed(comparison) else []


def shown(comparison: Comparison) -> tuple[list[Result], int]:
    """(the results to print, how many are left out): of many, what is wrong, then the others."""
    results = list(comparison.values())
    if len(results) <= ROWS_SHOWN:
        return results, 0
    results.sort(key=lambda result: (result.status in AGREE, result.status == "unchecked"))
    return results[:ROWS_SHOWN], len(results) - ROWS_SHOWN


def table(
    comparison: Comparison, results: Sequence[Result], paint: Paint = plain_text
) -> list[str]:
    """The lines of the table, the heading first; the status in colour."""
    columns, status = comparison.columns, comparison.columns.index("status")
    rows = [columns, *(result.row()[: len(columns)] for result in results)]
    roles = ["", *(role(result) for result in results)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(columns))]
    lines = []
    for row, colour in zip(rows, roles, strict=True):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        cells[-1] = cells[-1].rstrip()
        if colour:
            word = row[status]
            cells[status] = paint(word, colour) + " " * (widths[status] - len(word))
        lines.append("  ".join(cells).rstrip())
    return lines


def role(result: Result) -> str:
    """The colour of a result: right, wrong, or none."""
    if result.status == "unchecked":
        return ""
    return "right" if result.status in AGREE else "wrong"


def diagnosed(comparison: Comparison, paint: Paint = plain_text) -> list[str]:
    """The lines of the user's backward pass that are wrong, with what they should say."""
    if comparison.ok or not comparison.diagnosis:
        return []
    return comparison.diagnosis.text_lines(paint)


def noted(comparison: Comparison, result: Result) -> list[str]:
    """The note of a result, and the line that is right.

    Where a correction was verified, several guesses from the numbers say nothing more, and neither
    does one in names that nobody typed.
    """
    verified = comparison.diagnosis is not None and comparison.diagnosis.is_verified
    guesses = len(result.causes) != 1 or result.follows or "(…)" in result.note
    if verified and result.status not in AGREE and guesses:
        return []
    lines = [f"{result.name}: {result.note}"] if result.note else []
    if result.name in comparison.formulas:
        lines.append(f"{' ' * len(result.name)}  right is {comparison.formulas[result.name]}")
    return lines


def remarked(comparison: Comparison) -> list[str]:
    """The remarks; of a pass, how many lines of the user's were run for it."""
    found = [*comparison.remarks, *filter(None, [comparison.tolerance.words])]
    if comparison.ok and comparison.diagnosis is not None:
        found += comparison.diagnosis.text_lines()
    return found
