"""``compare``: judge each gradient that was derived by hand against the engine's, and explain those
that are wrong.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine.graph import Node
from . import claims as claims_of
from .causes import Search
from .coarse import stored_precision
from .comparison import AGREE, Comparison, Result
from .engine_facts import EngineFacts
from .formulas import right_lines
from .judge import judge, largest
from .rounding import allowed
from .strength import weaknesses
from .tolerance import Tolerance
from .verdicts import Verdicts, in_words

if TYPE_CHECKING:
    from ..foundations.annotations import ArrayLike, Gradients
    from ..foundations.precisions import Precision


def compare(
    hand: Gradients,
    root: Node,
    *,
    gradient: ArrayLike | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    precision: Precision | None = None,
) -> Comparison:
    """Compare hand-derived gradients of ``root`` with the engine's.

    Never raises on a mismatch, never broadcasts, touches no ``.grad``.

    ``hand``: {name or node: array}, for leaves and intermediates; or one array, to be compared with
    ``root.grad``. Arrays of any library that speaks NumPy's, the buffer or the DLPack protocol, or
    the path of a file that ``np.save`` wrote; one that ``np.savez`` wrote is such a mapping.
    ``root``: the result that is differentiated.
    ``gradient``: dL/d(root), of its shape; needed where it is not a scalar.
    ``rtol``, ``atol``: |hand - engine| <= atol + rtol * |engine| passes too, as ``close``; by
    default only rounding passes.
    ``precision``: "bfloat16", "tf32" or "float16", the type that the hand-derived gradients were
    computed in; numbers that were stored in such a type, or printed with some decimals, are
    recognised.

    Returns a ``Comparison``. Raises ``ValueError`` for a name that no node of the graph has, or
    that several have, and ``TypeError`` for a gradient that is not made of real numbers.

    >>> from micrograd_linear import Tensor
    >>> W = Tensor([[1.0, 2.0]], "W"); loss = (W * W).sum()
    >>> compare({"W": [[2.0, 8.0]]}, loss)["W"].status
    'wrong'
    """
    tolerance = Tolerance.of("compare", rtol, atol, precision)
    handed_in: Any = claims_of.opened(hand, root)
    if claims_of.is_mapping(handed_in):
        comparison = _compare_mapping(handed_in, root, gradient, tolerance)
    else:
        result = _compare_one(handed_in, root, tolerance)
        comparison = Comparison([result], {root: result.name})
    comparison.tolerance = tolerance
    return comparison


def _compare_mapping(
    handed_in: Any,
    root: Node,
    gradient: ArrayLike | None,
    tolerance: Tolerance,
) -> Comparison:
    engine = EngineFacts(root, gradient)
    claims, stored = _claims(handed_in, engine)
    given = {node: claim for node, claim in claims.items() if claim is not None}
    judged = [
        _judged(node, claim, engine, tolerance.of_type(stored[node]))
        for node, claim in given.items()
    ]
    explained = Verdicts(judged, given, engine).explained()
    results = [*explained, *_missing(claims, engine)]
    result_of = {result.name: result for result in results}
    return Comparison(
        [*results, *_unchecked(result_of, engine)],
        {node: engine.names[node] for node in engine.gradients},
        lambda: weaknesses(root, engine.seed, given, engine.order, engine.names),
        partial(_right_lines, engine, result_of),
        engine.gradients,
    )


def _judged(node: Any, claim: np.ndarray, engine: EngineFacts, tolerance: Tolerance) -> Result:
    """One gradient against the engine's, and where it fails."""
    own, due = np.asarray(engine.gradients[node]), partial(engine.errors.of, node)
    judged = judge(engine.names[node], claim, own, engine.gross[node], due, tolerance)
    return _located(at_what_fails(judged, tolerance), engine)


def _missing(claims: dict[Any, Any], engine: EngineFacts) -> list[Result]:
    """A result for every gradient that was handed in as None."""
    none = [node for node, claim in claims.items() if claim is None]
    return [
        Result(
            engine.names[node],
            "missing",
            np.asarray(engine.gradients[node]),
            note="None was handed in",
        )
        for node in none
    ]


def _unchecked(result_of: dict[str, Result], engine: EngineFacts) -> list[Result]:
    """A result for every leaf that nothing was handed in for."""
    leaves = [node for node in engine.order if not node.operands and node in engine.gradients]
    return [
        Result(engine.names[node], "unchecked", np.asarray(engine.gradients[node]))
        for node in leaves
        if engine.names[node] not in result_of
    ]


def _claims(handed_in: Any, engine: EngineFacts) -> tuple[dict[Any, Any], dict[Any, str | None]]:
    """{node: the array that was handed in for it, or None}, {node: the type that it is stored in,
    where NumPy has no name for that}
    """
    names = engine.names
    by_name = claims_of.nodes_by_name(names)
    claims: dict[Any, Any] = {}
    stored: dict[Any, str | None] = {}
    entries = claims_of.entries(handed_in)
    for key, array in entries:
        node = claims_of.find(key, names, by_name)
        claims[node] = None if array is None else claims_of.real(array, key)
        stored[node] = stored_precision(array)
    if len(claims) < len(entries):
        raise ValueError("compare: a tensor was handed in twice, by name and as itself")
    for node in claims:
        if node not in engine.gradients:
            raise ValueError(
                f"compare: {names[node]!r} requires no gradient; "
                "make it a Tensor with requires_grad=True to check it"
            )
    return claims, stored


def _right_lines(
    engine: EngineFacts, result_of: dict[str, Result], wrong: list[str]
) -> dict[str, str]:
    """{name of a wrong gradient: the line that is right where its mistake is}"""
    by_name: dict[str, Any] = {engine.names[node]: node for node in engine.order}
    places = {name: result_of[name].causes[0].of or name for name in wrong}
    nodes = {name: by_name[place] for name, place in places.items() if place in by_name}
    return right_lines(engine.root, nodes, len(engine.order))


def _compare_one(hand, tensor, tolerance):
    name = tensor.name or "gradient"
    tolerance = tolerance.of_type(stored_precision(hand))
    hand = claims_of.real(hand, name)
    engine = _own_gradient(hand, tensor, name)
    result = at_what_fails(judge(name, hand, engine, tolerance=tolerance), tolerance)
    if result.status not in ("wrong", "shape"):
        return result

    def agrees(array):
        return judge("", hand, array).status in AGREE

    def within(array):
        difference = np.absolute(hand.astype(np.float64) - array)
        return difference <= allowed(hand, np.asarray(array), None, None)

    causes = Search(tensor, hand, engine, {tensor: name}, agrees, within).causes()
    return replace(result, causes=causes, note=in_words(causes))


def _own_gradient(hand, tensor, name):
    """A copy of the ``.grad`` of a tensor, which a backward pass must have made."""
    if tensor.grad is None:
        raise ValueError(
            f"compare: {tensor.describe()} has no gradient yet; call backward() on the result "
            "first, or compare({name: array}, result)"
        )
    engine = np.array(tensor.grad)
    if not hasattr(tensor, "arrays") and not engine.any() and hand.any():
        called = tensor.describe() if hasattr(tensor, "describe") else name
        raise ValueError(
            f"compare: the gradient of {called} is 0; call backward() on the result first"
        )
    return engine


def at_what_fails(result: Result, tolerance: Tolerance) -> Result:
    """The result with the place of the largest difference among the elements that are not allowed.

    The largest of all may be at an element so large that it is rounding there.
    """
    if result.status != "wrong" or result.due is None or result.hand is None:
        return result
    with np.errstate(all="ignore"):
        hand, engine = (array.astype(np.float64) for array in (result.hand, result.engine))
        difference = np.absolute(hand - engine)
        fails = (difference > result.due) & ~tolerance.allows(difference, engine)
    return (
        replace(result, where=largest(np.where(fails, difference, 0.0))) if fails.any() else result
    )


def _located(result, engine):
    """Where the first number that is not finite arose, if it was in the engine's run."""
    if result.status != "non-finite" or np.isfinite(result.engine).all():
        return result
    order, gradients, names = engine.order, engine.gradients, engine.names
    for node in order:
        if not np.isfinite(np.asarray(node.current)).all():
            first = f"the first arises in the forward pass, at {names[node]}"
            return replace(result, note=f"{result.note}; {first}")
    place = next(
        node
        for node in reversed(order)
        if node in gradients and not np.isfinite(np.asarray(gradients[node])).all()
    )
    first = f"the first arises in the backward pass, in the gradient of {names[place]}"
    return replace(result, note=f"{result.note}; {first}")
