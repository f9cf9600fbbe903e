"""Other choices at a tie: relu'(0) = 1, the first of several largest elements. They are
subgradients, too, and no mistake.
"""

import numpy as np

from ..engine.backward import undo_broadcast
from ..operations import RULES, record_of
from ..operations import names as op
from .steps import numbers


def _at_zero(operation, slope):
    """A function with a kink at 0, such as relu: another slope there."""

    def other(node, g, pieces):
        x = np.asarray(numbers(node)[0][0])
        return (
            [np.where(x == 0, slope * g, pieces[0]), *pieces[1:]]
            if node.operation == operation and (x == 0).any()
            else None
        )

    return other


def _to_one_side(first, second):
    """A tie of maximum and minimum: shares of its gradient for the two operands, also where one is
    a constant or was broadcast.
    """

    def other(node, g, pieces):
        if node.operation not in (op.MAXIMUM, op.MINIMUM):
            return None
        x, y = (np.asarray(array) for array in numbers(node)[0])
        tie = np.equal(x, y)
        if not tie.any():
            return None
        before = x > y if node.operation == op.MAXIMUM else x < y
        masks = np.where(tie, first, before), np.where(tie, second, ~before & ~tie)
        wanted = [
            i for i, operand in enumerate(node.operands) if getattr(operand, "requires_grad", False)
        ]
        return [
            undo_broadcast(
                np.asarray(g * masks[i], dtype=np.float64),
                node.operands[i].shape,
                np.asarray(pieces[k]).dtype,
            )
            for k, i in enumerate(wanted)
        ]

    return other


def _at_a_bound(share):
    """clip at its bounds: all of the gradient where they belong to the inside, else nothing."""

    def other(node, g, pieces):
        if node.operation != op.CLIP:
            return None
        x = np.asarray(numbers(node)[0][0])
        low, high = (node.static.get(side) for side in (op.MIN, op.MAX))
        low, high = -np.inf if low is None else low, np.inf if high is None else high
        at_bound = (x == low) | (x == high)
        inside = (x > low) & (x < high)
        return [np.where(at_bound, share * g, np.where(inside, g, 0))] if at_bound.any() else None

    return other


def _of_a_reduction(choice):
    """Ties of max and min over axes: all of the gradient to the first of them, to the last, or to
    each.
    """

    def other(node, g, pieces):
        record = record_of(node.operation)
        if not record.kinked or record.repeated is None:
            return None
        x, axis = np.asarray(numbers(node)[0][0]), node.static.get("axis")
        axes = (
            tuple(range(x.ndim)) if axis is None else tuple(i % x.ndim for i in np.atleast_1d(axis))
        )
        best = record.repeated.reduce(x, axis=axes, keepdims=True)
        reached = x == best
        if (reached.sum(axis=axes) < 2).all():
            return None
        if choice != "each":
            others = [i for i in range(x.ndim) if i not in axes]
            order = [*others, *axes]
            flat = reached.transpose(order).reshape(*(x.shape[i] for i in others), -1)
            counted = np.cumsum(flat if choice == "first" else flat[..., ::-1], axis=-1)
            counted = counted if choice == "first" else counted[..., ::-1]
            flat = flat & (counted == 1)
            reached = flat.reshape([x.shape[i] for i in order]).transpose(np.argsort(order))
        return [np.where(reached, np.reshape(g, best.shape), 0)]

    return other


CONVENTIONS = [
    *(
        (words, _at_zero(rule.name, slope))
        for rule in RULES.values()
        for words, slope in rule.lesson.other_slopes.items()
    ),
    ("a tie's gradient goes to the first of the two, the engine shares it", _to_one_side(1, 0)),
    ("a tie's gradient goes to the second of the two, the engine shares it", _to_one_side(0, 1)),
    ("both of a tie get all of it, the engine shares it", _to_one_side(1, 1)),
    ("neither of a tie gets any of it, the engine shares it", _to_one_side(0, 0)),
    ("at a bound clip passes nothing, the engine half", _at_a_bound(0)),
    ("at a bound clip passes all, the engine half", _at_a_bound(1)),
    ("the first of several largest gets all, the engine shares it", _of_a_reduction("first")),
    ("the last of several largest gets all, the engine shares it", _of_a_reduction("last")),
    ("each of several largest gets all, the engine shares it", _of_a_reduction("each")),
]


def conventions(order):
    """[(words, patch)] of the other choices that would make a difference in a graph."""
    kinked = [node for node in order if record_of(node.operation).kinked]
    return [
        (words, other)
        for words, other in CONVENTIONS
        if any(_differs(node, other) for node in kinked)
    ]


def _differs(node, other):
    pieces = [np.zeros(x.shape) for x in node.operands if getattr(x, "requires_grad", False)]
    return other(node, np.zeros(node.shape), pieces) is not None
