"""``grad`` and its relatives: each takes a function and returns a function; they nest.

The returned functions take plain arrays and numbers, and return such.
    >>> import numpy as np
    >>> grad(lambda x: x ** 3)(2.0)
    12.0
    >>> grad(grad(lambda x: x ** 3))(2.0)
    12.0
    >>> hessian(lambda x: np.sum(x ** 3))(np.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])

An argument may be a number, an array, a Tensor, or a tuple, list or dict of such, and the gradient
has its structure. Each argument enters through a node of its own, so that a closure over the same
tensor is not mixed up with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..foundations.nested import flatten, unflatten
from ..operations import RULES
from ..operations import names as op
from ..operations.shapes import identity
from . import errors, recording
from .backward import recorded_walk, walk
from .graph import topological_order
from .joining import holds_nodes, joined
from .leaving import LeftGraph
from .modes import users_line
from .recording import current
from .tensor import Tensor

if TYPE_CHECKING:
    from ..foundations.annotations import Tree


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Tree]:
    """The function that computes the gradient of the scalar ``f``, by one argument or by several.
    >>> grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 5.0)
    (5.0, 2.0)
    """
    both = value_and_grad(f, argnums)
    return lambda *args, **keywords: both(*args, **keywords)[1]


def value_and_grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0
) -> Callable[..., tuple[Any, Tree]]:
    """The function that computes (value, gradient) of the scalar ``f``.

    >>> value_and_grad(lambda p: p["w"] * p["w"] + p["b"])({"w": 3.0, "b": 1.0})
    (10.0, {'w': 6.0, 'b': 1.0})
    """

    def value_and_gradient(*args, **keywords):
        call = _Call(f, args, keywords, argnums)
        if call.y.size != 1:
            raise ValueError(
                f"grad: expected a scalar from the function, got {call.shapes()}; use "
                "jacobian or vjp for others"
            )
        return call.value(call.y), call.gradients(np.ones(call.y.shape, call.y.dtype))

    return value_and_gradient


def vjp(f: Callable[..., Any], *args: Tree) -> tuple[Any, Callable[[Any], tuple[Tree, ...]]]:
    """(f(*args), pull), where ``pull(g)`` is the tuple of the gradients of all arguments.

    It is the pullback: g = dL/d(f) is the upstream gradient, in the structure of f's result.
    >>> value, pull = vjp(lambda x, y: x * y, 2.0, 5.0)
    >>> value, pull(10.0)
    (10.0, (50.0, 20.0))
    """
    call = _Call(f, args, {}, tuple(range(len(args))))
    return call.value(call.y), lambda g: call.gradients(call.seed(g))


def jvp(f: Callable[..., Any], args: Sequence[Tree], tangents: Sequence[Tree]) -> tuple[Any, Any]:
    """(f(*args), tangent): how f changes, to first order, when its arguments do by ``tangents``.

    The tangents have the structure of the arguments. The pullback is linear in the upstream
    gradient, so its own pullback pushes tangents forward.
    >>> jvp(lambda x, y: x * y, (2.0, 5.0), (1.0, 10.0))
    (10.0, 25.0)
    """
    if len(args) != len(tangents):
        raise ValueError(
            f"jvp: expected a tangent for each of the {len(args)} arguments, got {len(tangents)}"
        )
    call = _Call(f, args, {}, tuple(range(len(args))))
    leaves, _ = flatten(tuple(tangents))
    if len(leaves) != len(call.leaves):
        raise ValueError(
            f"jvp: expected tangents of the structure of the arguments, got {len(leaves)} arrays "
            f"for {len(call.leaves)}"
        )
    if not call.y.requires_grad:
        return call.value(call.y), call.value(_zeros(call.y))
    dummy = Tensor(np.zeros(call.y.shape, call.y.dtype))
    pulled = recorded_walk(call.y, dummy)
    pairs = [
        (pulled[leaf], _like(tangent, leaf, "jvp: a tangent"))
        for leaf, tangent in zip(call.leaves, leaves, strict=True)
        if leaf in pulled
    ]
    if not pairs:
        return call.value(call.y), call.value(_zeros(call.y))
    total: Any = sum((p * t).sum() for p, t in pairs)
    call.foreign = call.foreign or any(isinstance(t, Tensor) and t.requires_grad for _, t in pairs)
    if call.foreign:
        tangent = recorded_walk(total, Tensor(np.ones((), total.dtype), requires_grad=False))[dummy]
    else:
        tangent = Tensor(walk(total, np.ones((), total.dtype))[0][dummy], requires_grad=False)
    return call.value(call.y), call.value(tangent)


def jacobian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Tree]:
    """The function that computes all derivatives of ``f``, in the structure of the argument.

    Each array has the shape of f's result, followed by the shape of the argument. Where f returns a
    tuple, a list or a dict, so does this, with the derivatives of each result in its place.
    >>> jacobian(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """

    def all_derivatives(*args, **keywords):
        call = _Call(f, args, keywords, argnums)
        rows = []
        for i in range(call.y.size):
            seed = np.zeros(call.y.shape, call.y.dtype)
            seed.reshape(-1)[i] = 1
            rows.append(call.leaf_gradients(seed))
        found, start = [], 0
        for shape, size in call.parts():
            columns = [
                _stacked([row[k] for row in rows[start : start + size]], shape, leaf)
                for k, leaf in enumerate(call.leaves)
            ]
            found.append(call.rebuilt([call.plain(column) for column in columns]))
            start += size
        return unflatten(call.structure_of_result, found)

    return all_derivatives


def hessian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Tree]:
    """The function that computes the second derivatives of the scalar ``f``.

    They are the Jacobian of each array of its gradient.
    >>> hessian(lambda x, y: x * x * y, argnums=(0, 1))(2.0, 3.0)
    ((6.0, 4.0), (4.0, 0.0))
    """
    gradient = grad(f, argnums)

    def second_derivatives(*args, **keywords):
        chosen = (
            args[argnums]
            if isinstance(argnums, (int, np.integer))
            else tuple(args[i] for i in argnums)
        )
        leaves, structure = flatten(chosen)

        def part(k):
            return jacobian(lambda *a, **kw: flatten(gradient(*a, **kw))[0][k], argnums)(
                *args, **keywords
            )

        return unflatten(structure, [part(k) for k in range(len(leaves))])

    return second_derivatives


class _Call:
    """One run of f on nodes: its result y, the nodes of the chosen arguments, and their structure.

    ``foreign`` says that the result depends on nodes outside of this call, as in a nested one.
    """

    def __init__(
        self, f: Callable[..., Any], args: Sequence[Tree], keywords: dict, argnums: Any
    ) -> None:
        self.single = isinstance(argnums, (int, np.integer))
        chosen = _chosen(argnums, len(args))
        if not current().on:
            raise errors.recording_is_off()
        args = list(args)
        leaves, self.structure = flatten(tuple(args[i] for i in chosen))
        self.leaves = [
            identity(x)
            if isinstance(x, Tensor) and x.requires_grad
            else Tensor(getattr(x, "current", x))
            for x in leaves
        ]
        for leaf in self.leaves:
            leaf.entered_a_call = True  # whatever records nothing must not take it for a number
        for i, structured in zip(chosen, unflatten(self.structure, self.leaves), strict=True):
            args[i] = structured
        left = {}  # node: how and where its number was read

        def note(node: Any, how: str) -> None:
            if node not in left:
                left[node] = how, users_line()

        with recording.leaving(note):
            self.result = f(*args, **keywords)
        results, self.structure_of_result = flatten(self.result)
        self.results = [_as_tensor(result) for result in results]
        self.y = _in_one(self.results, self.structure_of_result)
        own, order = set(self.leaves), topological_order(self.y)
        _refuse_what_left(left, own, order)
        sources = (node for node in order if node.requires_grad and not node.operands)
        outside = (node for node in sources if node not in own)
        self.foreign = any(not getattr(node, "of_a_finished_call", False) for node in outside)
        for leaf in self.leaves:  # from here on an outer call may take them for constants
            leaf.of_a_finished_call, leaf.entered_a_call = True, False

    def leaf_gradients(self, seed: Any) -> list[Tensor]:
        """For each leaf a Tensor, recorded where it depends on what lies outside of this call."""
        self.foreign = self.foreign or (isinstance(seed, Tensor) and seed.requires_grad)
        if not self.y.requires_grad:
            found = {}
        elif self.foreign:
            found = recorded_walk(
                self.y, seed if isinstance(seed, Tensor) else Tensor(seed, requires_grad=False)
            )
        else:
            found = {
                t: Tensor(g, requires_grad=False)
                for t, g in walk(self.y, getattr(seed, "current", seed))[0].items()
            }
        return [found[leaf] if leaf in found else _zeros(leaf) for leaf in self.leaves]

    def parts(self) -> list[tuple[tuple[int, ...], int]]:
        """The shape and the size of each result."""
        return [(result.shape, result.size) for result in self.results]

    def shapes(self) -> str:
        """The results in words."""
        if self.structure_of_result is None:
            return f"shape {self.y.shape}"
        return f"{len(self.results)} results, {self.y.size} numbers in all"

    def value(self, y: Tensor) -> Any:
        """What has the size of the result, in its structure and its shapes."""
        if self.structure_of_result is None:
            return self.plain(y)
        parts, start = [], 0
        for shape, size in self.parts():
            parts.append(self.plain(y[start : start + size].reshape(shape)))
            start += size
        return unflatten(self.structure_of_result, parts)

    def seed(self, g: Any) -> Any:
        """The gradient by the result, given in its structure, as one array."""
        what = "vjp: the gradient"
        if self.structure_of_result is None:
            return _like(g, self.y, what)
        given, structure = flatten(g)
        if structure != self.structure_of_result:
            raise ValueError(
                f"{what}: expected the structure of the function's result, a "
                f"{type(self.result).__name__} of {len(self.results)} arrays, got {len(given)}"
            )
        rows = [_like(x, y, what).reshape(-1) for x, y in zip(given, self.results, strict=True)]
        return np.concatenate(rows)

    def gradients(self, seed: Any) -> Tree:
        gradients = self.leaf_gradients(seed)
        return self.rebuilt([self.plain(g) for g in gradients])

    def rebuilt(self, leaves: list) -> Tree:
        rebuilt = unflatten(self.structure, leaves)
        return rebuilt[0] if self.single else rebuilt

    def plain(self, tensor: Tensor) -> Any:
        """A Tensor where an outer transform needs it; else an array, or a number for shape ()."""
        if self.foreign and tensor.requires_grad:
            return tensor
        return tensor.current.item() if tensor.shape == () else tensor.current.copy()


def _chosen(argnums: Any, count: int) -> tuple[Any, ...]:
    """The numbers of the arguments that are differentiated, each of them once."""
    chosen = (argnums,) if isinstance(argnums, (int, np.integer)) else tuple(argnums)
    if any(not -count <= i < count for i in chosen):
        raise ValueError(f"argnums: expected numbers of the {count} arguments, got {argnums}")
    if len({i % count for i in chosen}) < len(chosen):
        raise errors.argument_twice("", argnums)
    return chosen


def _as_tensor(result: Any) -> Tensor:
    """One result of a function, as a Tensor."""
    if isinstance(result, np.ndarray) and result.dtype.hasobject:
        # Chosen among Tensors and numbers, it may hold numbers alone.
        result = joined(result) if holds_nodes(result) else result.tolist()
    return result if isinstance(result, Tensor) else Tensor(result, requires_grad=False)


def _in_one(results: list[Tensor], structure: Any) -> Tensor:
    """The result that is differentiated: of several, all of their elements in a row."""
    if structure is None:
        return results[0]
    if not results:
        raise TypeError("expected the function to return arrays or numbers, got none")
    if all(not result.requires_grad for result in results):
        rows = [result.current.reshape(-1) for result in results]
        return Tensor(np.concatenate(rows), requires_grad=False)
    rows = [RULES[op.RESHAPE](result, shape=(-1,)) for result in results]
    return RULES[op.CONCATENATE](*rows, axis=0)


def _zeros(tensor: Tensor) -> Tensor:
    """A constant of the shape and type of a tensor."""
    return Tensor(np.zeros(tensor.shape, tensor.dtype), requires_grad=False)


def _refuse_what_left(
    left: dict[Any, tuple[str, str]], leaves: set[Tensor], order: list[Tensor]
) -> None:
    """Tell an outer listener what left; raise if that is why the result depends on no argument."""
    for node, (how, _) in left.items():
        recording.note_left(node, how)
    if not leaves.isdisjoint(order):
        return
    for node, (how, line) in left.items():
        if not leaves.isdisjoint(topological_order(node)):
            raise LeftGraph(
                "the function's result does not depend on its argument as recorded, so that its "
                f"gradient would be 0: the number of {node.describe()} left the graph by {how} at "
                f"{line}; compute with the Tensor itself, and return what is recorded"
            )


def _stacked(rows: list, shape: tuple[int, ...], leaf: Tensor) -> Any:
    if not rows:
        return Tensor(np.zeros(shape + leaf.shape, leaf.dtype), requires_grad=False)
    return np.stack(rows).reshape(shape + leaf.shape)


def _like(data: Any, tensor: Tensor, what: str) -> Any:
    if isinstance(data, Tensor):
        if data.shape != tensor.shape:
            raise ValueError(f"{what}: expected shape {tensor.shape}, got {data.shape}")
        return data
    array = np.asarray(data, dtype=tensor.dtype)
    if array.shape != tensor.shape:
        raise ValueError(f"{what}: expected shape {tensor.shape}, got {array.shape}")
    return array.copy()
