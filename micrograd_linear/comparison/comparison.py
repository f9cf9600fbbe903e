"""What a comparison found: a mapping from names to results, as text, as HTML and as plain data."""

from __future__ import annotations

import functools
import html
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..foundations.printable import printable
from .correction.mistake import Paint, plain_text
from .heat_map import svg

if TYPE_CHECKING:
    from .causes import Cause
    from .correction.mistake import Diagnosis
    from .evidence import Evidence

AGREE = ("identical", "rounding", "close", "kink", "vacuous", "scaled")
ROWS_SHOWN = 40
WEAK = 0.1  # a comparison that could not have seen such an error, relative to the gradient, is weak
FORMULAS_SHOWN = 3
MAPS_SHOWN = 6
LOUD = ("wrong", "wrong step", "shape", "non-finite", "missing")
LONGEST_LINE = 2000


@dataclass(frozen=True)
class Result:
    """One tensor's verdict.

    ``status`` is identical: the same numbers; rounding: equal but for rounding; close: inside the
    rtol and atol that were given; kink: equal but for another choice at a tie, such as
    relu'(0) = 1, which is no error; vacuous: both are 0, and nothing was added up to make them;
    scaled: times a number that a later line takes back; wrong, shape, non-finite: what they say;
    missing: None was handed in; unchecked: nothing was. Where gradients of results in between are
    handed in as well: wrong step, if it does not follow from theirs; inherited, if it does.

    ``max_difference``    the largest |hand - engine|, or None where there is none to tell
    ``where``             the index, a tuple, of the largest difference that is not allowed, or,
                          where all are, of the largest; None where there is no difference
    ``hand``, ``engine``  the two gradients; ``hand`` is None where unchecked
    ``causes``            explanations that reproduce the hand gradient, the likeliest first; each
                          has a kind, where, evidence and a sentence
    ``note``              one sentence more, or ""
    ``rounding``          the largest difference in units of what is due to rounding; None where
                          only the two arrays are known
    ``resolution``        the smallest error, relative to the gradient, that this comparison could
                          have seen; None where that has no meaning
    ``check``             whom finite differences at the worst element agree with, or "" where they
                          cannot tell
    """

    name: str
    status: str
    engine: np.ndarray
    hand: np.ndarray | None = None
    max_difference: float | None = None
    where: tuple[int, ...] | None = None
    note: str = ""
    causes: tuple[Cause, ...] = ()
    check: str = ""
    rounding: float | None = None
    resolution: float | None = None
    follows: str = ""  # the name of the tensor at which the same mistake is told
    due: np.ndarray | None = None  # the difference that is due to rounding, for each element

    @property
    def has_map(self) -> bool:
        """Whether it is wrong element by element, so that a picture has something to show."""
        return (
            self.status not in (*AGREE, "unchecked", "missing", "shape")
            and self.hand is not None
            and self.engine.size > 1
        )

    def row(self) -> list[str]:
        """The cells of the table, as text."""
        cells = [
            printable(self.name),
            str(self.engine.shape),
            self.status if self.status in (*AGREE, "unchecked") else self.status.upper(),
        ]
        if self.where is None or self.hand is None:
            return [*cells, "-" if self.max_difference is None else "0", "-", "-", "-"]
        at = "[" + ", ".join(map(str, self.where)) + "]" if self.where else "-"
        pair = self.hand[self.where], self.engine[self.where]
        digits = next((d for d in (6, 9, 12, 15) if f"{pair[0]:.{d}g}" != f"{pair[1]:.{d}g}"), 17)
        return [
            *cells,
            f"{self.max_difference:.2g}",
            at,
            *(f"{number:.{digits}g}" for number in pair),
        ]


class Comparison(Mapping[Any, Result]):
    """A mapping from names (or the nodes themselves) to ``Result``s. ``print`` shows a table;
    ``ok`` is True where everything handed in agrees.

    Never True by default: with nothing checked, ``ok`` is False. In a condition a comparison is its
    ``ok``.
    """

    # These are set where check_backward made the comparison.
    root: Any  # y
    result: tuple[str, tuple[int, ...]]  # the name and the shape of y
    inputs: dict[str, tuple[int, ...]]  # their shapes
    upstream: Any  # dy
    run: Any  # of forward
    columns: tuple[str, ...] = ("name", "shape", "status", "max difference", "at", "hand", "engine")

    def __init__(
        self,
        results: Iterable[Result],
        nodes: dict[Any, str] | None = None,
        weaknesses: Callable[[], tuple[str, ...]] = tuple,
        formulas: Callable[[list[str]], dict[str, Any]] | None = None,
        gradients: dict[Any, Any] | None = None,
    ) -> None:
        self._results = {result.name: result for result in results}
        self._nodes: dict[Any, Any] = nodes or {}  # node -> name
        # These are functions, which are called when somebody asks.
        self._weaknesses, self._formulas = weaknesses, formulas
        # {node: the engine's gradient} of all that a gradient flows to
        self.gradients = gradients or {}
        self.remarks: tuple[str, ...] = ()  # sentences about the whole
        self.diagnose: Callable[[Comparison], Diagnosis] | None = None
        self.evidence: Evidence | None = None  # of the other pairs of the file

    def with_results(self, results, nodes):
        """A comparison of the same graph with other results."""
        return Comparison(results, nodes, self._weaknesses, self._formulas, self.gradients)

    @property
    def names(self) -> dict[Any, str]:
        """{node: its name here} of all that a gradient flows to."""
        return dict(self._nodes)

    def __getitem__(self, name: Any) -> Result:
        return self._results[self._nodes.get(name, name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._results)

    def __len__(self) -> int:
        return len(self._results)

    def __bool__(self) -> bool:
        return self.ok

    @property
    def ok(self) -> bool:
        """True if at least one gradient was handed in and every one that was agrees."""
        checked = [result for result in self.values() if result.status != "unchecked"]
        return bool(checked) and all(result.status in AGREE for result in checked)

    @property
    def wrong(self) -> list[Result]:
        """The results that do not agree, those that only inherit an error last."""
        found = [result for result in self.values() if result.status not in (*AGREE, "unchecked")]
        return sorted(found, key=lambda result: result.status == "inherited")

    @property
    def first_wrong(self) -> Result | None:
        """The result to mend first: a wrong step, or, where no gradients in between were handed in,
        the first wrong one; None if all agree.
        """
        return next(iter(self.wrong), None)

    @functools.cached_property
    def formulas(self) -> dict[str, Any]:
        """{name: the line that is right}, for the first few of the wrong steps, as ``derive``
        writes it.
        """
        wrong = [
            name
            for name, result in self.items()
            if result.status in ("wrong", "wrong step", "shape") and result.causes
            if result.causes[0].kind != "stale" and not result.follows
        ]
        return self._formulas(wrong[:FORMULAS_SHOWN]) if wrong and self._formulas else {}

    @functools.cached_property
    def weaknesses(self) -> tuple[str, ...]:
        """What data on which everything agrees could not have shown, in sentences.

        There are none where something does not agree.

        >>> from micrograd_linear import Tensor, compare
        >>> x, W = Tensor([[1.0, 2.0]], "x"), Tensor([[1.0, 2.0], [3.0, 4.0]], "W"); y = x @ W
        >>> compare({"W": [[3.0, 5.0], [6.0, 10.0]]}, y, gradient=[[3.0, 5.0]]).weaknesses
        ('N = 1 cannot show a missing batch sum',)
        """
        blind = [
            f"{result.name}: {result.note}"
            for result in self.values()
            if result.status == "vacuous"
            or ((result.resolution or 0) > WEAK and result.status == "rounding")
        ]
        return tuple(dict.fromkeys((*blind, *self._weaknesses()))) if self.ok else ()

    @functools.cached_property
    def diagnosis(self) -> Diagnosis | None:
        """The lines of the user's backward pass that are wrong, with what they should say.

        None where it is not known how the gradients were computed, as in ``compare``. It is
        looked for when it is first asked for.
        """
        return None if self.diagnose is None else self.diagnose(self)

    @property
    def summary(self) -> str:
        """The verdict in one line."""
        statuses = [result.status for result in self.values()]
        agree = sum(status in AGREE for status in statuses)
        unchecked = statuses.count("unchecked")
        checked = len(statuses) - unchecked
        wrong = ", ".join(
            result.name for result in self.values() if result.status not in (*AGREE, "unchecked")
        )
        if not checked:
            return "Nothing was checked."
        tail = f" {unchecked} unchecked." if unchecked else ""
        if wrong:
            return f"{agree} of {checked} gradients agree; not: {wrong}.{tail}"
        weak = f" PASS (weak: {'; '.join(self.weaknesses[:3])})" if self.weaknesses else ""
        return (
            (f"All {checked} gradients agree." if checked > 1 else "The gradient agrees.")
            + tail
            + weak
        )

    def _shown(self):
        """The results to print: all, but of many that are unchecked or agree only the first."""
        results = list(self.values())
        if len(results) <= ROWS_SHOWN:
            return results, 0
        results.sort(key=lambda result: (result.status in AGREE, result.status == "unchecked"))
        return results[:ROWS_SHOWN], len(results) - ROWS_SHOWN

    def table(self, results):
        """The lines of the table, the heading first."""
        rows = [self.columns, *(result.row() for result in results)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(self.columns))]
        return [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]

    def text(self, paint: Paint = plain_text) -> str:
        """The table and what stands behind it; the wrong line first, where it is known.

        ``paint(text, role)`` may give "wrong" and "right" parts a colour.
        """
        results, left_out = self._shown()
        lines = self._diagnosed(paint) + self.table(results)
        if left_out:
            lines.append(f"... and {left_out} more")
        for result in results:
            lines += self._noted(result)
        return "\n".join([*lines, *self._remarked(), self.summary])

    def _diagnosed(self, paint: Paint = plain_text) -> list[str]:
        lines = self.diagnosis.text_lines(paint) if self.diagnosis and not self.ok else []
        return [*lines, ""] if lines else []

    def _noted(self, result: Result) -> list[str]:
        """The note of a result, and the line that is right.

        Where a correction was verified, several guesses from the numbers say nothing more, and
        neither does one in names that nobody typed.
        """
        verified = self.diagnosis is not None and self.diagnosis.is_verified
        guesses = len(result.causes) != 1 or result.follows or "(…)" in result.note
        if verified and result.status not in AGREE and guesses:
            return []
        lines = [f"{result.name}: {result.note}"] if result.note else []
        if result.name in self.formulas:
            lines.append(f"{' ' * len(result.name)}  right is {self.formulas[result.name]}")
        return lines

    def _remarked(self) -> list[str]:
        """The remarks; of a pass, how many lines of the user's were run for it."""
        found = list(self.remarks)
        if self.ok and self.diagnosis is not None:
            found += self.diagnosis.text_lines()
        return found

    def __str__(self):
        return self.text()

    __repr__ = __str__

    def _repr_html_(self):
        results, left_out = self._shown()
        cell = 'style="padding:2px 12px;text-align:left"'
        head = "".join(f"<th {cell}>{column}</th>" for column in self.columns)
        rows = [
            (f' style="font-weight:{"bold" if result.status in LOUD else "normal"}"', result.row())
            for result in results
        ]
        body = "".join(
            f"<tr{style}>" + "".join(f"<td {cell}>{_escaped(text)}</td>" for text in row) + "</tr>"
            for style, row in rows
        )
        notes = [line.strip() for result in results for line in self._noted(result)]
        notes += [f"... and {left_out} more"] if left_out else []
        said = [*notes, *self._remarked(), self.summary]
        text = "".join(f"<p>{_escaped(line)}</p>" for line in said)
        lines = "\n".join(_escaped(line) for line in self._diagnosed())
        first = f"<pre>{lines}</pre>" if lines else ""
        maps = "".join(
            svg(result) for result in [result for result in results if result.has_map][:MAPS_SHOWN]
        )
        return (
            f"{first}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{text}{maps}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data: {"ok": bool, "gradients": {name: {"status": ..., "shape": ...,
        "max_difference": ..., "where": ...}}}.
        """
        gradients = {}
        for result in self.values():
            where = None if result.where is None else [int(i) for i in result.where]
            gradients[result.name] = {
                "status": result.status,
                "shape": list(result.engine.shape),
                "max_difference": result.max_difference,
                "where": where,
                "note": result.note,
                "check": result.check,
                "rounding": result.rounding,
                "resolution": result.resolution,
                "causes": [cause.to_dict() for cause in result.causes],
            }
        return {
            "ok": self.ok,
            "gradients": gradients,
            "weaknesses": list(self.weaknesses),
            "remarks": list(self.remarks),
            **({} if self.diagnosis is None else self.diagnosis.to_dict()),
        }


def _escaped(line):
    return html.escape(printable(line, LONGEST_LINE))
