"""Other choices at a tie: relu'(0) = 1, the first of several largest elements. They are subgradients, too, and no mistake."""

import numpy as np


def _relu(t):
    def other(node, g, pieces):
        x = node.arrays[0]
        return [np.where(x == 0, t * g, pieces[0])] if node.operation == "relu" and (x == 0).any() else None

    return other


def _absolute(sign):
    def other(node, g, pieces):
        x = node.arrays[0]
        return [np.where(x == 0, sign * g, pieces[0])] if node.operation == "absolute" and (x == 0).any() else None

    return other


def _to_one_side(first, second):
    """All of a tie's gradient to some of the two operands of maximum and minimum."""

    def other(node, g, pieces):
        if node.operation not in ("maximum", "minimum") or len(pieces) != len(node.operands):
            tied = node.operation in ("maximum", "minimum") and (node.arrays[0] == node.arrays[1]).any()  # one operand is a constant
            return [np.where(np.equal(*node.arrays), first * g, pieces[0])] if tied and np.shape(pieces[0]) == np.shape(g) else None
        tie = np.equal(*node.arrays)
        if not tie.any() or any(np.shape(piece) != np.shape(g) for piece in pieces):
            return None
        return [np.where(tie, share * g, piece) for share, piece in zip((first, second), pieces)]

    return other


def _of_a_reduction(choice):
    """Ties of max and min over axes: all of the gradient to the first of them, or to each."""

    def other(node, g, pieces):
        x, axis = node.arrays[0], node.static.get("axis")
        if node.operation not in ("max", "min") or isinstance(axis, tuple):
            return None
        reached = x == (x.max(axis=axis, keepdims=True) if node.operation == "max" else x.min(axis=axis, keepdims=True))
        if (np.sum(reached, axis=axis) < 2).all():
            return None
        if choice == "first":
            flat = reached.reshape(-1) if axis is None else reached
            reached = (flat & (np.cumsum(flat, axis=0 if axis is None else axis) == 1)).reshape(x.shape)
        g = np.reshape(g, np.max(x, axis=axis, keepdims=True).shape)
        return [np.where(reached, g, 0)]

    return other


CONVENTIONS = [
    ("relu'(0) = 1, the engine 0", _relu(1)),
    ("relu'(0) = 1/2, the engine 0", _relu(0.5)),
    ("|x|' = 1 at 0, the engine 0", _absolute(1)),
    ("|x|' = -1 at 0, the engine 0", _absolute(-1)),
    ("a tie's gradient goes to the first of the two, the engine shares it", _to_one_side(1, 0)),
    ("a tie's gradient goes to the second of the two, the engine shares it", _to_one_side(0, 1)),
    ("both of a tie get all of it, the engine shares it", _to_one_side(1, 1)),
    ("the first of several largest gets all, the engine shares it", _of_a_reduction("first")),
    ("each of several largest gets all, the engine shares it", _of_a_reduction("each")),
]
_KINKED = {"relu", "absolute", "maximum", "minimum", "max", "min"}


def conventions(order):
    """[(words, patch)] of the other choices that would make a difference in a graph."""
    found = []
    kinked = [node for node in order if node.operation in _KINKED and hasattr(node, "arrays")]
    for words, other in CONVENTIONS if kinked else ():
        if any(other(node, np.zeros(node.shape), [np.zeros(x.shape) for x in node.operands if getattr(x, "requires_grad", False)]) is not None for node in kinked):
            found.append((words, other))
    return found
