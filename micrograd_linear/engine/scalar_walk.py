"""The backward walk of ``Value``s, from the last node made to the first: the chain rule."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..operations import SCALAR_RULES
from ..operations import names as op
from .errors import stale
from .hand_written import HandWrittenRule
from .recording import changed, current
from .transaction import orders, refuse_shared, restore

if TYPE_CHECKING:
    from .value import Value

_ADD, _MULTIPLY = SCALAR_RULES[op.ADD], SCALAR_RULES[op.MULTIPLY]
_created = operator.attrgetter("created")


def walk(saved: list, root: Value, gradient: float, keep: bool = True) -> dict[Value, float] | None:
    """The backward pass. It leaves the gradients in ``grad``, or, unless ``keep``, returns them."""
    order, leaves = _order(root)
    if orders:
        refuse_shared(order)
    orders.append(order)
    nodes, found = order + leaves, None
    saved.append((nodes, "grad", [node.grad for node in nodes]))
    if changed or HandWrittenRule.used:
        _check_walk(order, gradient)
    for node in order if keep else nodes:
        node.grad = 0.0
    root.grad = gradient if order else root.grad + gradient
    _hand_on(order)
    if not keep:
        found = {node: node.grad for node in sorted(nodes, key=_created)}
        restore(saved)
    orders.pop()
    return found


def one_step(saved: list, node: Value) -> None:
    """Add to the operands' gradients what the node's own contributes to them."""
    for operand, number_read in ((node._a, node._x), (node._b, node._y)):
        if operand is not None:
            _check_unchanged(node, operand, number_read)
            saved.append(((operand,), "grad", (operand.grad,)))
    _hand_on((node,))


def written_by_hand(saved: list, node: Value, gradient: float) -> float | tuple[float, float]:
    """What a derivative written by hand makes of a gradient, which it reads from the node."""
    nodes = [node, *node._rule.operands]
    saved.append((nodes, "grad", [each.grad for each in nodes]))
    node.grad = gradient
    parts = node._rule.derivative(gradient, node._x, node._y)
    restore(saved)
    return parts


def _check_walk(order: list[Value], gradient: float) -> None:
    """Raise if a derivative is missing, or if somebody who looks on does."""
    if HandWrittenRule.used:
        HandWrittenRule.check(node._rule for node in order)
    if watchers := current().watchers:
        _watch(order, gradient, watchers)


def _order(root: Value) -> tuple[list[Value], list[Value]]:
    """(the results, before their operands; the leaves); raises if data were changed since.

    A node that this walk has seen is stamped with it: half the price of a set.
    """
    order, leaves, waiting, walk = [], [], [root], object()
    push, pop, found, leaf = waiting.append, waiting.pop, order.append, leaves.append
    root._seen = walk
    if root._rule is None:
        return [], [root]
    while waiting:  # right operands first: nearly sorted
        node = pop()
        found(node)
        operand = node._a
        if operand is not None:
            if operand._data is not node._x:
                _check_unchanged(node, operand, node._x)
            if operand._seen is not walk:
                operand._seen = walk
                leaf(operand) if operand._rule is None else push(operand)
        operand = node._b
        if operand is not None:
            if operand._data is not node._y:
                _check_unchanged(node, operand, node._y)
            if operand._seen is not walk:
                operand._seen = walk
                leaf(operand) if operand._rule is None else push(operand)
    order.sort(key=_created, reverse=True)
    return order, leaves


def _watch(order: list[Value], gradient: float, watchers: tuple) -> None:
    """Show every step of the walk that is to come; it changes nothing."""
    gradients = {order[0]: gradient} if order else {}
    for node in order:
        g = gradients[node]
        for operand, part in node.contributions(g):
            for watcher in watchers:
                watcher(node, operand, g, part)
            gradients[operand] = gradients.get(operand, 0.0) + part


def _hand_on(nodes: Iterable[Value]) -> None:
    """For each node in turn: add to its operands' gradients what its own contributes to them.

    The derivatives of a sum and a product, which most nodes are, are written out: a call of their
    rules takes as long as all the rest.
    """
    for node in nodes:
        rule = node._rule
        if rule is _ADD:
            to_a = to_b = node.grad
        elif rule is _MULTIPLY:
            g = node.grad
            to_a, to_b = g * node._y, g * node._x
        elif node._y is None:
            node._a.grad += rule.derivative(node.grad, node._x)
            continue
        else:
            to_a, to_b = rule.derivative(node.grad, node._x, node._y)
        if node._a is not None:
            node._a.grad += to_a
        if node._b is not None:
            node._b.grad += to_b


def _check_unchanged(node, operand, number_read):
    now = operand._data
    if now != number_read and (now == now or number_read == number_read):
        name = operand.name or f"a {operand.operation or 'leaf'}"
        raise stale(
            f"the data of Value {name!r} was {number_read!r} when {node.operation} used it and is "
            f"{now!r} now"
        )
