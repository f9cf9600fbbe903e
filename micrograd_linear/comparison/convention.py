"""The convention in which gradients of parameters alone are averaged, named without a graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from .comparison import AGREE, Comparison
from .styles import naming

_CLOSE = 1e-6
_WRONG = ("wrong", "wrong step")


def with_conventions(comparison: Comparison, values: Mapping[str, np.ndarray]) -> Comparison:
    """The comparison; where differences alone judged, and the gradients of all parameters, and of
    them alone, are divided by the number of samples, a note says which convention that is.

    The causes of the engine's own verdict name it by themselves.
    """
    if comparison.root is not None:
        return comparison
    results = dict(comparison.items())
    parameters = [n for n in results if n in values and (naming.is_weight(n) or naming.is_bias(n))]
    data = [n for n in results if n not in parameters and results[n].hand is not None]
    averaged = [n for n in parameters if results[n].status in _WRONG]
    weights = [n for n in averaged if naming.is_weight(n)]
    all_of_them = averaged == [n for n in parameters if results[n].hand is not None]
    if not weights or not data or not all_of_them:
        return comparison
    if not all(results[name].status in AGREE for name in data):
        return comparison
    m = next((m for m in _samples(values, data) if _divided(results, averaged, m)), None)
    if m is None:
        return comparison
    note = (
        f"it is 1/{m} of the gradient: the convention in which the gradient that comes in lacks "
        f"the 1/{m} of an averaged loss, and only dW and db have it; where dy already holds 1/{m}, "
        f"this is {m} times too small"
    )
    for name in averaged:
        results[name] = replace(results[name], note=note)
    changed = comparison.with_results(results.values(), comparison._nodes)
    for attribute in ("root", "result", "inputs", "remarks", "columns"):
        if hasattr(comparison, attribute):
            setattr(changed, attribute, getattr(comparison, attribute))
    return changed


def _samples(values, data):
    """What the number of samples may be: the sizes of the data's axes."""
    return sorted({n for name in data if name in values for n in values[name].shape if n > 1})


def _divided(results, names, m):
    for name in names:
        hand, engine = results[name].hand, results[name].engine
        if hand is None or hand.shape != engine.shape:
            return False
        seen = np.isfinite(engine)
        if not np.allclose(hand[seen] * m, engine[seen], rtol=_CLOSE, atol=_CLOSE):
            return False
    return True
