"""``Tensor``: an array that records what is done with it.

    >>> x = Tensor([[1.0, 2.0], [3.0, 4.0]], "x")
    >>> loss = (x ** 2).sum()
    >>> loss.backward()
    >>> x.grad
    array([[2., 4.],
           [6., 8.]])

An operation puts the operands' arrays through its rule once and keeps the pullbacks (see ``rules``). So that nothing can change
the arrays that a pullback holds, an array is either private to its tensor, or was handed out by ``.data``: operations use a private
array as it is, and a snapshot of one that was handed out.
"""

import operator

import numpy as np

from . import arrays, backward, numpy_protocol, versions
from .explain import check_integers, described, explained
from .graph import creation
from .leaving import Readable, left_graph
from .recording import DEFAULT, changed, current, note_left
from .rules import RULES


class Tensor(Readable):
    """An array of real numbers in a computation graph.

    ``Tensor(data, name="", *, requires_grad=True)`` is a leaf that owns a copy of ``data``. float16, float32, float64 and long double
    keep their type; integers and booleans become float64, unless ``requires_grad`` is False.

    ``data``    the array; ``t.data -= step`` and ``t.data[0] = 1`` change it
    ``grad``    None at first, then an array of the tensor's shape and type; a leaf adds up over ``backward`` calls until
                ``zero_grad``, an interior node holds that of the last call

    Plain arrays and numbers in an expression are constants. Raises ``TypeError`` for objects, strings and complex numbers,
    ``ValueError`` for ragged data, ``OverflowError`` for integers that float64 does not hold exactly.

    >>> W = Tensor([[1, 2, 3]], "W")
    >>> (W * [10, 20, 30]).backward([[1, 1, 1]])
    >>> W.grad
    array([[10., 20., 30.]])
    """

    __slots__ = ("_data", "_grad", "_used", "_shared", "_borrowed", "_requires_grad", "created")
    __slots__ += ("rule", "static", "operands", "arrays", "recorded", "pullbacks", "module_calls", "__dict__", "__weakref__")
    __slots__ += ("_versions", "_viewed", "_views")  # set on those only that have some: see versions
    name = ""  # a class attribute: only a tensor that is given a name pays for one

    def __init__(self, data, name="", *, requires_grad=True):
        if not isinstance(name, str):
            raise TypeError(f"name: expected a string, got {name!r} ({type(name).__name__})")
        what = f"Tensor {name!r}" if name else "Tensor"
        array = arrays.real_array(data, what)
        self._data = arrays.floating(array, what) if requires_grad else array
        if name:
            self.name = name
        self._requires_grad = bool(requires_grad)
        _make_leaf(self)

    # --- data and gradient -----------------------------------------------------------------------------------------------------

    @property
    def data(self):
        """The array itself. Changing it, or assigning another, makes every result computed from the old numbers stale."""
        if self._requires_grad:
            note_left(self, ".data")
        return self._handed_out()

    def _handed_out(self):
        """The array, which may be changed from now on: what was recorded keeps the old one, or a snapshot."""
        if not self._shared:
            if self._used or self._data.base is not None or not self._data.flags.writeable:
                self._data = self._data.copy()
            self._used, self._shared = False, True
        return self._data

    @data.setter
    def data(self, data):
        if data is self._data:  # t.data -= step ends here; the array was changed in place
            return
        self._data = arrays.like(data, self._data, f"data of {self.describe()}")
        self._used = self._shared = False

    @property
    def requires_grad(self):
        """Whether gradients are computed for this tensor; can be changed for a leaf."""
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, requires_grad):
        if self.rule is not None:
            raise ValueError(f"requires_grad of {self.describe()}: can be set for a leaf only; .detach() makes one")
        if requires_grad and self.dtype.kind != "f":
            self._data, self._used, self._shared = arrays.floating(self._data, self.describe()), False, False
        self._requires_grad = bool(requires_grad)

    current = property(operator.attrgetter("_data"), doc="The array for reading only: nothing is copied, and nothing may be changed.")

    @property
    def grad(self):
        """dL/d(this tensor) as an array of its shape and type, or None."""
        if self._borrowed:
            self._grad, self._borrowed = self._grad.copy(), False
        return self._grad

    @grad.setter
    def grad(self, grad):
        self._grad = None if grad is None else arrays.like(grad, self._data, f"grad of {self.describe()}")
        self._borrowed = False

    def zero_grad(self):
        """Forget the gradient: set ``grad`` to None."""
        self._grad, self._borrowed = None, False

    shape = property(operator.attrgetter("_data.shape"), doc="The shape, as a tuple.")
    dtype = property(operator.attrgetter("_data.dtype"), doc="The NumPy dtype.")
    ndim = property(operator.attrgetter("_data.ndim"), doc="The number of axes.")
    size = property(operator.attrgetter("_data.size"), doc="The number of elements.")
    read = property(operator.attrgetter("arrays"), doc="The arrays that this tensor was computed from, in the order of its operands; for reading only.")
    operation = property(lambda self: self.rule.name if self.rule else "", doc='The name of the rule that made this tensor; "" for a leaf.')

    def numpy(self):
        """A copy of the numbers, as a plain array."""
        if self._requires_grad:
            note_left(self, ".numpy()")
        return self._data.copy()

    def item(self):
        """The one number of a tensor of size 1, as a Python number."""
        if self._requires_grad:
            note_left(self, ".item()")
        return self._only("item")

    def _only(self, what):
        if self.size != 1:
            raise ValueError(
                f"{what} of {self.describe()}: expected one element, got {self.size}"
            )
        return self._data.item()

    def detach(self):
        """A constant with the same numbers, cut off from the graph."""
        if self._requires_grad:
            note_left(self, ".detach()")
        return Tensor(self._data, self.name, requires_grad=False)

    # --- backward --------------------------------------------------------------------------------------------------------------

    def backward(self, gradient=None, *, create_graph=False):
        """Add dL/d(leaf) to the ``grad`` of every leaf below, given ``gradient`` = dL/d(this tensor), of this tensor's shape.

        A scalar needs no ``gradient``: it is 1. Raises ``ValueError`` where the gradient is missing or of another shape, and
        ``RuntimeError`` when an array was changed since it was used; every ``grad`` is then as it was. With ``create_graph=True`` the pass
        is itself recorded and every ``grad`` is a Tensor, which can be differentiated again.

        >>> x = Tensor([1.0, 2.0], "x")
        >>> (x * x).backward([1.0, 10.0]); x.grad
        array([ 2., 40.])
        """
        if create_graph:
            seed = gradient if isinstance(gradient, Tensor) and gradient.shape == self.shape else Tensor(self._seed(gradient), requires_grad=False)
            gradients, borrowed = backward.recorded_walk(self, seed), ()
            given = {id(seed)} if seed is gradient else set()
            for tensor, gradient in gradients.items():  # no two tensors share one gradient
                gradients[tensor] = gradient + 0 if id(gradient) in given else gradient
                given.add(id(gradient))
        else:
            gradients, borrowed = backward.walk(self, self._seed(gradient))
        for tensor, gradient in gradients.items():
            if tensor.rule is None and tensor._grad is not None:
                total = tensor._grad + gradient
                tensor._grad, tensor._borrowed = total if isinstance(total, Tensor) else np.asarray(total), False
            else:
                tensor._grad, tensor._borrowed = gradient, tensor in borrowed

    def gradients(self, gradient=None, *, watch=None):
        """{tensor: array} of the gradients that ``backward`` would make, leaving every ``grad`` as it was.

        ``watch(node, operand, g, contribution)`` is called at every step: what a gradient g of the node adds to that of the operand.
        """
        gradients, borrowed = backward.walk(self, self._seed(gradient), watch)
        return {tensor: g.copy() if tensor in borrowed else g for tensor, g in gradients.items()}

    def contributions(self, gradient):
        """[(operand, contribution)]: what a gradient of this tensor adds to that of each operand, before broadcasting is undone."""
        versions.settle(self)
        return [(x, pull(gradient)) for x, pull in zip(self.operands, self.pullbacks, strict=True) if pull is not None]

    def _seed(self, gradient):
        if not self.requires_grad:
            raise ValueError(f"backward: {self.describe()} depends on no tensor that requires a gradient; nothing to differentiate")
        if gradient is None:
            if self.size != 1:
                raise ValueError(
                    f"backward: {self.describe()} is not a scalar, so its gradient dL/d(it) must be given: expected an array of shape "
                    f"{self.shape}, got none; pass backward(gradient), or reduce to a scalar first, with .sum() for example"
                )
            return np.ones(self.shape, self.dtype)
        if isinstance(gradient, Tensor):
            gradient = gradient.current
        if gradient.__class__ is np.ndarray and gradient.dtype == self._data.dtype and gradient.shape == self._data.shape:
            return gradient.copy(order="K")
        return arrays.like(gradient, self._data, f"backward: gradient of {self.describe()}")

    # --- operations ------------------------------------------------------------------------------------------------------------

    @staticmethod
    def __apply_rule__(rule, operands, static):
        return apply(rule, operands, static)

    def __array__(self, dtype=None, copy=None):
        if self.requires_grad:
            raise left_graph(self, "a plain array of it")
        return np.array(self._data, dtype=dtype)

    __array_ufunc__ = numpy_protocol.array_ufunc  # the named operations, as methods and NumPy functions, are in functions/
    __array_function__ = numpy_protocol.array_function

    def __matmul__(self, other):
        if other.__class__ is Tensor and self._data.ndim > 1 and other._data.ndim > 1:
            return apply(_MATMUL, (self, other), {})
        return np.matmul(self, other)  # of vectors, lists, stacks: see functions/products.py

    def __rmatmul__(self, other):
        return np.matmul(other, self)

    def __pos__(self):
        return apply(RULES["multiply"], (self, 1), {})  # a new array, as in NumPy

    def __neg__(self):
        return apply(RULES["negative"], (self,), {})

    def __abs__(self):
        return apply(RULES["absolute"], (self,), {})

    def __getitem__(self, index):
        """Slices, integers, integer arrays (an element that is taken twice gets both gradients), masks, None and ``...``."""
        return apply(RULES["getitem"], (self,), {"index": _frozen_index(index)})

    def __len__(self):
        if not self.ndim:
            raise TypeError(f"len() of {self.describe()}: a 0-d tensor has no length")
        return len(self._data)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    __hash__ = object.__hash__

    def __bool__(self):
        if self.size != 1:
            raise ValueError(f"the truth value of {self.describe()} is ambiguous; use (t > 0).all() or .any()")
        return bool(self._data)

    # --- in words --------------------------------------------------------------------------------------------------------------

    def describe(self):
        """The tensor in an error message: its name, or how it was made, and its shape.

        >>> Tensor([[1.0, 2.0]], "W").describe(), (Tensor([1.0]) * 2).describe()
        ('W (1, 2)', 'a multiply result (1,)')
        """
        return f"{self.name or (f'a {self.operation} result' if self.rule else 'a tensor')} {self.shape}"

    def __repr__(self):
        name = f", name={self.name!r}" if self.name else ""
        made = f", operation={self.operation!r}" if self.rule else "" if self.requires_grad else ", requires_grad=False"
        return f"Tensor({np.array2string(self._data, prefix='Tensor(', separator=', ')}, shape={self.shape}, dtype={self.dtype}{name}{made})"

    def __format__(self, specification):
        return format(self._only("format"), specification) if specification else repr(self)

    def __reduce__(self):
        if self.rule is not None:
            raise TypeError(f"{self.describe()} is the result of {self.operation}: only leaves can be copied and pickled; copy its .data instead")
        return _rebuild, (type(self), self._data.copy(), self.name, self.requires_grad, self.grad, dict(self.__dict__))


def _rebuild(cls, data, name, requires_grad, grad, attributes):
    tensor = cls(data, name, requires_grad=requires_grad)
    tensor.grad = grad
    tensor.__dict__.update(attributes)
    return tensor


def _make_leaf(tensor):
    tensor._grad = tensor.rule = None
    tensor._used = tensor._shared = tensor._borrowed = False
    tensor.static, tensor.operands, tensor.arrays, tensor.recorded, tensor.pullbacks = {}, (), (), None, ()
    tensor.created = next(creation)


def apply(rule, operands, static):
    """Put the operands through the rule and record the result: a new Tensor, or a constant if no operand requires a gradient."""
    inputs, constants, variables = [], 0, 0
    for operand in operands:
        if isinstance(operand, Tensor):
            if operand._requires_grad:
                variables += 1
            else:
                constants += 1
            if operand._shared:
                inputs.append(operand._data.copy())
            else:
                operand._used = True
                inputs.append(operand._data)
        else:
            constants += 1
            inputs.append(operand if operand.__class__ in _WEAK else _constant(operand, rule, operands))
    try:
        value, pullbacks = rule.formula(*inputs, **static)
    except (ValueError, TypeError, IndexError, OverflowError, MemoryError) as error:
        raise explained(error, rule, operands, static) from error
    if value.__class__ is not np.ndarray:
        value = np.asarray(value)
    if value.dtype.kind != "f":
        check_integers(rule, inputs, static, value, operands)
    for array in inputs:
        if value is array:
            value = value.view()
    tensor = _new(Tensor)
    tensor._data = value
    state = current() if changed else DEFAULT
    if not variables or not state.on:
        tensor._requires_grad = False
        _make_leaf(tensor)
        if value.base is not None:
            versions.note_views(tensor, operands, inputs)
        for look in state.looks:
            look(tensor, rule, operands, inputs)
        return tensor
    if len(pullbacks) != len(operands):
        raise TypeError(f"{rule.name}: expected the rule to return {len(operands)} pullbacks, one for each argument, got {len(pullbacks)}")
    if constants:
        pullbacks = [pull if _differentiable(operand) else None for operand, pull in zip(operands, pullbacks, strict=True)]
    tensor._grad = None
    tensor._used, tensor._shared, tensor._borrowed = True, False, False  # used: the pullbacks may hold the value
    tensor.created = next(creation)
    tensor._requires_grad = True
    tensor.recorded = value
    tensor.rule = rule
    tensor.static = static
    tensor.operands = operands
    tensor.arrays = inputs
    tensor.pullbacks = pullbacks
    if value.base is not None:
        versions.note_views(tensor, operands, inputs)
    for look in state.looks:
        look(tensor, rule, operands, inputs)
    return tensor


def _differentiable(operand):
    return isinstance(operand, Tensor) and operand.requires_grad


def _constant(operand, rule, operands):
    """A snapshot of a constant, checked: what the pullbacks hold must not change when the caller's array does."""
    if operand.__class__ is np.ndarray and operand.dtype in _FLOATS:
        return operand.copy(order="K")
    what = f"{rule.name} of {described(operands)}"
    if isinstance(operand, (np.generic, bool)):
        arrays.checked(np.asarray(operand), what)
        return operand
    array = arrays.real_array(operand, what)
    arrays.floating(array, what)
    return array


def _frozen_index(index):
    """The index with its arrays copied, so that changing them later does not move the gradient."""
    if isinstance(index, tuple):
        return tuple(_frozen_index(i) for i in index)
    if isinstance(index, Tensor):
        if index.dtype.kind == "f":
            raise IndexError(f"getitem: {index.describe()} as an index holds {index.dtype}; an index Tensor is made with requires_grad=False, and keeps its integers")
        copied = index._data.copy().view(arrays.FromTensor)
        copied.tensor = index
        return copied
    if isinstance(index, list) and not index:
        return np.array([], dtype=np.intp)
    try:
        return np.array(index) if isinstance(index, (list, np.ndarray)) else index
    except ValueError:
        raise IndexError("getitem: a ragged list is no index; every row must have the same length") from None


def _binary(rule):
    def forward(self, other):
        return apply(rule, (self, other), {})

    def reflected(self, other):
        return apply(rule, (other, self), {})

    forward.__doc__ = f"Elementwise {rule.name}; the operands broadcast."
    return forward, reflected


def _comparison(function):
    def compare(self, other):
        return function(self._data, other.current if isinstance(other, Tensor) else other)

    return compare


_new = object.__new__
_FLOATS = frozenset(map(np.dtype, (np.float16, np.float32, np.float64)))
_WEAK = frozenset((float, int))  # Python's numbers take the type of the array they meet
_MATMUL = RULES["matmul"]
for _symbol, _name in (("add", "add"), ("sub", "subtract"), ("mul", "multiply"), ("truediv", "divide"), ("pow", "power")):
    for _prefix, _method in zip(("__", "__r"), _binary(RULES[_name]), strict=True):
        setattr(Tensor, f"{_prefix}{_symbol}__", _method)
for _symbol in ("eq", "ne", "lt", "le", "gt", "ge"):  # plain arrays: a comparison has no gradient
    setattr(Tensor, f"__{_symbol}__", _comparison(getattr(operator, _symbol)))
