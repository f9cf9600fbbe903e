"""One use of an object with a forward and a backward method: a copy of it for each run, with other
arrays in the place of its own, and the readings of what backward takes.
"""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from ..pair import UnusableLayer
from ..statement import signature_of
from . import naming
from .arguments import Binding, Filled
from .attributes import (
    Path,
    arrays_of,
    at,
    gradient_paths,
    in_words,
    is_object,
    put,
)
from .contexts import NAMES, context_for
from .derivatives import AT_OUTPUT
from .functions import _copied, _local, _optional, _times, with_cost
from .left import LeftBehind, is_kept, result_left
from .losses import loss_and_rest, slopes_named
from .pairing import Case
from .results import Results, results_of
from .slopes import SLOPES, borne_out
from .slots import slots_of
from .source import returned_names

if TYPE_CHECKING:
    from .objects import Objects

RESULT = "what forward returned"
_PARAMETER = re.compile(
    r"_?(w|b|weights?|bias|biases|gamma|beta|kernels?|filters?|theta|coef|intercept)_?\d*_?", re.I
)
# Methods whose result is one number, beside a backward that takes nothing.
_LOSSES = ("loss", "cost", "compute_loss", "compute_cost", "cost_function")


class Use:
    """An object, copied for each run, with other arrays in the place of its own."""

    def __init__(self, style: Objects, template: object, slots: list):
        self.style, self.template, self.slots = style, template, slots
        self.call = getattr(template, style.forward)
        self.said = returned_names(self.call)
        known = [slot.name for slot in slots] + _optional(self.call)
        self.binding, self.extra = None, []
        if style.backward is not None:
            method = getattr(template, style.backward)
            local = style.backward in SLOPES
            self.binding = Binding(method, known, [n for n in self.said if n], local)
            if not self.binding.upstream:
                self.extra = [
                    s for s in slots_of(method, "loss") if s.is_labels and s.name not in known
                ]
        self.own = [slot.name for slot in self.extra]
        held = vars(template).items() if is_object(template) else ()
        self.targets = {
            name: x
            for name, x in held
            if isinstance(x, np.ndarray) and naming.may_be_labels(name) and not slots
        }
        self.labels = [slot.name for slot in (*slots, *self.extra) if slot.is_labels]

    def case(self, filled: Filled, given: Mapping | None, rng: np.random.Generator) -> Case:
        """The case of some arguments, in the reading that its gradients bear out."""
        if self._may_take_output():
            return self._at_either_end(filled, given, rng)
        others = self._with_predictions()
        if not others and self._takes_namesake(filled):
            return self._with_namesake(filled, given, rng)
        if not others:
            return self._read(filled, given, rng)
        readings = []
        for other, cost in itertools.product(others, (np.mean, np.sum)):
            with suppress(Exception):  # what fits the one reading fails in the other
                readings.append(other._of_total(filled, given, rng, cost))
        with suppress(Exception):
            readings.insert(0, self._read(filled, given, rng))
        found = borne_out(readings, rng) or next(iter(readings), None)
        return found or self._read(filled, given, rng)

    def _may_take_output(self) -> bool:
        """Whether backward is the derivative of a function of one array, at what it takes."""
        if self.binding is None or self.style.backward not in SLOPES:
            return False
        return len(self.binding.stands_for) == 1 and len(self.slots) == 1

    def _takes_namesake(self, filled) -> bool:
        """Whether backward takes one array, which is called as the only one of forward is."""
        if self.binding is None or self.binding.upstream or self.style.backward in SLOPES:
            return False
        required = [p.name for p in self.binding.parameters if p.default is p.empty]
        return required == list(filled.values)

    def _with_namesake(self, filled, given, rng) -> Case:
        """The case of that array as the upstream gradient, or as the input, as its slope says."""
        flowing, binding = copy.copy(self), copy.copy(self.binding)
        assert binding is not None
        binding.upstream, flowing.binding = list(filled.values), binding
        readings = []
        for reading in (flowing, self):
            with suppress(Exception):  # what fits the one reading fails in the other
                readings.append(reading._read(filled, given, rng))
        found = borne_out(readings, rng) or next(iter(readings), None)
        return found or self._read(filled, given, rng)

    def _at_either_end(self, filled, given, rng) -> Case:
        """The case of the derivative at the argument, or at the result, as its slope says."""
        at_input, other = self._read(filled, given, rng), copy.copy(self)
        binding = copy.copy(self.binding)
        assert binding is not None
        binding.stands_for = dict.fromkeys(binding.stands_for, RESULT)
        other.binding = binding
        with suppress(Exception):  # what fits the one reading fails in the other
            at_output = other._read(filled, given, rng)
            at_output.remarks = (AT_OUTPUT,)
            return borne_out([at_input, at_output], rng) or at_input
        return at_input

    def _read(self, filled, given, rng) -> Case:
        """The case; the parameters are the arrays whose gradient was left."""
        left, results = self._tried(filled, {})
        self._take_what_was_made(left, filled)
        parameters = self._parameters(left, filled)
        case = self._case(filled, left, parameters, given, rng)
        y = results.joined
        if np.ndim(y) and self.style.forward in _LOSSES and self.style.backward not in SLOPES:
            raise UnusableLayer(f"a {self.style.forward} is one number; it is {np.shape(y)}")
        if self.binding is None or self.binding.upstream or (np.ndim(y) == 0 and not self.own):
            return case

        def with_this(_, cost=None):
            return self._case(filled, left, parameters, given, rng, cost, case.values)

        costs = [*_costs_of(self.template), *self.style.costs]
        known = Filled({**self.targets, **filled.arguments}, filled.names)
        return with_cost(with_this, case, known, results, costs, rng)

    def _with_predictions(self) -> list[Use]:
        """A loss whose backward takes the predictions, or what it made of them, in the place of an
        upstream gradient; none where it takes no target, as a loss does.
        """
        if self.binding is None or len(self.binding.upstream) != 1:
            return []
        labels = [p.name for p in self.binding.parameters if p.name in self.labels]
        predictions = [slot.name for slot in self.slots if slot.name not in self.labels]
        if not labels or len(predictions) != 1:
            return []
        others = []
        for name in (predictions[0], "output"):
            other = copy.copy(self)
            other.binding = copy.copy(self.binding)
            other.binding.stands_for = {self.binding.upstream[0]: name}
            other.binding.upstream = []
            others.append(other)
        return others

    def _of_total(self, filled, given, rng, cost) -> Case:
        """The case of the mean, or the sum, of the losses."""
        left, results = self._tried(filled, {})
        parameters = self._parameters(left, filled)
        if np.ndim(results.joined) == 0:
            return self._case(filled, left, parameters, given, rng)
        made = self._case(filled, left, parameters, given, rng, lambda y, arguments: cost(y))
        name = next(iter(self.binding.stands_for)) if self.binding else ""
        made.remarks = (
            f"backward takes predictions as {name}: it is that of the losses' {cost.__name__}.",
        )
        return made

    def _tried(self, filled, parameters):
        """One run of both methods: what is left behind, and the results."""
        thing, arguments, results = self._ran(
            filled.called_with(_copied(filled.values)), parameters
        )
        y = np.asarray(results.joined, dtype=float)
        left = LeftBehind(thing, self.template)
        left.read(self._backward(thing, arguments, results, np.ones_like(y)))
        return left, results

    def _take_what_was_made(self, left, filled):
        """A layer that makes its parameters in its first run is used from then on."""
        made = left.made_by_forward(self.template)
        if made:
            thing, _, _ = self._ran(filled.called_with(_copied(filled.values)), {})
            self.template = _copied(thing)

    def _parameters(self, left, filled) -> dict[str, list[Path]]:
        """{name: paths} of the arrays that a gradient was left of, or that are named as one that
        has.
        """
        groups: dict[int, list[Path]] = {}
        for path, array in arrays_of(self.template).items():
            groups.setdefault(id(array), []).append(path)
        parameters = {}
        inputs = [slot.name for slot in self.slots]
        returned = left.returned_for([in_words(p) for g in groups.values() for p in g[:1]])
        slopes = {naming.stem_of(name) for name in self._said() if name}
        for paths in groups.values():
            if all(is_kept(path) or self._is_gradient(path, left) for path in paths):
                continue
            chosen = next((p for p in paths if left.has_gradient(p)), None)
            word = next((part for part in paths[0][::-1] if isinstance(part, str)), "")
            named = _PARAMETER.fullmatch(word) or in_words(paths[0]) in returned
            named = named or word in slopes
            if chosen is None and not named:
                continue
            name = in_words(chosen or paths[0])
            parameters[f"self.{name}" if name in inputs else name] = paths
        return parameters

    def _is_gradient(self, path, left) -> bool:
        """Whether an array of zeros is the place for the gradient of another of its shape, and has
        none itself, as the bias gb of a gate has dgb.
        """
        array = np.asarray(at(self.template, path))
        own = any(place in left.after for place in gradient_paths(path))
        return not (array.any() or own) and any(
            path in gradient_paths(other) and held.shape == array.shape
            for other, held in arrays_of(self.template).items()
            if other != path
        )

    def _ran(self, arguments, parameters):
        thing = _copied(self.template)
        for paths, value in parameters.values():
            for path in paths:
                put(thing, path, value)
        arguments = dict(arguments)
        context = next((n for n in NAMES if n in _optional_and_required(self.call)), None)
        if context is not None:
            arguments[context] = context_for(self.call, self.style.module)
        given = {k: v for k, v in arguments.items() if k not in self.own}
        self.drawn = np.random.get_state()
        returned = getattr(thing, self.style.forward)(**given)
        if returned is None:
            returned = result_left(thing, self.template, arguments)
        if self.binding is None:
            loss, rest = loss_and_rest(returned)
            return thing, arguments, Results([loss], rest, {})
        return thing, arguments, results_of(returned, self.said, len(self.binding.upstream))

    def _backward(self, thing, arguments, results, dy):
        if self.binding is None:
            return results.kept
        binding = copy.copy(self.binding)
        binding.backward = getattr(thing, self.style.backward or "")
        upstream = results.split(dy) if binding.upstream else []
        if not binding.upstream:  # it may run forward by itself, which draws its numbers again
            np.random.set_state(self.drawn)
        named = results.named
        if RESULT in binding.stands_for.values():
            named = {**named, RESULT: results.outputs[0]}
        if "output" in binding.stands_for.values():
            named = {**named, "output": vars(thing)["output"]}
        return binding.call(upstream, arguments, named, results.kept, results.outputs[0])

    def _case(self, filled, left, parameters, given, rng, cost=None, values=None) -> Case:
        starts = values or self._starts(filled, parameters, given, rng)

        def forward(**values):
            put_in = {n: (paths, values[n]) for n, paths in parameters.items() if n in values}
            thing, arguments, results = self._ran(filled.called_with(values), put_in)
            y = (
                results.joined
                if cost is None
                else cost(results.joined, {**self.targets, **arguments})
            )
            return y, (thing, arguments, results)

        def backward(dy, kept):
            thing, arguments, results = _copied(kept)
            found = LeftBehind(thing, None)
            returned = self._backward(thing, arguments, results, dy)
            scaled = self.binding is None or not self.binding.upstream
            y = results.outputs[0]
            if scaled and cost is None and np.ndim(y) and self.binding is not None:
                returned = _local(dy, returned, y)
                scaled = False
            found.read(returned)
            gradients = found.gradients(starts, parameters, self._said(), self.labels)
            return {n: _times(dy, g) for n, g in gradients.items()} if scaled else gradients

        forward.written_as = self.call
        backward.written_as = getattr(self.template, self.style.backward or self.style.forward)
        kinds = (bool, int, float, str, tuple, type(None))
        held = vars(self.template).items() if is_object(self.template) else ()
        settings: dict[str, object] = {
            n: x for n, x in held if isinstance(x, kinds) and n not in starts
        }
        return Case(forward, backward, starts, filled.settings, held=settings)

    def _said(self):
        if self.binding is None:
            return slopes_named(self.call)
        return returned_names(self.binding.backward)

    def _starts(self, filled, parameters, given, rng):
        """The values of the inputs, and of the parameters, drawn anew in their shapes."""
        values = dict(filled.values)
        for name, paths in parameters.items():
            array = np.asarray(at(self.template, paths[0]))
            chosen = (given or {}).get(name)
            # Results stay moderate: a saturated function hides what it is given.
            fan = array.size / max(1, min(array.shape)) if array.ndim > 1 else 4
            drawn = rng.normal(size=array.shape) / np.sqrt(max(fan, 4))
            values[name] = np.asarray(chosen) if isinstance(chosen, np.ndarray) else drawn
        return values


def _optional_and_required(function):
    return list(signature_of(function).parameters)


def _costs_of(template):
    """The methods of an object that may be the cost of its result."""
    names = ("compute_loss", "compute_cost", "loss", "cost", "calculate_loss", "cost_function")
    found = [getattr(template, name, None) for name in names]
    return [f for f in found if callable(f) and hasattr(f, "__name__")]
