"""What is drawn, before it is said how: a box for every value, or for all that play the same part,
as plain data that every format is written from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .heat import Summary
from .reading import Place, Reading


@dataclass
class Use:
    """One operand of an operation: the id of its box, words for the line, and whether a mistake was
    made there.

    ``role``          which operand it is ("left"), where their order matters
    ``broadcast``     "(1, 3) → (150, 3)" where its shape was broadcast
    ``contribution``  what flows back here: what this use adds to the operand's gradient; those of
                      all members, flat, in a box of several. It is None where nothing flows back,
                      or it was not asked for. ``shown`` is its ``Summary``.
    """

    id: str
    words: str = ""
    wrong: bool = False
    role: str = ""
    broadcast: str = ""
    contribution: np.ndarray | None = None
    shown: Summary | None = None
    many: int = 1  # uses whose contributions these are
    places: tuple[Place, ...] = ()  # the uses in the graph

    @property
    def label(self) -> list[str]:
        """What stands at the line, in lines."""
        return [words for words in (self.words, self.role, self.broadcast) if words]

    def flowing(self, reading: Reading) -> Use:
        """The same use with what flows back through it, if anything does."""
        flow = reading.contributions(self.places)
        if flow is None:
            return self
        numbers, many = flow
        return replace(self, contribution=numbers.array, shown=numbers.shown, many=many)


@dataclass
class Box:
    """One value, or ``count`` that play the same part, whose arrays are then stacked; ``shape`` is
    None, and they are joined flat, where shapes differ.

    ``kind``: leaf, constant, interior or root. ``shown`` holds a ``Summary`` of data and gradient
    under those words, from which everything is drawn; ``data`` and ``grad`` are copies, or, of
    large arrays, the arrays themselves.
    """

    id: str
    kind: str
    name: str
    shape: tuple[int, ...] | None
    dtype: str
    data: np.ndarray
    grad: np.ndarray | None
    shown: dict[str, Summary]
    count: int = 1
    symbol: str = ""  # of the operation that made it
    settings: str = ""
    operands: list[Use] = field(default_factory=list)
    verdict: str = ""
    wrong: bool = False
    group: str = ""  # the tensor that it is an element of, or that it is made for
    position: int = 0  # among the elements of that tensor, row by row
    parameter: bool = False  # a leaf that belongs to a module
    cluster: str = ""  # the id of the module's call that it was made in, a key of Picture.clusters
    notes: list[str] = field(default_factory=list)  # what is odd about it: "nan begins here"
    cut: bool = False  # what it was made from is left out
    is_composite: bool = False  # its operation is a calculation of several steps
    constants: bool = False  # it was also made of constants, which have no boxes
    members: tuple[Any, ...] = ()  # the values themselves; none of a plain number or array
    single: bool = False  # it is one value by itself, not a group, even of one
    made_of: tuple[Any, ...] = ()  # the nodes, numbers and arrays behind ``operands``, of a single

    @property
    def node(self) -> Any:
        """The value itself, where it stands alone and is no plain number or array."""
        return self.members[0] if self.single and self.members else None

    @property
    def title(self) -> str:
        """The name, and how many there are."""
        return f"{self.name} ×{self.count:,}".strip() if self.count > 1 else self.name

    @property
    def about(self) -> str:
        """Shape and type, where they say anything."""
        if self.shape is None:
            return "several shapes"
        return (
            f"{self.shape} {self.dtype}"
            if self.shape
            else ""
            if self.dtype == "float64"
            else self.dtype
        )

    @property
    def look(self) -> str:
        """Which colour and frame it has: its kind, or "parameter"."""
        return "parameter" if self.parameter and self.kind == "leaf" else self.kind


@dataclass(frozen=True)
class Cluster:
    """A call of a module, drawn as a frame: its title, the path of the module ("layers[0]"), and
    the id of the cluster that it stands in, or "".
    """

    title: str
    path: str
    parent: str


@dataclass
class Picture:
    """The boxes, the oldest first; what was folded or left out, in words, or ""; and {id:
    ``Cluster``} of modules' calls, outer ones first.

    ``grouped``: a box may stand for several values. Where the picture says what flows back,
    ``seeds`` {id of a box: array} is what flows in from where nothing is drawn: to the root what
    was given, to a value at the edge of a part what the rest passes on.

    ``reading`` is what it was made from, and ``whole`` the picture value by value, where it was
    folded from one.
    """

    boxes: list[Box]
    folded: str
    reading: Reading
    clusters: dict[str, Cluster] = field(default_factory=dict)
    seeds: dict[str, np.ndarray] = field(default_factory=dict)
    grouped: bool = False
    whole: Picture | None = None
    in_full: bool = False  # every value has a card with all its numbers
    overview: bool = False  # a reader may open it: ``whole`` is the same value by value

    @property
    def depth(self) -> int:
        """The longest way through it, in operations; the turns of a folded loop count once."""
        depths = {}
        for box in self.boxes:
            depths[box.id] = bool(box.symbol) + max(
                (depths.get(use.id, 0) for use in box.operands), default=0
            )
        return max(depths.values())

    def read_arrays(self) -> Iterator[tuple[np.ndarray, Summary]]:
        """The arrays in it, each with what is shown of it."""
        for box in self.boxes:
            yield box.data, box.shown["data"]
            if box.grad is not None:
                yield box.grad, box.shown["grad"]
            for use in box.operands:
                if use.contribution is not None and use.shown is not None:
                    yield use.contribution, use.shown
