"""What people write for a softmax: over another axis, with the labels of all rows, or as if it were
elementwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..operations import names as op
from .blame import Edge

if TYPE_CHECKING:
    from ..engine.graph import Node
    from .others import Others


def explain_by_softmax(others: Others, edge: Edge) -> None:
    """Try softmaxes of an operand over other axes, in a cross-entropy (p - t) or alone."""
    z = np.asarray(edge.operand.current, dtype=np.float64)
    if z.ndim < 2 or edge.operand in others.softmaxes_tried or not others.has_exponentials:
        return
    others.softmaxes_tried.add(edge.operand)
    zero = Edge(edge.node, None, edge.operand, np.zeros(z.shape))
    _at_all_labels(others, zero)
    softmaxes = {axis: _softmax(z, axis) for axis in range(z.ndim)}
    for axis in softmaxes:
        for other in softmaxes:
            if axis != other:
                _over_another_axis(others, zero, softmaxes, axis, other)


def _over_another_axis(others, zero, softmaxes, axis, other):
    sites, operand = others.sites, zero.operand
    right, wrong = softmaxes[axis], softmaxes[other]
    name = sites.called(operand)
    words = f"the softmax of {name} is taken over axis {other}, not over axis {axis}"
    difference = (wrong - right).ravel()[None]
    for _, value, _ in others.scaled(zero, difference, np.zeros(3)):
        if value > 0:
            sites.propose("local-derivative", words, zero, value * difference[0], 5)
    total = sum(edge.piece for edge in sites.uses[operand])
    along = sites.along[operand]
    for node, g in others.used.items():
        if np.shape(g) != right.shape or node is operand or not np.allclose(node.current, right):
            continue
        change = wrong * (g - (g * wrong).sum(axis=other, keepdims=True)) - total
        if sites.fits(along @ change.ravel(), along @ np.ravel(total)):
            sites.propose("local-derivative", words, zero, change, 5)


def _at_all_labels(others, zero):
    """p[:, y] -= 1 where p[arange(n), y] -= 1 belongs: in every row, the labels of all rows."""
    shape = zero.operand.shape
    for node in others.sites.backward.order:
        index = node.static.get("index") if node.operation == op.GETITEM else None
        if not (isinstance(index, tuple) and len(index) == len(shape) == 2):
            continue
        if node.operands[0].shape != shape or any(np.ndim(i) != 1 for i in index):
            continue
        once, everywhere = np.zeros(shape), np.zeros(shape)
        once[index], everywhere[:, index[1]] = 1, 1
        difference = (once - everywhere).ravel()[None]
        for _, value, _ in others.scaled(zero, difference, np.zeros(3)):
            words = (
                "the -1 is at the labels of all rows in every row: [:, y] where [arange(n), y] "
                f"belongs, as at {others.sites.step(node)}"
            )
            others.sites.propose("permuted", words, zero, value * difference[0], 5)


def _softmax(z, axis):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def as_elementwise(node: Node, g: np.ndarray) -> list:
    """[((node, kind, words), array)]: the gradient g of a result, carried on as if that were
    elementwise.

    Of a softmax, there are also its derivative with a sum over other axes, and without its factor.
    """
    p = np.asarray(node.current, dtype=np.float64)
    sums_to_one = (p >= 0).all() and any(
        np.allclose(p.sum(axis=axis), 1, rtol=1e-6, atol=0) for axis in range(p.ndim)
    )
    tanh = "1 - {0}**2, the derivative of a tanh, is used in place of its own"
    forms = [
        *(_of_softmax(p, g) if sums_to_one else _of_function(p, g)),
        ("local-derivative", tanh, g * (1 - p * p)),
    ]
    return [((node, kind, words), array) for kind, words, array in forms]


def _of_softmax(p, g):
    diagonal = (
        "{0} (1 - {0}); the terms -p_i p_j off the diagonal of softmax's Jacobian are missing"
    )
    constant = "{0} alone stands there, as if the sum in its denominator were a constant"
    runs = "the sum in softmax's derivative runs over"
    no_factor = "the p in front of softmax's derivative is missing"
    yield "diagonal-only", diagonal, g * p * (1 - p)
    yield "missing-path", constant, g * p
    yield "local-derivative", f"{runs} all axes", p * (g - (g * p).sum())
    for axis in range(p.ndim):
        inner = (g * p).sum(axis=axis, keepdims=True)
        yield "local-derivative", f"{runs} axis {axis}", p * (g - inner)
        yield "local-derivative", no_factor, g - inner


def _of_function(p, g):
    sigmoid = "{0} (1 - {0}), the derivative of a sigmoid, is used in place of its own"
    yield "local-derivative", sigmoid, g * p * (1 - p)
    if (p >= 0).all() and (p <= 1).all():  # It may be a sigmoid that was spelt out.
        ending = "is used in place of {0} (1 - {0})"
        yield "local-derivative", "{0} (1 + {0}) " + ending, g * (p * (1 + p))
        yield "local-derivative", "1 - {0} " + ending, g * (1 - p)
    yield "wrong-operand", "{0} is used in place of the derivative", g * p
