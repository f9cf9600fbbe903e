"""``f`` and ``f_prime``, ``cost`` and ``gradient``: local derivatives, at the argument or at the
result, and gradients of losses.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from ..pair import UnusableLayer
from . import naming
from .arguments import Filled
from .climbing import Search
from .functions import _copied, _local, _times
from .gradients import assigned
from .module_arrays import ModuleParameters
from .own_layouts import layouts_of
from .pairing import Case, Make
from .results import results_of
from .slopes import borne_out
from .slots import fillings, slots_of
from .source import returned_names
from .unknowns import Unknowns

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
    of_cost: bool = False  # the function is a cost: its result is one number

    def __post_init__(self):
        self.said = returned_names(self.derivative)
        self.outer = ModuleParameters.of([self.forward, self.derivative], self.said)

    def cases(self, given: Mapping | None, rng: np.random.Generator) -> Iterator[Make]:
        where = f"loss {self.name}" if self.of_cost else self.name
        slots = slots_of(self.forward, where)
        taken = len(slots_of(self.derivative, where))
        for arguments in fillings(slots, rng, given, layouts_of(self.forward)):
            filled = Filled.of(arguments)
            labels = [slot.name for slot in slots if slot.is_labels]
            yield partial(self._made, filled, labels, taken, rng)

    def searches(self, given: Mapping | None, rng: np.random.Generator) -> Iterator[Search]:
        """The search over all that the function takes."""
        where = f"loss {self.name}" if self.of_cost else self.name
        slots = slots_of(self.forward, where)
        taken = len(slots_of(self.derivative, where))
        labels = [slot.name for slot in slots if slot.is_labels]

        def make(arguments, rng):
            return self._made(Filled.of(arguments), labels, taken, rng)

        yield Search(Unknowns.of(slots, given), make)

    def _made(self, filled, labels, taken, rng) -> Case:
        at_input = self._case(filled, labels, taken, rng, at_output=False)
        if labels and not self.of_cost and (total := self._of_total(at_input, rng)) is not None:
            return total
        if taken != 1 or len(filled.values) != 1:
            return at_input
        at_output = self._case(filled, labels, taken, rng, at_output=True)
        at_output.remarks = (AT_OUTPUT,)
        likely = at_output if self._takes_output() else at_input
        return borne_out([at_input, at_output], rng) or likely

    def _takes_output(self) -> bool:
        """Whether the names say that the derivative is computed from the result."""
        own, taken = (next(iter(inspect.signature(f).parameters), "") for f in self._both)
        return own != taken and naming.is_output(taken) and not naming.is_output(own)

    @property
    def _both(self) -> tuple[Callable, Callable]:
        return self.forward, self.derivative

    def _of_total(self, case, rng) -> Case | None:
        """The gradient of the sum, or of the mean, of losses that forward gives one by one."""
        try:
            y, kept = case.forward(**{k: v.copy() for k, v in case.values.items()})
            case.backward(np.ones(np.shape(y)), kept)
        except UnusableLayer:
            return borne_out([_summed(case, np.sum), _summed(case, np.mean)], rng)
        except Exception:  # these inputs do not fit; the next are tried
            return None
        return None

    def _case(self, filled, labels, taken, rng, at_output) -> Case:
        starts = {**filled.values, **self.outer.drawn(rng)}

        def forward(**values):
            arguments = filled.called_with(values)
            with self.outer.holding(values):
                y = results_of(self.forward(**arguments), (), 1).joined
            if self.of_cost and np.ndim(y):
                raise UnusableLayer(f"a cost is one number; its result is {np.shape(y)}")
            return y, (arguments, y, values)

        def backward(dy, kept):
            arguments, y, values = _copied(kept)
            with self.outer.holding(values):
                returned: Any = self._derived(arguments, y, taken, at_output)
            if np.ndim(y) == 0 or np.ndim(dy) == 0:
                returned = _times(dy, returned)
            elif not isinstance(returned, tuple):
                returned = _local(dy, returned, y)
            else:
                returned = tuple(_local(dy, part, y) for part in returned)
            return assigned(returned, starts, self.said, labels)

        forward.written_as, backward.written_as = self.forward, self.derivative
        return Case(forward, backward, starts, filled.settings)

    def _derived(self, arguments, y, taken, at_output):
        """What the derivative returns: of the arguments of its names, or in forward's order."""
        if at_output:
            return self.derivative(y)
        required = [p.name for p in required_of(self.derivative)]
        if set(required) <= set(arguments):
            optional = set(inspect.signature(self.derivative).parameters) - set(required)
            given = {n: x for n, x in arguments.items() if n in (*required, *optional)}
            return self.derivative(**given)
        given = list(arguments.values())[:taken]
        if len(given) < taken:
            raise UnusableLayer(
                f"{self.derivative.__name__} takes {taken} arguments, "
                f"{self.forward.__name__} {len(given)}"
            )
        return self.derivative(*given)


def _summed(case, total) -> Case:
    """The case of the losses' total."""

    def forward(**values):
        y, kept = case.forward(**values)
        return total(y), kept

    forward.written_as = case.forward.written_as
    words = f"forward gives a loss for each sample: the gradient is that of their {total.__name__}."
    return replace(case, forward=forward, remarks=(words,))


def required_of(function: Callable) -> list[inspect.Parameter]:
    """The parameters without a default."""
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = inspect.signature(function).parameters.values()
    return [p for p in parameters if p.default is p.empty and p.kind not in kinds]
