"""``check_backward``: a hand-written pair of NumPy functions, forward and backward, before two
judges.

The engine records ``forward`` and differentiates it; finite differences are taken of the plain
function. Where both say the same of the function, the engine judges the hand-derived gradients, and
explains them. Where no graph stands for the function, differences alone judge.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..engine.tensor import Tensor
from .comparison import Comparison
from .confirmation import confirm, give_up, is_refuted, refuse_independent, refuse_unrepeatable
from .inputs import inputs_of
from .pair import Disagreement, UnusableLayer, hand_gradients, in_words, with_cache
from .random_state import RandomState
from .redraw import on_other_inputs
from .run import Run
from .two_verdicts import by_differences, by_engine


def check_backward(
    forward: Callable, backward: Callable, inputs: object = None, *, seed: int = 0
) -> Comparison:
    """Compare a hand-written ``backward`` with the gradients of ``forward``, by two judges.

    ``forward(**inputs)``       NumPy code that returns one array or scalar, y; or (y, cache)
    ``backward(dy, **inputs)``  the derivation: returns dL/d(input) for dy = dL/dy, as a dict by
                                name or a tuple in the order of forward's arguments; it may take
                                only the inputs that it needs. A dict may also hold gradients of
                                results in between, by the names of forward's local variables.
                                ``backward(dy, cache)`` where forward returns a cache
    ``inputs``                  {name: array, or a shape to be drawn at random}; without it,
                                shapes are sought that forward accepts

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
    for name, function in (("forward", forward), ("backward", backward)):
        if not callable(function):
            got = type(function).__name__
            raise TypeError(f"check_backward: {name}: expected a function, got {got}")
    # No generator that the file seeds draws the same numbers: dy must not equal its inputs.
    rng = np.random.default_rng((seed, *b"check_backward"))
    state = RandomState(forward, backward)
    try:
        values = inputs_of(forward, backward, inputs, rng)
        comparison = _guessed(inputs, lambda: checked(forward, backward, values, rng, state))
        if comparison.ok and comparison.root is not None and comparison.weaknesses:
            on_other_inputs(
                comparison,
                forward,
                values,
                rng,
                lambda other: checked(forward, backward, other, rng, state),
            )
        return comparison
    finally:
        state.restore()


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


def checked(forward, backward, values, rng, state) -> Comparison:
    """The comparison on some inputs."""
    run = Run.of(forward, backward, values, state)
    plain = run.plain
    dy = rng.normal(size=run.y.shape).astype(run.y.dtype)
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
        comparison = _judged(run, hand, dy, rng)
    except (TypeError, ValueError, OverflowError) as error:
        if isinstance(error, UnusableLayer):
            raise
        raise UnusableLayer(f"backward returned what cannot be compared: {error}") from error
    comparison.inputs = {name: value.shape for name, value in values.items()}
    comparison.remarks = (*hand.remarks, *comparison.remarks)
    return comparison


def _judged(run, hand, dy, rng):
    """The engine's verdict; that of differences alone where there is no graph, or one that may have
    lost something.
    """
    if run.recorded:
        comparison = by_engine(run, hand, dy)
        if comparison.ok or not run.recorded.left or is_refuted(run, comparison, dy, rng):
            return comparison
        give_up(run)
    return by_differences(run, hand, dy, rng)
