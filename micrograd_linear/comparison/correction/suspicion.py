"""Which statements of a backward pass may be wrong: those whose numbers are right are not, and
neither are those that were right as long as what they read was right.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..styles import naming
from .accounts import Account
from .known import Known
from .reader import Reader
from .slices import penalties
from .standing import Standing
from .trace import Trace


def likelier(trace: Trace, known: list[Known]) -> Known | None:
    """What is known, for the upstream gradient with which more statements are right."""

    def right(each: Known) -> int:
        found = Reader(trace, each, set()).read()
        return sum(account.standing is Standing.RIGHT for account in found)

    return max(known, key=right, default=None) if len(known) > 1 else next(iter(known), None)


def suspects(
    trace: Trace, known: Known | None, wrong: Iterable[str] = (), right: Iterable[str] = ()
) -> list[Account]:
    """The accounts of the statements that ran, the likeliest to be wrong first.

    ``wrong`` names the gradients that came out wrong: what is written last by one of their names is
    no part that something is added to. ``right`` names the others.
    """
    stems, others = (
        {naming.plain(naming.last_part(name)) for name in names} for names in (wrong, right)
    )
    if known is None:
        told = penalties(trace, stems, others)
        accounts = [
            Account(step, [Standing.UNKNOWN], open=1, by_names=told.get(step))
            for step in trace.visits
        ]
        return sorted(accounts, key=lambda a: a.penalty)
    accounts = Reader(trace, known, stems).read()
    return sorted(accounts, key=lambda a: a.penalty)  # in the order of the run where they are equal
