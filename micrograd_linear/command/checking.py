"""The pairs of a file: those that are asked for, each with its comparison or why there is none."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..comparison import (
    Comparison,
    Pair,
    UnusableLayer,
    check_pair,
    excused,
    goes_back,
    inputs_for,
    left_out,
    pair_of,
    pairs_of,
)
from ..comparison.correction.mistake import Paint, plain_text
from ..comparison.evidence import Evidence
from ..foundations.place import message_of
from ..foundations.printable import finite, printable

_LONGEST = 2000


@dataclass(frozen=True)
class Checked:
    """A pair with its comparison; where there is none, ``error`` says why."""

    pair: Pair
    comparison: Comparison | None
    error: str = ""
    given: bool = False  # whether the file gives its inputs

    @property
    def verdict(self) -> str:
        """The verdict in a word or two, for a row."""
        if self.comparison is None:
            return "NO VERDICT"
        if self.comparison.ok:
            weak = " (weak)" if self.comparison.weaknesses else ""
            return f"agrees{weak}"
        return f"WRONG: {', '.join(result.name for result in self.comparison.wrong)}"

    @property
    def place(self) -> str:
        """``layer.py:12``, or ``cell 3, line 4``."""
        return self.pair.place.where

    def row(self) -> list[str]:
        """The cells of its row."""
        gradients = "-"
        if self.comparison is not None:
            looked_at = [r.name for r in self.comparison.values() if r.status != "unchecked"]
            gradients = ", ".join(looked_at)
        return [
            printable(cell, 100) for cell in (self.pair.name, self.place, gradients, self.verdict)
        ]

    def to_dict(self, file: str) -> dict:
        """Plain data: that of the comparison, with the place of the pair."""
        about = {"name": self.pair.name, "file": file, "line": self.pair.place.line}
        if self.pair.place.where.startswith("cell "):
            about["place"] = self.place
        if self.comparison is None:
            return {**about, "ok": None, "error": self.error}
        return {**about, **dict(finite(self.comparison.to_dict()))}


def found_pairs(names: Mapping[str, object], file: str, wanted: Sequence[str]) -> list[Pair]:
    """The pairs of a file, or those of them that are asked for by name."""
    forward, backward = names.get("forward"), names.get("backward")
    found = pairs_of(names, file)
    if callable(forward) and callable(backward):
        there = [pair.functions for pair in found]
        if (forward, backward) not in there:
            found.insert(0, pair_of(forward, backward))
    if not found:
        raise UnusableLayer(_nothing_found(names, file))
    if not wanted:
        return found
    chosen, unknown = [], []
    for name in wanted:
        fitting = [pair for pair in found if name in _names_of(pair)]
        chosen += [pair for pair in fitting if pair not in chosen]
        unknown += [] if fitting else [name]
    if unknown:
        there = ", ".join(pair.name for pair in found)
        names_there = sorted({name for pair in found for name in _names_of(pair)})
        near = [n for name in unknown for n in difflib.get_close_matches(name, names_there, 1)]
        meant = f"; did you mean {', '.join(near)}?" if near else ""
        raise UnusableLayer(f"{file} has no pair {', '.join(unknown)}; it has {there}{meant}")
    return chosen


def remarks_on(
    found: Sequence[Checked], names: Mapping[str, object], file: str
) -> tuple[list[Checked], list[str]]:
    """The pairs without those that only may have been one and have no verdict; and a line for each
    of these, and for each other function that returns gradients and is in no pair.
    """
    kept = [c for c in found if c.comparison is not None or c.pair.sure]
    rest = [c for c in found if c not in kept]
    lines = [f"not checked: {c.pair.name} ({c.place}) returns gradients: {c.error}" for c in rest]
    return kept or list(found), lines + left_out(names, file, [c.pair for c in found])


def _names_of(pair):
    words = [word.strip() for word in pair.words.split(",")]
    return {pair.name, *words, *(word.split(".")[0] for word in words if "." in word)}


def _nothing_found(names, file):
    """What the file holds instead of a pair, and the two lines to write."""
    missing = "backward" if callable(names.get("forward")) else "forward"
    own = names.get("__name__")
    mine = {n: x for n, x in names.items() if getattr(x, "__module__", None) == own}
    functions = [n for n, x in mine.items() if inspect.isfunction(x)]
    classes = [
        f"{n} ({', '.join(m for m, f in vars(x).items() if inspect.isfunction(f)) or 'no methods'})"
        for n, x in mine.items()
        if inspect.isclass(x)
    ]
    found = [f"functions {', '.join(functions)}"] if functions else []
    found += [f"classes {', '.join(classes)}"] if classes else []
    back = next((n for n in functions[::-1] if goes_back(mine[n])), None)
    there = [n for n in functions if n != back and not n.startswith("_")]
    lines = (
        f"forward = {there[-1]}, and backward = {back}"
        if back and there
        else "forward = the function that computes y, and backward = the function of dL/dy"
    )
    return (
        f"{file} defines no function {missing}, and no other pair; found: "
        f"{'; '.join(found) or 'neither functions nor classes'}; write two lines: {lines}"
    )


def checked_pairs(pairs: Sequence[Pair], names: Mapping[str, object], seed: int) -> list[Checked]:
    """Each pair with its comparison; alone, a pair that cannot be used is an error."""
    inputs, found = names.get("inputs"), []
    for pair in pairs:
        given = inputs_for(pair, inputs, pairs)
        try:
            comparison = check_pair(pair, given, seed=seed)
            found.append(Checked(pair, comparison, given=given is not None))
        except UnusableLayer as error:
            if len(pairs) == 1:
                raise
            found.append(Checked(pair, None, printable(message_of(error), _LONGEST)))
    return _excused(found)


def _excused(found):
    """The pairs; what only deviates by the convention of a right net of the file is no error."""
    comparisons = {
        f"{c.pair.name}#{i}": c.comparison for i, c in enumerate(found) if c.comparison is not None
    }
    after = Evidence.shared(excused(comparisons))
    return [
        replace(c, comparison=after.get(f"{c.pair.name}#{i}")) if c.comparison is not None else c
        for i, c in enumerate(found)
    ]


def about(checked: Checked, file: str, seed: int) -> str:
    """One line: what was compared."""
    comparison = checked.comparison
    assert comparison is not None
    given = (
        "the inputs of the file"
        if checked.given
        else ("drawn at random, in the first shapes that fit")
    )
    shapes = ", ".join(f"{name} {shape}" for name, shape in comparison.inputs.items())
    result = "{} {}".format(*comparison.result)
    return f"{file}: {result} from {shapes} ({given}); dy drawn at random (seed {seed})"


def summary(found: Sequence[Checked]) -> str:
    """The verdict of all in one line."""
    agree = sum(c.comparison is not None and c.comparison.ok for c in found)
    wrong = [c.pair.name for c in found if c.comparison is not None and not c.comparison.ok]
    without = [c.pair.name for c in found if c.comparison is None]
    line = (
        f"All {agree} pairs agree."
        if agree == len(found)
        else f"{agree} of {len(found)} pairs agree"
    )
    if wrong:
        line += f"; not: {', '.join(wrong)}"
    if without:
        line += f"; no verdict: {', '.join(without)}"
    return line if line.endswith(".") else f"{line}."


def table(found: Sequence[Checked], file: str, seed: int, paint: Paint = plain_text) -> str:
    """A row for each pair, then the details of what fails, then the verdict."""
    rows = [["pair", "place", "gradients", "verdict"], *(checked.row() for checked in found)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    for checked in found:
        if checked.comparison is None:
            lines += ["", f"{checked.pair.name} ({checked.place}): no verdict: {checked.error}"]
        elif not checked.comparison.ok:
            words = about(checked, checked.pair.name, seed)
            lines += ["", f"{words}; {checked.place}", checked.comparison.text(paint)]
        else:
            lines += [f"{checked.pair.name}: {remark}" for remark in _said(checked.comparison)]
    return "\n".join([f"{Path(file).name}: {len(found)} pairs", "", *lines, "", summary(found)])


def _said(comparison):
    """What there is to say of a pass, but for how it was judged."""
    remarks = [r for r in comparison.remarks if "alone judge" not in r and "other inputs" not in r]
    notes = [f"{r.name}: {r.note}" for r in comparison.values() if r.status in ("scaled", "close")]
    return [*remarks, *(note for note in notes if "convention" in note or "constant" in note)]
