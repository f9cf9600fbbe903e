"""The backward walk: from the last ``Tensor`` made to the first, each pulls back its gradient.

The walk is a function of the graph: it changes no tensor, so an error half-way leaves everything
as it was.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from ..operations import RULES
from ..operations import names as op
from . import arrays, errors, versions
from .graph import is_node
from .recording import current

if TYPE_CHECKING:
    from ..foundations.annotations import ArrayLike
    from .tensor import Tensor

_created = attrgetter("created")
_WHERE = RULES[op.WHERE]


def walk(root, seed, watch=None):
    """The gradients of ``root`` and of all that it depends on, for the upstream gradient ``seed``.

    Returns ``(gradients, borrowed)``: a dict {tensor: array}, and the set of the tensors whose
    array may be shared with another tensor or be a view. Such an array must be copied before
    anybody gets it. ``watch(node, operand, g, contribution)`` is called at every step.
    """
    watchers = current().watchers if watch is None else (watch, *current().watchers)
    order, selects = _checked_order(root)
    gradients, borrowed = {root: seed}, {root}
    for node in order:
        g = gradients[node]
        for operand, array, pullback in zip(node.operands, node.arrays, node.pullbacks):
            if pullback is None:  # a constant
                continue
            contribution = pullback(g)
            if (
                contribution.__class__ is not np.ndarray
                or contribution.shape != array.shape
                or contribution.dtype is not array.dtype
            ):
                contribution = _fitted(contribution, node, operand, array)
            if selects:
                contribution = _not_taken(node, g, contribution)
            for function in watchers:
                function(node, operand, g, contribution)
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


def recorded_walk(root, seed):
    """The same walk with every step recorded: {tensor: Tensor}, which can be differentiated again.

    The pullbacks are recorded by running each rule again on Tensors, which is safe since rules
    are pure.
    """
    order, selects = _checked_order(root)
    gradients = {root: seed}
    for node in order:
        if node.rule is None:  # the root is a leaf
            continue
        g = gradients[node]
        operands = [
            operand if is_node(operand) else array
            for operand, array in zip(node.operands, node.arrays)
        ]
        _, pullbacks = node.rule.formula(*operands, **node.static)
        for operand, array, pullback, wanted in zip(
            operands, node.arrays, pullbacks, node.pullbacks
        ):
            if wanted is None:
                continue
            contribution = pullback(g)
            if contribution.shape != array.shape:
                contribution = contribution.sum(
                    axis=broadcast_axes(contribution.shape, array.shape), keepdims=True
                ).reshape(array.shape)
            if contribution.dtype != array.dtype:
                contribution = contribution.astype(array.dtype)
            if selects:
                contribution = _not_taken(node, g, contribution)
            gradients[operand] = (
                gradients[operand] + contribution if operand in gradients else contribution
            )
    return gradients


def seed(root: Tensor, gradient: ArrayLike | None) -> np.ndarray:
    """dL/d(root) as an array that nobody else holds, or the error for what is none."""
    if not root.requires_grad:
        raise errors.without_gradient("backward", root, "; nothing to differentiate")
    if gradient is None:
        if root.size != 1:
            raise ValueError(
                f"backward: {root.describe()} is not a scalar, so its gradient dL/d(it) must "
                f"be given: expected an array of shape {root.shape}, got none; pass "
                "backward(gradient), or reduce to a scalar first, with .sum() for example"
            )
        return np.ones(root.shape, root.dtype)
    wanted = root.current
    if type(gradient) is np.ndarray and _alike(gradient, wanted):
        return gradient.copy(order="K")
    return arrays.like(gradient, wanted, f"backward: gradient of {root.describe()}")


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    return one.dtype == other.dtype and one.shape == other.shape


def give(saved: list, gradients: dict[Tensor, Any], borrowed: Any) -> None:
    """Add its gradient to every leaf, and give each result its own."""
    tensors = list(gradients)
    saved.append((tensors, "_grad", [tensor._grad for tensor in tensors]))
    saved.append((tensors, "_borrowed", [tensor._borrowed for tensor in tensors]))
    for tensor, gradient in gradients.items():
        if tensor.rule is None and tensor._grad is not None:
            total = tensor._grad + gradient
            tensor._grad = total if is_node(total) else np.asarray(total)
            tensor._borrowed = False
        else:
            tensor._grad, tensor._borrowed = gradient, tensor in borrowed


def _checked_order(root):
    """(every node that is no leaf, results before operands; whether one of them is a ``where``).

    Raises if the data of a node were changed after they were recorded.
    """
    order, seen, selects = [root], {root}, False
    for node in order:  # grows while it is walked
        rule, recorded = node.rule, node.recorded
        if rule is _WHERE:
            selects = True
        if recorded is not None and node.current is not recorded:
            _check_own(node)
        for operand, array in zip(node.operands, node.arrays):
            if getattr(operand, "current", operand) is not array:
                if hasattr(operand, "_versions"):  # it may have been changed in place since
                    versions.settle(node)
                    operand = versions.at(operand, node.created)
                _check_unchanged(node, operand, array)
            if getattr(operand, "pullbacks", None) and operand not in seen:
                seen.add(operand)
                order.append(operand)
    order.sort(key=_created, reverse=True)
    return order, selects


def _fitted(contribution, node, operand, array):
    """The contribution in its operand's shape and type, or an error that names its rule."""
    if contribution.__class__ is np.ndarray and contribution.ndim >= array.ndim:
        try:
            result = undo_broadcast(contribution, array.shape, array.dtype)
        except (ValueError, TypeError):
            result = None
        if result is not None and result.shape == array.shape:
            return result
    found = np.asarray(contribution)
    extra = found.ndim - array.ndim
    fits = (
        found.dtype.kind in "fiub"
        and extra >= 0
        and all(n in (1, m) for n, m in zip(array.shape, found.shape[extra:]))
    )
    if not fits:
        got = f"shape {found.shape}" if found.dtype.kind in "fiub" else type(contribution).__name__
        raise ValueError(
            f"backward: {node.operation} returned a gradient of {operand.describe()} that does not "
            f"fit: got {got}, expected {array.shape}, or a shape "
            "that this one broadcasts to"
        )
    return undo_broadcast(found, array.shape, array.dtype)


def _not_taken(node, g, contribution):
    """The contribution with 0 in place of NaN where the upstream gradient is 0.

    ``where`` sends back 0 to the branch that was not taken. That branch has no gradient, although
    an elementwise derivative that is infinite there would make 0 * inf = NaN of it.
    """
    if not node.rule.elementwise or contribution.shape != g.shape:
        return contribution
    masked = (_plain(g) == 0) & np.isnan(_plain(contribution))
    return np.where(masked, 0, contribution) if masked.any() else contribution


def _plain(x):
    return getattr(x, "current", x)


def undo_broadcast(g, shape, dtype):
    """``g`` in the given type, summed over the axes that broadcasting added or stretched.
    >>> undo_broadcast(np.ones((8, 3)), (1, 3), np.float64)
    array([[8., 8., 8.]])
    """
    if g.shape != shape:
        # NumPy adds up the rows one by one, and a long sum in float32 loses digits.
        wide = np.float64 if g.dtype.kind == "f" and g.dtype.itemsize < 8 else None
        g = np.add.reduce(g, axis=broadcast_axes(g.shape, shape), keepdims=True, dtype=wide)
        if g.ndim != len(shape):
            g = g.reshape(shape)
    return g if g.dtype == dtype else g.astype(dtype)


def broadcast_axes(shape, original):
    """The axes of ``shape`` that broadcasting from the ``original`` shape added or stretched."""
    extra = len(shape) - len(original)
    return tuple([i for i, n in enumerate(shape) if i < extra or original[i - extra] != n])


def _check_own(node):
    """Raise if the data of a result are no longer what its operation computed."""
    if not np.array_equal(node.current, node.recorded, equal_nan=True):
        raise errors.stale(
            f"the data of {node.describe()} was changed after {node.operation} computed it"
        )


def _check_unchanged(node, operand, array):
    """Raise if an operand no longer holds the numbers that ``node`` was computed from.

    Its gradient would belong to other numbers than the operand holds.
    """
    if np.array_equal(operand.current if is_node(operand) else operand, array, equal_nan=True):
        return
    what = (
        f"the data of {operand.describe()}"
        if is_node(operand)
        else f"the constant array of shape {np.shape(operand)}"
    )
    raise errors.stale(
        f"{what} was changed after {node.operation} used it to compute {node.describe()}"
    )
