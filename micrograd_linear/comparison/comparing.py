"""``compare``: judge each gradient that was derived by hand against the engine's, and explain those
that are wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine.graph import Node, topological_order
from ..engine.names import unique_names
from . import claims as claims_of
from .causes import Search
from .comparison import AGREE, Comparison, Result
from .formulas import right_lines
from .gross import gross_gradients
from .judge import judge, largest
from .rounding import EngineErrors, allowed
from .strength import weaknesses
from .verdicts import Verdicts, in_words

if TYPE_CHECKING:
    from ..foundations.annotations import ArrayLike, Gradients


def compare(
    hand: Gradients,
    root: Node,
    *,
    gradient: ArrayLike | None = None,
    rtol: float | None = None,
    atol: float | None = None,
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

    Returns a ``Comparison``. Raises ``ValueError`` for a name that no node of the graph has, or
    that several have, and ``TypeError`` for a gradient that is not made of real numbers.

    >>> from micrograd_linear import Tensor
    >>> W = Tensor([[1.0, 2.0]], "W"); loss = (W * W).sum()
    >>> compare({"W": [[2.0, 8.0]]}, loss)["W"].status
    'wrong'
    """
    _check_tolerances(rtol=rtol, atol=atol)
    handed_in: Any = claims_of.opened(hand, root)
    if claims_of.is_mapping(handed_in):
        return _compare_mapping(handed_in, root, gradient, rtol, atol)
    result = _compare_one(handed_in, root, rtol, atol)
    return Comparison([result], {root: result.name})


def _check_tolerances(**tolerances: Any) -> None:
    for option, number in tolerances.items():
        if number is not None and not (isinstance(number, (int, float, np.number)) and number >= 0):
            raise ValueError(f"compare: {option}: expected a number from 0 upward, got {number!r}")


def _compare_mapping(
    handed_in: Any,
    root: Node,
    gradient: ArrayLike | None,
    rtol: float | None,
    atol: float | None,
) -> Comparison:
    order = topological_order(root)
    names = unique_names(order)
    claims = _claims(handed_in, names)
    gradients = root.gradients() if gradient is None else root.gradients(gradient)
    _check_requires_gradient(claims, gradients, names)
    gross = gross_gradients(root, gradients)
    errors = EngineErrors(root, gradients, gross)
    missing = [
        Result(names[node], "missing", np.asarray(gradients[node]), note="None was handed in")
        for node, claim in claims.items()
        if claim is None
    ]
    claims = {node: claim for node, claim in claims.items() if claim is not None}
    results = []
    for node, claim in claims.items():
        engine, due = np.asarray(gradients[node]), partial(errors.of, node)
        judged = judge(names[node], claim, engine, gross[node], due, rtol, atol)
        results.append(_located(at_what_fails(judged, rtol, atol), order, gradients, names))
    explained = Verdicts(results, claims, root, gradients, gross, errors, names).explained()
    results = [*explained, *missing]
    result_of = {result.name: result for result in results}
    for node in order:
        if not node.operands and node in gradients and names[node] not in result_of:
            results.append(Result(names[node], "unchecked", np.asarray(gradients[node])))
    return Comparison(
        results,
        {node: names[node] for node in gradients},
        lambda: weaknesses(root, gradients[root], claims, order, names),
        partial(_right_lines, root, names, order, result_of),
        gradients,
    )


def _claims(handed_in: Any, names: dict[Any, str]) -> dict[Any, Any]:
    """{node: the array that was handed in for it, or None}"""
    by_name = claims_of.nodes_by_name(names)
    claims: dict[Any, Any] = {
        claims_of.find(key, names, by_name): None if array is None else claims_of.real(array, key)
        for key, array in handed_in.items()
    }
    if len(claims) < len(handed_in):
        raise ValueError("compare: a tensor was handed in twice, by name and as itself")
    return claims


def _check_requires_gradient(claims: Any, gradients: Any, names: dict[Any, str]) -> None:
    for node in claims:
        if node not in gradients:
            raise ValueError(
                f"compare: {names[node]!r} requires no gradient; "
                "make it a Tensor with requires_grad=True to check it"
            )


def _right_lines(
    root: Node,
    names: dict[Any, str],
    order: Sequence[Node],
    result_of: dict[str, Result],
    wrong: list[str],
) -> dict[str, str]:
    """{name of a wrong gradient: the line that is right where its mistake is}"""
    by_name: dict[str, Any] = {names[node]: node for node in order}
    places = {name: result_of[name].causes[0].of or name for name in wrong}
    nodes = {name: by_name[place] for name, place in places.items() if place in by_name}
    return right_lines(root, nodes, len(order))


def _compare_one(hand, tensor, rtol, atol):
    name = tensor.name or "gradient"
    hand = claims_of.real(hand, name)
    engine = _own_gradient(hand, tensor, name)
    result = at_what_fails(judge(name, hand, engine, rtol=rtol, atol=atol), rtol, atol)
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


def at_what_fails(result: Result, rtol: float | None, atol: float | None) -> Result:
    """The result with the place of the largest difference among the elements that are not allowed.

    The largest of all may be at an element so large that it is rounding there.
    """
    if result.status != "wrong" or result.due is None or result.hand is None:
        return result
    with np.errstate(all="ignore"):
        hand, engine = (array.astype(np.float64) for array in (result.hand, result.engine))
        difference = np.absolute(hand - engine)
        close = (atol or 0.0) + (rtol or 0.0) * np.absolute(engine)
    fails = difference > np.maximum(result.due, close)
    return (
        replace(result, where=largest(np.where(fails, difference, 0.0))) if fails.any() else result
    )


def _located(result, order, gradients, names):
    """Where the first number that is not finite arose, if it was in the engine's run."""
    if result.status != "non-finite" or np.isfinite(result.engine).all():
        return result
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
