"""Objects with a forward and a backward method, which keep their arrays on ``self``."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from ..pair import UnusableLayer
from .arguments import Binding, Filled
from .climbing import Search
from .construction import calls_of, objects_of, slots_of_made, with_own_parameters
from .contexts import NAMES
from .object_use import Use
from .own_layouts import lengths_of, worlds_of
from .pairing import Make
from .rates import with_unit_rates
from .slots import fillings, slots_of
from .unknowns import Unknowns

_PER_OBJECT = 250  # inputs to try with one object
_PER_SHAPE = 24  # with one that was told the shape of its input
_MARK = "made with "  # before the arguments of a constructor, in a search over both


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
    _known: dict[object, list] = field(default_factory=dict)  # {class: what forward takes}

    def cases(self, given: Mapping | None, rng: np.random.Generator) -> Iterator[Make]:
        made = [self.made] if self.made is not None else []
        ways = objects_of(self.cls, self.module, given, rng)
        for template, arguments in [(x, {}) for x in made] or ways:
            if template is None:
                yield partial(self._not_made, arguments["error"])
                continue
            with_unit_rates(template)
            for thing in with_own_parameters(template, rng):
                most = _PER_SHAPE if arguments.get("input_shape") else _PER_OBJECT
                yield from itertools.islice(self._of(thing, arguments, given, rng), most)

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
        key = owner if isinstance(owner, type) else type(owner), isinstance(owner, type)
        if key not in self._known:
            self._known[key] = self._read_slots(owner)
        return self._known[key]

    def _read_slots(self, owner):
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
