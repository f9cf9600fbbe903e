"""``Tensor``: an array that records what is done with it.

    >>> x = Tensor([[1.0, 2.0], [3.0, 4.0]], "x")
    >>> loss = (x ** 2).sum()
    >>> loss.backward()
    >>> x.grad
    array([[2., 4.],
           [6., 8.]])

An operation puts the operands' arrays through its rule once and keeps the pullbacks (see
``rules``). So that nothing can change the arrays that a pullback holds, an array is either private
to its tensor, or was handed out by ``.data``: operations use a private array as it is, and a
snapshot of one that was handed out.

The operators stand here, the named operations in ``named_operations``, augmented assignments in
``in_place``, and what is only read in ``readings``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..operations import RULES
from ..operations import names as op
from . import arrays, backward, foreign, joining, numpy_protocol, versions
from .errors import not_a_leaf
from .explain import check_integers, explained
from .graph import creation
from .in_place import InPlace
from .joining import WEAK
from .leaving import Readable
from .named_operations import NamedOperations
from .operands import constant, frozen_index
from .readings import Readings
from .recording import DEFAULT, changed, current, note_left
from .transaction import all_or_none

if TYPE_CHECKING:
    from ..foundations.annotations import ArrayLike, Operand
    from ..operations import Rule


class Tensor(NamedOperations, InPlace, Readings, Readable):
    """An array of real numbers in a computation graph.

    ``Tensor(data, name="", *, requires_grad=True)`` is a leaf that owns a copy of ``data``.
    float16, float32, float64 and long double keep their type; integers and booleans become
    float64, unless ``requires_grad`` is False.

    ``data``    the array; ``t.data -= step`` and ``t.data[0] = 1`` change it
    ``grad``    None at first, then an array of the tensor's shape and type; a leaf adds up over
                ``backward`` calls until ``zero_grad``, an interior node holds that of the last call

    Plain arrays and numbers in an expression are constants. Raises ``TypeError`` for objects,
    strings and complex numbers, ``ValueError`` for ragged data, ``OverflowError`` for integers that
    float64 does not hold exactly.

    >>> W = Tensor([[1, 2, 3]], "W")
    >>> (W * [10, 20, 30]).backward([[1, 1, 1]])
    >>> W.grad
    array([[10., 20., 30.]])
    """

    __slots__ = ("_data", "_grad", "_used", "_shared", "_borrowed", "_requires_grad", "created")
    __slots__ += ("rule", "static", "operands", "arrays", "recorded", "pullbacks")
    __slots__ += ("module_calls", "__dict__", "__weakref__")
    __slots__ += ("_versions", "_viewed", "_views", "_pending")  # mostly not set: see versions
    name: str = ""  # a class attribute: only a tensor that is given a name pays for one

    def __init__(self, data: ArrayLike, name: str = "", *, requires_grad: bool = True) -> None:
        if not isinstance(name, str):
            raise TypeError(f"name: expected a string, got {name!r} ({type(name).__name__})")
        what = f"Tensor {name!r}" if name else "Tensor"
        array = arrays.real_array(data, what)
        self._data = arrays.floating(array, what) if requires_grad else array
        if name:
            self.name = name  # pyright: ignore[reportGeneralTypeIssues]  its slot is __dict__
        self._requires_grad = bool(requires_grad)
        _make_leaf(self)

    # --- data and gradient ------------------------------------------------------------------------

    @property
    def data(self) -> np.ndarray:
        """The array itself.

        Changing it, or assigning another, makes every result computed from the old numbers stale.
        """
        if self._requires_grad:
            note_left(self, ".data")
        return self._handed_out()

    def _handed_out(self) -> np.ndarray:
        """The array, which may be changed from now on: what was recorded keeps another."""
        if not self._shared:
            if self._used or self._data.base is not None or not self._data.flags.writeable:
                self._data = self._data.copy()
            self._used, self._shared = False, True
        return self._data

    @data.setter
    def data(self, data: ArrayLike) -> None:
        if data is self._data:  # t.data -= step ends here; the array was changed in place
            return
        self._data = arrays.like(data, self._data, f"data of {self.describe()}")
        self._used = self._shared = False

    @property
    def requires_grad(self) -> bool:
        """Whether gradients are computed for this tensor; can be changed for a leaf."""
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, requires_grad: bool) -> None:
        if self.rule is not None:
            raise ValueError(
                f"requires_grad of {self.describe()}: can be set for a leaf only; "
                ".detach() makes one"
            )
        if requires_grad and self.dtype.kind != "f":
            self._data = arrays.floating(self._data, self.describe())
            self._used = self._shared = False
        self._requires_grad = bool(requires_grad)

    @property
    def grad(self) -> Any:  # an array or None; a Tensor after backward(create_graph=True)
        """dL/d(this tensor) as an array of its shape and type, or None."""
        if self._borrowed:
            self._grad, self._borrowed = self._grad.copy(), False
        return self._grad

    @grad.setter
    def grad(self, grad: ArrayLike | None) -> None:
        what = f"grad of {self.describe()}"
        self._grad = None if grad is None else arrays.like(grad, self._data, what)
        self._borrowed = False

    def zero_grad(self) -> None:
        """Forget the gradient: set ``grad`` to None."""
        self._grad, self._borrowed = None, False

    def numpy(self) -> np.ndarray:
        """A copy of the numbers, as a plain array."""
        if self._requires_grad:
            note_left(self, ".numpy()")
        return self._data.copy()

    def item(self, *place: Any) -> float:
        """The one number of a tensor of size 1, or the one at a place, as a Python number."""
        if self._requires_grad:
            note_left(self, ".item()")
        return self._data.item(*place) if place else self._only("item")

    def detach(self) -> Tensor:
        """A constant with the same numbers, cut off from the graph."""
        if self._requires_grad:
            note_left(self, ".detach()")
        return Tensor(self._data, self.name, requires_grad=False)

    # --- backward ---------------------------------------------------------------------------------

    def backward(self, gradient: ArrayLike | None = None, *, create_graph: bool = False) -> None:
        """Add dL/d(leaf) to the ``grad`` of every leaf below.

        ``gradient`` = dL/d(this tensor) has this tensor's shape; a scalar needs none: it is 1.
        Raises ``ValueError`` where the gradient is missing or of another shape, and
        ``RuntimeError`` when an array was changed since it was used; every ``grad`` is then as it
        was. With ``create_graph=True`` the pass is itself recorded and every ``grad`` is a Tensor,
        which can be differentiated again.

        >>> x = Tensor([1.0, 2.0], "x")
        >>> (x * x).backward([1.0, 10.0]); x.grad
        array([ 2., 40.])
        """
        if create_graph:
            gradients, borrowed = self._recorded_gradients(gradient), ()
        else:
            gradients, borrowed = backward.walk(self, self._seed(gradient))
        all_or_none(backward.give, gradients, borrowed)

    def _recorded_gradients(self, gradient: ArrayLike | None) -> dict[Any, Tensor]:
        """{tensor: its gradient, a recorded Tensor}, of which no two are the same."""
        if isinstance(gradient, Tensor) and gradient.shape == self.shape:
            seed, given = gradient, {id(gradient)}
        else:
            seed, given = Tensor(self._seed(gradient), requires_grad=False), set()
        gradients = backward.recorded_walk(self, seed)
        for tensor, found in gradients.items():
            gradients[tensor] = found + 0 if id(found) in given else found
            given.add(id(found))
        return gradients

    def gradients(
        self, gradient: ArrayLike | None = None, *, watch: Callable | None = None
    ) -> dict[Tensor, np.ndarray]:
        """{tensor: array} of the gradients that ``backward`` would make; changes no ``grad``.

        ``watch(node, operand, g, contribution)`` is called at every step: what a gradient g of the
        node adds to that of the operand.
        """
        gradients, borrowed = backward.walk(self, self._seed(gradient), watch)
        return {tensor: g.copy() if tensor in borrowed else g for tensor, g in gradients.items()}

    def contributions(self, gradient: Any) -> list[tuple[Any, Any]]:
        """[(operand, contribution)]: what a gradient of this tensor adds to that of each operand.

        Broadcasting is not undone yet.
        """
        versions.settle(self)
        pairs = zip(self.operands, self.pullbacks, strict=True)
        return [(x, pull(gradient)) for x, pull in pairs if pull is not None]

    def _seed(self, gradient: ArrayLike | None) -> np.ndarray:
        return backward.seed(self, gradient.current if isinstance(gradient, Tensor) else gradient)

    # --- operations -------------------------------------------------------------------------------

    @staticmethod
    def __apply_rule__(rule: Rule, operands: tuple, static: dict[str, Any]) -> Tensor:
        return apply(rule, operands, static)

    # The named operations, as methods and NumPy functions, are in functions/.
    __array_ufunc__ = numpy_protocol.array_ufunc
    __array_function__ = numpy_protocol.array_function
    __torch_function__ = classmethod(foreign.torch_function)

    def __add__(self, other: Operand) -> Tensor:
        return apply(_ADD, (self, other), {})

    def __radd__(self, other: Operand) -> Tensor:
        return apply(_ADD, (other, self), {})

    def __sub__(self, other: Operand) -> Tensor:
        return apply(_SUBTRACT, (self, other), {})

    def __rsub__(self, other: Operand) -> Tensor:
        return apply(_SUBTRACT, (other, self), {})

    def __mul__(self, other: Operand) -> Tensor:
        return apply(_MULTIPLY, (self, other), {})

    def __rmul__(self, other: Operand) -> Tensor:
        return apply(_MULTIPLY, (other, self), {})

    def __truediv__(self, other: Operand) -> Tensor:
        return apply(_DIVIDE, (self, other), {})

    def __rtruediv__(self, other: Operand) -> Tensor:
        return apply(_DIVIDE, (other, self), {})

    def __pow__(self, other: Operand) -> Tensor:
        return apply(_POWER, (self, other), {})

    def __rpow__(self, other: Operand) -> Tensor:
        return apply(_POWER, (other, self), {})

    def __matmul__(self, other: Any) -> Tensor:
        if other.__class__ is Tensor and self._data.ndim > 1 and other._data.ndim > 1:
            return apply(_MATMUL, (self, other), {})
        return np.matmul(self, other)  # of vectors, lists, stacks: see functions/products.py

    def __rmatmul__(self, other: Operand) -> Tensor:
        return np.matmul(other, self)

    def __pos__(self) -> Tensor:
        return apply(_MULTIPLY, (self, 1), {})  # a new array, as in NumPy

    def __neg__(self) -> Tensor:
        return apply(_NEGATIVE, (self,), {})

    def __abs__(self) -> Tensor:
        return apply(_ABSOLUTE, (self,), {})

    def __getitem__(self, index: object) -> Tensor:
        """Slices, integers, integer arrays, masks, None and ``...``.

        An element that is taken twice gets both gradients.
        """
        return apply(_GETITEM, (self,), {"index": frozen_index(index)})

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    __hash__ = object.__hash__

    def __reduce__(self) -> tuple:
        if self.rule is not None:
            raise not_a_leaf(self.describe(), self.operation)
        state = self._data.copy(), self.name, self.requires_grad, self.grad, dict(self.__dict__)
        return _rebuild, (type(self), *state)


def _rebuild(
    cls: type[Tensor],
    data: np.ndarray,
    name: str,
    requires_grad: bool,
    grad: Any,
    attributes: dict[str, Any],
) -> Tensor:
    tensor = cls(data, name, requires_grad=requires_grad)
    tensor.grad = grad
    tensor.__dict__.update(attributes)
    return tensor


def _make_leaf(tensor: Tensor) -> None:
    """Give a new tensor the attributes of one that no operation made."""
    tensor._grad = tensor.rule = tensor.recorded = None
    tensor._used = tensor._shared = tensor._borrowed = False
    tensor.static, tensor.operands, tensor.arrays, tensor.pullbacks = {}, (), (), ()
    tensor.created = next(creation)


def apply(rule: Rule, operands: tuple, static: dict[str, Any]) -> Tensor:
    """The recorded result of the rule on the operands; a constant if none requires a gradient."""
    inputs, variables = [], 0
    for operand in operands:
        if not isinstance(operand, Tensor):
            kept = operand if operand.__class__ in WEAK else constant(operand, rule, operands)
            if kept is None:
                return joining.applied(rule, operands, static)
            inputs.append(kept)
            continue
        variables += operand._requires_grad
        if operand._shared:
            inputs.append(operand._data.copy())
        else:
            operand._used = True
            inputs.append(operand._data)
    try:
        value, pullbacks = rule.formula(*inputs, **static)
    except (ValueError, TypeError, IndexError, OverflowError, MemoryError) as error:
        raise explained(error, rule, operands, static) from error
    if value.__class__ is not np.ndarray or value.dtype.kind != "f":
        value = _array(value, rule, operands, inputs, static)
    for array in inputs:
        if value is array:
            value = value.view()
    tensor = _new(Tensor)
    tensor._data, state = value, current() if changed else DEFAULT
    if variables and state.on:
        if variables < len(operands) or variables != len(pullbacks):
            pullbacks = _of_variables(pullbacks, rule, operands)
        tensor._used, tensor._shared, tensor._borrowed = True, False, False  # pullbacks may hold it
        tensor._grad, tensor.recorded, tensor._requires_grad = None, value, True
        tensor.rule, tensor.static, tensor.operands = rule, static, operands
        tensor.arrays, tensor.pullbacks, tensor.created = inputs, pullbacks, next(creation)
    else:
        tensor._requires_grad = False
        _make_leaf(tensor)
    if value.base is not None or state.looks:
        _note(tensor, rule, operands, inputs, static, state.looks)
    return tensor


def _array(
    value: Any, rule: Rule, operands: tuple, inputs: list, static: dict[str, Any]
) -> np.ndarray:
    """A formula's value as an array; raises if it holds integers that wrapped around."""
    array = np.asarray(value)
    check_integers(rule, inputs, static, array, operands)
    return array


def _note(
    tensor: Tensor, rule: Rule, operands: tuple, inputs: list, static: dict, looks: tuple
) -> None:
    """Call the functions that see each result, after noting which memory it is a view of."""
    if tensor._data.base is not None:
        versions.note_views(tensor, rule, operands, inputs, static)
    for look in looks:
        look(tensor, rule, operands, inputs)


def _of_variables(pullbacks: tuple, rule: Rule, operands: tuple) -> list:
    """The pullbacks, with None for the operands that require no gradient."""
    if len(pullbacks) != len(operands):
        raise TypeError(
            f"{rule.name}: expected the rule to return {len(operands)} pullbacks, "
            f"one for each argument, got {len(pullbacks)}"
        )
    return [
        pullback if isinstance(operand, Tensor) and operand._requires_grad else None
        for operand, pullback in zip(operands, pullbacks)
    ]


_new = object.__new__
_ADD, _SUBTRACT, _MULTIPLY = RULES[op.ADD], RULES[op.SUBTRACT], RULES[op.MULTIPLY]
_DIVIDE, _POWER, _MATMUL = RULES[op.DIVIDE], RULES[op.POWER], RULES[op.MATMUL]
_NEGATIVE, _ABSOLUTE, _GETITEM = RULES[op.NEGATIVE], RULES[op.ABSOLUTE], RULES[op.GETITEM]
