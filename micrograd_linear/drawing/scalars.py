"""A small graph of Tensors, number by number: the same rules, run on arrays of Values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..engine.graph import Node, is_node, topological_order
from ..engine.names import named_apart
from ..engine.tensor import Tensor
from ..engine.value import Value
from ..operations import BY_NUMPY_FUNCTION, RULES, SCALAR_RULES
from ..operations import names as op
from . import marks, modules
from .flow import Flow, flow, seed, was_given
from .fold import joined
from .names import Names, Scope
from .reading import Place, Places, Reading, check_start, title


@dataclass
class NumbersReading(Reading):
    """The reading of a graph of Tensors of which every number is a node; ``root`` is the Tensor,
    ``arrays`` {tensor: array of its Values, or of plain numbers}.
    """

    arrays: dict[Any, np.ndarray] = field(default_factory=dict)
    titles: dict[Any, str] = field(default_factory=dict)  # the names of the tensors

    @property
    def results(self) -> set[Node]:
        return {x for x in self.arrays[self.root].flat if isinstance(x, Value)}

    def operands(self) -> dict[Node, list[tuple[Any, Places]]]:
        """Sums of several terms are one sum."""
        sources: dict[Node, list[Place]] = {}
        operands = joined(self.order, self.groups, sources)
        return {
            node: [(x, (place,)) for x, place in zip(inputs, sources[node])]
            for node, inputs in operands.items()
        }

    def differentiated(self) -> Flow | None:
        return self.differentiated_from(self.start)

    def differentiated_from(self, start: np.ndarray | None) -> Flow | None:
        """The backward pass of the sum of the results, weighted by ``start``; None where there is
        nothing to start from.
        """
        if start is None:
            return None
        whole = _weighted(self.arrays[self.root], start)
        found = None if whole is None else flow(whole, np.ones(()))
        if found is None:
            return None
        _check(self.root, start, self.arrays, found.gradients, self.titles)
        return replace(found, seed=start)

    def remarks(self, gradients: dict[Node, Any]) -> dict[Node, list[str]]:
        """None: what is odd is said of the tensors."""
        return {}

    def seeds(self, ids: dict[Node, str]) -> dict[str, np.ndarray]:
        assert self.flow is not None
        seeds: dict[str, np.ndarray] = {}
        start = np.asarray(self.flow.seed, dtype=np.float64)
        for value, g in zip(self.arrays[self.root].flat, start.flat, strict=True):
            if is_node(value):
                seeds[ids[value]] = seeds.get(ids[value], 0) + g
        return seeds


def read_numbers(
    root: Tensor, most: int, scope: Scope | None = None, *, backward: bool = False
) -> NumbersReading:
    """The reading of a graph of Tensors, number by number, every tensor a group.

    Raises ``ValueError`` where there would be more than ``most`` values, and for an operation that
    numbers alone cannot do.
    """
    tensors = topological_order(root)
    names = Names(tensors, modules.outermost(*modules.calls(tensors)), scope or Scope())
    start = seed(root) if root.requires_grad else None
    if backward:
        check_start(root, start)
    arrays = expanded(root, tensors, most, names.shown)
    results = [value for value in arrays[root].flat if is_node(value)]
    nodes = {node for result in results for node in topological_order(result)}
    order = sorted(nodes, key=lambda node: node.created)
    tensor_of = {x: tensor for tensor, array in arrays.items() for x in array.flat if is_node(x)}
    titles = named_apart(tensors, names.shown)
    own = Names(order, [], Scope())
    own.parameters = {value for value, tensor in tensor_of.items() if tensor in names.parameters}
    head = f"{title(root, names)}, number by number"
    reading = NumbersReading(root, head, order, own, start, was_given(root), part=order)
    reading.arrays, reading.titles = arrays, names.shown
    reading.groups = {value: titles[tensor] for value, tensor in tensor_of.items()}
    reading.positions = {x: k for array in arrays.values() for k, x in _places(array)}
    reading.homes = _homes(order, reading.groups)
    reading.stored = dict.fromkeys(order, 0.0)
    if backward:
        reading.flow = reading.differentiated()
    held = reading.flow or reading.differentiated_from(marks.gradient(root))
    reading.gradients = reading.stored | (held.gradients if held else {})
    return reading


def _places(array: np.ndarray) -> list[tuple[int, Node]]:
    return [(k, x) for k, x in enumerate(array.flat) if is_node(x)]


def _homes(order: Sequence[Node], groups: dict[Node, str]) -> dict[Node, str]:
    """{value: the tensor that it is an element of, or else the one that it is made for}: a product
    stands in the frame of the matrix product that it is a term of.
    """
    homes: dict[Node, str] = dict(groups)
    users: dict[Node, set[str]] = {}
    for node in reversed(order):
        if node not in homes and len(users.get(node, ())) == 1:
            homes[node] = next(iter(users[node]))
        for x in node.operands:
            if is_node(x) and node in homes:
                users.setdefault(x, set()).add(homes[node])
    return homes


def expanded(
    root: Tensor, order: Sequence[Tensor], most: int, names: dict[Any, str]
) -> dict[Tensor, np.ndarray]:
    """{tensor: array of its Values, or of plain numbers}; Values are called by the ``names``
    {tensor: name}.
    """
    count = sum(node.size for node in order)
    if count > most:
        raise ValueError(
            f"draw: level 'scalar': the {len(order)} tensors hold {count:,} numbers, "
            f"more than {most} boxes; draw a smaller example"
        )
    arrays: dict[Tensor, np.ndarray] = {}
    for node in order:
        if node.operands:
            arrays[node] = _array(_result(node, arrays), node.shape)
            _add_names(arrays[node], names.get(node))
        else:
            arrays[node] = _values(node, names) if node.requires_grad else node.current
    return arrays


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
    if node.operation == op.CLIP:
        result = operands[0]
        for bound, rule in ((op.MIN, RULES[op.MAXIMUM]), (op.MAX, RULES[op.MINIMUM])):
            if node.static.get(bound) is not None:
                result = np.frompyfunc(rule, 2, 1)(
                    result, np.asarray(node.static[bound], dtype=object)
                )
        return result
    if node.rule.kinked and node.rule.repeated in BY_NUMPY_FUNCTION:
        larger = np.frompyfunc(BY_NUMPY_FUNCTION[node.rule.repeated], 2, 1)
        axis = node.static.get("axis")
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


def _check(root, upstream, arrays, gradients, names):
    """Raise where the numbers have other gradients than the tensors: three equal numbers share that
    of their maximum in two ways, for example.
    """
    with np.errstate(all="ignore"):
        for tensor, gradient in root.gradients(upstream).items():
            values = arrays[tensor]
            tolerance = 1e-9 if tensor.dtype.itemsize >= 8 else 1e-3
            by_number = np.array(
                [gradients.get(value, 0.0) if is_node(value) else np.nan for value in values.flat],
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


def _weighted(values, upstream):
    """The sum of the results, weighted by their gradients, from which one pass gives every Value
    its gradient; None where none is a Value.
    """
    weights = np.asarray(upstream, dtype=np.float64)
    terms = [
        value * float(g)
        for value, g in zip(values.flat, weights.flat, strict=True)
        if isinstance(value, Value)
    ]
    return sum(terms[1:], terms[0]) if terms else None
