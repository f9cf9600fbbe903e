"""What the pairs of a file say of each other's lines: those of a right pair are right, and what is
wrong in one pair is wrong in each other that runs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .comparison import Comparison
from .convention import is_net
from .correction.mistake import Fix

Line = tuple[str, int]  # a file, and the number of a line


@dataclass
class Evidence:
    """The comparisons of a file's pairs, in their order."""

    comparisons: Sequence[Comparison] = ()
    _right: frozenset[Line] | None = field(default=None, repr=False)

    @property
    def right(self) -> frozenset[Line]:
        """The lines that ran in backward passes which are right."""
        if self._right is None:
            ran = [c.diagnosis.visited for c in self.comparisons if c.ok and c.diagnosis]
            self._right = frozenset().union(*ran)
        return self._right

    def fixes_before(self, own: Comparison) -> list[Fix]:
        """The corrections that were verified in the pairs before one.

        Whole nets come first: they tell whether a gradient is to be averaged, which a part of them
        leaves open.
        """
        found: dict[int, Fix] = {}
        for other in sorted(self.comparisons, key=lambda each: not is_net(each)):
            if other is own:
                break
            if not other.ok and other.diagnosis is not None and other.diagnosis.is_verified:
                found |= {id(fix.edit): fix for fix in other.diagnosis.fixes}
        return list(found.values())

    @staticmethod
    def shared(comparisons: dict[str, Comparison]) -> dict[str, Comparison]:
        """The comparisons, each of which is told of the others."""
        evidence = Evidence(list(comparisons.values()))
        for comparison in comparisons.values():
            comparison.evidence = evidence
        return comparisons
