"""``assert_grads_match``: a comparison for a test, whose failure says why in its first line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..engine.graph import Node
from .comparing import compare
from .comparison import Comparison, Result

if TYPE_CHECKING:
    from ..foundations.annotations import ArrayLike, Gradients
    from ..foundations.precisions import Precision

LINES = 25


def assert_grads_match(
    hand: Gradients,
    root: Node,
    rtol: float | None = None,
    atol: float | None = None,
    *,
    gradient: ArrayLike | None = None,
    precision: Precision | None = None,
) -> None:
    """Raise ``AssertionError`` unless all hand-derived gradients are the engine's.

    They may differ by rounding, or by the rtol, atol and precision that are given; see ``compare``.

    >>> from micrograd_linear import Tensor
    >>> W = Tensor([[1.0, 2.0]], "W"); loss = (W * W).sum()
    >>> assert_grads_match({"W": [[2.0, 4.0]]}, loss)
    >>> try: assert_grads_match({"W": [[1.0, 2.0]]}, loss)
    ... except AssertionError as error: print(str(error).splitlines()[0])
    W: the hand-derived gradient does not match: it is 1/2 of the gradient
    """
    __tracebackhide__ = True
    allowed = {"rtol": rtol, "atol": atol, "precision": precision}
    comparison = compare(hand, root, gradient=gradient, **allowed)
    if not comparison.ok:
        raise AssertionError(message(comparison))


def message(comparison: Comparison) -> str:
    """What is wrong, at most 25 lines; the first of them says why."""
    wrong = comparison.wrong
    if not wrong:
        return "nothing was checked: no gradient was handed in"
    first, names = wrong[0], {result.name for result in wrong}
    lines = [
        f"{first.name}: the hand-derived gradient does not match: {first.note or first.status}",
        "",
        *_mismatch(first),
    ]
    if first.name in comparison.formulas:
        lines += [f"Right is {comparison.formulas[first.name]}", ""]
    others = (result for result in comparison.values() if result.name not in names)
    table = comparison.table([*wrong, *others])
    room = LINES - len(lines) - 1
    if len(table) > room:
        table = [*table[: room - 1], f"... and {len(table) - room + 1} more"]
    return "\n".join([*lines, *table, comparison.summary])


def _mismatch(result: Result) -> list[str]:
    """Lines on how many elements differ, with the first three, and by how much at most."""
    hand, engine = result.hand, result.engine
    if hand is None or hand.shape != engine.shape or result.status == "non-finite":
        return []
    difference = np.absolute(hand.astype(np.float64) - engine)
    places = np.argwhere(difference > 0)
    count = f"{len(places)} / {difference.size}"
    lines = [f"Shape {engine.shape}, {engine.dtype}. Mismatched elements: {count}"]
    for place in places[:3]:
        at = tuple(int(i) for i in place)
        lines.append(f" {list(at)}: {hand[at]:.9g} (HAND), {engine[at]:.9g} (ENGINE)")
    largest = f"{result.max_difference:.6g} at {list(result.where or ())}"
    lines.append(f"Max absolute difference: {largest}")
    return [*lines, f"Check: {result.check}", ""] if result.check else [*lines, ""]
