"""The two kinds of verdict: the engine's, with causes, and that of finite differences alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..engine.arrays import real_array
from .causes import Cause
from .comparing import compare
from .comparison import Comparison, Result
from .differences import judged_by_differences
from .judge import judge
from .pair import HandGradients, UnusableLayer, hand_gradients, in_words, with_cache
from .referee import in_double_precision, scale_of
from .run import Run, nearby_values, referee_of
from .tolerance import ROUNDING_ALONE, Tolerance

_CHECKED = ("close", "kink", "wrong", "shape", "non-finite", "vacuous")


def by_engine(run: Run, hand: HandGradients, dy: np.ndarray, tolerance: Tolerance) -> Comparison:
    """The engine's verdict, with causes."""
    recorded = run.recorded
    assert recorded is not None, "the engine judges runs that it has recorded"
    arguments = {name: recorded.arguments[name] for name in run.differentiable()}
    nodes = {**recorded.between, **arguments}
    # The gradient of what forward does not use is 0.
    unused = {name: nodes[name] for name in hand.first if nodes[name].grad is None}
    claims = {nodes[name]: array for name, array in hand.first.items() if name not in unused}
    comparison = compare(claims, recorded.y, gradient=dy, **tolerance.keywords)
    zeros = [_of_unused(n, hand.first[n], tensor, tolerance) for n, tensor in unused.items()]
    results = [
        if_repeatable(result, hand.again.get(result.name))
        for result in [*comparison.values(), *zeros]
    ]
    comparison = comparison.with_results(results, {node: name for name, node in nodes.items()})
    comparison.root = recorded.y
    comparison.result = recorded.y.name, recorded.y.shape
    return comparison


def _of_unused(name, hand, tensor, tolerance):
    engine = np.zeros(tensor.shape)
    if hand is None:
        return Result(name, "missing", engine, note="None was handed in")
    return judge(name, real_array(hand, name), engine, tolerance=tolerance)


def by_differences(
    run: Run, hand: HandGradients, dy: np.ndarray, rng, tolerance: Tolerance
) -> Comparison:
    """The verdict of finite differences alone; its ``engine`` holds the slopes."""
    hand = _hand_in_double(run, hand, dy)
    results = _by_slopes(run, hand.first, dy, rng, tolerance)
    results = _without_ties(results, run, dy, rng)
    if results and not any(result.status in _CHECKED for result in results):
        raise UnusableLayer(
            f"no verdict: {run.unrecorded}, and finite differences of forward cannot see its "
            f"slopes for these inputs ({in_words(run.values)}); give smaller ones, as arrays"
        )
    results = [if_repeatable(result, hand.again.get(result.name)) for result in results]
    for name in hand.first:
        if name not in run.values:
            shape = run.plain.locals[name].shape
            note = "it is a result in between, which finite differences of forward cannot judge"
            results.append(Result(name, "unchecked", np.full(shape, np.nan), note=note))
    comparison = Comparison(results)
    comparison.tolerance = tolerance
    comparison.columns = (*Comparison.columns[:-1], "differences")
    comparison.remarks = (f"{run.unrecorded}. Finite differences of forward alone judge.",)
    comparison.root = None
    comparison.result = "y" if "y" not in run.values else "result", run.y.shape
    return comparison


def _by_slopes(run, gradients, dy, rng, tolerance=ROUNDING_ALONE) -> list[Result]:
    """A result for each argument that has a gradient."""
    referee, results = referee_of(run, dy, rng), []
    claims = {name: _floats(g, name) for name, g in gradients.items() if g is not None}
    usual = max(
        (_change(claims[name], x) for name, x in run.values.items() if name in claims), default=0.0
    )
    for name in run.differentiable():
        if name in claims:
            results.append(judged_by_differences(name, claims[name], referee, usual, tolerance))
            continue
        status, note = "unchecked", ""
        if name in gradients:
            status, note = "missing", "None was handed in"
        results.append(Result(name, status, np.full(run.values[name].shape, np.nan), note=note))
    return results


def _change(gradient, x):
    """How much L changes, to first order, when the most important element changes by its size."""
    if gradient.shape != x.shape or not np.isfinite(gradient).all():
        return 0.0
    return float(np.max(np.absolute(gradient) * scale_of(x.astype(np.float64)), initial=0.0))


def _without_ties(results, run, dy, rng) -> list[Result]:
    """The results; what differs at kinks alone is wrong, unless it agrees at a point nearby."""
    if not any(result.status == "kink" for result in results):
        return results
    agrees = _agreeing_nearby(run, dy, rng)
    note = "no error: it differs at these inputs, where numbers are tied, and agrees nearby"
    judged = []
    for result in results:
        if result.status == "kink" and result.name in agrees:
            result = replace(result, note=note)
        elif result.status == "kink":
            result = replace(result, status="wrong")
        judged.append(result)
    return judged


def _agreeing_nearby(run, dy, rng) -> set[str]:
    """The arguments whose gradient is right where no two numbers are tied."""
    near = nearby_values(run, rng)
    try:
        returned = run.plain.returned(near)
        run = replace(run, values=near, y=run.plain.result(returned, list(near)))
        of_dy = with_cache(run.backward, returned, list(near))
        hand = hand_gradients(of_dy, dy, near, run.differentiable(), run.between())
        hand = _hand_in_double(run, hand, dy)
        return {r.name for r in _by_slopes(run, hand.first, dy, rng) if r.status == "close"}
    except (UnusableLayer, TypeError, ValueError):
        return set()


def _hand_in_double(run, hand: HandGradients, dy) -> HandGradients:
    """The hand-derived gradients of float32 inputs, computed anew in double precision, as the
    differences are.
    """
    if all(value.dtype.itemsize == 8 for value in run.values.values() if value.dtype.kind == "f"):
        return hand
    wide = {name: in_double_precision(value) for name, value in run.values.items()}
    try:
        of_dy = with_cache(run.backward, run.plain.returned(wide), list(wide))
        return hand_gradients(
            of_dy, in_double_precision(dy), wide, run.differentiable(), run.between()
        )
    except UnusableLayer:  # the functions take arrays of their own type alone
        return hand


def _floats(array, name):
    array = real_array(array, f"the gradient of {name}")
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def if_repeatable(result: Result, again: object) -> Result:
    """The result, unless ``backward`` gives another gradient when it is called again with the same
    arguments.
    """
    if again is None or result.hand is None:
        return result
    again = real_array(again, result.name)
    if np.array_equal(again, result.hand, equal_nan=True):
        return result
    words = "called again with the same arguments, backward returns"
    if again.shape == result.hand.shape and np.allclose(again, 2 * result.hand):
        note = f"{words} twice as much: it adds to what was there before"
    else:
        note = f"{words} another gradient: it keeps state, or reads memory that nobody wrote"
    return replace(
        result, status="wrong", note=note, causes=(Cause("stale", (result.name,), note),)
    )
