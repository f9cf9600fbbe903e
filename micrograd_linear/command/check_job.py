"""``micrograd-linear check``: the user's files are run, their pairs judged, and the verdict printed
and drawn.
"""

from __future__ import annotations

import argparse
import contextlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from ..comparison import Comparison, Tolerance, UnusableLayer, hint_of
from ..foundations.files import write_whole
from ..foundations.place import message_of
from ..foundations.printable import printable
from . import person
from .annotations import annotations_of, is_on_github
from .checking import (
    Checked,
    NoPair,
    about,
    checked_pairs,
    found_pairs,
    misspelt,
    remarks_on,
    summary,
)
from .corrections import corrected, write
from .dumps import checked_dump, gradients_in
from .file_report import FileReport, ok_of, worst
from .files import STANDARD_INPUT, STDIN, Asked, asked_for
from .output import colour, name_of_pictures, page_path, picture_paths, say
from .user_file import running, source_of

_LONGEST = 2000  # characters of an error


def check_files(options: argparse.Namespace) -> int:
    """The user's pairs: the verdict and the tables, a picture or one page; or JSON, or annotations.

    Of several files a table has a row for each, and the exit status is the highest of theirs.
    """
    asked = asked_for(options.words)
    _refuse_several(asked, options)
    source = None if asked.is_table else source_of(asked.files[0])
    paths = _paths(asked, options)
    if not options.json:
        load("derivation", "drawing", "command.report")
    reports = [_report(file, source, asked, options) for file in asked.files]
    if all(report.is_empty for report in reports):
        raise UnusableLayer(f"{', '.join(options.words)}: no file has a pair; {reports[0].error}")
    say(_printed(reports, asked, options))
    if options.write:
        _write(reports, options)
    if options.html is not None and (asked.is_table or len(reports[0].found) > 1):
        _show_all(reports, asked, paths[0], options)
    elif not asked.is_table and len(reports[0].found) == 1:
        _show(reports[0], paths, options)
    return worst(reports)


def _paths(asked: Asked, options) -> list[Path]:
    """Where pages or pictures will be, sure before anything runs."""
    if options.html is not None:
        return [page_path(options.output, options.html)]
    if options.json or options.format == "github" or asked.is_table:
        return []
    name = "stdin" if asked.files[0] == STANDARD_INPUT else name_of_pictures(asked.files[0])
    return picture_paths(options.output, name)


def _refuse_several(asked: Asked, options) -> None:
    if asked.is_table and options.gradients:
        raise UnusableLayer(f"--gradients are those of one file; got {', '.join(asked.files[:5])}")


def _report(file: str, source: str | None, asked: Asked, options) -> FileReport:
    """What a file holds; of one of several files, or why it cannot be used."""
    if source is not None:
        return checked_file(file, source, options, asked.names)
    try:
        return checked_file(file, source_of(file), options, asked.names)
    except NoPair as error:
        skipped = file in asked.found and not asked.names
        return FileReport(file, error=message_of(error), is_empty=skipped)
    except UnusableLayer as error:
        return FileReport(file, error=printable(message_of(error), _LONGEST))


def checked_file(file: str, source: str, options: Any, names: Sequence[str] = ()) -> FileReport:
    """The pairs of one file, checked; ``source`` is its text.

    ``options`` has the fields of the command's arguments.
    """
    name = STDIN if file == STANDARD_INPUT else file
    dump = gradients_in(options.gradients or ())  # before the file goes to another folder
    with running(name, source) as ran:
        report = FileReport(name, notes=ran.notes)
        if options.gradients:
            report.found = [_of_dump(dump, ran.names, name, names, options)]
        else:
            pairs = found_pairs(ran.names, name, names)
            ran.notes += misspelt(pairs, ran.names.get("inputs"))
            report.found = _checked(pairs, ran, options)
            if not names:
                report.found, remarks = remarks_on(report.found, ran.names, name)
                report.notes += remarks
        comparisons = [checked.comparison for checked in report.found]
        if options.fix or options.write:
            report.fixes = corrected(comparisons)
        if options.hint:
            report.found = [replace(c, comparison=_hint(c.comparison)) for c in report.found]
        _looked_for(report.found, formulas=not options.json)
    return report


def _of_dump(dump, defined, file, wanted, options) -> Checked:
    return checked_dump(defined, file, wanted, dump, options.seed, tolerance_of(options))


def _checked(pairs, ran, options) -> list[Checked]:
    try:
        return checked_pairs(pairs, ran.names, options.seed, tolerance_of(options))
    except UnusableLayer as error:
        if not ran.notes:
            raise
        raise UnusableLayer(f"{' '.join(ran.notes)} {message_of(error)}") from error


def tolerance_of(options: Any) -> Tolerance:
    """What the user lets pass beside rounding."""
    return Tolerance(options.rtol, options.atol, options.precision)


def _hint(comparison: Comparison | None) -> Comparison | None:
    return None if comparison is None else hint_of(comparison)


def _looked_for(found: Sequence[Checked], formulas: bool) -> None:
    """Have all that is printed later looked for while the file is still loaded; JSON has no
    formulas, and the room that writes them is not loaded for it.
    """
    for comparison in (c.comparison for c in found if c.comparison is not None):
        _ = comparison.diagnosis, comparison.weaknesses, formulas and comparison.formulas


def _write(reports, options):
    """Write the corrections into the files of the user."""
    for fix in (fix for report in reports for fix in report.fixes):
        path = write(fix)
        if not options.json:
            say(f"written: {path}")


def _printed(reports: Sequence[FileReport], asked: Asked, options) -> str:
    if options.json:
        return json.dumps(_as_data(reports, asked, options), indent=2)
    paint = colour()
    if options.format == "github":
        verdict, *_ = _as_text(reports, asked, options, lambda text, role: text).splitlines()
        return "\n".join([*annotations_of(reports), verdict])
    text = _as_text(reports, asked, options, paint)
    lines = annotations_of(reports) if is_on_github() else []
    return "\n".join([text, *([""] if lines else []), *lines])


def _as_text(reports, asked, options, paint) -> str:
    diffs = ""
    if options.fix or options.write:
        diffs = _diffs([fix for report in reports for fix in report.fixes])
    if asked.is_table:
        return person.of_files(reports, paint) + diffs
    return person.of_file(reports[0], options.seed, paint) + diffs


def _as_data(reports, asked, options) -> dict:
    """The JSON of all: that of the comparison where there is one pair, and ``pairs`` of all."""
    found = [report.to_dict() for report in reports]
    pairs = [pair for each in found for pair in each["pairs"]]
    fixes = [fix for report in reports for fix in report.fixes]
    fix = {"fix": "".join(f.diff for f in fixes)} if options.fix or options.write else {}
    if asked.is_table:
        return {"ok": ok_of(reports), "files": found, "pairs": pairs, **fix}
    (whole,) = found
    if len(pairs) == 1:
        whole = {**pairs[0], "notes": whole["notes"]}
    return {**whole, "pairs": pairs, **fix}


def _diffs(fixes):
    """The corrections as a diff, or that there are none."""
    if not fixes:
        return "\n\nNo correction was verified, so there is nothing to write."
    left_out = sum(fix.left_out for fix in fixes)
    more = f"{left_out} more may follow from these: check again after them.\n" if left_out else ""
    return "\n\n" + more + "".join(fix.diff for fix in fixes).rstrip("\n")


def _show(report: FileReport, paths, options):
    """The page or the pictures of one pair."""
    checked, comparison = report.found[0], report.found[0].comparison
    if comparison is None:
        return
    with verdict_stands(comparison):
        if options.html is not None:
            facts = about(checked, "", options.seed)
            page = load("command.report").page(comparison, _title(report, checked), facts)
            say(f"\nThe report: {write_whole(paths[0], page.encode())}")
        elif paths:
            say(drawn(comparison.root, paths, comparison))


def _title(report, checked):
    """The heading of a page: the file, and the pair where it has a name of its own."""
    name = checked.pair.name
    return report.file if name == "forward" else f"{report.file}: {name}"


def _show_all(reports, asked, path, options):
    """One page with all pairs."""
    pairs = [
        (_title(r, c) if asked.is_table else c.pair.name, c.comparison, c.error, _facts(c, options))
        for r in reports
        for c in r.found
    ]
    pairs += [(r.file, None, r.error, "") for r in reports if r.error and not r.is_empty]
    if asked.is_table:
        verdict = person.summary_of_files(reports)[1]
        title = ", ".join(options.words)
    else:
        verdict, title = summary(reports[0].found), reports[0].file
    try:
        page = load("command.report").page_of_pairs(pairs, title, verdict)
        say(f"\nThe report: {write_whole(path, page.encode())}")
    except (OSError, RuntimeError, ValueError) as error:
        raise UnusableLayer(f"{message_of(error)}; the verdict stands: {verdict}") from error


def _facts(checked, options):
    return "" if checked.comparison is None else about(checked, "", options.seed)


def drawn(node: Any, paths: Sequence[Path], check: Comparison | None = None) -> str:
    """Save the pictures of a graph; returns what there is to say.

    A hint shows no gradient, and no steps, which say how each is computed.
    """
    if node is None:
        return "\nNo picture: there is no graph of forward."
    hint = check is not None and check.is_hint
    show = ("name", "shape", "data", *(() if hint else ("grad",)))
    drawing = load("drawing").draw(node, check=check, show=show)
    svg, png, html = paths
    drawing.save(svg)
    with ThreadPoolExecutor(1) as pool:  # a PNG takes longer than all the rest
        made = pool.submit(drawing.save, png)
        if not hint:
            drawing.save(html)
        made.result()
    steps = "" if hint else f"; step by step: {html}"
    return f"\nThe graph: {svg} and {png}{steps}"


@contextlib.contextmanager
def verdict_stands(comparison: Comparison) -> Iterator[None]:
    """What fails inside, after the verdict was printed, says that the verdict stands."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        stands = "all gradients agree" if comparison.ok else "not all gradients agree"
        raise UnusableLayer(f"{message_of(error)}; the verdict stands: {stands}") from error


def load(*rooms: str) -> Any:
    """The last of some rooms of the package, which not every job needs.

    They are loaded before the user's file is run: its folder may hold an ``html.py``.
    """
    return [import_module(f"..{room}", __package__) for room in rooms][-1]
