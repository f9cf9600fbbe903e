"""What has to hold before the engine may judge: forward can be repeated, depends on its arguments,
and has the gradients of its recorded graph, as finite differences of the plain function tell.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import numpy as np

from ..engine.graph import topological_order
from .gross import gross_gradients
from .pair import Disagreement, UnusableLayer
from .recorded import Unrecorded, record, same
from .redraw import redrawn
from .referee import AGREES, REFUTED, in_double_precision
from .rounding import LIMIT_DOUBLE, unit_roundoff
from .run import Run, engine_gradient, nearby_values, referee_of

_POINTS_NEARBY = 2


def refuse_unrepeatable(again, y):
    if again.shape == y.shape and same(again, y):
        return
    with np.errstate(all="ignore"):
        gap = (
            f"by up to {np.max(np.absolute(again - y)):.2g}"
            if again.shape == y.shape
            else "of another shape"
        )
    raise UnusableLayer(
        f"forward gives other numbers, {gap}, when it is called again with the same arguments; "
        "draw random numbers from np.random, or from a generator of the module, whose state can be "
        "put back, and keep no state between calls"
    )


def refuse_independent(run, rng):
    """An error where forward returns the same whatever its arguments are."""
    for near in (True, False):
        other = nearby_values(run, rng) if near else redrawn(run.values, [], rng)
        try:
            if not np.array_equal(run.plain(other), run.y, equal_nan=True):
                return
        except UnusableLayer:
            return
    raise UnusableLayer(
        "forward's result depends on none of its floating-point arguments, "
        "so there is nothing to differentiate"
    )


def confirm(run, hand, dy, rng):
    """Confirm by differences that the recorded graph is the plain function; give it up where it is
    not.
    """
    names = [name for name in run.differentiable() if hand.get(name) is not None]
    run.recorded.y.backward(dy)
    lost = [name for name in names if _only_engine_is_not_finite(run, name, hand)]
    if lost:
        names = ", ".join(lost)
        why = f"the engine's gradient of {names} is not finite: numbers on the way are too large"
        run.give_up_graph(Unrecorded(why))
        return
    doubtful = _not_confirmed(run, names, dy, rng)
    for _ in range(_POINTS_NEARBY):
        doubtful = doubtful and _not_confirmed(_nearby(run, dy, rng), doubtful, dy, rng)
    refuted = [name for name, verdict in (doubtful or {}).items() if verdict == REFUTED]
    if not refuted:
        return
    if not run.recorded.left:
        raise Disagreement(
            f"no verdict: the engine and finite differences of forward disagree on the gradient of "
            f"{', '.join(refuted)}; the function may not be differentiable here, "
            "or the engine is wrong"
        )
    give_up(run)


def give_up(run):
    """Judge by differences alone: numbers were read out of the graph, and they matter."""
    statements = dict.fromkeys(str(statement) for statement, _ in run.recorded.left if statement)
    listed = ", ".join(list(statements)[:3]) + (", ..." if len(statements) > 3 else "")
    how = run.recorded.left[0][1]
    run.give_up_graph(Unrecorded(f"{how} reads a number out of the graph", listed))


def is_refuted(run, comparison, dy, rng):
    """Whether differences, too, say that a gradient is wrong, so that what was read out of the
    graph does not matter.
    """
    referee = referee_of(run, dy, rng)
    wrong = [
        result
        for result in comparison.wrong
        if result.name in run.values and result.hand is not None
    ]
    return any(
        result.status in ("shape", "non-finite")
        or referee.verdict(result.name, result.hand) == REFUTED
        for result in wrong
    )


def _not_confirmed(run, names: Iterable[str], dy, rng) -> dict[str, str]:
    """{name: verdict} of the arguments whose gradient by the engine is not that of the plain
    function.
    """
    if run is None or run.recorded is None:
        return {}
    referee, found = referee_of(run, dy, rng), {}
    for name in names:
        rounding = partial(_rounding, run.recorded, name, dy)
        verdict = referee.verdict(name, engine_gradient(run, name), rounding)
        if verdict == REFUTED and run.values[name].dtype.itemsize < 8:
            verdict = _in_double(run, name, dy, referee)
        if verdict != AGREES:
            found[name] = verdict
    return found


def _only_engine_is_not_finite(run, name, hand):
    g = engine_gradient(run, name)
    try:
        return not np.isfinite(g).all() and bool(np.isfinite(hand[name]).all())
    except TypeError:  # no numbers
        return False


def _in_double(run, name, dy, referee):
    """The verdict on the engine's gradient in double precision: what differences see of float32 may
    be its rounding.
    """
    wide = {key: in_double_precision(value) for key, value in run.values.items()}
    try:
        recorded = record(run.plain, wide)
    except Unrecorded:
        return REFUTED
    recorded.y.backward(dy.astype(recorded.y.dtype))
    gradient = recorded.arguments[name].grad
    if gradient is None:
        return REFUTED
    return referee.verdict(name, gradient, partial(_rounding, recorded, name, dy))


def _rounding(recorded, name, dy):
    """What each element of the engine's gradient may be off by: rounding of all that was added up
    to make it.
    """
    argument, y = recorded.arguments[name], recorded.y
    gradients = y.gradients(dy.astype(y.dtype))
    if argument not in gradients:
        return 0.0
    gross = gross_gradients(topological_order(y), gradients)[argument]
    return LIMIT_DOUBLE * unit_roundoff(y.dtype, argument.dtype) * gross


def _nearby(run, dy, rng):
    """The same run at a point nearby, where no two numbers are tied; None where forward cannot be
    run there.
    """
    values = nearby_values(run, rng)
    try:
        near = Run.of(run.plain.forward, run.backward, values, run.plain.state)
        if near.recorded is None or near.y.shape != run.y.shape:
            return None
        near.recorded.y.backward(dy)
        return near
    except UnusableLayer:
        return None
