"""What the user lets pass beside rounding: rtol and atol, with NumPy's meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Tolerance:
    """|hand - engine| <= atol + rtol * |engine| passes, as ``close``; None is 0.

    Without either, only rounding passes.

    >>> bool(Tolerance()), bool(Tolerance(rtol=1e-3))
    (False, True)
    >>> print(Tolerance(rtol=1e-3).words)
    The tolerance was given by the user: |hand - engine| <= 0 + 0.001 |engine| passes, as close.
    """

    rtol: float | None = None
    atol: float | None = None

    def __post_init__(self) -> None:
        for option in ("rtol", "atol"):
            number = getattr(self, option)
            real = isinstance(number, (int, float, np.number)) and number >= 0
            if number is not None and not real:
                raise ValueError(f"{option}: expected a number from 0 upward, got {number!r}")

    @classmethod
    def of(cls, function: str, rtol: float | None, atol: float | None) -> Tolerance:
        """The tolerance that a function was given; its error names the function."""
        try:
            return cls(rtol, atol)
        except ValueError as error:
            raise ValueError(f"{function}: {error}") from None

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
        if not self:
            return ""
        bound = f"{self.atol or 0:g} + {self.rtol or 0:g} |engine|"
        return f"The tolerance was given by the user: |hand - engine| <= {bound} passes, as close."

    def to_dict(self) -> dict[str, Any] | None:
        """Plain data; None where only rounding passes."""
        if not self:
            return None
        return {"rtol": float(self.rtol or 0), "atol": float(self.atol or 0), "given_by": "user"}


ROUNDING_ALONE = Tolerance()
