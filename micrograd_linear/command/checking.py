"""The pairs of a file: those that are asked for, each with its comparison or why there is none."""

from __future__ import annotations

import inspect
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..comparison import (
    ROUNDING_ALONE,
    Comparison,
    Pair,
    Tolerance,
    UnusableLayer,
    arguments_of,
    check_pair,
    excused,
    goes_back,
    inputs_for,
    left_out,
    pair_of,
    pairs_of,
    which_do_not,
)
from ..comparison.evidence import Evidence
from ..comparison.styles.patience import share
from ..comparison.styles.source import text_of
from ..foundations.near import did_you_mean
from ..foundations.place import Statement, message_of
from ..foundations.printable import finite, printable

_LONGEST = 2000
_AVERAGES = re.compile(r"1\.?0? / m\b|\) / m\b|mean\(")


class NoPair(UnusableLayer):
    """The file defines no pair, or not the one that was asked for."""


@dataclass(frozen=True)
class Computed:
    """What the gradients in a dump are of: a function of the file, or its graph; for a pair."""

    name: str
    place: Statement
    what: Any
    words: str = ""
    sure: bool = True


@dataclass(frozen=True)
class Checked:
    """A pair with its comparison; where there is none, ``error`` says why."""

    pair: Pair | Computed
    comparison: Comparison | None
    error: str = ""
    given: bool = False  # whether the file gives its inputs
    is_dump: bool = False  # whether the gradients were handed in as files

    @property
    def verdict(self) -> str:
        """The verdict in a word or two, for a row."""
        if self.comparison is None:
            return "NO VERDICT"
        if self.comparison.ok:
            weak = " (weak)" if self.comparison.weaknesses else ""
            unchecked = f"; unchecked: {', '.join(self.unchecked)}" if self.unchecked else ""
            return f"agrees{weak}{unchecked}"
        return f"WRONG: {', '.join(result.name for result in self.comparison.wrong)}"

    @property
    def unchecked(self) -> list[str]:
        """The names that backward gives no gradient of."""
        results = [] if self.comparison is None else self.comparison.values()
        return [result.name for result in results if result.status == "unchecked"]

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
        raise NoPair(_nothing_found(names, file))
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
        meant = did_you_mean(unknown, names_there)
        raise NoPair(f"{file} has no pair {', '.join(unknown)}; it has {there}{meant}")
    return chosen


def remarks_on(
    found: Sequence[Checked], names: Mapping[str, object], file: str
) -> tuple[list[Checked], list[str]]:
    """The pairs without those that only may have been one and have no verdict; and a line for each
    of these, and for each other function that returns gradients and is in no pair.
    """
    kept = [c for c in found if c.comparison is not None or _is_whole(c)]
    rest = [c for c in found if c not in kept]
    pairs = [c.pair for c in found if isinstance(c.pair, Pair)]
    lines = [f"not checked: {c.pair.name} ({c.place}) returns gradients: {c.error}" for c in rest]
    return kept or list(found), lines + left_out(names, file, pairs)


def _is_whole(checked):
    """Whether a pair without a verdict is one: not where a base class leaves a part to others."""
    return checked.pair.sure and "NotImplementedError" not in checked.error


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


def checked_pairs(
    pairs: Sequence[Pair],
    names: Mapping[str, object],
    seed: int,
    tolerance: Tolerance = ROUNDING_ALONE,
) -> list[Checked]:
    """Each pair with its comparison; alone, a pair that cannot be used is an error."""
    inputs, found, begun = names.get("inputs"), [], time.process_time()
    for pair in pairs:
        given = inputs_for(pair, inputs, pairs)
        try:
            seconds = share(time.process_time() - begun)
            comparison = check_pair(pair, given, seed=seed, seconds=seconds, tolerance=tolerance)
            found.append(Checked(pair, comparison, given=given is not None))
        except UnusableLayer as error:
            if len(pairs) == 1:
                raise
            found.append(Checked(pair, None, printable(message_of(error), _LONGEST)))
    return _excused(found, _averaging_cost(names))


def _averaging_cost(names):
    """The name of a function of the file that averages a cost over the samples; "" for none."""
    own = names.get("__name__")
    for name, function in names.items():
        costs = inspect.isfunction(function) and "cost" in name.lower()
        if costs and function.__module__ == own and _AVERAGES.search(text_of(function)):
            return name
    return ""


def misspelt(pairs: Sequence[Pair], inputs: object) -> list[str]:
    """A line for each key of ``inputs`` that no pair takes, and that is nearly one that a pair
    does: a file may use the name for something else, but not for nearly the same.
    """
    if not isinstance(inputs, Mapping):
        return []
    named = {pair.name for pair in pairs}
    known = sorted(named.union(*(arguments_of(pair) for pair in pairs)))
    keys = [
        key
        for name, value in inputs.items()
        for key in (value if name in named and isinstance(value, Mapping) else [name])
    ]
    unknown = [key for key in keys if isinstance(key, str) and key not in known]
    lines = {key: did_you_mean(key, known) for key in unknown}
    return [f"inputs: no pair takes {key}{meant}" for key, meant in lines.items() if meant]


def _excused(found, cost):
    """The pairs; what only deviates by the convention of a right net of the file is no error."""
    comparisons = {
        f"{c.pair.name}#{i}": c.comparison for i, c in enumerate(found) if c.comparison is not None
    }
    after = Evidence.shared(excused(comparisons, cost))
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
    head = f"{file}: " if file else ""
    drawn = "dy as given" if checked.is_dump else f"dy drawn at random (seed {seed})"
    return f"{head}{result} from {shapes} ({given}); {drawn}"


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
        line += f"; {which_do_not(wrong)}"
    if without:
        line += f"; no verdict: {', '.join(without)}"
    return line if line.endswith(".") else f"{line}."


def said_of_a_pass(comparison: Comparison) -> list[str]:
    """What there is to say of a pass, but for how it was judged."""
    remarks = [r for r in comparison.remarks if "alone judge" not in r and "other inputs" not in r]
    notes = [f"{r.name}: {r.note}" for r in comparison.values() if r.status in ("scaled", "close")]
    return [*remarks, *(note for note in notes if "convention" in note or "constant" in note)]
