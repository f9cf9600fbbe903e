"""``check_backward``: a hand-written pair of NumPy functions, forward and backward, before two judges.

The engine records ``forward`` and differentiates it; finite differences are taken of the plain function. Where both
say the same of the function, the engine judges the hand-derived gradients, and explains them. Where no graph stands
for the function, differences alone judge.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ..arrays import real_array
from ..tensor import Tensor
from .causes import Cause
from .comparing import compare
from .comparison import Comparison, Result
from .differences import judged_by_differences
from .gross import gross_gradients
from .inputs import inputs_of
from .judge import judge
from .pair import (
    Arrays,
    Disagreement,
    HandGradients,
    UnusableLayer,
    hand_gradients,
    in_words,
    with_cache,
)
from .plain import PlainForward
from .random_state import RandomState
from .recorded import (
    Recorded,
    Unrecorded,
    check_same,
    record,
    refuse_nothing_to_differentiate,
    same,
)
from .redraw import on_other_inputs
from .referee import AGREES, REFUTED, Referee, scale_of
from .rounding import LIMIT_DOUBLE, unit_roundoff

_CHECKED = ("close", "wrong", "shape", "non-finite", "vacuous")
_NEARBY = 1e-3  # of an element's size: how far off a point without ties is looked for


def check_backward(
    forward: Callable, backward: Callable, inputs: object = None, *, seed: int = 0
) -> Comparison:
    """Compare the gradients of a hand-written ``backward`` with those of ``forward``, by two judges.

    ``forward(**inputs)``       NumPy code that returns one array or scalar, y; or (y, cache)
    ``backward(dy, **inputs)``  the derivation: returns dL/d(input) for dy = dL/dy, as a dict by name or a tuple in the
                                order of forward's arguments; it may take only the inputs that it needs. A dict may
                                also hold gradients of results in between, by the names of forward's local variables.
                                ``backward(dy, cache)`` where forward returns a cache
    ``inputs``                  {name: array, or a shape to be drawn at random}; without it, shapes are sought that
                                forward accepts

    dy is drawn at random, in the shape of y. Both functions run on copies of the plain arrays, and draw the same random
    numbers in each run; ``forward`` runs on Tensors as well. Integer arrays are constants, and arguments with a default
    keep it unless ``inputs`` names them. Returns a ``Comparison`` whose ``root`` is y, with the gradients in place,
    ready to be drawn; ``root`` is None where forward cannot be recorded, and finite differences alone are the judge.
    Raises ``UnusableLayer`` where the functions cannot be used, and ``Disagreement``, which is one, where the engine's
    gradient is not that of the plain function.

    >>> def forward(x, w): return x @ w
    >>> def backward(dy, x, w): return {"x": dy @ w.T, "w": x.T @ dy}
    >>> check_backward(forward, backward, {"x": (5, 7), "w": (7, 3)}).ok
    True
    """
    for name, function in (("forward", forward), ("backward", backward)):
        if not callable(function):
            got = type(function).__name__
            raise TypeError(f"check_backward: {name}: expected a function, got {got}")
    rng, state = np.random.default_rng(seed), RandomState(forward, backward)
    try:
        values = inputs_of(forward, backward, inputs, rng)
        comparison = _guessed(inputs, lambda: checked(forward, backward, values, rng, state))
        if comparison.ok and comparison.root is not None and comparison.weaknesses:
            on_other_inputs(
                comparison, forward, values, rng, lambda other: checked(forward, backward, other, rng, state)
            )
        return comparison
    finally:
        state.restore()


def run_forward(
    forward: Callable, inputs: object, rng: np.random.Generator, backward: Callable | None = None
) -> tuple[Tensor, dict[str, np.ndarray], dict[str, object], str]:
    """(y, {name: array}, {name: Tensor, or integer array}, the shapes in words): ``forward`` recorded.

    ``inputs`` as for ``check_backward``. Raises ``UnusableLayer`` where it cannot be recorded.
    """
    state = RandomState(forward)
    try:
        values = inputs_of(forward, backward, inputs, rng)
        run = _guessed(inputs, lambda: _Run.of(forward, backward, values, state))
    finally:
        state.restore()
    if run.recorded is None:
        raise UnusableLayer(str(run.unrecorded))
    return run.recorded.y, values, run.recorded.arguments, in_words(values)


def _guessed(inputs, run):
    """What ``run`` returns; its error says so where the shapes were guessed."""
    try:
        return run()
    except Disagreement:
        raise
    except UnusableLayer as error:
        if inputs is not None:
            raise
        hint = "these shapes were guessed: define inputs = {name: array or shape}"
        raise UnusableLayer(f"{error}; {hint}") from error


@dataclass
class _Run:
    """One run of ``forward`` on plain arrays, y, and on Tensors, or why the latter stands for nothing."""

    plain: PlainForward
    backward: Callable | None
    values: Arrays
    y: np.ndarray
    recorded: Recorded | None = None
    unrecorded: Unrecorded | None = None

    @staticmethod
    def of(forward, backward, values, state) -> _Run:
        refuse_nothing_to_differentiate(values)
        plain = PlainForward(forward, backward, state)
        y = plain.result(_returned(plain, values), list(values))
        if not np.isfinite(y).all():
            raise UnusableLayer(
                f"forward's result is not finite for these inputs ({in_words(values)}); "
                "give inputs where it is, as arrays"
            )
        run = _Run(plain, backward, values, y)
        try:
            run.recorded = record(plain, values)
            check_same(run.recorded, y, plain)
        except Unrecorded as why:
            run.recorded, run.unrecorded = None, why
        return run

    def differentiable(self) -> list[str]:
        """The names of the arguments that have a gradient."""
        return [name for name, value in self.values.items() if value.dtype.kind == "f"]

    def between(self) -> list[str]:
        """The names of the results in between that a gradient may be handed in of."""
        if self.recorded:
            return list(self.recorded.between)
        return [name for name in self.plain.locals if name not in self.values]


def _returned(plain, values):
    """What forward returns on plain arrays; on constant Tensors, if it is written for Tensors alone."""
    try:
        return plain.returned(values)
    except UnusableLayer as error:
        if not isinstance(error.__cause__, (AttributeError, TypeError)):
            raise
        plain.on_tensors = True
        try:
            return plain.returned(values)
        except UnusableLayer:
            raise error from error.__cause__


def checked(forward, backward, values, rng, state) -> Comparison:
    """The comparison on some inputs."""
    run = _Run.of(forward, backward, values, state)
    plain = run.plain
    dy = rng.normal(size=run.y.shape).astype(run.y.dtype)
    returned = _returned(plain, values)  # the last run before backward, so that what forward keeps is of plain arrays
    _refuse_unrepeatable(plain.result(returned, list(values)), run.y)
    of_dy = with_cache(backward, returned, list(values))
    hand = hand_gradients(of_dy, dy, values, run.differentiable(), run.between())
    if run.recorded is None:
        _refuse_independent(run, rng)
    else:
        _confirm(run, hand.first, dy, rng)
    try:
        comparison = _judged(run, hand, dy, rng)
    except (TypeError, ValueError, OverflowError) as error:
        if isinstance(error, UnusableLayer):
            raise
        raise UnusableLayer(f"backward returned what cannot be compared: {error}") from error
    comparison.inputs = {name: value.shape for name, value in values.items()}
    comparison.remarks = (*hand.remarks, *comparison.remarks)
    return comparison


def _judged(run, hand, dy, rng):
    """The engine's verdict; that of differences alone where there is no graph, or one that may have lost something."""
    if run.recorded:
        comparison = _by_engine(run, hand, dy)
        if comparison.ok or not run.recorded.left or _refuted(run, comparison, dy, rng):
            return comparison
        _give_up(run)
    return _by_differences(run, hand, dy, rng)


def _refuted(run, comparison, dy, rng):
    """Whether differences, too, say that a gradient is wrong, so that what was read out of the graph does not matter."""
    referee = _referee(run, dy, rng)
    wrong = [result for result in comparison.wrong if result.name in run.values and result.hand is not None]
    return any(
        result.status in ("shape", "non-finite") or referee.verdict(result.name, result.hand) == REFUTED
        for result in wrong
    )


def _refuse_unrepeatable(again, y):
    if again.shape == y.shape and same(again, y):
        return
    with np.errstate(all="ignore"):
        gap = f"by up to {np.max(np.absolute(again - y)):.2g}" if again.shape == y.shape else "of another shape"
    raise UnusableLayer(
        f"forward gives other numbers, {gap}, when it is called again with the same arguments; draw random numbers "
        "from np.random, or from a generator of the module, whose state can be put back, and keep no state between calls"
    )


def _refuse_independent(run, rng):
    """An error where forward returns the same whatever its arguments are."""
    moved = {
        name: value + 0.1 * scale_of(value) * rng.normal(size=value.shape) if value.dtype.kind == "f" else value
        for name, value in run.values.items()
    }
    try:
        changed = not np.array_equal(run.plain(moved), run.y, equal_nan=True)
    except UnusableLayer:
        return
    if not changed:
        raise UnusableLayer(
            "forward's result depends on none of its floating-point arguments, so there is nothing to differentiate"
        )


# --- the engine, confirmed by differences -----------------------------------------------------------------------------


def _confirm(run, hand, dy, rng):
    """Confirm by differences that the recorded graph is the plain function; give it up where it is not."""
    names = [name for name in run.differentiable() if hand.get(name) is not None]
    run.recorded.y.backward(dy)
    lost = [name for name in names if _only_engine_is_not_finite(run, name, hand)]
    if lost:
        why = f"the engine's gradient of {', '.join(lost)} is not finite, since numbers on the way are too large"
        run.recorded, run.unrecorded = None, Unrecorded(why)
        return
    doubtful = _not_confirmed(run, names, dy, rng)
    doubtful = doubtful and _not_confirmed(_nearby(run, dy, rng), doubtful, dy, rng)
    refuted = [name for name, verdict in (doubtful or {}).items() if verdict == REFUTED]
    if not refuted:
        return
    if not run.recorded.left:
        raise Disagreement(
            f"no verdict: the engine and finite differences of forward disagree on the gradient of "
            f"{', '.join(refuted)}; the function may not be differentiable here, or the engine is wrong"
        )
    _give_up(run)


def _give_up(run):
    """Judge by differences alone: numbers were read out of the graph, and they matter."""
    statements = dict.fromkeys(str(statement) for statement, _ in run.recorded.left if statement)
    listed = ", ".join(list(statements)[:3]) + (", ..." if len(statements) > 3 else "")
    how = run.recorded.left[0][1]
    run.recorded, run.unrecorded = None, Unrecorded(f"{how} reads a number out of the graph", listed)


def _not_confirmed(run, names: Iterable[str], dy, rng) -> dict[str, str]:
    """{name: verdict} of the arguments whose gradient by the engine is not that of the plain function."""
    if run is None or run.recorded is None:
        return {}
    referee, found = _referee(run, dy, rng), {}
    for name in names:
        rounding = partial(_rounding, run.recorded, name, dy)
        verdict = referee.verdict(name, _engine_gradient(run, name), rounding)
        if verdict == REFUTED and run.values[name].dtype.itemsize < 8:
            verdict = _in_double(run, name, dy, referee)
        if verdict != AGREES:
            found[name] = verdict
    return found


def _only_engine_is_not_finite(run, name, hand):
    g = _engine_gradient(run, name)
    try:
        return not np.isfinite(g).all() and bool(np.isfinite(hand[name]).all())
    except TypeError:  # no numbers
        return False


def _engine_gradient(run, name):
    tensor = run.recorded.arguments[name]
    return np.zeros(tensor.shape, tensor.dtype) if tensor.grad is None else tensor.grad


def _in_double(run, name, dy, referee):
    """The verdict on the engine's gradient in double precision: what differences see of float32 may be its rounding."""
    wide = {key: _double(value) for key, value in run.values.items()}
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
    """What each element of the engine's gradient may be off by: rounding of all that was added up to make it."""
    argument, y = recorded.arguments[name], recorded.y
    gradients = y.gradients(dy.astype(y.dtype))
    if argument not in gradients:
        return 0.0
    gross = gross_gradients(y, gradients)[argument]
    return LIMIT_DOUBLE * unit_roundoff(y.dtype, argument.dtype) * gross


def _nearby(run, dy, rng):
    """The same run at a point nearby, where no two numbers are tied; None where forward cannot be run there."""
    values = {
        name: (value + _NEARBY * scale_of(value) * rng.normal(size=value.shape)).astype(value.dtype)
        if value.dtype.kind == "f"
        else value
        for name, value in run.values.items()
    }
    try:
        near = _Run.of(run.plain.forward, run.backward, values, run.plain.state)
        if near.recorded is None or near.y.shape != run.y.shape:
            return None
        near.recorded.y.backward(dy)
        return near
    except UnusableLayer:
        return None


def _referee(run, dy, rng):
    try:
        return Referee(run.plain, run.values, dy, rng)
    except UnusableLayer:  # forward takes arrays of its own type alone
        types = {name: value.dtype for name, value in run.values.items()}
        return Referee(lambda x: run.plain({k: v.astype(types[k]) for k, v in x.items()}), run.values, dy, rng)


def _double(value):
    return value.astype(np.float64) if value.dtype.kind == "f" else value


# --- the two kinds of verdict ---------------------------------------------------------------------------------------


def _by_engine(run, hand: HandGradients, dy) -> Comparison:
    recorded = run.recorded
    arguments = {name: recorded.arguments[name] for name in run.differentiable()}
    nodes = {**recorded.between, **arguments}
    unused = {name: nodes[name] for name in hand.first if nodes[name].grad is None}  # their gradient is 0
    claims = {nodes[name]: array for name, array in hand.first.items() if name not in unused}
    comparison = compare(claims, recorded.y, gradient=dy)
    zeros = [_of_unused(name, hand.first[name], tensor) for name, tensor in unused.items()]
    results = [if_repeatable(result, hand.again.get(result.name)) for result in [*comparison.values(), *zeros]]
    comparison = comparison.with_results(results, {node: name for name, node in nodes.items()})
    comparison.root = recorded.y
    comparison.result = recorded.y.name, recorded.y.shape
    return comparison


def _of_unused(name, hand, tensor):
    engine = np.zeros(tensor.shape)
    if hand is None:
        return Result(name, "missing", engine, note="None was handed in")
    return judge(name, real_array(hand, name), engine)


def _by_differences(run, hand: HandGradients, dy, rng) -> Comparison:
    referee, results = _referee(run, dy, rng), []
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
            f"no verdict: {run.unrecorded}, and finite differences of forward cannot see its slopes for these inputs "
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
    comparison.root, comparison.result = None, ("y" if "y" not in run.values else "result", run.y.shape)
    return comparison


def _hand_in_double(run, hand: HandGradients, dy) -> HandGradients:
    """The hand-derived gradients of float32 inputs, computed anew in double precision, as the differences are."""
    if all(value.dtype.itemsize == 8 for value in run.values.values() if value.dtype.kind == "f"):
        return hand
    wide = {name: _double(value) for name, value in run.values.items()}
    try:
        of_dy = with_cache(run.backward, run.plain.returned(wide), list(wide))
        return hand_gradients(of_dy, _double(dy), wide, run.differentiable(), run.between())
    except UnusableLayer:  # the functions take arrays of their own type alone
        return hand


def _floats(array, name):
    array = real_array(array, f"the gradient of {name}")
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def if_repeatable(result: Result, again: object) -> Result:
    """The result, unless ``backward`` gives another gradient when it is called again with the same arguments."""
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
    return replace(result, status="wrong", note=note, causes=(Cause("stale", (result.name,), note),))


def without_warnings(run):
    """What ``run`` returns, without a warning of NumPy's or Python's."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return run()
