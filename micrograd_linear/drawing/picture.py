"""What is drawn, before it is said how: a box for every value, or for all that play the same part,
as plain data that every format is written from.
"""

from dataclasses import dataclass, field

import numpy as np

from .heat import Summary, summary

COPIED = 4096  # numbers; of a larger array only the summary is kept from later changes


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

    def __post_init__(self):
        if self.shown is None and self.contribution is not None:
            self.shown = summary(self.contribution)

    @property
    def label(self):
        """What stands at the line, in lines."""
        return [words for words in (self.words, self.role, self.broadcast) if words]


@dataclass
class Box:
    """One value, or ``count`` that play the same part, whose arrays are then stacked; ``shape`` is
    None, and they are joined flat, where shapes differ.

    ``kind``: leaf, constant, interior or root. Numbers are read when the box is made: ``shown``
    holds a ``Summary`` of data and gradient, from which everything is drawn, and ``data`` and
    ``grad`` are copies; those of more than ``COPIED`` numbers are the arrays themselves.
    """

    id: str
    kind: str
    name: str
    shape: tuple | None
    dtype: str
    data: np.ndarray
    grad: np.ndarray | None
    count: int = 1
    symbol: str = ""  # of the operation that made it
    settings: str = ""
    operands: list = field(default_factory=list)
    verdict: str = ""
    wrong: bool = False
    group: str = ""  # the tensor that it is an element of
    parameter: bool = False  # a leaf that belongs to a module
    cluster: str = ""  # the id of the module's call that it was made in, a key of Picture.clusters
    notes: list = field(
        default_factory=list
    )  # what is odd about it: "its gradient is 0", "nan begins here"
    cut: bool = False  # what it was made from is left out
    shown: dict | None = (
        None  # {"data": Summary, "grad": Summary}, the latter if there is a gradient
    )
    constants: bool = False  # it was also made of constants, which have no boxes
    node: object = None  # the value itself, where it stands alone and is no plain number or array
    made_of: tuple = ()  # the nodes, numbers and arrays behind ``operands``, where it stands alone

    def __post_init__(self):
        arrays = (
            {"data": self.data} if self.grad is None else {"data": self.data, "grad": self.grad}
        )
        if self.shown is None:
            self.shown = {title: summary(array) for title, array in arrays.items()}
        for title, array in arrays.items():
            setattr(self, title, np.array(array) if array.size <= COPIED else array)

    @property
    def title(self):
        """The name, and how many there are."""
        return f"{self.name} ×{self.count:,}".strip() if self.count > 1 else self.name

    @property
    def about(self):
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
    def look(self):
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
    ``flow`` is the backward pass, and ``seeds`` {id of a box: array} what flows in from where
    nothing is drawn: to the root what was given, to a value at the edge of a part what the rest
    passes on.
    """

    boxes: list
    folded: str
    clusters: dict = field(default_factory=dict)
    flow: object = None
    seeds: dict = field(default_factory=dict)
    grouped: bool = False

    @property
    def depth(self):
        """The longest way through it, in operations; the turns of a folded loop count once."""
        depths = {}
        for box in self.boxes:
            depths[box.id] = bool(box.symbol) + max(
                (depths.get(use.id, 0) for use in box.operands), default=0
            )
        return max(depths.values())
