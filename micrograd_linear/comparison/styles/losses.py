"""Functions that return a loss and its gradients in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..pair import UnusableLayer
from . import naming
from .arguments import Filled
from .climbing import Search
from .functions import _copied, _times
from .gradients import assigned, is_number, of_whole_tables
from .module_arrays import ModuleParameters
from .own_layouts import layouts_of
from .pairing import Case, Make
from .slots import fillings, slots_of
from .source import returned_names, text_of
from .unknowns import Unknowns


def slopes_named(function: Callable) -> list[str]:
    """The names of the gradients in the ``return``, without that of the loss."""
    said = returned_names(function)
    return said[:-1] if said and naming.is_loss(said[-1]) else said[1:]


def loss_and_rest(returned: object) -> tuple[object, object]:
    """(loss, its gradients) of ``loss, dx``, ``loss, dx, dw`` or ``loss, grads``."""
    if not isinstance(returned, tuple) or len(returned) < 2:
        raise UnusableLayer(f"it must return the loss and gradients, got {type(returned).__name__}")
    first = 0 if np.ndim(returned[-1]) or not isinstance(returned[0], (dict, list)) else -1
    loss, rest = returned[first], list(returned[1:] if first == 0 else returned[:-1])
    if np.ndim(loss) or isinstance(loss, (dict, list, tuple, str)) or loss is None:
        got = getattr(loss, "shape", None) or type(loss).__name__
        raise UnusableLayer(f"its first result must be the loss, one number, got {got}")
    return loss, rest[0] if len(rest) == 1 else tuple(rest)


@dataclass
class LossAndGradient:
    """``loss(x, y)`` that returns ``loss, dx``."""

    name: str
    function: Callable

    def cases(self, given: Mapping | None, rng: np.random.Generator) -> Iterator[Make]:
        slots = slots_of(self.function, f"loss {self.name}", targets=True)
        labels = [slot.name for slot in slots if slot.is_labels]
        outer = ModuleParameters.of([self.function], slopes_named(self.function))
        for arguments in fillings(slots, rng, given, layouts_of(self.function)):
            yield partial(self._case, Filled.of(arguments), labels, outer, rng)

    def searches(self, given: Mapping | None, rng: np.random.Generator) -> Iterator[Search]:
        """The search over all that the function takes."""
        slots = slots_of(self.function, f"loss {self.name}", targets=True)
        labels = [slot.name for slot in slots if slot.is_labels]
        outer = ModuleParameters.of([self.function], slopes_named(self.function))

        def make(arguments, rng):
            return self._case(Filled.of(arguments), labels, outer, rng)

        yield Search(Unknowns.of(slots, given), make)

    def _case(self, filled, labels, outer, rng) -> Case:
        said = slopes_named(self.function)
        starts = {**filled.values, **outer.drawn(rng)}

        def forward(**values):
            arguments = filled.called_with(values)
            with outer.holding(values):
                loss, rest = loss_and_rest(self.function(**arguments))
            return loss, rest

        def backward(dy, rest):
            rest = _copied(rest)
            if isinstance(rest, tuple):  # (dx, dw, probabilities): what is no gradient is left out
                keep = [g for g in rest if is_number(g) or isinstance(g, (dict, list))]
                rest = tuple(keep) if len(keep) == len(rest) else keep[0]
            gradients = assigned(_times(dy, rest), starts, said, labels)
            return of_whole_tables(gradients, starts, text_of(self.function))

        forward.written_as = backward.written_as = self.function
        return Case(forward, backward, starts, filled.settings)
