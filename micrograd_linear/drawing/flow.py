"""What flows backward: the gradient of every node, and what each use of a node adds to it. From the
engine's own pass; every ``.grad`` stays as it was.
"""

from dataclasses import dataclass

import numpy as np

from ..engine.graph import is_node, topological_order


@dataclass(frozen=True)
class Flow:
    """One backward pass: ``seed``, what it started from, ``given`` by a pass that had been made or
    not; ``gradients`` {node: array}; ``contributions`` {(node, position of the operand): array}.

    A contribution has the shape and the type of its operand: broadcasting is undone. Those of all
    uses of a node add up to its gradient.
    """

    seed: np.ndarray
    given: bool
    gradients: dict
    contributions: dict


def seed(root):
    """dL/d(root), where a backward pass of ``root`` starts: its gradient, if it has one by now,
    else 1 for a single number, else None.
    """
    if was_given(root):
        return np.array(getattr(root.grad, "current", root.grad))
    return (
        np.ones(root.shape, getattr(root, "dtype", np.float64))
        if getattr(root, "size", 1) == 1
        else None
    )


def was_given(root):
    """Whether the root has a gradient; a Value's is 0 before any backward pass."""
    grad = getattr(root.grad, "current", root.grad)
    return grad is not None and bool(root.shape or np.any(grad))


def flow(root, start=None, order=None):
    """The backward pass of ``root`` from ``start`` = dL/d(root), by default ``seed(root)``;
    ``order`` is that of its nodes, where it is known.

    It is a ``Flow``, or None where there is nothing to start from.
    Raises ``RuntimeError`` where data were changed since.

    >>> from micrograd_linear import Value
    >>> x = Value(3.0, "x"); y = x * x
    >>> [(i, float(part)) for (node, i), part in flow(y).contributions.items()]
    [(0, 3.0), (1, 3.0)]
    """
    given = start is not None or was_given(root)
    start = seed(root) if start is None else np.asarray(start)
    if start is None or not root.requires_grad:
        return None
    with np.errstate(all="ignore"):
        if hasattr(root, "arrays"):
            gradients, contributions = _of_tensors(root, start)
        else:
            gradients, contributions = _of_values(root, start, order or topological_order(root))
    return Flow(start, given, gradients, contributions)


def _of_tensors(root, start):
    pieces = {}
    gradients = root.gradients(
        start, watch=lambda node, operand, g, piece: pieces.setdefault(node, []).append(piece)
    )
    contributions = {}
    for node, parts in pieces.items():
        positions = (i for i, x in enumerate(node.operands) if is_node(x) and x.requires_grad)
        contributions |= {(node, i): piece for i, piece in zip(positions, parts, strict=True)}
    return gradients, contributions


def _of_values(root, start, order):
    gradients, contributions = root.gradients(float(start)), {}
    for node in order:
        positions = (i for i, x in enumerate(node.operands) if is_node(x))
        for i, (_, piece) in zip(positions, node.contributions(gradients[node])):
            contributions[node, i] = np.asarray(piece)
    return {node: np.asarray(g) for node, g in gradients.items()}, contributions
