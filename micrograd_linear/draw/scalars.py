"""A small graph of Tensors, number by number: the same rules, run on arrays of Values."""

import numpy as np

from ..graph import is_node, topological_order
from ..value import Value


def expanded(root, most, names, upstream):
    """({tensor: array of its Values, or of plain numbers}, the Values of the result, what was differentiated) of the graph under a Tensor.

    Values are called by the ``names`` {tensor: name}. They have the gradients of a backward pass from ``upstream``, an array; if that is None, none.

    Raises ``ValueError`` where there would be more than ``most`` values, and for an operation that numbers alone cannot do.
    """
    order = topological_order(root)
    count = sum(node.size for node in order)
    if count > most:
        raise ValueError(f"draw: level 'scalar': the {len(order)} tensors hold {count:,} numbers, more than {most} boxes; draw a smaller example")
    arrays = {}
    for node in order:
        if not node.operands:
            arrays[node] = _values(node, names) if node.requires_grad else node.current
            continue
        if node.rule is None:
            raise ValueError(f"draw: level 'scalar': {node.operation} has no formula to run on numbers")
        operands = [arrays[x] if is_node(x) else x for x in node.operands]
        try:
            made = node.rule.formula(*operands, **node.static)[0]
        except Exception as error:  # linear algebra of LAPACK's, say, which objects cannot enter
            raise ValueError(f"draw: level 'scalar': {node.operation} cannot be written as operations on single numbers ({error})") from error
        arrays[node] = _array(made, node.shape)
        for index in np.ndindex(node.shape) if node in names else ():
            if isinstance(arrays[node][index], Value) and not arrays[node][index].name:  # a reshape holds the Values of another tensor
                arrays[node][index].name = f"{names[node]}{_where(index)}"
    results = [value for value in arrays[root].flat if isinstance(value, Value)]
    return arrays, results, _differentiate(arrays[root], upstream)


def _values(node, names):
    """A Value for every element, called W[0, 1] and so on."""
    found = np.empty(node.shape, dtype=object)
    for index in np.ndindex(node.shape):
        found[index] = Value(float(node.current[index]), f"{names.get(node, 'leaf')}{_where(index)}")
    return found


def _where(index):
    return f"[{', '.join(map(str, index))}]" if index else ""


def _array(made, shape):
    found = np.empty(shape, dtype=object)
    found[...] = made if isinstance(made, Value) else np.asarray(made, dtype=object).reshape(shape)
    return found


def _differentiate(values, upstream):
    """The sum of the results, weighted by their gradients, from which one pass gives every Value its gradient; None where there is nothing to start from."""
    if upstream is None:
        return None
    weights = np.asarray(upstream, dtype=np.float64)
    terms = [value * float(g) for value, g in zip(values.flat, weights.flat, strict=True) if isinstance(value, Value)]
    if not terms:
        return None
    whole = sum(terms[1:], terms[0])
    whole.backward()
    return whole
