"""Inputs by trial and error, where no layout fits: those that bear the gradients out, if some do.

Gradients in the shapes of what they are of are the end of a search. What fits is a reading of the
file, never a verdict: where it is not borne out, others are looked at first.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from . import naming
from .climbing import FITS, POSITIVE, Climb, Point, Search, reading, short_axes
from .pairing import Case, Pair
from .patience import Patience
from .slopes import agreeing
from .unknowns import Unknown, drawn_anew

_GAIN = re.compile(r"g|gains?|scale", re.I)
_ATTEMPTS = 12_000
_LAYOUTS = (0, 1, 2, 10, 9, 7, 13, 3, 4, 5, 6, 8, 11)  # places in WORLDS to begin at
_MORE_FITS = 25  # other fitting inputs that are looked at, where the first do not bear it out


def searched_case(
    pair: Pair,
    given: Mapping | None,
    rng: np.random.Generator,
    restore: Callable[[], None],
    other: Case | None = None,
    patience: Patience | None = None,
) -> Case | None:
    """The case of inputs that are found by trial and error; None where none fits.

    ``other`` is a case that runs, with gradients in shapes of something else, or of 0: only inputs
    that bear out most gradients are better. The search ends with the patience.
    """
    searches = getattr(pair.style, "searches", None)
    if searches is None or (other is not None and _is_sure(other)):
        return None
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for search in searches(given, rng):
            attempts = _ATTEMPTS if other is None else _ATTEMPTS // 2
            climb = Climb(search, pair, restore, attempts, patience or Patience())
            found = _found(climb, other is not None)
            if found is not None:
                return found
    return None


def _is_sure(case):
    """Whether gradients that do not fit show a mistake, and not that an argument was guessed as
    another array than it is.
    """
    wrong = {n: g for n, g in case.gradients.items() if np.shape(g) != case.values[n].shape}
    if not wrong:
        return all(np.any(g) for g in case.gradients.values())
    if any(_may_be_longer(case, name) for name in wrong):
        return False
    others = [n for n in wrong if not _is_of_all_samples(n, case.values)]
    return all(_is_of_a_mistake(n, np.shape(wrong[n]), case.values[n].shape) for n in others)


def _may_be_longer(case, name):
    """Whether an argument was guessed as one number, and its gradient is as wide as the features
    of the data: a bias of a norm, and no sum over samples that is missing.
    """
    shape, one = np.shape(case.gradients[name]), case.values[name]
    samples = {v.shape[0] for v in case.values.values() if v.ndim > 1}
    return one.size == 1 and len(shape) == 1 and shape[0] > 1 and shape[0] not in samples


def _is_of_all_samples(name, values):
    """Whether an argument is a bias or a gain, whose gradient is often summed wrongly."""
    return naming.is_bias_beside(name, values) or bool(_GAIN.fullmatch(naming.last_part(name)))


def _is_of_a_mistake(name, shape, wanted):
    """Whether a shape is that of a transpose, of a sum over samples that is missing, or of one over
    the samples of what is predicted.
    """
    unsummed = len(shape) > len(wanted) and shape[len(shape) - len(wanted) :] == wanted
    summed = naming.is_prediction(name) and len(shape) < len(wanted)
    return sorted(shape) == sorted(wanted) or unsummed or summed


def _found(climb: Climb, mostly: bool) -> Case | None:
    """The first case that its numbers bear out; else the one that most of them do; ``mostly``: at
    least half of them.
    """
    best, most = None, -1
    for count, point in enumerate(_fitting(climb)):
        agree, wanted, _ = _borne_out(climb, point)
        if agree > most and (2 * agree >= wanted or not mostly):
            best, most = dict(point), agree
        if agree >= wanted or count >= _MORE_FITS:
            break
    if best is None and climb.empty is not None and not mostly:
        best = climb.empty  # a gradient may have been forgotten; the others say whether it fits
        agree, wanted, empty = _borne_out(climb, best)
        best = best if 0 < agree == wanted - empty else None
    if best is None:
        return None
    climb.spread(best)
    climb.restore()
    return climb.case(best)


def _fitting(climb: Climb) -> Iterator[Point]:
    """Points that fit: at the end of each climb, and around the first of them; none with more
    short axes than the first has, behind which mistakes hide.
    """
    most, known = 0, set()
    for point, order in _starts(climb.search):
        if climb.left <= 0:
            break
        if climb.climb(point, order)[0] != FITS:
            continue
        climb.spread(point)
        others = () if known else climb.around(dict(point))
        most = most if known else short_axes(point)
        for found in (point, *others):
            if short_axes(found) <= most and reading(found) not in known:
                known.add(reading(found))
                yield found


def _starts(search: Search) -> Iterator[tuple[Point, list[Unknown]]]:
    """Points to begin at, each with an order in which its places are changed."""
    places = search.unknowns.places
    sign = Unknown(POSITIVE, [False, True])
    rng = np.random.default_rng(0)
    for i, layout in enumerate(_LAYOUTS):
        order = [places[j] for j in rng.permutation(len(places))] if i > 3 else places[::-1]
        yield {**search.unknowns.starts[layout], POSITIVE: False}, [sign, *order]


def _borne_out(climb: Climb, point: Point) -> tuple[int, int, int]:
    """How many gradients the numbers bear out at a point, how many there are, and how many are 0
    throughout.
    """
    case = climb.case(point)
    y, kept = case.forward(**{name: value.copy() for name, value in case.values.items()})
    gradients = case.backward(np.ones(np.shape(y)), kept)
    empty = sum(not np.any(g) for g in gradients.values())
    return agreeing(climb.case(point), drawn_anew(3)), len(gradients), empty
