"""``f`` and ``f_prime``: local derivatives, at the argument or at the result, and gradients of
losses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ..pair import UnusableLayer
from .arguments import Filled
from .functions import _local, _times
from .gradients import assigned
from .pairing import Case, Make
from .results import results_of
from .slopes import borne_out
from .slots import fillings, slots_of
from .source import returned_names

AT_OUTPUT = (
    "The derivative is written at the result: it is right where it is called with f(x), and is "
    "not the derivative at x."
)


@dataclass
class Derivative:
    """A function and its derivative, which takes what the function takes, or its result."""

    name: str
    forward: Callable
    derivative: Callable

    def cases(self, given: Mapping | None, rng: np.random.Generator) -> Iterator[Make]:
        slots = slots_of(self.forward, self.name)
        taken = len(slots_of(self.derivative, self.name))
        for arguments in fillings(slots, rng, given):
            filled = Filled.of(arguments)
            labels = [slot.name for slot in slots if slot.is_labels]
            yield partial(self._made, filled, labels, taken, rng)

    def _made(self, filled, labels, taken, rng) -> Case:
        at_input = self._case(filled, labels, taken, at_output=False)
        if taken != 1 or len(filled.values) != 1:
            return at_input
        at_output = self._case(filled, labels, taken, at_output=True)
        at_output.remarks = (AT_OUTPUT,)
        return borne_out([at_input, at_output], rng) or at_input

    def _case(self, filled, labels, taken, at_output) -> Case:
        def forward(**values):
            arguments = filled.called_with(values)
            y = results_of(self.forward(**arguments), (), 1).joined
            return y, (arguments, y)

        def backward(dy, kept):
            arguments, y = kept
            given = [y] if at_output else list(arguments.values())[:taken]
            if len(given) < taken:
                raise UnusableLayer(
                    f"{self.derivative.__name__} takes {taken} arguments, "
                    f"{self.forward.__name__} {len(given)}"
                )
            returned: Any = self.derivative(*given)
            if np.ndim(y) == 0:
                returned = _times(dy, returned)
            elif not isinstance(returned, tuple):
                returned = _local(dy, returned, y)
            else:
                returned = tuple(_local(dy, part, y) for part in returned)
            return assigned(returned, filled.values, returned_names(self.derivative), labels)

        forward.written_as, backward.written_as = self.forward, self.derivative
        return Case(forward, backward, filled.values, filled.settings)
