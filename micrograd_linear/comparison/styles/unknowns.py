"""The unknowns of a pair: each array, number or setting that it takes, and what may stand there."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import naming
from .draws import Array
from .settings import EMPTY, settings_of
from .slots import Slot, as_given, choices_of
from .worlds import WORLDS

Path = tuple[object, ...]
_SIZES = (5, 7, 4, 3, 6, 8, 1)
_OF_THREE = (5, 6, 7, 4, 3, 2)
_INDICES = ((), (5,), (6,), (5, 6))
_NUMBERS = (2, 3, 4, 7)
_WORD = re.compile(r"mode|phase|activation|name|dtype|seed|verbose|axis|init\w*")


@dataclass
class Unknown:
    """One place to be filled: the likely choices first, then all shapes of few axes."""

    path: Path
    likely: list[Any]
    plain: list[Any] = field(default_factory=list)  # of one or two axes, none of length 1
    counts: list[Any] = field(default_factory=list)  # numbers, and indices
    broad: list[Any] = field(default_factory=list)  # what broadcasts: numbers, axes of length 1
    deep: list[Any] = field(default_factory=list)  # of three axes

    @property
    def tiers(self) -> list[list[Any]]:
        """The choices, those first that say the most of what an argument is."""
        return [[*self.likely, *self.plain], self.counts, self.broad, self.deep]

    @property
    def name(self) -> str:
        """The name of the argument, or the last key inside of it."""
        words = [part for part in self.path if isinstance(part, str)]
        return words[-1] if words else ""


@dataclass
class Unknowns:
    """All places of a call, with the structure that the filled values are put into; a start for
    each layout.
    """

    structures: dict[str, object]
    places: list[Unknown]
    starts: list[dict[Path, object]]

    @staticmethod
    def of(
        slots: Sequence[Slot],
        given: Mapping | None,
        sizes: Sequence[int] = (),
        *,
        made: bool = False,
    ) -> Unknowns:
        """Those of some arguments; ``made``: of a constructor; ``sizes`` are more lengths of axes
        to try.
        """
        found = Unknowns({}, [], [{} for _ in WORLDS])
        for slot in slots:
            if given and slot.name in given:
                choices = [[as_given(slot.name, given[slot.name])] for _ in WORLDS]
            else:
                choices = [choices_of(slot, world, slots, made)[:6] for world in WORLDS]
                if made and naming.is_bias(slot.name) and slot.default is EMPTY:
                    # It may be a switch, too, where no array can stand.
                    choices = [[Array((5,)), Array((3,)), Array((1,)), *each] for each in choices]
            found._add(slot, choices, bool(given and slot.name in given))
        names = [*found.structures, *(place.name for place in found.places)]
        for place in found.places:
            slot = next(s for s in slots if s.name == place.path[0])
            if not (given and slot.name in given):
                _complete(place, slot, names, sizes, made)
        return found

    def _add(self, slot, choices, fixed):
        first = next((c[0] for c in choices if c), Array((5, 7), "data"))
        self.structures[slot.name] = first
        leaves = [[dict(_leaves(c, (slot.name,))) for c in each] for each in choices]
        for path, likeliest in _leaves(first, (slot.name,)):
            place = Unknown(path, [likeliest])
            for start, each in zip(self.starts, leaves):
                start[path] = next((at[path] for at in each if path in at), likeliest)
            if not fixed:
                said = [at[path] for each in leaves for at in each if path in at]
                place.likely = _distinct([likeliest, *(x for x in said if _is_small(x))])
            self.places.append(place)

    def filled(self, point: Mapping[Path, object]) -> dict[str, object]:
        """The arguments with a choice at each place."""
        return {name: _put(x, point, (name,)) for name, x in self.structures.items()}


def _is_small(choice):
    return not isinstance(choice, Array) or len(choice.shape) < 4


def _distinct(choices):
    return list({repr(choice): choice for choice in reversed(choices)}.values())[::-1]


def _leaves(choice, path) -> Iterator[tuple[Path, object]]:
    if isinstance(choice, dict) and any(
        isinstance(x, (Array, dict, list)) for x in choice.values()
    ):
        for key, inner in choice.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(choice, list) and choice and isinstance(choice[0], (Array, dict)):
        for i, inner in enumerate(choice):
            yield from _leaves(inner, (*path, i))
    else:
        yield path, choice


def _put(choice, point, path):
    if path in point:
        return point[path]
    if isinstance(choice, dict):
        return {key: _put(inner, point, (*path, key)) for key, inner in choice.items()}
    if isinstance(choice, list):
        return [_put(inner, point, (*path, i)) for i, inner in enumerate(choice)]
    return choice


def _complete(place, slot, names, sizes, made):
    """All that may stand at a place: what the layouts say, then other shapes, and numbers."""
    alone = place.path == (slot.name,)
    if alone and (slot.default is not EMPTY or slot.hints.words or _WORD.fullmatch(slot.name)):
        return
    if not alone and not isinstance(place.likely[0], Array):
        return
    weight, bias = naming.is_weight(place.name), naming.is_bias_beside(place.name, names)
    kind = "normal" if weight or bias else "data"
    ranks = {len(axes) for axes in slot.hints.axes} if alone else set()
    order = [*_SIZES, *(n for n in sizes if n not in _SIZES)]
    shapes = [s for rank in (2, 1, 0) for s in itertools.product(order, repeat=rank)]
    if bias:  # one of each sample would hide a sum that is missing
        shapes = [s for s in shapes if len(s) < 2 or 1 in s]
        place.likely = [x for x in place.likely if not _is_of_samples(x)] or place.likely[:1]
    shapes = [s for s in shapes if not ranks or len(s) in ranks]
    matrix = weight and place.name[:1].isupper()
    broad = [s for s in shapes if not s or 1 in s or (matrix and len(s) == 1)]
    place.plain = [Array(s, kind) for s in shapes if s not in broad]
    place.broad = [x for x in place.likely[1:] if is_degenerate(x)]
    place.likely = [x for x in place.likely if x not in place.broad]
    place.broad += [Array(s, kind) for s in broad]
    if slot.hints.is_index or not (weight or bias):
        place.counts += [Array(s, "labels") for s in _INDICES if not ranks or len(s) in ranks]
    if not ranks and (made or not (weight or bias)):
        if not made:  # a number that may have a gradient comes first
            numbers = [x for x in place.likely if not isinstance(x, (Array, dict, list))]
            place.likely = [x for x in place.likely if x not in numbers] or place.likely
            place.counts += [Array((), kind)]
        place.counts += _numbers(place.name, slot)
    if not bias and (not ranks or 3 in ranks):
        place.deep = [Array(s, kind) for s in itertools.product(_OF_THREE, repeat=3)]


def _is_of_samples(choice):
    return isinstance(choice, Array) and len(choice.shape) > 1 and 1 not in choice.shape


def _numbers(name, slot):
    known = [x for x in settings_of(name, slot.hints) if not isinstance(x, (list, dict))]
    return [*known[:2], *_NUMBERS]


def is_degenerate(choice: object) -> bool:
    """Whether a choice is an array with an axis of length 1, behind which mistakes hide."""
    return isinstance(choice, Array) and 1 in choice.shape


def drawn_anew(seed: int) -> np.random.Generator:
    """A generator for one attempt: the same choices are the same numbers."""
    return np.random.default_rng((seed, *b"search"))
