"""The two kinds of verdict: the engine's, with causes, and that of finite differences alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..arrays import real_array
from .causes import Cause
from .comparing import compare
from .comparison import Comparison, Result
from .differences import judged_by_differences
from .judge import judge
from .pair import HandGradients, UnusableLayer, hand_gradients, in_words, with_cache
from .run import in_double_precision, referee_of

_CHECKED = ("close", "wrong", "shape", "non-finite", "vacuous")


def by_engine(run, hand: HandGradients, dy) -> Comparison:
    recorded = run.recorded
    arguments = {name: recorded.arguments[name] for name in run.differentiable()}
    nodes = {**recorded.between, **arguments}
    unused = {
        name: nodes[name] for name in hand.first if nodes[name].grad is None
    }  # their gradient is 0
    claims = {nodes[name]: array for name, array in hand.first.items() if name not in unused}
    comparison = compare(claims, recorded.y, gradient=dy)
    zeros = [_of_unused(name, hand.first[name], tensor) for name, tensor in unused.items()]
    results = [
        if_repeatable(result, hand.again.get(result.name))
        for result in [*comparison.values(), *zeros]
    ]
    comparison = comparison.with_results(results, {node: name for name, node in nodes.items()})
    comparison.root = recorded.y
    comparison.result = recorded.y.name, recorded.y.shape
    return comparison


def _of_unused(name, hand, tensor):
    engine = np.zeros(tensor.shape)
    if hand is None:
        return Result(name, "missing", engine, note="None was handed in")
    return judge(name, real_array(hand, name), engine)


def by_differences(run, hand: HandGradients, dy, rng) -> Comparison:
    referee, results = referee_of(run, dy, rng), []
    hand = _hand_in_double(run, hand, dy)
    for name in run.differentiable():
        given = hand.first.get(name)
        if given is None:
            status = "missing" if name in hand.first else "unchecked"
            note = "None was handed in" if name in hand.first else ""
            results.append(Result(name, status, np.full(run.values[name].shape, np.nan), note=note))
            continue
        result = judged_by_differences(name, _floats(given, name), referee)
        results.append(if_repeatable(result, hand.again.get(name)))
    if results and not any(result.status in _CHECKED for result in results):
        raise UnusableLayer(
            f"no verdict: {run.unrecorded}, and finite differences of forward cannot see its "
            "slopes for these inputs "
            f"({in_words(run.values)}); give smaller ones, as arrays"
        )
    for name in hand.first:
        if name not in run.values:
            shape = run.plain.locals[name].shape
            note = "it is a result in between, which finite differences of forward cannot judge"
            results.append(Result(name, "unchecked", np.full(shape, np.nan), note=note))
    comparison = Comparison(results)
    comparison.columns = (*Comparison.columns[:-1], "differences")
    comparison.remarks = (f"{run.unrecorded}. Finite differences of forward alone judge.",)
    comparison.root, comparison.result = (
        None,
        ("y" if "y" not in run.values else "result", run.y.shape),
    )
    return comparison


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
