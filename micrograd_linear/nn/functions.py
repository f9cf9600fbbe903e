"""Building blocks on lists of ``Value``s, as microgpt has them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..engine.graph import is_node


def linear(x: Sequence[Any], w: Sequence[Sequence[Any]]) -> list[Any]:
    """[w_0 · x, w_1 · x, ...] for x a list of n numbers and w a list of rows of n numbers.

    >>> from micrograd_linear import Value
    >>> [y.data for y in linear([Value(1.0), Value(2.0)], [[3.0, 4.0], [5.0, 6.0]])]
    [11.0, 17.0]
    """
    for row in w:
        if len(row) != len(x):
            raise ValueError(
                f"linear: expected rows of {len(x)} weights, as x has, got one of {len(row)}"
            )
    return [sum(wi * xi for wi, xi in zip(row, x, strict=True)) for row in w]


def softmax(logits: Sequence[Any]) -> list[Any]:
    """e^l_i / Σ_j e^l_j: a list of as many numbers, whose sum is 1.

    The largest logit is subtracted first, so that no power overflows.

    >>> softmax([0.0, 0.0])
    [0.5, 0.5]
    """
    exponentials, total = _exponentials(logits)
    return [e / total for e in exponentials]


def cross_entropy(logits: Sequence[Any], target: Any) -> Any:
    """-log softmax(logits)[target]: one number, for ``target`` the index of the right class.

    >>> from micrograd_linear import Value
    >>> logits = [Value(0.0), Value(0.0)]
    >>> cross_entropy(logits, 1).backward(); [logit.grad for logit in logits]
    [0.5, -0.5]
    """
    _, total = _exponentials(logits)
    return (total.log() if hasattr(total, "log") else math.log(total)) - (
        pick(logits, target) - largest(logits)
    )


def pick(items: Sequence[Any], index: Any) -> Any:
    """``items[index]``, where ``index`` may be an integer of a compiled function's data.

    Python's brackets do not accept such an integer.
    >>> pick([10.0, 20.0, 30.0], -1)
    30.0
    """
    return index.__pick__(items) if hasattr(type(index), "__pick__") else items[index]


def largest(values: Sequence[Any]) -> Any:
    """The largest of several numbers, as a constant: no gradient goes through it.

    >>> from micrograd_linear import Value
    >>> largest([Value(1.0), Value(3.0), 2.0])
    3.0
    """
    for value in values:
        if hasattr(type(value), "__largest__"):  # a compiled function has no numbers yet
            return value.__largest__(values)
    return max(value.current if is_node(value) else value for value in values)


def rmsnorm(x: Sequence[Any], epsilon: float = 1e-5) -> list[Any]:
    """x_i / sqrt(mean of squares + epsilon), for a list of numbers.

    >>> [round(y, 3) for y in rmsnorm([3.0, 4.0])]
    [0.849, 1.131]
    """
    mean_square = sum(xi * xi for xi in x) / len(x)
    scale = (mean_square + epsilon) ** -0.5
    return [xi * scale for xi in x]


def _exponentials(logits: Sequence[Any]) -> tuple[list[Any], Any]:
    shift = largest(logits)
    exponentials = [_exp(logit - shift) for logit in logits]
    return exponentials, sum(exponentials)


def _exp(x: Any) -> Any:
    # A method of a Value is faster than a function that takes both.
    return x.exp() if hasattr(x, "exp") else math.exp(x)
