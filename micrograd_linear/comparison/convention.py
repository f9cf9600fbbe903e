"""A deviation by habit: gradients of parameters alone that are averaged over the samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from .comparison import AGREE, Comparison, Result
from .styles import naming
from .styles.functions import WITHOUT_UPSTREAM

_CLOSE = 1e-6
_NAMED = "the convention in which"
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
    scaled = [n for n in parameters if results[n].status in _WRONG]
    weights = [n for n in scaled if naming.is_weight(n)]
    all_of_them = scaled == [n for n in parameters if results[n].hand is not None]
    if not weights or not data or not all_of_them:
        return comparison
    if not all(results[name].status in AGREE for name in data):
        return comparison
    given = {name: results[name].hand for name in scaled}
    right = {name: results[name].engine for name in scaled}
    m = next((m for m in _samples(values, data) if _divided(given, right, scaled, m)), None)
    if m is None:
        return comparison
    note = (
        f"it is 1/{m} of the gradient: the convention in which the gradient that comes in lacks "
        f"the 1/{m} of an averaged loss, and only dW and db have it; where dy already holds 1/{m}, "
        f"this is {m} times too small"
    )
    for name in scaled:
        results[name] = replace(results[name], note=note)
    return changed(comparison, results)


def excused(comparisons: Mapping[str, Comparison], cost: str = "") -> dict[str, Comparison]:
    """The comparisons of a file's pairs; what deviates by that convention alone is no error where a
    whole net of the file, which ends in the cost, is right with it; or where the file has a
    ``cost`` that averages, and no net of it could be judged.
    """
    right = [name for name, comparison in comparisons.items() if _is_right_net(comparison)]
    meant = ""
    if cost and not any(map(is_net, comparisons.values())):
        meant = f"the file's {cost} averages, and so the 1/m is taken here"
    found = dict(comparisons)
    for name, comparison in comparisons.items():
        if comparison.ok or not _by_convention(comparison):
            continue
        others = (n for n, c in comparisons.items() if _is_right_but_elsewhere(c, comparison))
        nets = right or list(others)
        why = f"the whole net, {nets[0].partition('#')[0]}, is right with it" if nets else meant
        if why:
            results = dict(comparison.items())
            for wrong in comparison.wrong:
                note = f"{wrong.note}; {why}"
                results[wrong.name] = replace(wrong, status="scaled", note=note, causes=())
            found[name] = changed(comparison, results)
    return found


def averaged(comparison: Comparison, values: Mapping[str, np.ndarray]) -> frozenset[str]:
    """The parameters, where the gradients of all of them, and of them alone, are divided by the
    number of samples, whatever else is wrong.
    """
    given = {name: r.hand for name, r in comparison.items() if r.hand is not None}
    return averaged_of(given, {name: comparison[name].engine for name in given}, values)


def averaged_of(
    given: Mapping[str, np.ndarray],
    right: Mapping[str, np.ndarray],
    values: Mapping[str, np.ndarray],
) -> frozenset[str]:
    """The same of arrays that were given, and of those that are right."""
    named = [name for name in given if name in values and name in right]
    parameters = [name for name in named if naming.is_weight(name) or naming.is_bias(name)]
    data = [name for name in named if name not in parameters]
    if not any(naming.is_weight(name) for name in parameters):
        return frozenset()
    divided = (_divided(given, right, parameters, m) for m in _samples(values, data))
    return frozenset(parameters) if any(divided) else frozenset()


def is_net(comparison: Comparison) -> bool:
    """Whether a pair is a whole net, which ends in the cost: backward takes no gradient."""
    return any(WITHOUT_UPSTREAM in remark for remark in comparison.remarks)


def _is_right_net(comparison):
    return comparison.ok and is_net(comparison)


def _is_right_but_elsewhere(net, comparison):
    """Whether a net is right once lines are corrected that stand in other functions."""
    if net.ok or not is_net(net):
        return False
    ours, other = comparison.diagnosis, net.diagnosis
    if ours is None or other is None or not other.is_verified:
        return False
    return bool(ours.edited) and not ours.edited & other.edited


def _by_convention(comparison):
    named = {r.name for r in comparison.wrong if _NAMED in r.note}
    return bool(named) and all(r.name in named or r.follows in named for r in comparison.wrong)


def changed(comparison: Comparison, results: Mapping[str, Result]) -> Comparison:
    """The comparison with other results, and with all else that is known of it."""
    changed = comparison.with_results(results.values(), comparison._nodes)
    for attribute in ("root", "result", "inputs", "remarks", "columns", "upstream"):
        if hasattr(comparison, attribute):
            setattr(changed, attribute, getattr(comparison, attribute))
    return changed


def _samples(values, data):
    """What the number of samples may be: the sizes of the data's axes."""
    return sorted({n for name in data if name in values for n in values[name].shape if n > 1})


def _divided(given, right, names, m):
    for name in names:
        hand, engine = given[name], right[name]
        if hand is None or hand.shape != engine.shape:
            return False
        seen = np.isfinite(engine)
        if not np.allclose(hand[seen] * m, engine[seen], rtol=_CLOSE, atol=_CLOSE):
            return False
    return True
