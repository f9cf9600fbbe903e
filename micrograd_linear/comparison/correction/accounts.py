"""``Account``: what the visits of a statement were: right, or wrong, after right or wrong ones."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

import numpy as np

from .routine import Step
from .standing import Standing
from .trace import Visit

_RIGHT_ELSEWHERE = 0.8


@dataclass
class Account:
    """What the visits of a statement were: how often it was right, wrong although all that it read
    was right or unknown (an origin), or wrong after others were.
    """

    step: Step
    standings: list[Standing] = field(default_factory=list)
    origins: list[Visit] = field(default_factory=list)  # wrong ones
    read_right: bool = True  # all that it read at its first origin is right
    feeds: float = np.inf  # it is unknown, and so many statements further on one is wrong
    open: int = 0  # visits that are unknown, and read nothing that is wrong
    tainted: int = 0
    spot: Visit | None = None  # the first visit that may be wrong
    blamed_by: set[Step] = field(default_factory=set)  # the origins that read what it wrote
    reads_from: set[Step] = field(default_factory=set)  # at its spot
    is_near: bool = False  # a suspect reads what it wrote
    scaled: bool = False  # it is times a factor, and what it reads is right
    scales: set[Step] = field(default_factory=set)  # those that are times a factor, and read it
    is_convention: bool = False  # what is right was computed from what it scaled
    by_names: float | None = None  # its penalty, where only names are known
    shares: bool = False  # what it reads is read by other origins as well
    is_right_elsewhere: bool = False  # a right pair of the file runs it

    @property
    def standing(self) -> Standing:
        """The worst of its visits."""
        return max(self.standings, default=Standing.UNKNOWN)

    @property
    def penalty(self) -> float:
        """How much less likely a mistake is here than in the first wrong statement."""
        return self._by_itself + (_RIGHT_ELSEWHERE if self.is_right_elsewhere else 0.0)

    @property
    def _by_itself(self) -> float:
        """The penalty, as this pair alone shows it."""
        if self.by_names is not None:
            return self.by_names
        if len(self.blamed_by) > 1 and not self.origins:
            return 0.1
        if self.origins:
            return 0.0 if self.read_right and not self.shares else 0.2
        if self.feeds < np.inf:
            return 0.1 if self.scaled and not self.is_convention else 0.3 + 0.03 * self.feeds
        if len(self.scales) > 1 and not self.is_convention:
            return 0.25  # what all of them lack belongs to what they read
        if self.is_near:
            return 0.5
        if self.scaled and not self.is_convention:
            return 0.15  # it is the first that is times a factor
        if not self.standings:
            return 1.2 if self.tainted or not isinstance(self.step.node, ast.Return) else 0.4
        if self.open:
            return 0.6
        if Standing.RIGHT in self.standings:
            return 2.2 if self.tainted else 3.0
        return 1.2 if self.tainted else 0.7

    @property
    def is_accused(self) -> bool:
        """Whether it alone can be wrong: by its name it is, and all that it reads is right."""
        alone = bool(self.origins) and self.read_right and not self.shares
        return alone and not self.is_right_elsewhere
