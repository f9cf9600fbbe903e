"""``Result``: one gradient's verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..foundations.printable import printable

if TYPE_CHECKING:
    from .causes import Cause

AGREE = ("identical", "rounding", "close", "kink", "vacuous", "scaled")


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
