"""What a check of one file found: its pairs, what there is to say of the file, or why it cannot be
used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .checking import Checked
from .corrections import Corrected

AGREE, DIFFER, UNUSABLE = 0, 1, 2


@dataclass
class FileReport:
    """A file with its pairs; ``error`` says why there are none. ``is_empty``: a folder held it,
    and it defines no pair, so that it changes no exit status.
    """

    file: str
    found: list[Checked] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    fixes: list[Corrected] = field(default_factory=list)
    error: str = ""
    is_empty: bool = False

    @property
    def status(self) -> int:
        """1 where a pair does not agree; else 2 where one has no verdict, or the file none."""
        if self.is_empty:
            return AGREE
        comparisons = [checked.comparison for checked in self.found]
        if any(c is not None and not c.ok for c in comparisons):
            return DIFFER
        return UNUSABLE if self.error or None in comparisons else AGREE

    @property
    def ok(self) -> bool | None:
        """True where all pairs agree; None where there is no verdict."""
        if self.error:
            return None
        return {AGREE: True, DIFFER: False}.get(self.status)

    @property
    def verdict(self) -> str:
        """The verdict in a few words, for a row."""
        if self.is_empty:
            return "no pair"
        if self.error:
            return "NO VERDICT"
        if len(self.found) == 1:
            return self.found[0].verdict
        wrong = [
            f"{c.pair.name} ({', '.join(result.name for result in c.comparison.wrong)})"
            for c in self.found
            if c.comparison is not None and not c.comparison.ok
        ]
        without = [c.pair.name for c in self.found if c.comparison is None]
        said = [f"WRONG: {', '.join(wrong)}"] if wrong else []
        said += [f"NO VERDICT: {', '.join(without)}"] if without else []
        if said:
            return "; ".join(said)
        unchecked = [f"{c.pair.name} ({', '.join(c.unchecked)})" for c in self.found if c.unchecked]
        return f"agrees; unchecked: {', '.join(unchecked)}" if unchecked else "agrees"

    def to_dict(self) -> dict:
        """Plain data: its pairs, and what was said of it."""
        error = {"error": self.error} if self.error else {}
        pairs = [checked.to_dict(self.file) for checked in self.found]
        return {"file": self.file, "ok": self.ok, **error, "notes": self.notes, "pairs": pairs}


def worst(reports: Sequence[FileReport]) -> int:
    """The exit status of several files: the highest of theirs."""
    return max(report.status for report in reports)


def ok_of(reports: Sequence[FileReport]) -> bool | None:
    """False where a file does not agree, else None where one has no verdict."""
    statuses = {report.status for report in reports}
    return False if DIFFER in statuses else None if UNUSABLE in statuses else True
