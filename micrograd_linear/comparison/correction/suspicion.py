"""Which statements of a backward pass may be wrong: those whose numbers are right are not, and
neither are those that were right as long as what they read was right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..styles import naming
from .accounts import Account
from .known import Known
from .reader import Reader
from .routine import Step
from .standing import Standing
from .trace import Trace


@dataclass(frozen=True)
class Suspect:
    """A statement, how unlikely a mistake is in it, and the account of its visits."""

    step: Step
    penalty: float
    account: Account

    @property
    def standing(self) -> Standing:
        """The worst that is known of its numbers."""
        return self.account.standing


def likelier(trace: Trace, known: list[Known]) -> Known | None:
    """What is known, for the upstream gradient with which more statements are right."""

    def right(each: Known) -> int:
        found = Reader(trace, each, set()).read()
        return sum(account.standing is Standing.RIGHT for account in found)

    return max(known, key=right, default=None) if len(known) > 1 else next(iter(known), None)


def suspects(trace: Trace, known: Known | None, wrong: Iterable[str] = ()) -> list[Suspect]:
    """The statements that ran, the likeliest to be wrong first.

    ``wrong`` names the gradients that came out wrong: what is written last by one of their names is
    no part that something is added to.
    """
    if known is None:
        return [Suspect(step, 0.6, Account(step)) for step in trace.visits]
    stems = {naming.plain(naming.last_part(name)) for name in wrong}
    accounts = Reader(trace, known, stems).read()
    found = [Suspect(account.step, account.penalty, account) for account in accounts]
    return sorted(found, key=lambda s: s.penalty)  # in the order of the run where they are equal
