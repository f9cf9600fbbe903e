"""One search for inputs: from what hardly runs, change by change, to what runs through.

Each attempt is scored by how far it ran: which function was entered last, and where in its text it
stopped.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..pair import UnusableLayer
from ..statement import code_of
from . import naming
from .draws import Array, drawn
from .pairing import Case, Pair
from .patience import Patience
from .unknowns import Path, Unknown, Unknowns, drawn_anew

MADE, FORWARD, RESULT, BACKWARD, SHAPES, FITS = range(6)
_FRESH = (9, 8, 11, 6, 10, 12, 13)
Score = tuple[int, tuple[int, ...]]
Point = dict[Path, Any]
POSITIVE: Path = ()  # the place that says whether data are between 0 and 1


@dataclass
class Search:
    """The unknowns, and how a case is made of arguments."""

    unknowns: Unknowns
    make: Callable[[dict[str, Any], np.random.Generator], Case]
    made_first: tuple[Callable, ...] = ()  # constructors, which run before forward


@dataclass
class Climb:
    """What was tried, and what fits."""

    search: Search
    pair: Pair
    restore: Callable[[], None]
    attempts: int
    patience: Patience = field(default_factory=Patience)
    known: dict[str, Score] = field(default_factory=dict)
    most: int = 0  # gradients that an attempt gave
    empty: Point | None = None  # the first that fits, but for gradients of 0

    @property
    def left(self) -> int:
        """How many attempts are left: none when the time has passed."""
        return 0 if self.patience.is_over else self.attempts

    def case(self, point: Point) -> Case:
        """The case of a point; whatever the functions raise, it raises."""
        self.restore()
        rng = drawn_anew(1)
        filled = self.search.unknowns.filled({p: _moderate(x) for p, x in point.items()})
        arguments = {n: drawn(x, rng, point[POSITIVE]) for n, x in filled.items()}
        return self.search.make(arguments, rng)

    def score(self, point: Point) -> Score:
        """How far the pair runs with the choices of a point."""
        key = repr(list(point.values()))
        if key not in self.known:
            self.attempts -= 1
            self.known[key] = self._ran(point)
        return self.known[key]

    def _ran(self, point):
        try:
            case = self.case(point)
            y, kept = case.forward(**{name: value.copy() for name, value in case.values.items()})
            y = np.asarray(y)
            if y.dtype.kind != "f" or not np.isfinite(y).all() or not y.size:
                return RESULT, (0,)
            gradients = case.backward(drawn_anew(2).normal(size=y.shape), kept)
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # the code of the file may raise anything
            return self._stopped(error)
        self.most = max(self.most, len(gradients))
        own = [np.shape(g) == case.values[n].shape for n, g in gradients.items()]
        if not all(own) or not own or not all(np.isfinite(g).all() for g in gradients.values()):
            return SHAPES, (sum(own) - len(own),)
        if len(gradients) < self.most:  # a setting stands where a gradient is of an array
            return SHAPES, (1,)
        if not all(np.any(g) for g in gradients.values()):  # nothing could be seen of it
            self.empty = self.empty or dict(point)
            return SHAPES, (2,)
        return FITS, (0,)

    def _stopped(self, error) -> Score:
        """The function of the pair that an error came out of, and where in its text."""
        codes = [code_of(f) for f in self.pair.functions]
        first = [code_of(f) for f in self.search.made_first]
        files = {code.co_filename for code in (*codes, *first) if code is not None}
        places, entered = [], None
        frame = error.__traceback__
        while frame is not None:
            code = frame.tb_frame.f_code
            if code.co_filename in files:
                entered = entered or code
                places.append(frame.tb_lasti)
            frame = frame.tb_next
        if entered is None:
            return (SHAPES, (-99,)) if isinstance(error, UnusableLayer) else (MADE, ())
        if entered in first:
            return MADE, tuple(places)
        if entered is codes[0]:
            return FORWARD, tuple(places)
        return (BACKWARD if entered is codes[-1] else RESULT), tuple(places)

    def climb(self, point: Point, order: list[Unknown]) -> Score:
        """Change the point, one place after the other, while that helps."""
        best, tier = self.score(point), 0
        moves = (
            lambda p: self._of_tier(p, 0),
            lambda p: self._of_tier(p, 1),
            None,
            lambda p: self._of_tier(p, 2),
            lambda p: self._of_tier(p, 3),
            None,
        )
        while best[0] < FITS and self.left > 0 and tier < len(moves):
            before = best
            if tier == len(moves) - 1:
                best = self._improved(point, best, _of_two_places(order))
            elif moves[tier] is None:
                best = self._improved(point, best, _of_two_axes(point))
            else:
                for place in order:
                    choices = moves[tier](place)
                    best = self._improved(point, best, ({place.path: c} for c in choices))
            tier = 0 if best > before else tier + 1
        return best

    def _of_tier(self, place, tier):
        return place.tiers[tier]

    def _improved(self, point: Point, best: Score, changes) -> Score:
        """The score after the best of some changes, if it is better than that of the point."""
        found = None
        for change in changes:
            if self.left <= 0 or best[0] == FITS:
                break
            score = self.score({**point, **change})
            if score > best:
                found, best = change, score
        point.update(found or {})
        return best

    def spread(self, point: Point) -> None:
        """Let no two axes be of one length that need not be: a mistake could hide behind that."""
        fresh = [n for n in _FRESH if n not in {n for _, _, n in _axes(point)}]
        for path, i, n in list(_axes(point)):
            lengths = [length for _, _, length in _axes(point)]
            if lengths.count(n) < 2 or not fresh or _shape(point[path])[i] != n:
                continue
            other = {**point, path: _with(point[path], (i,), fresh[0])}
            if self._settled(other, path, n, fresh[0]):
                point.update(other)
                fresh.pop(0)

    def _settled(self, point, path, old, new):
        """Whether the others can follow an axis of another length."""
        best = self.score(point)
        for _ in range(3):
            before = best
            for place in self.search.unknowns.places:
                choice = point.get(place.path)
                if place.path != path and _shape(choice):
                    changed = [{place.path: c} for c in _renamed(choice, old, new)]
                    best = self._improved(point, best, changed)
            if best[0] == FITS or best == before:
                break
        return best[0] == FITS

    def around(self, point: Point) -> Iterator[Point]:
        """Other points that fit, one place away: with an axis less, or more, first."""
        places = self.search.unknowns.places
        fewer = [(p.path, c) for p in places for c in _of_other_ranks(point[p.path])]
        others = [(p.path, c) for p in places for c in (*p.likely, *p.plain)]
        for path, choice in (*fewer, *others):
            arrays = isinstance(choice, Array) and isinstance(point[path], Array)
            if not arrays or len(choice.shape) == len(point[path].shape):
                continue  # no other reading, but other lengths
            other = {**point, path: choice}
            if self.left > 0 and self.score(other)[0] == FITS:
                yield other


def _moderate(choice):
    """A matrix of weights whose products are of the size of what they are products of."""
    matrix = isinstance(choice, Array) and choice.kind == "normal" and len(choice.shape) > 1
    return replace(choice, kind="moderate") if matrix else choice


def _shape(choice):
    """The lengths of an array, or a count: that of an axis of what is made with it."""
    if isinstance(choice, Array):
        return choice.shape
    count = isinstance(choice, int) and not isinstance(choice, bool) and choice > 2
    return (choice,) if count else ()


def short_axes(point: Point) -> int:
    """How many axes of a point have length 1 or 2, but for those of biases."""
    return sum(n < 3 and not naming.is_bias(str(path[-1])) for path, _, n in _axes(point))


def reading(point: Point) -> tuple:
    """What tells one reading from another: the axes of each array, and which are of one length."""
    names: dict[int, int] = {}
    shapes = [x.shape if isinstance(x, Array) else None for x in point.values()]
    return tuple(s and tuple(names.setdefault(n, len(names)) for n in s) for s in shapes)


def _axes(point) -> Iterator[tuple[Path, int, int]]:
    """(place, axis, length) of all arrays of a point."""
    for path, choice in point.items():
        yield from ((path, i, n) for i, n in enumerate(_shape(choice)))


def _with(choice, axes, length):
    """The array with some of its axes of another length."""
    shape = tuple(length if i in axes else n for i, n in enumerate(_shape(choice)))
    return replace(choice, shape=shape) if isinstance(choice, Array) else shape[0]


def _of_other_ranks(choice) -> list[Array]:
    """The array with one axis less, as each argument is of as few as it needs; and as one of many,
    as a target over time beside a state.
    """
    if not isinstance(choice, Array):
        return []
    shape = choice.shape
    less = dict.fromkeys(shape[:i] + shape[i + 1 :] for i in range(len(shape)))
    return [replace(choice, shape=each) for each in (*less, (_FRESH[-1], *shape))]


def _renamed(choice, old, new):
    """The array with one axis of a length, or more of them, of another."""
    places = [i for i, n in enumerate(_shape(choice)) if n == old]
    for count in range(1, len(places) + 1):
        for axes in itertools.combinations(places, count):
            yield _with(choice, axes, new)


def _of_two_places(order) -> Iterator[Point]:
    """Changes of two places at once, where there are few."""
    places = [place for place in order if place.plain]
    for one, two in itertools.combinations(places if len(places) < 3 else [], 2):
        for a, b in itertools.product(one.plain, two.plain):
            yield {one.path: a, two.path: b}


def _of_two_axes(point) -> Iterator[Point]:
    """Changes of two axes to one length that is there."""
    axes = [axis for axis in _axes(point) if axis[2] > 1]
    lengths = sorted({n for _, _, n in axes})
    for (one, i, n), (two, j, m) in itertools.combinations(axes, 2):
        for length in lengths:
            if length in (n, m):
                continue
            if one == two:
                yield {one: _with(point[one], (i, j), length)}
            else:
                yield {one: _with(point[one], (i,), length), two: _with(point[two], (j,), length)}
