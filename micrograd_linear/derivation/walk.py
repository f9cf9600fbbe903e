"""The forward and the backward pass of a graph, run on symbols: the very rules that ran on the
numbers.
"""

from dataclasses import dataclass

import numpy as np

from ..engine.backward import broadcast_axes
from ..engine.graph import is_node, topological_order
from ..engine.names import UniqueNames, unique_names
from ..operations import RULES
from ..operations import names as op
from ..symbol import Book, algebra, structure


@dataclass
class Walk:
    """What the two passes made: symbols by node; ``order`` is the list of nodes, oldest first."""

    root: object
    book: Book
    order: list
    names: dict  # every node that has a name, its own or one made up for it: a string, each once
    values: dict
    gradients: dict
    upstream: object  # the variable for the given gradient of the root; None where that is a scalar
    objective: str  # what is differentiated: "L", or the root's name
    forward_end: int  # symbols with a smaller serial number belong to the forward pass

    def formula(self, node):
        """The gradient of a node written out, where a variable stands for it."""
        gradient = self.gradients[node]
        definition = gradient.static.get("definition") if gradient.operation == "variable" else None
        return gradient if definition is None else definition


def walk(root, *, name_gradients, wanted=(), as_written=False):
    """Run the rules under ``root`` on symbols. With ``name_gradients`` the gradient of a named node
    is a variable, not its expansion.

    ``as_written`` keeps factors inside of sums: not to read, but to compute what the engine does,
    without another overflow.
    """
    order = topological_order(root)
    names = _names(order, root, wanted)
    book = Book(as_written)
    values, pullbacks = {}, {}
    for node in order:
        values[node], pullbacks[node] = _forward(node, values, names, book, name_gradients)
    objective = _objective(root, names)
    forward_end = next(book.serial)
    seed, upstream = _seed(root, names, book)
    names_of_gradients = names if name_gradients else {}
    gradients = _backward(root, seed, order, pullbacks, names_of_gradients, book)
    return Walk(root, book, order, names, values, gradients, upstream, objective, forward_end)


def _seed(root, names, book):
    """(the gradient of the root, the variable that stands for it): 1 and None where the root is one
    number.
    """
    if _size(root) == 1:
        ones = algebra.broadcast(book.number(1), root.shape)
        return structure.astype(ones, np.dtype(getattr(root, "dtype", np.float64))), None
    upstream = gradient_variable(book, names[root], root)
    return upstream, upstream


def _backward(root, seed, order, pullbacks, names, book):
    """{node: its gradient}; that of a computed node with a name is a variable."""
    pending, gradients = {root: [seed]}, {}
    selects = any(node.operation == op.WHERE for node in order)
    for node in reversed(order):
        if node not in pending:
            continue
        parts = pending.pop(node)
        g = parts[0] if len(parts) == 1 else algebra.add(*((1, part) for part in parts))
        if (
            node in names
            and node is not root
            and node.operands
            and g.operation not in ("number", "broadcast")
        ):
            g = gradient_variable(book, names[node], node, g)
        gradients[node] = g
        for operand, pull in pullbacks[node]:
            contribution = algebra.symbol(book, _explained(node, pull, g))
            if selects and _may_be_nan(node, contribution, g):
                contribution = structure.selected(g, contribution)
            pending.setdefault(operand, []).append(fitted(contribution, operand))
    return gradients


def gradient_variable(book, name, node, definition=None):
    """∂L/∂(the node), as a variable."""
    return book.variable(
        name, node.shape, getattr(node, "dtype", np.float64), "gradient", definition
    )


def _names(order, root, wanted):
    """A name for every node that has one, for every leaf with a gradient, for what is asked for,
    and for the root.
    """
    names = {node: name for node, name in unique_names(order).items() if node.name}
    unique = UniqueNames(names.values())
    for node in order:
        if node not in names and not node.operands and node.requires_grad:
            names[node] = unique.next("x")
        elif node not in names and node in wanted and node is not root:
            names[node] = unique.next("t")
    if root not in names:
        usual = ["L"] if _size(root) == 1 else []
        free = (name for name in (*usual, "y", "out") if name not in unique.taken)
        names[root] = next(free, None) or unique.next("y")
    return names


def _size(node):
    return getattr(node, "size", 1)  # a Value is one number


def _objective(root, names):
    if _size(root) == 1:
        return names[root]
    return next(
        name for name in ("L", "loss", "objective", "L_") if name not in set(names.values())
    )


def _forward(node, values, names, book, for_readers):
    """(the node's value, [(operand, pullback)]) as symbols."""
    dtype = np.dtype(getattr(node, "dtype", np.float64))
    if not node.operands:
        return _leaf(node, names, book, dtype), []
    rule, operands, static = rule_of(node)
    symbols = [values[x] if is_node(x) else _constant(book, x, node, operands) for x in operands]
    value, pullbacks = _explained(node, rule.formula, *symbols, **static)
    value = algebra.symbol(book, value)
    if value.shape != node.shape:
        raise ValueError(
            f"derive: {node.operation} gives shape {value.shape} on symbols, "
            f"and {node.shape} on arrays"
        )
    value = structure.astype(value, dtype)
    wanted = [
        (x, pull)
        for x, pull in zip(operands, pullbacks, strict=True)
        if is_node(x) and x.requires_grad
    ]
    core = core_of(value)
    if (
        for_readers
        and rule.composed
        and core.alias is None
        and core.operation not in ("variable", "number", "broadcast")
    ):
        opaque = _opaque(book, rule, core, symbols, static)
        value = opaque if core is value else structure.reshape(opaque, value.shape)
        if node in names:
            book.forget(core)
        core.alias = core = opaque
    if node in names:
        if for_readers and core.operation not in ("variable", "number"):
            # An equal formula elsewhere is another result, with a gradient of its own.
            book.forget(core)
        value = _named(value, core, names[node], book, dtype)
    return value, wanted


def _leaf(node, names, book, dtype):
    """A variable for a leaf with a name, a constant for any other."""
    if node in names:
        return book.variable(names[node], node.shape, dtype)
    return book.constant(node.current)


def _opaque(book, rule, core, symbols, static):
    """The symbol that stands for a rule's formula where the rule is printed by its name."""
    opaque = book.make("result", (core,), None, core.shape, core.dtype, (rule.name,))
    opaque.written = (rule.name, tuple(algebra.symbol(book, x) for x in symbols), static)
    return opaque


def core_of(value):
    """What a result was before its last reshape: a rule's pullbacks have closed over that."""
    return (
        value.operands[0]
        if value.operation == op.RESHAPE and value.operands[0].size == value.size
        else value
    )


def _named(value, core, name, book, dtype):
    """The variable that stands for a named node from here on, in the pullbacks that have closed
    over its formula too.
    """
    variable = book.variable(name, value.shape, dtype, "node", value)
    if core.alias is None and core.operation not in ("variable", "number", "broadcast"):
        core.alias = structure.reshape(variable, core.shape)
    return variable


def rule_of(node):
    """(rule, operands, static) of a node; a Value's operation is the Tensor's of the same name, on
    numbers.
    """
    rule = getattr(node, "rule", None)
    if rule is not None:
        return rule, node.operands, node.static
    if node.operation not in RULES:
        raise TypeError(
            f"derive: {node.describe()} was made by hand ({node.operation!r}, with a _backward "
            "of its own), so there is no formula to print; write it with Value's operations"
        )
    return RULES[node.operation], node.operands, node.static


def _constant(book, x, node, operands):
    """A constant operand: a number as it is, an array as a symbol; integers as the floats that
    NumPy makes of them beside floats.
    """
    if isinstance(x, (bool, int, float)) and not isinstance(x, np.generic):
        return x
    x = np.asarray(x)
    x = x if x.dtype.kind == "f" else x.astype(np.result_type(x.dtype, np.float16))
    if x.ndim:
        return book.constant(x)
    others = [np.dtype(getattr(y, "dtype", x.dtype)) for y in operands if is_node(y)]
    if np.result_type(*others) == getattr(node, "dtype", x.dtype):
        return x.item()  # as a Python number, it cannot change the type of the result
    return book.make("constant", (), {"value": x}, (), x.dtype, (x.dtype.str, x.tobytes()))


def fitted(contribution, operand):
    """A contribution summed back to its operand's shape, in its type: what the engine does after
    every pullback.
    """
    shape = operand.shape
    if contribution.shape != shape:
        summed = structure.reduce(
            op.SUM, contribution, broadcast_axes(contribution.shape, shape), keepdims=True
        )
        contribution = structure.reshape(summed, shape)
    return structure.astype(contribution, np.dtype(getattr(operand, "dtype", np.float64)))


def _may_be_nan(node, contribution, g):
    """True for an elementwise derivative times g, whose 0 * inf the engine counts as 0 where there
    is a ``where`` in the graph.
    """
    if (
        not RULES[node.operation].elementwise
        or contribution.shape != g.shape
        or contribution.operation != "product"
    ):
        return False
    return algebra.coefficient_of(contribution)[1] is not algebra.coefficient_of(g)[1]


def _explained(node, function, *arguments, **keywords):
    try:
        return function(*arguments, **keywords)
    except (TypeError, AttributeError, NotImplementedError) as error:
        raise TypeError(
            f"derive: the rule {node.operation!r} (of {node.describe()}) cannot be run on "
            f"formulas: {error}"
        ) from error
