"""A pair as it was found in a file, and brought to one form: functions of plain arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ...foundations.place import Statement
from ..tolerance import ROUNDING_ALONE, Tolerance


@dataclass
class Case:
    """A pair with all that it takes: ``forward(**values)`` gives (y, cache), ``backward(dy,
    cache)`` gives {name: gradient}.
    """

    forward: Callable
    backward: Callable
    values: dict[str, np.ndarray]
    constants: dict[str, object] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    is_plain: bool = False  # the functions of the file, without an adapter
    gradients: dict[str, np.ndarray] = field(default_factory=dict)  # of its trial
    shape: tuple[int, ...] = ()  # that of its result there
    held: dict[str, object] = field(default_factory=dict)  # settings that an object was made with
    tolerance: Tolerance = ROUNDING_ALONE


Make = Callable[[], Case]


class Style(Protocol):
    """A way to write a pair: it makes cases to be tried, the likeliest first."""

    def cases(self, given: Mapping | None, rng: np.random.Generator) -> Iterator[Make]:
        """Cases that may run, with the inputs that were given, or with likely ones.

        Each is made when it is called, which may raise whatever the code of the file raises.
        """
        ...


@dataclass(frozen=True)
class Pair:
    """What the file defines: a name, the place of its backward pass, and how it is written."""

    name: str
    place: Statement
    style: Style
    functions: tuple[Callable, ...]
    words: str  # as it stands in the file: "affine_forward, affine_backward"
    sure: bool = True  # False: only the names say that it may be one
