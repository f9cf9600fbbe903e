"""Finite differences as the only judge, where forward cannot be recorded: all elements of small
arguments, random directions and sampled elements of large ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .comparison import Result
from .referee import REFUTED, Referee, scale_of
from .tolerance import ROUNDING_ALONE, Tolerance

FEW = 48  # elements of an argument; of more, a sample is looked at
SAMPLED = 16
_PRECISE = 1e-5
_MARGIN = 10
_ABSOLUTE = 1e-9  # of the largest slope, and of L: rounding in a hand-written pass, and in forward


@dataclass(frozen=True)
class Slope:
    """dL/d(element): the slopes of both sides lie in [low, high], up to an error."""

    value: float
    error: float
    low: float
    high: float

    def allows(self, number: float, tolerance: float) -> bool:
        """Whether a hand-derived number may be the derivative, or one of those at a kink."""
        if not np.isfinite(self.value):
            return True  # it cannot be seen
        slack = _MARGIN * self.error + tolerance
        return bool(self.low - slack <= number <= self.high + slack)


_UNSEEN = Slope(np.nan, np.inf, -np.inf, np.inf)


def judged_by_differences(
    name: str,
    hand: np.ndarray,
    referee: Referee,
    usual: float = 0.0,
    tolerance: Tolerance = ROUNDING_ALONE,
) -> Result:
    """One hand-derived gradient against differences of the plain function.

    ``usual`` is how much L changes, to first order, when an argument changes by its own size. The
    status is "kink" where all that differs is at kinks: a point nearby has to tell what is wrong.

    The ``engine`` of the result holds the slopes that were measured, and NaN elsewhere.
    """
    x = referee.values[name]
    slopes = np.full(x.shape, np.nan)
    if hand.shape != x.shape:
        note = f"expected shape {x.shape}, got {hand.shape}"
        return Result(name, "shape", slopes, hand, note=note)
    if not np.isfinite(hand).all():
        count = np.count_nonzero(~np.isfinite(hand))
        where = _first(~np.isfinite(hand))
        note = f"{count} of {hand.size} elements are not finite, in yours"
        slopes[where] = slope_of(referee, name, where).value
        return Result(name, "non-finite", slopes, hand, float("nan"), where, note)
    if not x.size:
        return Result(name, "vacuous", slopes, hand, 0.0, note="it has no elements")
    measured = {where: slope_of(referee, name, where) for where in _chosen(hand, referee)}
    if x.size > FEW and not _wrong_among(measured, name, hand, referee, usual):
        located = _located(name, hand, referee)
        measured |= {where: slope_of(referee, name, where) for where in located}
    measured = {
        where: _UNSEEN if _is_rounding(slope, hand[where], scale_of(x)[where], referee) else slope
        for where, slope in measured.items()
    }
    for where, slope in measured.items():
        slopes[where] = slope.value
    result = _result(name, hand, slopes, measured, referee, usual)
    return _within(tolerance, result, measured)


def _within(tolerance, result, measured):
    """The result; where it is wrong, but all that was measured is inside of the tolerance that
    the user gave, it is close.
    """
    gaps = [(abs(float(result.hand[at]) - s.value), s.value) for at, s in measured.items()]
    if result.status not in ("wrong", "kink") or not gaps:
        return result
    if not all(tolerance.allows(np.asarray(gap), value) for gap, value in gaps):
        return result
    count, size = len(measured), result.hand.size
    note = "" if count == size else f"looked at: {count} of its {size} elements"
    return replace(result, status="close", note=note, check="")


def _is_rounding(slope, number, scale, referee):
    """Whether a slope that differs from the hand-derived number is so small, as that number is,
    that forward may round off what it tells: both are then no evidence.
    """
    least = referee.least / float(scale)
    differs = abs(number - slope.value) > 1e-3 * abs(slope.value)
    return bool(max(abs(number), abs(slope.value)) < least and differs)


def _result(name, hand, slopes, measured, referee, usual):
    wrong = _wrong_among(measured, name, hand, referee, usual)
    gaps = {where: abs(float(hand[where]) - slope.value) for where, slope in measured.items()}
    seen = [gap for gap in gaps.values() if np.isfinite(gap)]
    some = f"{len(measured)} of its {hand.size} elements"
    if not wrong:
        if not seen:
            note = "finite differences cannot tell: none of its slopes could be measured"
            return Result(name, "unchecked", slopes, hand, None, None, note)
        note = "" if len(measured) == hand.size else f"looked at: {some}, and random directions"
        if len(seen) < len(measured):
            note = (
                f"finite differences see {len(seen)} of {len(measured)} elements, and agree there"
            )
            return Result(name, "unchecked", slopes, hand, max(seen), None, note)
        return Result(name, "close", slopes, hand, max(seen), None, note)
    where = max(wrong, key=lambda place: gaps[place])
    looked = "" if len(measured) == hand.size else f" of {len(measured)} that were looked at"
    note = (
        f"finite differences give {slopes[where]:.9g} at {list(where)}; {len(wrong)}{looked} differ"
    )
    tied = all(measured[place].low < measured[place].high for place in wrong)
    status = "kink" if tied else "wrong"
    return Result(name, status, slopes, hand, gaps[where], where, note, check=note)


def slope_of(referee: Referee, name: str, where: tuple[int, ...]) -> Slope:
    """The slope along one element: from two step lengths where they agree, else from many."""
    x = referee.values[name]
    unit = np.zeros(x.shape)
    unit[where] = size = float(scale_of(x)[where])
    near = [side / size for side in referee.sided(name, referee.step, unit)]
    far = [side / size for side in referee.sided(name, 2 * referee.step, unit)]
    one, two = (near[0] - near[1]) / 2, (far[0] - far[1]) / 2
    error = abs(one - two) + near[2]
    if error <= _PRECISE * abs(one):
        kinked = abs(near[0] + near[1]) > max(0.75 * abs(far[0] + far[1]), 100 * error)
        return _slope(one, error, near if kinked else None)
    change = referee.slope(name, unit)
    sides = [side / size for side in change.sides]
    return _slope(change.slope / size, change.error / size, sides if change.kinked else None)


def _slope(value, error, sides):
    """A slope; at a kink, with the range between those of both sides."""
    if sides is None:
        return Slope(value, error, value, value)
    return Slope(value, error, min(sides[0], -sides[1]), max(sides[0], -sides[1]))


def _wrong_among(measured, name, hand, referee, usual):
    """The elements whose hand-derived number is not the slope.

    What changes L by less than a billionth of it, or of the ``usual`` change, when the element
    changes by its own size, is rounding: of saturated functions, and of gradients that are 0.
    """
    largest = max((abs(s.value) for s in measured.values() if np.isfinite(s.value)), default=0.0)
    relative = referee.relative(hand)
    least = max(_ABSOLUTE, relative / 100)
    scale, size = scale_of(referee.values[name]), float(np.linalg.norm(referee.dy * referee.start))
    return [
        where
        for where, slope in measured.items()
        if not slope.allows(
            float(hand[where]),
            relative * abs(slope.value)
            + least * max(largest, max(size, usual) / float(scale[where])),
        )
    ]


def _chosen(hand, referee):
    """All elements of a small argument; of a large one the extremes, and others at random."""
    if hand.size <= FEW:
        return list(np.ndindex(hand.shape))
    flat = {int(np.argmax(np.absolute(hand))), int(np.argmin(np.absolute(hand))), 0, hand.size - 1}
    flat |= set(map(int, referee.rng.choice(hand.size, SAMPLED - len(flat), replace=False)))
    return [_index(i, hand.shape) for i in sorted(flat)]


def _located(name, hand, referee):
    """An element where the gradient is wrong, found by halving; none where nothing refutes it."""
    if referee.verdict(name, hand) != REFUTED:
        return []
    rest = np.arange(hand.size)
    while rest.size > 1:
        half = rest[: rest.size // 2]
        rest = half if _refuted_within(name, hand, referee, half) else rest[rest.size // 2 :]
    return [_index(int(rest[0]), hand.shape)]


def _refuted_within(name, hand, referee, flat):
    mask = np.zeros(hand.size)
    mask[flat] = 1
    v = referee.direction(name) * mask.reshape(hand.shape)
    measured = referee.slope(name, v)
    g = hand.astype(np.float64) * v
    bound = _MARGIN * measured.error + referee.relative(hand) * float(np.linalg.norm(g))
    return measured.seen and abs(float(g.sum()) - measured.slope) > bound


def _first(mask):
    return _index(int(np.argmax(mask)), mask.shape)


def _index(i, shape):
    return tuple(int(k) for k in np.unravel_index(i, shape))
