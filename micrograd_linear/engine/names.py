"""Names that tell nodes apart: every reader that needs each name once asks here."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from .graph import AnyNode


class UniqueNames:
    """Gives every name once, and never one that is ``taken`` from the beginning.

    >>> names = UniqueNames(["x1"])
    >>> names.give("w"), names.give("w"), names.next("x"), names.numbered("b")
    ('w', 'w (2)', 'x2', 'b (1)')
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)
        self._counts: dict[tuple[str, str], Iterator[int]] = defaultdict(
            partial(itertools.count, 1)
        )

    def give(self, name: str) -> str:
        """The name itself, the second time "name (2)", and so on."""
        if name in self.taken:
            return self._first_free(name + " (", ")", 2)
        self.taken.add(name)
        return name

    def numbered(self, name: str) -> str:
        """ "name (1)", "name (2)", and so on."""
        return self._first_free(name + " (", ")", 1)

    def next(self, stem: str) -> str:
        """ "x1", "x2", and so on."""
        return self._first_free(stem, "", 1)

    def _first_free(self, before: str, after: str, least: int) -> str:
        for k in self._counts[before, after]:
            name = f"{before}{k}{after}"
            if k >= least and name not in self.taken:
                self.taken.add(name)
                return name
        raise AssertionError("there is no last number")


def unique_names(order: Sequence[AnyNode]) -> dict[AnyNode, str]:
    """A name for every node, each once: the user's, or its operation and a number.

    Several of a name are "name (1)", "name (2)", and so on.
    """
    return named_apart(order, {node: node.name for node in order if node.name})


def named_apart(order: Sequence[AnyNode], called: dict[AnyNode, str]) -> dict[AnyNode, str]:
    """The same, where the nodes are ``called`` so: those that are not go by their operation."""
    counts = Counter(called.values())
    unique = UniqueNames(counts)
    names = {}
    for i, node in enumerate(order):
        name = called.get(node, "")
        if not name:
            made = f"{node.operation or 'leaf'} #{i}"
            names[node] = unique.numbered(made) if made in unique.taken else unique.give(made)
        else:
            names[node] = unique.numbered(name) if counts[name] > 1 else name
    return names
