"""``Mistake``: a statement of the user's that is wrong, and what it should say; ``Diagnosis``: all
that was found in a backward pass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ...foundations.place import CELL, Statement
from .editor import Edit

Paint = Callable[[str, str], str]
Function = tuple[str, int]  # its file, and its first line
_WIDE = 46  # columns of a corrected line, after which is said that it was verified


def plain_text(text: str, role: str) -> str:
    """The text without any colour."""
    return text


@dataclass(frozen=True)
class Correction:
    """What a statement should be.

    ``line`` is its text, ``says`` what was wrong, and ``texts`` are the whole files after it,
    {name: text}. It was run: with it the gradients named in ``agreeing`` agree.
    """

    line: str
    says: str
    agreeing: tuple[str, ...]
    texts: dict[str, str] = field(repr=False)
    computes: str = ""  # the gradient that the line computes with it, where another is wrong, too


@dataclass(frozen=True)
class Mistake:
    """A statement that is wrong.

    ``marked`` are the first and the last column of the part at fault in ``text``, or None;
    ``corrections`` are what it could be, the smallest first, each verified; none where no edit was
    found, and ``says`` is then all that is known. ``is_missing``: a line is missing after it.
    """

    place: Statement
    text: str
    says: str
    corrections: tuple[Correction, ...] = ()
    marked: tuple[int, int] | None = None
    is_missing: bool = False
    right_before: int = 0
    follow: tuple[str, ...] = ()
    turns: str = ""
    all_agree: bool = False
    count: int = 0  # the gradients that were compared
    is_hint: bool = False  # it says where, and not what

    def lines(self, paint: Paint = plain_text) -> list[str]:
        """The mistake in lines of text."""
        head = f"{self.place.where}  "
        pad = " " * len(head)
        if self.is_hint:
            found = [f"{head}{self.text}", f"{pad}{self.says}"]
        elif self.is_missing:
            found = [f"{head}{self.text}", f"{pad}after this line one is missing: {self.says}"]
        else:
            found = [f"{head}{self.text}"]
            first, last = self.marked or (0, max(len(self.text), 1))
            arrows = paint("^" * max(last - first, 1), "wrong")
            found.append(f"{pad}{' ' * first}{arrows} {self.says}")
        for number, correction in enumerate(self.corrections):
            verified = self.verified(correction) if number == 0 else "verified as well"
            line = paint(correction.line.ljust(_WIDE), "right")
            found.append(f"{pad}{line}  {verified}")
        found += [f"{pad}{self.turns}"] if self.turns else []
        about = self.about()
        return [*found, about] if about else found

    def verified(self, correction: Correction) -> str:
        """Which gradients agree with a correction, in words."""
        if correction.computes:
            return f"verified: with this line {correction.computes} is right"
        agree = len(correction.agreeing)
        if agree == self.count:
            all_of = f"all {agree} gradients agree" if agree > 1 else "the gradient agrees"
            return f"verified: with this line {all_of}"
        verb = "agrees" if agree == 1 else "agree"
        return f"verified: with this line {', '.join(correction.agreeing)} {verb}"

    def about(self) -> str:
        """What was right before it, and which gradients follow from it; "" where none."""
        before = {0: "", 1: "1 line was right before it"}.get(
            self.right_before, f"{self.right_before} lines were right before it"
        )
        names = ", ".join(self.follow)
        follow = f"{names} follow{'s' if len(self.follow) == 1 else ''} from it" if names else ""
        return "; ".join(part for part in (before, follow) if part) + (
            "." if before or follow else ""
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        found: dict[str, Any] = {"file": self.place.file, "line": self.place.line}
        if CELL in self.place.file:
            found["place"] = self.place.where
        return {
            **found,
            "text": self.text,
            "columns": None if self.marked is None else list(self.marked),
            "says": self.says,
            "missing_line": self.is_missing,
            "turns": self.turns,
            "right_before": self.right_before,
            "follow": list(self.follow),
            "corrections": [
                {"line": c.line, "says": c.says, "agreeing": list(c.agreeing)}
                for c in self.corrections
            ],
        }


@dataclass(frozen=True)
class Fix:
    """A mistake with the edit that corrects it."""

    mistake: Mistake
    edit: Edit


@dataclass(frozen=True)
class Diagnosis:
    """What was found in a backward pass: its mistakes in the order in which they are to be mended;
    how many of its lines, and of its gradients, were looked at; the functions that were run for it,
    and those that the corrections change.
    """

    mistakes: tuple[Mistake, ...] = ()
    lines: int = 0
    gradients: int = 0
    remark: str = ""
    ran: frozenset[Function] = frozenset()
    edited: frozenset[Function] = frozenset()
    fixes: tuple[Fix, ...] = field(default=(), repr=False)
    visited: frozenset[tuple[str, int]] = frozenset()  # the lines of a right pass: file, number

    @property
    def is_verified(self) -> bool:
        """Whether all gradients agree with the corrections."""
        return (
            bool(self.mistakes)
            and all(m.corrections for m in self.mistakes)
            and (self.mistakes[-1].all_agree)
        )

    @property
    def texts(self) -> dict[str, str]:
        """{file: its text with every first correction}."""
        return {} if not self.mistakes else dict(self._last.texts) if self._last else {}

    @property
    def _last(self) -> Correction | None:
        corrected = [m.corrections[0] for m in self.mistakes if m.corrections]
        return corrected[-1] if corrected else None

    def text_lines(self, paint: Paint = plain_text) -> list[str]:
        """The diagnosis in lines of text."""
        found: list[str] = []
        if not self.mistakes and self.lines:
            gradients = f", {self.gradients} of them gradients" if self.gradients else ""
            many = "lines were" if self.lines > 1 else "line was"
            right = "all are right" if self.lines > 1 else "it is right"
            found.append(f"backward: {self.lines} {many} run{gradients}; {right}.")
        for number, mistake in enumerate(self.mistakes):
            found += ["and, with that corrected:"] if number else []
            found += mistake.lines(paint)
        if self.mistakes and not self.mistakes[0].is_hint:
            found.append("Right is relative to the forward pass of this file.")
        return [*found, self.remark] if self.remark else found

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "mistakes": [mistake.to_dict() for mistake in self.mistakes],
            "verified": self.is_verified,
            "lines": self.lines,
            "lines_of_gradients": self.gradients,
        }
