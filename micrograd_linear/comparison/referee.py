"""The second judge: central differences of the user's plain function, along random directions.

For L = Σ dy · forward(x), a gradient g of x predicts how L changes from x - h v to x + h v: by Σ g
(x₊ - x₋). Two evaluations of forward a direction, two directions an argument. What seems wrong is
looked at again at many step lengths; the three neighbouring ones that agree best give the slope,
and their distance its error bound. A gradient is refuted only where it is off by more than that
bound in most directions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

DIRECTIONS = 2
RELATIVE = 1e-6  # of the norm of what is predicted: a smaller error is no mistake
RELATIVE_SINGLE = 2e-3  # the same, where forward or the gradient is computed in float32
_NOISE = 32  # rounding errors of a sum, in units of its terms
_MARGIN = 10  # times an error bound that was itself measured
_LADDER = tuple(4.0**k for k in range(-7, 6))  # step lengths of a second look, times the usual one
_RESOLVED = 0.05  # of a slope: with a larger error that is not rounding, nothing was seen
_TINY = 500  # units of rounding of dy: forward rounds off what changes its result by less
_SECOND_LOOKS = 3

AGREES, REFUTED, UNSEEN = "agrees", "refuted", "unseen"


@dataclass(frozen=True)
class Change:
    """How L changes along one direction: by central differences, with the bound of their error."""

    slope: float
    error: float
    kinked: bool = False
    saturated: bool = False  # forward rounds off what short steps change, and not what long ones do
    sides: tuple[float, float] = (0.0, 0.0)  # the slopes ahead, and behind with the opposite sign

    @property
    def seen(self) -> bool:
        return bool(np.isfinite(self.slope) and np.isfinite(self.error))


class Referee:
    """Central differences of Σ dy · forward(values), around ``values``, in double precision.

    ``forward`` maps {name: array} to an array; integer arrays are left as they are.
    """

    def __init__(
        self,
        forward: Callable[[Mapping[str, np.ndarray]], np.ndarray],
        values: Mapping[str, np.ndarray],
        dy: np.ndarray,
        rng: np.random.Generator,
    ):
        self.forward, self.rng = forward, rng
        self.dy = dy.astype(np.float64)
        self.values = {name: in_double_precision(value) for name, value in values.items()}
        self.start = np.asarray(forward(self.values))
        self.center = float((self.dy * self.start).sum())
        self.roundoff = float(np.finfo(self.start.dtype).eps)
        self.single = self.roundoff > 1e-10
        self.step = self.roundoff ** (1 / 3)
        self.least = _TINY * self.roundoff * float(np.linalg.norm(self.dy))

    def verdict(
        self,
        name: str,
        gradient: np.ndarray,
        rounding: Callable[[], np.ndarray | float] = lambda: 0.0,
    ) -> str:
        """``AGREES``, ``REFUTED`` or ``UNSEEN`` for a gradient of L with respect to an argument.

        ``rounding()`` is asked for what each element may be off by, where the gradient seems to be
        wrong.
        """
        g = gradient.astype(np.float64)
        if not g.size:
            return AGREES
        if not np.isfinite(g).all():
            return UNSEEN
        relative = self.relative(gradient)
        if all(self._first_look(name, g, relative) for _ in range(DIRECTIONS)):
            return AGREES
        slack = rounding()
        looks = [self._second_look(name, g, relative, slack) for _ in range(_SECOND_LOOKS)]
        if looks.count(REFUTED) > len(looks) / 2:
            return REFUTED
        return AGREES if AGREES in looks else UNSEEN

    def relative(self, gradient: np.ndarray) -> float:
        """The relative error that is no mistake, in the coarser type of forward and gradient."""
        single = self.single or gradient.dtype.itemsize < 8
        return RELATIVE_SINGLE if single else RELATIVE

    def direction(self, name: str) -> np.ndarray:
        """A random direction, of the size of the argument's elements."""
        return self.rng.normal(size=self.values[name].shape) * scale_of(self.values[name])

    def _first_look(self, name, g, relative):
        v = self.direction(name)
        change, noise, moved = self._change(name, self.step * v)
        predicted = float((g * moved).sum())
        size = float(np.linalg.norm(g * moved))
        # Rounding hides what a gradient that is not 0 predicts.
        blind = noise > 0.1 * size > 1e-7 * noise
        return abs(predicted - change) <= relative * size + noise and not blind

    def _second_look(self, name, g, relative, slack):
        v = self.direction(name)
        measured = self.slope(name, v)
        if not measured.seen:
            return UNSEEN
        gap = abs(float((g * v).sum()) - measured.slope)
        size = float(np.linalg.norm(g * v))
        due = float(np.sum(slack * np.absolute(v)))
        if gap <= relative * size + due + _MARGIN * measured.error:
            blind = measured.error + due > 0.1 * max(size, abs(measured.slope))
            return UNSEEN if blind else AGREES
        tiny = size <= self.least and not measured.slope
        return UNSEEN if measured.kinked or measured.saturated or tiny else REFUTED

    def slope(self, name: str, v: np.ndarray) -> Change:
        """dL/dt at x + t v, from the three neighbouring step lengths that agree best."""
        steps = [self.step * factor for factor in _LADDER]
        sides = _longer_than_a_number([self.sided(name, h, v) for h in steps])
        slopes = np.array([(plus - minus) / 2 for plus, minus, _ in sides])
        bends = np.array([abs(plus + minus) for plus, minus, _ in sides])
        errors = _errors(slopes, np.array([noise for _, _, noise in sides]))
        if not np.isfinite(errors).any():
            return Change(np.nan, np.nan)
        best = int(np.nanargmin(np.where(np.isfinite(errors), errors, np.nan)))
        if errors[best] > max(_RESOLVED * abs(slopes[best]), _MARGIN * sides[best][2]):
            return Change(np.nan, np.nan)  # L turns within the shortest step
        kinked = _is_kink(bends[best], bends[best + 1], errors[best])
        saturated = _is_rounded_off(slopes, errors, best)
        if not (slopes.any() or bends.any()):
            saturated = bool(self.sided(name, 1.0, v)[0])
        return Change(float(slopes[best]), float(errors[best]), kinked, saturated, sides[best][:2])

    def sided(self, name: str, h: float, v: np.ndarray) -> tuple[float, float, float]:
        """((L₊ - L₀) / h, (L₋ - L₀) / h, rounding / h) for the step ±h v."""
        plus, minus, noise, _ = self._both(name, h * v)
        return (plus - self.center) / h, (minus - self.center) / h, noise / h

    def _change(self, name, step):
        plus, minus, noise, moved = self._both(name, step)
        return plus - minus, noise, moved

    def _both(self, name, step):
        x = self.values[name]
        ahead, behind = x + step, x - step
        totals, noise = [], 0.0
        for moved in (ahead, behind):
            y = self.forward({**self.values, name: moved})
            if y.shape != self.dy.shape:
                return np.nan, np.nan, np.nan, ahead - behind
            terms = self.dy * y
            totals.append(float(terms.sum()))
            noise += _NOISE * self.roundoff * float(np.linalg.norm(terms))
        return totals[0], totals[1], noise, ahead - behind


def scale_of(x: np.ndarray) -> np.ndarray:
    """How far each element may be moved: by its own size, so that it keeps its sign; a 0 by a tenth
    of the usual one.
    """
    usual = float(np.sqrt(np.mean(x * x))) if x.size else 0.0
    if not usual:
        return np.ones(x.shape)
    return np.where(x == 0, 0.1 * usual, np.maximum(np.absolute(x), 1e-3 * usual))


def _is_rounded_off(slopes, errors, best):
    """Whether a slope that is 0 but for its error is none at longer steps."""
    longer = np.absolute(slopes[best + 3 :])
    return bool(abs(slopes[best]) <= errors[best] and (longer > _MARGIN * errors[best]).any())


def _longer_than_a_number(sides):
    """The measurements without those of the shortest steps, where rounding leaves forward's result
    as it is.
    """
    moved = [k for k, (plus, minus, _) in enumerate(sides) if plus or minus]
    first = min(moved[0], len(sides) - 3) if moved else 0
    return sides[first:]


def _errors(slopes, noise):
    """What each slope may be off by: its distance from the next two, and from all those of shorter
    steps.

    A function that turns within a step has other slopes at shorter ones. Rounding does the same;
    then nothing is seen.
    """
    gaps = np.absolute(np.diff(slopes))
    errors = np.maximum(gaps[:-1], gaps[1:]) + noise[:-2]
    for k in range(1, len(errors)):
        excess = np.absolute(slopes[:k] - slopes[k]) - noise[:k]
        errors[k] += max(0.0, float(np.max(np.where(np.isfinite(excess), excess, 0.0))))
    return errors


def _is_kink(near, far, error):
    """At a kink the slopes of both sides differ as much at a short step as at a longer one."""
    return bool(near > 0.5 * far and near > 100 * error)


def in_double_precision(value: np.ndarray) -> np.ndarray:
    """The array in double precision, where it holds floats."""
    return value.astype(np.float64) if value.dtype.kind == "f" else value
