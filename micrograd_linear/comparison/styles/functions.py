"""Pairs of functions: forward and backward, with a cache or without one."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from ..pair import UnusableLayer
from ..statement import signature_of
from . import costs, naming
from .arguments import Binding, Filled
from .climbing import Search
from .gradients import assigned, is_number
from .module_arrays import ModuleParameters
from .own_layouts import layouts_of
from .pairing import Case, Make
from .results import Results, results_of
from .settings import is_setting
from .slopes import borne_out
from .slots import fillings, slots_of
from .source import Hints, returned_names, text_of
from .unknowns import Unknowns

WITHOUT_UPSTREAM = "backward takes no upstream gradient"


def _copied(value: Any) -> Any:
    """A copy, so that a backward function which changes what it is handed may be called again."""
    try:
        return copy.deepcopy(value)
    except Exception:  # a module, a lock, an open file: it is used as it is
        return value


@dataclass
class Functions:
    """``X_forward`` and ``X_backward``, in all their forms."""

    name: str
    forward: Callable
    backward: Callable
    costs: list[Callable] = field(default_factory=list)  # that may follow, where no dy is taken

    def __post_init__(self):
        self.said = returned_names(self.forward)
        self.slots = slots_of(self.forward, self.name)
        known = [slot.name for slot in self.slots] + _optional(self.forward)
        self.binding = Binding(self.backward, known, [n for n in self.said if n])
        self.outer = ModuleParameters.of(
            [self.forward, self.backward], returned_names(self.backward)
        )
        if not self.binding.upstream:
            self._ask_for_labels()

    def _ask_for_labels(self):
        """A backward pass without dy may take labels, or a rate of regularisation, that forward
        does not: those of the cost.
        """
        self.extra = [
            slot
            for slot in slots_of(self.backward, "loss")
            if (slot.is_labels or is_setting(slot.name, slot.default, Hints()))
            and slot.name not in self.binding.known
            and not (naming.is_rate(slot.name) or naming.is_cache(slot.name))
        ]

    extra: list = field(default_factory=list)

    def cases(self, given: Mapping | None, rng: np.random.Generator) -> Iterator[Make]:
        worlds = layouts_of(self.forward)
        if not self.binding.upstream and "(" not in text_of(self.forward).partition("):")[2]:
            worlds = sorted(worlds, key=lambda world: world.name != "numbers")  # J = theta * x
        for arguments in fillings([*self.slots, *self.extra], rng, given, worlds):
            optional = {k: v for k, v in (given or {}).items() if k in _optional(self.forward)}
            filled = Filled.of({**arguments, **optional})
            yield partial(self._made, filled, rng)

    def searches(self, given: Mapping | None, rng: np.random.Generator) -> Iterator[Search]:
        """The search over all that forward takes, and the labels of the cost."""
        optional = {k: v for k, v in (given or {}).items() if k in _optional(self.forward)}

        def make(arguments, rng):
            return self._made(Filled.of({**arguments, **optional}), rng)

        yield Search(Unknowns.of([*self.slots, *self.extra], given), make)

    def _case(self, filled: Filled, outer: Mapping, cost: Callable | None = None) -> Case:
        own = [slot.name for slot in self.extra]
        labels = [slot.name for slot in (*self.slots, *self.extra) if slot.is_labels]
        starts = {**filled.values, **outer}

        def forward(**values):
            arguments = filled.called_with(values)
            with self.outer.holding(values):
                returned = self.forward(**{k: v for k, v in arguments.items() if k not in own})
                results = results_of(returned, self.said, len(self.binding.upstream))
                y = results.joined if cost is None else cost(results.joined, arguments)
            return y, (arguments, results, values)

        def backward(dy, kept):
            arguments, results, values = _copied(kept)
            upstream = results.split(dy) if self.binding.upstream else []
            y = results.outputs[0]
            with self.outer.holding(values):
                taken = {**_defaults(self.forward), **arguments}
                returned = self.binding.call(upstream, taken, results.named, results.kept, y)
            if not self.binding.upstream:
                scalar = cost is not None or np.ndim(y) == 0
                returned = _times(dy, returned) if scalar else _local(dy, returned, y)
            return assigned(returned, starts, returned_names(self.backward), labels)

        forward.written_as, backward.written_as = self.forward, self.backward
        return Case(forward, backward, starts, filled.settings)

    def _made(self, filled: Filled, rng) -> Case:
        """The case; without an upstream gradient, that of the cost whose gradient it is."""
        outer = self.outer.drawn(rng)
        case = self._case(filled, outer)
        if self.binding.upstream:
            return case
        y, (_, results, _) = case.forward(**{k: v.copy() for k, v in filled.values.items()})
        if np.ndim(y) == 0 and not any(slot.is_labels for slot in self.extra):
            return case
        return with_cost(partial(self._case, outer=outer), case, filled, results, self.costs, rng)


def with_cost(make: Callable, case: Case, filled: Filled, results: Results, own, rng) -> Case:
    """The case with the cost that its gradients bear out; local derivatives have none."""
    readings = []
    for words, cost in costs.of(own, filled.arguments, results.outputs[0]):
        reading = make(filled, cost=cost)
        reading.remarks = (f"{WITHOUT_UPSTREAM}: it is that of {words}.",)
        readings.append(reading)
    found = borne_out([case, *readings], rng)
    if found is None:
        ours = [r for r in readings[: len(own)] if own]
        if ours:
            return ours[0]
        if _is_local(case, filled):
            return case
        raise UnusableLayer(
            "backward takes no upstream gradient, and which loss it differentiates is not known; "
            "write forward so that it returns the loss, or let backward(dy, ...) take dL/dy"
        )
    return found


def _is_local(case, filled):
    """Whether what backward gives has the shape of a local derivative."""
    try:
        y, kept = case.forward(**{k: v.copy() for k, v in filled.values.items()})
        gradients = case.backward(np.ones(np.shape(y)), kept)
    except Exception:  # the code of the file may raise anything
        return False
    return all(np.shape(g) == np.shape(y) for g in gradients.values())


def _defaults(function):
    parameters = signature_of(function).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not p.empty}


def _optional(function):
    return list(_defaults(function))


def _times(dy, returned):
    """Gradients of a number, times the gradient of that number."""
    if is_number(returned):
        return np.asarray(returned) * dy
    if isinstance(returned, dict):
        return {k: _times(dy, v) for k, v in returned.items()}
    if isinstance(returned, (tuple, list)):
        return type(returned)(_times(dy, v) for v in returned)
    return returned


def _local(dy, returned, y):
    """A local derivative, or a Jacobian, applied to the upstream gradient."""
    shape = np.shape(returned)
    if shape in ((), np.shape(y)):  # a constant derivative may be one number
        return dy * returned
    if shape == (*np.shape(y), *np.shape(y)):
        return np.tensordot(dy, returned, axes=np.ndim(y))
    raise UnusableLayer(
        f"backward takes no upstream gradient, and its result {shape} is no derivative of "
        f"forward's {np.shape(y)}"
    )
