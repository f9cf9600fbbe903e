"""A small graph of Tensors, number by number: the same rules, run on arrays of Values."""

import numpy as np

from ..engine.graph import is_node, topological_order
from ..engine.value import Value
from ..operations import RULES, SCALAR_RULES


def expanded(root, most, names, upstream):
    """({tensor: array of its Values, or of plain numbers}, the Values of the result, what was
    differentiated) of the graph under a Tensor.

    Values are called by the ``names`` {tensor: name}. They have the gradients of a backward pass
    from ``upstream``, an array; if that is None, none.

    Raises ``ValueError`` where there would be more than ``most`` values, and for an operation that
    numbers alone cannot do.
    """
    order = topological_order(root)
    count = sum(node.size for node in order)
    if count > most:
        raise ValueError(
            f"draw: level 'scalar': the {len(order)} tensors hold {count:,} numbers, "
            f"more than {most} boxes; draw a smaller example"
        )
    arrays = {}
    for node in order:
        if node.operands:
            arrays[node] = _array(_result(node, arrays), node.shape)
            _add_names(arrays[node], names.get(node))
        else:
            arrays[node] = _values(node, names) if node.requires_grad else node.current
    results = [value for value in arrays[root].flat if isinstance(value, Value)]
    whole = _differentiate(arrays[root], upstream)
    if whole is not None:
        _check(root, upstream, arrays, names)
    return arrays, results, whole


def _result(node, arrays):
    """What the operation of a node gives on arrays of Values; raises where it cannot."""
    if node.rule is None:
        raise ValueError(f"draw: level 'scalar': {node.operation} has no formula to run on numbers")
    operands = [arrays[x] if is_node(x) else x for x in node.operands]
    try:
        return _run(node, operands)
    except Exception as error:  # linear algebra of LAPACK's, say, which objects cannot enter
        raise ValueError(
            f"draw: level 'scalar': {node.operation} cannot be written as operations on single "
            f"numbers ({error})"
        ) from error


def _add_names(values, name):
    """Call the Values of a named tensor by its name; a reshape holds those of another, which keep
    theirs.
    """
    if name is None:
        return
    for index in np.ndindex(values.shape):
        value = values[index]
        if isinstance(value, Value) and not value.name:
            value.name = f"{name}{_where(index)}"


def _run(node, operands):
    """The operation on arrays of Values. A formula that asks which number is larger would leave one
    of them out, so there the scalar engine's own rules run.
    """
    if node.operation in SCALAR_RULES and not any(
        np.ndim(setting) for setting in node.static.values()
    ):
        return np.frompyfunc(lambda *numbers: node.rule(*numbers, **node.static), len(operands), 1)(
            *operands
        )
    if node.operation == "clip":
        result = operands[0]
        for bound, rule in (("min", RULES["maximum"]), ("max", RULES["minimum"])):
            if node.static.get(bound) is not None:
                result = np.frompyfunc(rule, 2, 1)(
                    result, np.asarray(node.static[bound], dtype=object)
                )
        return result
    if node.operation in ("max", "min"):
        larger, axis = np.frompyfunc(RULES[f"{node.operation}imum"], 2, 1), node.static.get("axis")
        result = operands[0]
        axes = (
            range(result.ndim)
            if axis is None
            else [i % result.ndim for i in (axis if isinstance(axis, tuple) else (axis,))]
        )
        for i in sorted(axes, reverse=True):
            result = larger.reduce(result, axis=i)
        return result
    return node.rule.formula(*operands, **node.static)[0]


def _check(root, upstream, arrays, names):
    """Raise where the numbers have other gradients than the tensors: three equal numbers share that
    of their maximum in two ways, for example.
    """
    with np.errstate(all="ignore"):
        for tensor, gradient in root.gradients(upstream).items():
            values = arrays[tensor]
            tolerance = 1e-9 if tensor.dtype.itemsize >= 8 else 1e-3
            by_number = np.array(
                [value.grad if isinstance(value, Value) else np.nan for value in values.flat],
                dtype=np.float64,
            ).reshape(tensor.shape)
            scale = np.absolute(gradient[np.isfinite(gradient)]).max(initial=0.0)
            wrong = ~np.isclose(
                by_number, gradient, rtol=tolerance, atol=tolerance * float(scale), equal_nan=True
            )
            if not tensor.operands and wrong.any():
                title = names.get(tensor) or tensor.describe()
                place = [int(i) for i in np.argwhere(wrong)[0]]
                raise ValueError(
                    f"draw: level 'scalar': {title} has another gradient number by number, at "
                    f"{place}: there is a tie there, or a derivative that is not finite; "
                    "draw it with other numbers"
                )


def _values(node, names):
    """A Value for every element, called W[0, 1] and so on."""
    values = np.empty(node.shape, dtype=object)
    for index in np.ndindex(node.shape):
        values[index] = Value(
            float(node.current[index]), f"{names.get(node, 'leaf')}{_where(index)}"
        )
    return values


def _where(index):
    return f"[{', '.join(map(str, index))}]" if index else ""


def _array(result, shape):
    array = np.empty(shape, dtype=object)
    array[...] = (
        result if isinstance(result, Value) else np.asarray(result, dtype=object).reshape(shape)
    )
    return array


def _differentiate(values, upstream):
    """The sum of the results, weighted by their gradients, from which one pass gives every Value
    its gradient; None where there is nothing to start from.
    """
    if upstream is None:
        return None
    weights = np.asarray(upstream, dtype=np.float64)
    terms = [
        value * float(g)
        for value, g in zip(values.flat, weights.flat, strict=True)
        if isinstance(value, Value)
    ]
    if not terms:
        return None
    whole = sum(terms[1:], terms[0])
    whole.backward()
    return whole
