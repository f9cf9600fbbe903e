"""Which of several readings of a pair its numbers bear out: a slope along one direction, measured.

A reading is chosen, never a verdict: the two judges look at every gradient of the one that is
chosen.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterable

import numpy as np

from .pairing import Case

_STEP = 1e-5
_CLOSE = 1e-4

# Methods that are called as the derivative itself, without an upstream gradient.
SLOPES = (
    "gradient",
    "gradients",
    "grad",
    "compute_gradient",
    "compute_gradients",
    "calc_gradient",
    "loss_grad",
    "bptt",
    "cost_gradient",
    "derivative",
    "prime",
    "deriv",
    "delta",
    "derivate",
    "df",
    "diff",
    "loss_gradient",
    "activation_derivative",
    "activation_prime",
)


def agreeing(case: Case, rng: np.random.Generator) -> int:
    """How many of the gradients of a case have the slope of its forward function."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            y, kept = case.forward(**_copies(case.values))
            y = np.asarray(y, dtype=float)
            dy = rng.normal(size=y.shape)
            hand = case.backward(dy, kept)
            return sum(_agrees(case, name, g, dy, rng) for name, g in hand.items())
        except Exception:  # the code of the file may raise anything; then the reading does not fit
            return 0


def _agrees(case, name, gradient, dy, rng):
    x = case.values[name]
    gradient = np.asarray(gradient, dtype=float)
    if gradient.shape != x.shape:
        return False
    v = rng.normal(size=x.shape) * (np.absolute(x) + 0.1 * np.max(np.absolute(x), initial=0.1))
    ahead, behind = (_value(case, name, x + s * _STEP * v, dy) for s in (1, -1))
    measured, predicted = (ahead - behind) / (2 * _STEP), float((gradient * v).sum())
    size = float(np.linalg.norm(gradient * v))
    return bool(size > 0 and abs(measured - predicted) <= _CLOSE * max(size, abs(measured)))


def _value(case, name, x, dy):
    y, _ = case.forward(**{**_copies(case.values), name: x})
    return float((dy * np.asarray(y, dtype=float)).sum())


def _copies(values):
    return {name: value.copy() for name, value in values.items()}


def borne_out(cases: Iterable[Case], rng: np.random.Generator) -> Case | None:
    """The first of the readings in which most gradients agree; None where none of them does."""
    best, most = None, 0
    for case in cases:
        count = agreeing(case, copy.deepcopy(rng))
        if count > most:
            best, most = case, count
    return best
