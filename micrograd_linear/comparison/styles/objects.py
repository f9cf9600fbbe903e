"""Objects with a forward and a backward method, which keep their arrays on ``self``."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from ..pair import UnusableLayer
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
from .climbing import Search
from .construction import calls_of, objects_of, slots_of_made, with_own_parameters
from .contexts import NAMES, context_for
from .functions import _copied, _local, _optional, _times, with_cost
from .left import LeftBehind, is_kept, result_left
from .losses import loss_and_rest, slopes_named
from .own_layouts import lengths_of, worlds_of
from .pairing import Case, Make
from .rates import with_unit_rates
from .results import Results, results_of
from .slopes import SLOPES, borne_out
from .slots import fillings, slots_of
from .source import returned_names
from .unknowns import Unknowns

_PER_OBJECT = 250  # inputs to try with one object
_MARK = "made with "  # before the arguments of a constructor, in a search over both
_PARAMETER = re.compile(
    r"_?(w|b|weights?|bias|biases|gamma|beta|kernels?|filters?|theta|coef|intercept)_?\d*_?", re.I
)


@dataclass
class Objects:
    """A class, or one object of it, with the names of its two methods; ``backward`` is None where
    forward returns a loss and its gradients.
    """

    name: str
    cls: type
    forward: str
    backward: str | None
    module: Mapping[str, object]
    made: object = None
    costs: list[Callable] = field(default_factory=list)

    def cases(self, given: Mapping | None, rng: np.random.Generator) -> Iterator[Make]:
        made = [self.made] if self.made is not None else []
        ways = objects_of(self.cls, self.module, given, rng)
        for template, arguments in [(x, {}) for x in made] or ways:
            if template is None:
                yield partial(self._not_made, arguments["error"])
                continue
            with_unit_rates(template)
            for thing in with_own_parameters(template, rng):
                yield from itertools.islice(self._of(thing, arguments, given, rng), _PER_OBJECT)

    def searches(self, given: Mapping | None, rng: np.random.Generator) -> Iterator[Search]:
        """The search over what the methods take, with an object that the file makes, or over what
        the constructor takes as well.
        """
        taken = [] if self.made is not None else slots_of_made(self.cls)
        calls = calls_of(self.cls, self.module) if self.made is None else []
        if not taken or calls:
            objects = [self.made] if self.made is not None else self._templates(given, rng)
            for template in objects:
                yield Search(
                    Unknowns.of(self._slots(template), given, lengths_of(template)),
                    lambda arguments, rng, made=template: Use(self, made, self._slots(made)).case(
                        Filled.of(arguments), given, rng
                    ),
                )
        if taken:
            yield self._search_of_both(taken, given)

    def _templates(self, given, rng):
        made = (x for x, _ in objects_of(self.cls, self.module, given, rng) if x is not None)
        for template in itertools.islice(made, 2):
            with_unit_rates(template)
            yield next(with_own_parameters(template, rng))

    def _search_of_both(self, taken, given):
        """Constructor and methods at once: the arguments of the one are marked."""
        own = Unknowns.of(taken, given, made=True)
        methods = Unknowns.of(self._slots(self.cls), given)
        both = Unknowns(
            {**{f"{_MARK}{n}": x for n, x in own.structures.items()}, **methods.structures},
            [
                *(replace(p, path=(f"{_MARK}{p.path[0]}", *p.path[1:])) for p in own.places),
                *methods.places,
            ],
            [
                {(f"{_MARK}{p[0]}", *p[1:]): x for p, x in one.items()} | other
                for one, other in zip(own.starts, methods.starts)
            ],
        )

        def make(arguments, rng):
            held = {n[len(_MARK) :]: x for n, x in arguments.items() if n.startswith(_MARK)}
            given_now = {n: x for n, x in arguments.items() if not n.startswith(_MARK)}
            template = self.cls(**held)
            with_unit_rates(template)
            template = next(with_own_parameters(template, rng))
            use = Use(self, template, self._slots(template))
            return use.case(Filled.of(given_now), given, rng)

        return Search(both, make, (self.cls.__init__,))

    def _slots(self, owner):
        """What is to be filled for forward; of a class, for its method without the object."""
        whole = self.backward is None
        method = getattr(owner, self.backward or "", None)
        last = whole or (method is not None and not Binding(method, ("self",)).upstream)
        where = f"{'loss ' if last else ''}{self.name} {self.forward}"
        slots = slots_of(getattr(owner, self.forward), where, targets=whole)
        return [s for s in slots if s.name not in ("self", *NAMES)]

    def _not_made(self, error):
        name = self.cls.__name__
        raise UnusableLayer(f"{name}(...) cannot be made: {type(error).__name__}: {error}")

    def _of(self, template, made_with, given, rng):
        whole = self.backward is None
        last = whole or not Binding(getattr(template, self.backward or ""), ()).upstream
        where = f"{'loss ' if last else ''}{self.name} {self.forward}"
        call = getattr(template, self.forward)
        slots = [s for s in slots_of(call, where, targets=whole) if s.name not in NAMES]
        used = Use(self, template, slots)
        alone = sum(not slot.is_labels for slot in slots) < 2
        worlds = worlds_of(template, made_with, alone)
        for arguments in fillings([*slots, *used.extra], rng, given, worlds):
            yield partial(used.case, Filled.of(arguments), given, rng)


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
        others = self._with_predictions()
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
        thing, arguments, results = self._ran(filled.called_with(filled.values), parameters)
        y = np.asarray(results.joined, dtype=float)
        left = LeftBehind(thing, self.template)
        left.read(self._backward(thing, arguments, results, np.ones_like(y)))
        return left, results

    def _take_what_was_made(self, left, filled):
        """A layer that makes its parameters in its first run is used from then on."""
        made = left.made_by_forward(self.template)
        if made:
            thing, _, _ = self._ran(filled.called_with(filled.values), {})
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
    import inspect

    return list(inspect.signature(function).parameters)


def _costs_of(template):
    """The methods of an object that may be the cost of its result."""
    names = ("compute_loss", "compute_cost", "loss", "cost", "calculate_loss", "cost_function")
    found = [getattr(template, name, None) for name in names]
    return [f for f in found if callable(f) and hasattr(f, "__name__")]
