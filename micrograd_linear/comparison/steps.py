"""A step of a graph: its numbers, its words, and what it contributes with other numbers."""

import numpy as np

from ..engine.graph import is_node
from .blame import contributions
from .finite import operation_of


def with_operand(node, position, array, wanted, g):
    """What a gradient g of a node contributes to the operand ``wanted`` if another array stands in
    place of the operand at a position.
    """
    operands, _, _ = numbers(node)
    operands[position] = array
    rule, operands, static = operation_of(node, operands)
    return np.asarray(rule.formula(*operands, **static)[1][wanted](g))


def pulled(edge, g):
    """What another gradient of the node contributes to the edge's operand."""
    return next(
        other.piece for other in contributions(edge.node, g) if other.position == edge.position
    )


def numbers(node):
    """(operands' arrays, result, static) of a node of either level."""
    if hasattr(node, "arrays"):
        return [np.asarray(x) for x in node.arrays], np.asarray(node.current), node.static
    operands = [np.float64(x.current if is_node(x) else x) for x in node.operands]
    return operands, np.float64(node.current), {}


def step(node, names):
    """A step in a sentence: h = tanh(z), or tanh(z) where the result has no name."""
    operands = [
        names[x] if x.name or not x.operands else f"{x.operation}(…)"
        for x in node.operands
        if is_node(x)
    ]
    made = f"{node.operation}({', '.join(operands)})"
    return f"{names[node]} = {made}" if node.name else made
