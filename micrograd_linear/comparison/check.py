"""``check_backward``: what a hand-written backward pass returns, before two judges.

The engine records ``forward`` and differentiates it; finite differences are taken of the plain
function. Where both say the same of the function, the engine judges the hand-derived gradients, and
explains them. Where no graph stands for the function, differences alone judge.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine.tensor import Tensor
from .comparison import AGREE, Comparison
from .confirmation import confirm, give_up, is_refuted, refuse_independent, refuse_unrepeatable
from .convention import averaged, excused, with_conventions
from .evidence import Evidence
from .inputs import inputs_of
from .joined import joined
from .pair import Disagreement, UnusableLayer, hand_gradients, in_words, with_cache
from .random_state import RandomState
from .redraw import on_other_inputs
from .run import Run
from .small_constants import with_small_constants
from .styles.alternatives import alternatives
from .styles.finding import arguments_of, pair_of, pairs_of, pairs_of_class, single
from .styles.pairing import Case, Pair
from .styles.patience import OF_A_PAIR
from .styles.simple import as_simple
from .styles.trial import found_case
from .tolerance import ROUNDING_ALONE, Tolerance
from .two_verdicts import by_differences, by_engine

if TYPE_CHECKING:
    from ..foundations.precisions import Precision
    from .correction.mistake import Diagnosis


def check_backward(
    forward: object,
    backward: Callable | None = None,
    inputs: object = None,
    *,
    seed: int = 0,
    rtol: float | None = None,
    atol: float | None = None,
    precision: Precision | None = None,
) -> Comparison:
    """Compare a hand-written ``backward`` with the gradients of ``forward``, by two judges.

    ``forward(**inputs)``       NumPy code that returns one array or scalar, y; or (y, cache)
    ``backward(dy, **inputs)``  the derivation: returns dL/d(input) for dy = dL/dy, as a dict by
                                name or a tuple in the order of forward's arguments; it may take
                                only the inputs that it needs. A dict may also hold gradients of
                                results in between, by the names of forward's local variables.
                                ``backward(dy, cache)`` where forward returns a cache
    ``inputs``                  {name: array, or a shape to be drawn at random, or a setting};
                                without it, inputs are sought that both functions accept

    ``rtol``, ``atol``          |hand - engine| <= atol + rtol * |engine| passes too, as ``close``
    ``precision``               "bfloat16", "tf32" or "float16", in which backward computes

    Without ``backward``, ``forward`` is a class, or an object, with both methods; a function that
    returns a loss and its gradients; or a module, all of whose pairs are checked.

    dy is drawn at random, in the shape of y. Both functions run on copies of the plain arrays, and
    draw the same random numbers in each run; ``forward`` runs on Tensors as well. Integer arrays
    are constants, and arguments with a default keep it unless ``inputs`` names them.

    Returns a ``Comparison`` whose ``root`` is y, with the gradients in place, ready to be drawn;
    ``root`` is None where forward cannot be recorded, and finite differences alone are the judge.
    Raises ``UnusableLayer`` where the functions cannot be used, and ``Disagreement``, which is one,
    where the engine's gradient is not that of the plain function.

    >>> def forward(x, w): return x @ w
    >>> def backward(dy, x, w): return {"x": dy @ w.T, "w": x.T @ dy}
    >>> check_backward(forward, backward, {"x": (5, 7), "w": (7, 3)}).ok
    True
    """
    tolerance = Tolerance.of("check_backward", rtol, atol, precision)
    pairs = _pairs(forward, backward)
    given = [inputs] if len(pairs) == 1 else [inputs_for(p, inputs, pairs) for p in pairs]
    comparisons = {
        p.name: check_pair(p, g, seed=seed, tolerance=tolerance) for p, g in zip(pairs, given)
    }
    return joined(Evidence.shared(excused(comparisons)))


def _pairs(forward: Any, backward: Any | None) -> list[Pair]:

    if backward is not None or (not callable(forward) and not hasattr(forward, "__dict__")):
        for name, function in (("forward", forward), ("backward", backward)):
            if not callable(function):
                got = type(function).__name__
                raise TypeError(f"check_backward: {name}: expected a function, got {got}")
    if callable(backward):
        return [pair_of(forward, backward)]
    if inspect.ismodule(forward):
        found = pairs_of(vars(forward), getattr(forward, "__file__", None) or "")
    elif inspect.isroutine(forward):
        found = [single(forward)]
    else:
        cls = forward if inspect.isclass(forward) else type(forward)
        module = inspect.getmodule(cls)
        made = None if inspect.isclass(forward) else forward
        found = pairs_of_class(cls, vars(module) if module else {}, made)
    if not found:
        raise UnusableLayer(
            f"check_backward: {getattr(forward, '__name__', type(forward).__name__)} has no pair: "
            "expected forward and backward, X_forward and X_backward, or methods of these names"
        )
    return found


def inputs_for(pair: Pair, inputs: object, pairs: Sequence[Pair]) -> object:
    """The part of the inputs that is meant for a pair: {pair name: {...}}, or all of it.

    A file may use the name for something else: what names no argument of the pair is not meant.
    """
    if isinstance(inputs, Mapping):
        own = inputs.get(pair.name)
        if isinstance(own, Mapping):
            return own
        named = {other.name for other in pairs}
        if inputs and all(key in named and isinstance(inputs[key], Mapping) for key in inputs):
            return None
    if pair.name == "forward":
        return inputs
    fits = isinstance(inputs, Mapping) and set(inputs) <= arguments_of(pair)
    return inputs if fits or (len(pairs) == 1 and isinstance(inputs, Mapping)) else None


def check_pair(
    pair: Pair,
    inputs: object = None,
    *,
    seed: int = 0,
    seconds: float = OF_A_PAIR,
    tolerance: Tolerance = ROUNDING_ALONE,
) -> Comparison:
    """The comparison of one pair; ``seconds``: how long inputs are sought."""
    # No generator that the file seeds draws the same numbers: dy must not equal its inputs.
    rng = np.random.default_rng((seed, *b"check_backward"))
    state = RandomState(*pair.functions)
    try:
        case = replace(_case(pair, inputs, rng, state, seconds), tolerance=tolerance)
        made, comparison = _verdict(pair, case, inputs, rng, state)
        if inputs is None and not comparison.ok:
            meant = _meant(pair, case, comparison, state, seed)
            case, made, comparison = meant or (case, made, comparison)
        _refuse_unwritten(pair, comparison)
        comparison.diagnose = partial(_diagnosed, pair, case, made, state, seed)
        return comparison
    finally:
        state.restore()


def _refuse_unwritten(pair, comparison):
    if all(result.status == "unchecked" for result in comparison.values()):
        raise UnusableLayer(
            f"{pair.words}: backward gives no gradient, only None: it may not be written yet"
        )


def _verdict(pair, case, inputs, rng, state) -> tuple[Comparison, Comparison]:
    """(the comparison of a case, the same with its deviations by habit excused)."""
    made = _guessed(inputs, lambda: _of_case(case, case.values, rng, state))
    if case.is_plain or inputs is not None:
        _look_elsewhere(made, case, rng, state)
    made.remarks = (*case.remarks, *made.remarks)
    comparison = with_conventions(made, case.values)
    return made, with_small_constants(comparison, case, pair.functions, state)


def _meant(pair, first, comparison, state, seed) -> tuple[Case, Comparison, Comparison] | None:
    """The filling of other shapes in which all gradients agree, or, where gradients had other
    shapes than their arguments, more of them than before, with its comparison: the first was a
    guess that the file does not mean. None where there is none.
    """
    rng = np.random.default_rng((seed, *b"alternatives"))
    claimed = [name for name, result in comparison.items() if result.hand is not None]
    best, most = None, sum(comparison[name].status in AGREE for name in claimed)
    measured = replace(first, shape=comparison.upstream.shape)
    for case, count in alternatives(pair, measured, claimed, rng, state.restore):
        if count == len(case.gradients):
            found = _on_another(pair, case, first, rng, state)
            if found and found[2].ok and not found[2].weaknesses:
                return found
        elif count > most:
            best, most = case, count
    if best is None or all(result.status != "shape" for result in comparison.values()):
        return None
    return _on_another(pair, best, first, rng, state)


def _on_another(pair, case, first, rng, state) -> tuple[Case, Comparison, Comparison] | None:
    """The verdict on another filling, with a remark; None where there is none."""
    case = replace(_simplest(pair, case), tolerance=first.tolerance)
    state.restore()
    try:
        made, found = _verdict(pair, case, None, rng, state)
    except (UnusableLayer, ValueError):
        return None
    instead, shapes = in_words(first.values), in_words(case.values)
    guessed = f"Shapes were guessed: more gradients agree for {shapes} than for {instead}."
    found.remarks = (*found.remarks, guessed)
    return case, made, found


def _case(pair: Pair, inputs, rng, state, seconds) -> Case:
    """The pair with its inputs: those given, or the first with which it runs."""
    simple = as_simple(pair)
    if inputs is not None and simple is not None and simple.takes(inputs):
        return simple.case(inputs_of(simple.forward, simple.backward, inputs, rng))
    given = inputs if isinstance(inputs, Mapping) else None
    try:
        case = found_case(pair, given, rng, state.restore, seconds)
    except UnusableLayer:
        if simple is None or inputs is not None:
            raise
        return simple.case(inputs_of(simple.forward, simple.backward, None, rng))
    return _simplest(pair, case)


def _simplest(pair, case):
    """The case of the file's own functions, where they need no adapter."""
    simple = as_simple(pair)
    return simple.case(case.values) if simple is not None and simple.fits(case) else case


def _of_case(case, values, rng, state):
    return checked(case.forward, case.backward, values, rng, state, case.tolerance)


def _diagnosed(
    pair: Pair, case: Case, made: Comparison, state: RandomState, seed: int, judged: Comparison
) -> Diagnosis:
    """Which lines of the backward pass are wrong; of a right one, how many there are."""
    from .correction.diagnosis import Diagnostician, lines_checked
    from .correction.inputs import other_inputs
    from .correction.mistake import Diagnosis
    from .correction.trial import Trial, right_gradients

    now = RandomState(*pair.functions)
    values, rng = made.run.values, np.random.default_rng((seed, *b"corrections"))
    right, habit = right_gradients(made), averaged(judged, values)
    trial = Trial(
        case.forward, case.backward, values, made.upstream, made.run, state, pair.functions, right
    )
    trial.forgives = not all(result.name in habit for result in judged.wrong)
    others = [values, *other_inputs(values, rng)]

    def agrees() -> bool:
        found = [_verdict_on(pair, case, each, rng, state) for each in others]
        return found[0] is True and False not in found

    try:
        if judged.ok:
            return lines_checked(trial)
        evidence = judged.evidence or Evidence()
        fixes = evidence.fixes_before(judged)
        return Diagnostician(trial, agrees, evidence.right, fixes).mistakes()
    except Exception as error:  # the verdict stands without it
        why = f"{type(error).__name__}: {error}"
        return Diagnosis(remark=f"Which line is wrong could not be looked for: {why}.")
    finally:
        now.restore()


def _verdict_on(pair, case, values, rng, state) -> bool | None:
    """Whether the pair agrees on some inputs, or would but for a convention; None where they do not
    fit it.
    """
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = _of_case(case, values, rng, state)
        except (UnusableLayer, ValueError):
            return None
        found = with_conventions(found, values)
        found = with_small_constants(found, replace(case, values=values), pair.functions, state)
    excepted = averaged(found, values) | {r.name for r in found.wrong if _is_of_another_shape(r)}
    return found.ok or {result.name for result in found.wrong} <= excepted


def _is_of_another_shape(result) -> bool:
    """Whether the numbers of a gradient are right: its argument's shape was guessed."""
    hand, engine = result.hand, result.engine
    if result.status != "shape" or hand is None or hand.squeeze().shape != engine.squeeze().shape:
        return False
    return np.allclose(hand.squeeze(), engine.squeeze(), rtol=1e-6, atol=1e-9, equal_nan=True)


def _look_elsewhere(comparison, case, rng, state):
    if comparison.ok and comparison.root is not None and comparison.weaknesses:
        on_other_inputs(
            comparison,
            case.forward,
            case.values,
            rng,
            lambda other: _of_case(case, other, rng, state),
        )


def run_forward(
    forward: Callable, inputs: object, rng: np.random.Generator, backward: Callable | None = None
) -> tuple[Tensor, dict[str, np.ndarray], dict[str, object], str]:
    """(y, {name: array}, {name: Tensor, or integer array}, the shapes in words): ``forward``
    recorded.

    ``inputs`` as for ``check_backward``. Raises ``UnusableLayer`` where it cannot be recorded.
    """
    state = RandomState(forward)
    try:
        values = inputs_of(forward, backward, inputs, rng)
        run = _guessed(inputs, lambda: Run.of(forward, backward, values, state))
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


def checked(
    forward, backward, values, rng, state, tolerance=ROUNDING_ALONE, dy_of=None
) -> Comparison:
    """The comparison on some inputs; ``dy_of`` gives dy for y, else it is drawn."""
    run = Run.of(forward, backward, values, state)
    plain = run.plain
    dy = rng.normal(size=run.y.shape).astype(run.y.dtype) if dy_of is None else dy_of(run.y)
    # The last run before backward, so that what forward keeps for it is of plain arrays.
    returned = plain.returned(values)
    refuse_unrepeatable(plain.result(returned, list(values)), run.y)
    of_dy = with_cache(backward, returned, list(values))
    hand = hand_gradients(of_dy, dy, values, run.differentiable(), run.between())
    if run.recorded is None:
        refuse_independent(run, rng)
    else:
        confirm(run, hand.first, dy, rng)
    try:
        comparison = _judged(run, hand, dy, rng, tolerance)
    except (TypeError, ValueError, OverflowError) as error:
        if isinstance(error, UnusableLayer):
            raise
        raise UnusableLayer(f"backward returned what cannot be compared: {error}") from error
    comparison.inputs = {name: value.shape for name, value in values.items()}
    comparison.run, comparison.upstream = run, dy
    comparison.remarks = (*hand.remarks, *comparison.remarks)
    return comparison


def _judged(run, hand, dy, rng, tolerance):
    """The engine's verdict; that of differences alone where there is no graph, or one that may have
    lost something.
    """
    if run.recorded:
        comparison = by_engine(run, hand, dy, tolerance)
        if comparison.ok or not run.recorded.left or is_refuted(run, comparison, dy, rng):
            return comparison
        give_up(run)
    return by_differences(run, hand, dy, rng, tolerance)
