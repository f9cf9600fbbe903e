"""What a comparison found: a mapping from names to results, as text, as HTML and as plain data."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import hypertext, printed
from .correction.mistake import Paint, plain_text
from .result import AGREE, Result
from .tolerance import ROUNDING_ALONE

if TYPE_CHECKING:
    from .correction.mistake import Diagnosis
    from .evidence import Evidence

WEAK = 0.1  # a comparison that could not have seen such an error, relative to the gradient, is weak
FORMULAS_SHOWN = 3


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
        self.tolerance = ROUNDING_ALONE  # that the user gave
        self.is_hint = False  # it says where a mistake is, and not what it is
        self.diagnose: Callable[[Comparison], Diagnosis | None] | None = None
        self.evidence: Evidence | None = None  # of the other pairs of the file

    def with_results(self, results, nodes):
        """A comparison of the same graph with other results."""
        other = Comparison(results, nodes, self._weaknesses, self._formulas, self.gradients)
        other.tolerance = self.tolerance
        return other

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
        """The result to fix first: a wrong step, or, where no gradients in between were handed in,
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

    def forget_formulas(self) -> None:
        """Print no line that is right, as a hint does not."""
        self._formulas = None

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
        wrong = [
            result.name for result in self.values() if result.status not in (*AGREE, "unchecked")
        ]
        if not checked:
            return "Nothing was checked."
        tail = f" {unchecked} unchecked." if unchecked else ""
        if wrong:
            return f"{_agreeing(agree, checked, wrong)}{tail}"
        weak = f" PASS (weak: {'; '.join(self.weaknesses[:3])})" if self.weaknesses else ""
        return (
            (f"All {checked} gradients agree." if checked > 1 else "The gradient agrees.")
            + tail
            + weak
        )

    def table(self, results: Sequence[Result]) -> list[str]:
        """The lines of the table, the heading first."""
        return printed.table(self, results)

    def text(self, paint: Paint = plain_text) -> str:
        """The table and what stands behind it; the wrong line first, where it is known.

        ``paint(text, role)`` may give "wrong" and "right" parts a colour.
        """
        return printed.whole(self, paint)

    def __str__(self):
        return self.text()

    __repr__ = __str__

    def _repr_html_(self):
        return hypertext.whole(self)

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
            "tolerance": self.tolerance.to_dict(),
            **({"hint": True} if self.is_hint else {}),
            **({} if self.diagnosis is None else self.diagnosis.to_dict()),
        }


def _agreeing(agree: int, checked: int, wrong: Sequence[str]) -> str:
    """How many gradients agree, and which do not."""
    if checked == 1:
        return f"The gradient of {wrong[0]} does not agree."
    return f"{agree} of {checked} gradients agree; {which_do_not(wrong)}."


def which_do_not(names: Sequence[str]) -> str:
    """The names of what does not agree, as a clause.

    >>> which_do_not(["b"]), which_do_not(["z", "W", "b"])
    ('b does not', 'z, W and b do not')
    """
    *others, last = names
    listed = f"{', '.join(others)} and {last}" if others else last
    return f"{listed} {'do' if others else 'does'} not"
