"""The backward walk over a graph of ``Tensor``s: from the last node made to the first, each hands its gradient on to its operands.

The walk is a function of the graph: it changes no tensor, so an error half-way leaves everything as it was.
"""

from operator import attrgetter

import numpy as np

from .graph import is_node

_created = attrgetter("created")


def walk(root, seed):
    """The gradient of ``root`` with respect to itself and every tensor it depends on, where d(root) = ``seed``.

    Returns ``(gradients, borrowed)``: a dict {tensor: array}, and the set of those tensors whose array may be shared with another tensor,
    or be a view of something else, so that it must be copied before anybody is given it.
    """
    order, seen = [root], {root}
    for node in order:  # every node that is no leaf; the list grows while it is walked
        if node.current is not node.recorded and node.recorded is not None:
            _check_own(node)
        for operand, array in zip(node.operands, node.arrays):
            if getattr(operand, "current", operand) is not array:
                _check_unchanged(node, operand, array)
            if getattr(operand, "pullbacks", None) and operand not in seen:
                seen.add(operand)
                order.append(operand)
    order.sort(key=_created, reverse=True)  # results before operands
    gradients, borrowed = {root: seed}, {root}
    for node in order:
        g = gradients[node]
        for operand, array, pullback in zip(node.operands, node.arrays, node.pullbacks):
            if pullback is None:  # a constant
                continue
            contribution = pullback(g)
            if contribution.__class__ is not np.ndarray or contribution.shape != array.shape or contribution.dtype is not array.dtype:
                contribution = undo_broadcast(np.asarray(contribution), array.shape, array.dtype)
            before = gradients.get(operand)
            if before is not None:
                gradients[operand] = np.asarray(before + contribution)
                borrowed.discard(operand)
            else:
                gradients[operand] = contribution
                if contribution is g or contribution.base is not None:
                    borrowed.add(operand)
                    borrowed.add(node)
    return gradients, borrowed


def undo_broadcast(g, shape, dtype):
    """``g`` summed over the axes that broadcasting an argument of the given shape added or stretched, in the given type.

    >>> undo_broadcast(np.ones((8, 3)), (1, 3), np.float64)
    array([[8., 8., 8.]])
    """
    if g.shape != shape:
        extra = g.ndim - len(shape)
        axes = [i for i, n in enumerate(g.shape) if i < extra or shape[i - extra] != n]
        wide = np.float64 if g.dtype.kind == "f" and g.dtype.itemsize < 8 else None  # NumPy adds up rows one by one: in float32 that would drift
        g = np.add.reduce(g, axis=tuple(axes), keepdims=True, dtype=wide)
        if extra:
            g = g.reshape(shape)
    return g if g.dtype == dtype else g.astype(dtype)


def _check_own(node):
    """Raise if the data of a result are no longer what its operation computed."""
    if not np.array_equal(node.current, node.recorded, equal_nan=True):
        raise RuntimeError(
            f"backward: the data of {node.describe()} was changed after {node.operation} computed it, so the recorded graph is stale; "
            "compute the result anew, then call backward"
        )


def _check_unchanged(node, operand, array):
    """Raise if an operand no longer holds the numbers that ``node`` was computed from: its gradient would be that of something else."""
    if np.array_equal(operand.current if is_node(operand) else operand, array, equal_nan=True):
        return
    what = f"the data of {operand.describe()}" if is_node(operand) else f"the constant array of shape {np.shape(operand)}"
    raise RuntimeError(
        f"backward: {what} was changed after {node.operation} used it to compute {node.describe()}, so the recorded graph is stale; "
        "compute the result anew, then call backward"
    )
