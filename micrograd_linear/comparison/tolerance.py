"""What the user lets pass beside rounding: rtol and atol, as NumPy has them, and a coarser type."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..foundations.precisions import PRECISIONS


@dataclass(frozen=True)
class Tolerance:
    """|hand - engine| <= atol + rtol * |engine| passes, as ``close``; None is 0.

    Without either, only rounding passes: that of the arrays' own types, or of ``precision``, the
    coarser type that the gradients were computed in.

    >>> bool(Tolerance()), bool(Tolerance(rtol=1e-3))
    (False, True)
    >>> print(Tolerance(rtol=1e-3).words)
    The tolerance was given by the user: |hand - engine| <= 0 + 0.001 |engine| passes, as close.
    """

    rtol: float | None = None
    atol: float | None = None
    precision: str | None = None

    def __post_init__(self) -> None:
        for option in ("rtol", "atol"):
            number = getattr(self, option)
            real = isinstance(number, (int, float, np.number)) and number >= 0
            if number is not None and not real:
                raise ValueError(f"{option}: expected a number from 0 upward, got {number!r}")

    @classmethod
    def of(
        cls,
        function: str,
        rtol: float | None,
        atol: float | None,
        precision: str | None = None,
    ) -> Tolerance:
        """The tolerance that a function was given; its error names the function."""
        try:
            if precision is not None and precision not in PRECISIONS:
                expected = ", ".join(map(repr, PRECISIONS))
                raise ValueError(f"precision: expected one of {expected}, got {precision!r}")
            return cls(rtol, atol, precision)
        except ValueError as error:
            raise ValueError(f"{function}: {error}") from None

    def of_type(self, stored: str | None) -> Tolerance:
        """The same for an array that is stored in a type that NumPy has no name for."""
        return replace(self, precision=self.precision or stored)

    @property
    def keywords(self) -> dict[str, Any]:
        """The arguments of ``compare`` that it was made of."""
        return {"rtol": self.rtol, "atol": self.atol, "precision": self.precision}

    def __bool__(self) -> bool:
        return self.rtol is not None or self.atol is not None

    def allows(self, difference: Any, right: Any) -> Any:
        """Where |hand - engine| is no larger than what the user lets pass."""
        if not self:
            return np.zeros(np.shape(difference), dtype=bool)
        return difference <= (self.atol or 0.0) + (self.rtol or 0.0) * np.absolute(right)

    @property
    def words(self) -> str:
        """What it lets pass, and that it is the user's; "" where none was given."""
        found = []
        if self:
            bound = f"{self.atol or 0:g} + {self.rtol or 0:g} |engine|"
            passes = f"|hand - engine| <= {bound} passes, as close."
            found.append(f"The tolerance was given by the user: {passes}")
        if self.precision:
            found.append(f"The precision was given by the user: {self.precision} rounding passes.")
        return " ".join(found)

    def to_dict(self) -> dict[str, Any] | None:
        """Plain data; None where only rounding passes."""
        if not self and not self.precision:
            return None
        found = {"rtol": float(self.rtol or 0), "atol": float(self.atol or 0), "given_by": "user"}
        return {**found, "precision": self.precision} if self.precision else found


ROUNDING_ALONE = Tolerance()
