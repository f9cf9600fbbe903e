"""``Value``: one number that remembers how it was made. This file, read alone, is the whole of reverse-mode differentiation.

Every operation makes a new ``Value`` that keeps its rule, its operands a and b, and the numbers x and y that it read from them. ``backward``
visits the nodes from the last made to the first; each hands its gradient g = dL/d(node) on to its operands, times the derivative
of the node with respect to that operand. Where several nodes use one operand, their contributions add up: that is the chain rule.

    >>> x = Value(2.0, "x")
    >>> y = 3 * x ** 2
    >>> y.backward()
    >>> x.grad
    12.0

A node is a single object to the garbage collector, keeps its operands alive and never its results (so there are no cycles, and a graph
is freed the moment its last result is), and nothing here recurses: a million operations in a row are no different from ten.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..operations import ieee
from .graph import creation, is_node
from .hand_written import HandWrittenRule
from .leaving import Readable, written_into
from .readings import attribute
from .recording import changed, current, note_left
from .transaction import all_or_none, orders, refuse_shared, restore


@dataclass(frozen=True, slots=True)
class ScalarRule:
    """An operation on numbers: its name, its symbol, its value, and what g = dL/d(result) adds to each operand's gradient."""

    name: str
    symbol: str
    value: Callable[..., Any]
    derivative: Callable[..., Any]


def _power_of_base(x, y):
    return y * ieee.power(x, y - 1.0) if y else 0.0  # x ** 0 is constant, at x = 0 too


def _power_of_exponent(x, y):
    return ieee.power(x, y) * ieee.log(x or 1.0)  # 0 ** y does not change with y


def _if_larger(g, x, y):
    return g / 2 if x == y else g if x > y else 0.0  # a tie shares the gradient equally


def _sign(x):
    return (1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0) if x == x else x


def _square(x):
    return x * x  # rounded once, on every machine; x ** 2 is the C library's


RULES = {
    rule.name: rule
    for rule in (
        ScalarRule("add", "+", operator.add, lambda g, x, y: (g, g)),
        ScalarRule("subtract", "-", operator.sub, lambda g, x, y: (g, -g)),
        ScalarRule("multiply", "*", operator.mul, lambda g, x, y: (g * y, g * x)),
        ScalarRule(
            "divide",
            "/",
            ieee.divide,
            lambda g, x, y: (ieee.divide(g, y), ieee.divide(-g * ieee.divide(x, y), y)),
        ),
        ScalarRule(
            "power",
            "**",
            ieee.power,
            lambda g, x, y: (g * _power_of_base(x, y), g * _power_of_exponent(x, y)),
        ),
        ScalarRule(
            "maximum",
            "max",
            ieee.maximum,
            lambda g, x, y: (_if_larger(g, x, y), _if_larger(g, y, x)),
        ),
        ScalarRule(
            "minimum",
            "min",
            ieee.minimum,
            lambda g, x, y: (_if_larger(g, y, x), _if_larger(g, x, y)),
        ),
        ScalarRule(
            "leaky_relu",
            "leaky_relu",
            ieee.leaky_relu,
            lambda g, x, y: (g if x > 0.0 else g * y, 0.0 if x > 0.0 else g * x),
        ),
        ScalarRule("negative", "neg", operator.neg, lambda g, x: -g),
        ScalarRule("absolute", "abs", operator.abs, lambda g, x: g * _sign(x)),
        ScalarRule("exp", "exp", ieee.exp, lambda g, x: g * ieee.exp(x)),
        ScalarRule("expm1", "expm1", ieee.expm1, lambda g, x: g * ieee.exp(x)),
        ScalarRule("log", "log", ieee.log, lambda g, x: ieee.divide(g, x)),
        ScalarRule("log1p", "log1p", ieee.log1p, lambda g, x: ieee.divide(g, 1.0 + x)),
        ScalarRule("sqrt", "sqrt", ieee.sqrt, lambda g, x: ieee.divide(g, 2.0 * ieee.sqrt(x))),
        ScalarRule("sin", "sin", ieee.sin, lambda g, x: g * ieee.cos(x)),
        ScalarRule("cos", "cos", ieee.cos, lambda g, x: -g * ieee.sin(x)),
        ScalarRule("tan", "tan", ieee.tan, lambda g, x: g * (1.0 + _square(ieee.tan(x)))),
        ScalarRule("tanh", "tanh", ieee.tanh, lambda g, x: g * (1.0 - _square(ieee.tanh(x)))),
        ScalarRule(
            "sigmoid",
            "sigmoid",
            ieee.sigmoid,
            lambda g, x: g * ieee.sigmoid(x) * (1.0 - ieee.sigmoid(x)),
        ),
        ScalarRule("softplus", "softplus", ieee.softplus, lambda g, x: g * ieee.sigmoid(x)),
        ScalarRule("relu", "ReLU", ieee.relu, lambda g, x: g if x > 0.0 else 0.0),
    )
}
_power_of_constant = ScalarRule(
    "power", "**", ieee.power, lambda g, x, y: (g * _power_of_base(x, y), None)
)
_ADD, _MULTIPLY = RULES["add"], RULES["multiply"]
_new = object.__new__


def _seen_by_context(node: Value) -> Value:
    """What this context makes of a new node: some look at it, and inside ``no_grad`` its number is all that is kept."""
    state = current()
    for look in state.looks:
        look(node, node._rule, node.operands, node.read)
    return node if state.on else forgotten(node)


def forgotten(node: Value) -> Value:
    """The number of a node, without what it was made of: a constant."""
    constant = Value(node._data)
    constant.requires_grad = False
    return constant


def number(x: Any, what: str = "Value") -> float:
    """``x`` as a float; a clear error for whatever is not one real number, or would not be the same number."""
    if x.__class__ is float:
        return x
    if is_node(x):
        raise TypeError(
            f"{what}: expected a number, got a {type(x).__name__}; pass its .data to start a new graph from its number"
        )
    if isinstance(x, np.ndarray) and x.ndim:
        raise TypeError(
            f"{what}: expected one number, got an array of shape {x.shape}; a Value holds one number, use Tensor for arrays"
        )
    if isinstance(x, np.ndarray):
        x = x[()]
    if isinstance(x, (str, bytes, complex)) or (
        isinstance(x, np.generic) and x.dtype.kind not in "fiub"
    ):
        raise TypeError(f"{what}: expected a real number, got {x!r} ({type(x).__name__})")
    if not hasattr(x, "__float__") and not hasattr(x, "__index__"):
        hint = "; use Tensor for several numbers" if hasattr(x, "__len__") else ""
        raise TypeError(f"{what}: expected a real number, got {x!r} ({type(x).__name__}){hint}")
    try:
        result = float(x)
    except OverflowError:
        raise OverflowError(f"{what}: this {type(x).__name__} is too large for a float") from None
    if isinstance(x, (int, np.integer)) and int(result) != int(x):
        raise OverflowError(
            f"{what}: the integer {x} is not exactly a float (the nearest is {result:.0f}); pass float(...) to accept that"
        )
    return result


def _unrecorded(value: Value, node: Value) -> Value:
    return _seen_by_context(node)


def _updated(leaf: Value, node: Value) -> Value:
    """``leaf op= x`` where nothing is recorded: a plain x changes the leaf (``p -= p.grad``)."""
    result = _seen_by_context(node)
    if result is node or node._b is not None or leaf._rule is not None or not leaf.requires_grad:
        return result
    leaf._data = result._data
    return leaf


def _binary(
    rule: ScalarRule,
    constant_rule: ScalarRule | None = None,
    unrecorded: Callable[[Value, Value], Value] = _unrecorded,
):
    value, constant_rule = rule.value, constant_rule or rule

    def operation(self: Value, other: Any) -> Value:
        node = _new(Value)
        if other.__class__ is Value or isinstance(other, Value):
            node._rule = rule
            node._b = other
            y = other._data
        else:
            if other.__class__ is not float:
                if (
                    hasattr(other, "shape")
                    and not isinstance(other, np.generic)
                    and other.shape != ()
                ):
                    return _with_array(rule, self, other, swap=False)
                other = number(other, f"{rule.name} of a Value")
            node._rule = constant_rule
            node._b = None
            y = other
        node._a = self
        node._x = x = self._data
        node._y = y
        node._data = value(x, y)
        node.grad = 0.0
        node._seen = None
        node.created = next(creation)
        return node if not changed else unrecorded(self, node)

    operation.__name__ = rule.name
    operation.__doc__ = f"``{rule.symbol}`` of this number and another."
    return operation


def _reflected(rule: ScalarRule):
    def operation(self: Value, other: Any) -> Value:
        if hasattr(other, "shape") and not isinstance(other, np.generic) and other.shape != ():
            return _with_array(rule, self, other, swap=True)
        node = _new(Value)
        node._rule = rule
        node._a = None
        node._b = self
        node._x = x = number(other, f"{rule.name} of a Value")
        node._y = y = self._data
        node._data = rule.value(x, y)
        node.grad = 0.0
        node._seen = None
        node.created = next(creation)
        return node if not changed else _seen_by_context(node)

    return operation


def _unary(rule: ScalarRule):
    def operation(self: Value) -> Value:
        node = _new(Value)
        node._rule = rule
        node._a = self
        node._b = node._y = None
        node._x = x = self._data
        node._data = rule.value(x)
        node.grad = 0.0
        node._seen = None
        node.created = next(creation)
        return node if not changed else _seen_by_context(node)

    operation.__name__ = rule.name
    operation.__doc__ = f"The {rule.name} of this number."
    return operation


def _with_array(rule: ScalarRule, value: Value, array: Any, swap: bool) -> Any:
    """An array of ``Value``s goes element by element; any other array is refused, since the result would be one by accident."""
    if is_node(array):
        raise TypeError(
            f"{rule.name}: cannot mix a Value with a Tensor of shape {array.shape}; make the Value a Tensor, or use its .data"
        )
    if getattr(getattr(array, "dtype", None), "kind", "") != "O":
        raise TypeError(
            f"{rule.name}: cannot combine a Value with an array of shape {array.shape}; a Value is one number, use Tensor for arrays"
        )
    single = np.array(value, dtype=object)
    return getattr(np, rule.name)(*((array, single) if swap else (single, array)))


def _compare(function: Callable[[float, float], bool]):
    def comparison(self: Value, other: Any) -> bool:
        if isinstance(other, Value):
            return function(self._data, other._data)
        return function(self._data, number(other, "comparison with a Value"))

    return comparison


class Value(Readable):
    """A number in a computation graph.

    ``Value(data, name="")`` is a leaf: ``data`` is any real number, ``name`` appears in pictures, tables and messages (``label`` is
    another word for it). Operators and functions work on both sides with ``Value``s, Python numbers and NumPy scalars; plain numbers
    are constants. Comparisons (``<`` and so on) are those of the numbers; ``==`` and ``hash`` are those of the object.

    ``data``   the number; assigning to it is how a parameter is updated
    ``grad``   0.0 at first; a leaf adds up over ``backward`` calls until ``zero_grad``, an interior node holds that of the last call

    Raises ``TypeError`` for what is no real number (``Value([1, 2])``: use ``Tensor``) and ``OverflowError`` for an integer that no
    float equals.

    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> c = a * b + 10
    >>> c.backward()
    >>> c.data, a.grad, b.grad
    (4.0, -3.0, 2.0)
    """

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_a",
        "_b",
        "_data",
        "_rule",
        "_seen",
        "_x",
        "_y",
        "created",
        "grad",
        "module_calls",
    )
    name: str = ""  # a class attribute: only a node that is given a name pays for one
    requires_grad: bool = True
    shape: tuple[int, ...] = ()
    static: dict[str, Any] = {}

    _data: float
    _rule: Any
    _a: Any
    _b: Any
    _x: Any
    _y: Any
    _seen: Any
    grad: float
    created: int
    module_calls: Any

    def __init__(
        self,
        data: Any,
        name: Any = "",
        _op: str = "",
        *,
        label: str = "",
        _children: Any = (),
    ) -> None:
        self._data = number(data)
        self.grad = 0.0
        self._rule = self._a = self._b = self._x = self._y = self._seen = None
        self.created = next(creation)
        if isinstance(name, (tuple, list, set)):  # micrograd's own order of arguments
            name, _children = "", tuple(name)
        if name or label:
            self.name = _checked_name(name or label)
        if _children:
            _children = tuple(_children)
            self._rule = HandWrittenRule(_op, _children, self.__dict__)
            self._a, self._x = _children[0], _children[0]._data
            self._b, self._y = (
                (_children[1], _children[1]._data) if len(_children) == 2 else (None, None)
            )

    # --- the numbers ---------------------------------------------------------------------------------------------------------

    @property
    def data(self) -> float:
        """The number. Assigning a new one makes every result computed from the old one stale."""
        if self.requires_grad:
            note_left(self, ".data")
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        self._data = number(data, f"data of {self!r}")

    current: float = attribute("_data", "The number, for the readers of a graph.")

    def item(self) -> float:
        """The number as a Python float."""
        if self.requires_grad:
            note_left(self, ".item()")
        return self._data

    def __format__(self, specification: str) -> str:
        return format(self._data, specification) if specification else repr(self)

    def zero_grad(self) -> None:
        """Set ``grad`` to 0.0."""
        self.grad = 0.0

    # --- the graph -----------------------------------------------------------------------------------------------------------

    @property
    def operation(self) -> str:
        """The name of the rule that made this value; "" for a leaf."""
        return self._rule.name if self._rule else ""

    @property
    def operands(self) -> tuple[Any, ...]:
        """What this value was computed from, in order: ``Value``s, and floats for constants."""
        if self._rule is None:
            return ()
        first = self._x if self._a is None else self._a
        if self._y is None:
            return (first,)
        return (first, self._y if self._b is None else self._b)

    @property
    def read(self) -> tuple[float, ...]:
        """The numbers that this value was computed from, in the order of its operands."""
        return () if self._rule is None else (self._x,) if self._y is None else (self._x, self._y)

    def backward(self, gradient: Any = 1.0) -> None:
        """Add to every leaf's ``grad`` the derivative of this value with respect to it, times ``gradient``.

        Raises ``RuntimeError``, with every ``grad`` as it was, when the ``data`` of a value was changed since it was used.

        >>> x = Value(3.0); y = x * x * x; y.backward(); x.grad
        27.0
        """
        all_or_none(_walk, self, number(gradient, "backward"))

    def _backward(self) -> None:
        """Hand this node's gradient on to its operands, once: one step of ``backward``, by hand."""
        if self._rule is not None:
            all_or_none(_one_step, self)

    def gradients(self, gradient: Any = 1.0) -> dict[Value, float]:
        """{node: d(this)/d(node) * gradient} for this value and all it was computed from; leaves every ``grad`` as it was.

        >>> x = Value(3.0); y = x * x; y.gradients()[x], x.grad
        (6.0, 0.0)
        """
        found: Any = all_or_none(_walk, self, number(gradient, "backward"), False)
        return found

    def contributions(self, gradient: Any) -> list[tuple[Any, Any]]:
        """[(operand, contribution)]: what a gradient of this value adds to that of each operand."""
        if self._rule is None:
            return []
        if isinstance(self._rule, HandWrittenRule):
            parts = all_or_none(_written_by_hand, self, gradient)
        elif self._y is None:
            parts = self._rule.derivative(gradient, self._x)
        else:
            parts = self._rule.derivative(gradient, self._x, self._y)
        parts = parts if isinstance(parts, tuple) else (parts,)
        return [
            (operand, part)
            for operand, part in zip((self._a, self._b), parts)
            if operand is not None
        ]

    def describe(self) -> str:
        """The value in an error message: its name, or how it was made."""
        return (
            f"Value {self.name!r}"
            if self.name
            else f"a {self.operation} result"
            if self._rule
            else f"Value({self._data!r})"
        )

    # --- arithmetic ----------------------------------------------------------------------------------------------------------

    __add__, __radd__ = _binary(RULES["add"]), _reflected(RULES["add"])
    __sub__, __rsub__ = _binary(RULES["subtract"]), _reflected(RULES["subtract"])
    __mul__, __rmul__ = _binary(RULES["multiply"]), _reflected(RULES["multiply"])
    __truediv__, __rtruediv__ = _binary(RULES["divide"]), _reflected(RULES["divide"])
    __pow__, __rpow__ = _binary(RULES["power"], _power_of_constant), _reflected(RULES["power"])
    __iadd__ = _binary(RULES["add"], unrecorded=_updated)
    __isub__ = _binary(RULES["subtract"], unrecorded=_updated)
    __imul__ = _binary(RULES["multiply"], unrecorded=_updated)
    __itruediv__ = _binary(RULES["divide"], unrecorded=_updated)
    __ipow__ = _binary(RULES["power"], _power_of_constant, _updated)
    __neg__ = _unary(RULES["negative"])
    __abs__ = abs = absolute = _unary(RULES["absolute"])

    def __pos__(self) -> Value:
        return self

    maximum, minimum = _binary(RULES["maximum"]), _binary(RULES["minimum"])
    exp, expm1, log, log1p = (_unary(RULES[name]) for name in ("exp", "expm1", "log", "log1p"))
    sqrt, sin, cos, tan = (_unary(RULES[name]) for name in ("sqrt", "sin", "cos", "tan"))
    tanh, sigmoid, relu, softplus = (
        _unary(RULES[name]) for name in ("tanh", "sigmoid", "relu", "softplus")
    )
    _leaky_relu = _binary(RULES["leaky_relu"])

    def leaky_relu(self, slope: Any = 0.01) -> Value:
        """This number where it is positive, ``slope`` times it elsewhere."""
        return self._leaky_relu(slope)

    def clip(self, min: Any = None, max: Any = None, out: None = None) -> Value:
        """This number inside [min, max]; a constant bound belongs to the inside."""
        if out is not None:
            raise TypeError("clip: the keyword out is not supported for a Value; leave it out")
        return _clipped(self, min, max)

    __lt__, __le__ = _compare(operator.lt), _compare(operator.le)
    __gt__, __ge__ = _compare(operator.gt), _compare(operator.ge)

    @staticmethod
    def __apply_rule__(
        rule: Any, operands: tuple, static: dict[str, Any]
    ) -> Value:  # mgl.exp(value)
        if rule.name not in RULES:
            raise TypeError(
                f"{rule.name} is not supported for a Value; supported are {', '.join(RULES)}"
            )
        return _apply(RULES[rule.name], (*operands, *static.values()))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return _numpy_call(ufunc, method, inputs, kwargs)

    # --- as micrograd has it ---------------------------------------------------------------------------------------------------

    @property
    def label(self) -> str:
        """Another word for ``name``."""
        return self.name

    @label.setter
    def label(self, label: str) -> None:
        self.name = label

    @property
    def _prev(self) -> tuple[Value, ...]:
        return tuple(
            operand if isinstance(operand, Value) else Value(operand) for operand in self.operands
        )

    @property
    def _op(self) -> str:
        constant_exponent = self._rule is _power_of_constant
        return f"**{self._y:g}" if constant_exponent else self._rule.symbol if self._rule else ""

    def __repr__(self) -> str:
        name = f", name={self.name!r}" if self.name else ""
        return f"Value(data={self._data!r}, grad={self.grad!r}{name})"

    def __reduce__(self) -> tuple:
        if self._rule is not None:
            raise TypeError(
                f"{self!r} is the result of {self.operation}: only leaves can be copied and pickled; copy its .data instead"
            )
        return type(self), (self._data,), (dict(self.__dict__), {"grad": self.grad})


_created = operator.attrgetter("created")


def _walk(
    saved: list, root: Value, gradient: float, keep: bool = True
) -> dict[Value, float] | None:
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


def _one_step(saved: list, node: Value) -> None:
    """Add to the operands' gradients what the node's own contributes to them."""
    for operand, number_read in ((node._a, node._x), (node._b, node._y)):
        if operand is not None:
            _check_unchanged(node, operand, number_read)
            saved.append(((operand,), "grad", (operand.grad,)))
    _hand_on((node,))


def _written_by_hand(saved: list, node: Value, gradient: float) -> float | tuple[float, float]:
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


def _checked_name(name):
    if not isinstance(name, str):
        raise TypeError(f"name: expected a string, got {name!r} ({type(name).__name__})")
    return name


def _check_unchanged(node, operand, number_read):
    now = operand._data
    if now != number_read and (now == now or number_read == number_read):
        name = operand.name or f"a {operand.operation or 'leaf'}"
        raise RuntimeError(
            f"backward: the data of Value {name!r} was {number_read!r} when {node.operation} used it and is {now!r} now, so the recorded "
            "graph is stale; compute the result anew, then call backward"
        )


_COMPARISONS = {
    np.less: operator.lt,
    np.less_equal: operator.le,
    np.greater: operator.gt,
    np.greater_equal: operator.ge,
}


def _numpy_call(ufunc, method, inputs, kwargs):
    """``np.exp(value)``, ``np.float64(2) * value``, and the elements of an object array."""
    if kwargs.get("out"):
        raise written_into(f"np.{ufunc.__name__}", inputs, kwargs["out"][0])
    if kwargs or method != "__call__":
        raise TypeError(
            f"np.{ufunc.__name__}: keywords and methods such as .reduce are not supported for a Value"
        )
    inputs = [
        x.item() if isinstance(x, np.ndarray) and x.ndim == 0 and x.dtype == object else x
        for x in inputs
    ]
    arrays = [x for x in inputs if isinstance(x, np.ndarray) and x.ndim]
    if arrays:
        if any(array.dtype != object for array in arrays):
            raise TypeError(
                f"np.{ufunc.__name__}: cannot combine a Value with an array of shape {arrays[0].shape}; use Tensor for arrays"
            )
        return ufunc(*(np.array(x, dtype=object) if isinstance(x, Value) else x for x in inputs))
    if ufunc in _COMPARISONS:
        return _COMPARISONS[ufunc](*(x if isinstance(x, Value) else number(x) for x in inputs))
    if ufunc in (np.equal, np.not_equal):
        return (inputs[0] is inputs[1]) == (ufunc is np.equal)
    if ufunc.__name__ == "clip":
        return _clipped(*inputs)
    name = {"float_power": "power"}.get(ufunc.__name__, ufunc.__name__)
    if name not in RULES:
        raise TypeError(
            f"np.{ufunc.__name__} is not supported for a Value; supported are {', '.join(RULES)}"
        )
    return _apply(RULES[name], inputs)


def _apply(rule, operands):
    """The rule on one operand or two, of which at least one is a ``Value``."""
    if rule.name == "leaky_relu":
        return operands[0].leaky_relu(*operands[1:])
    if len(operands) == 1:
        return _unary(rule)(operands[0])
    left, right = operands
    return _binary(rule)(left, right) if isinstance(left, Value) else _reflected(rule)(right, left)


def _clipped(x, low, high):
    """x inside [low, high], at least one a ``Value``; as a bound it shares a tie."""
    clipped = x
    ends = (low, RULES["maximum"], operator.lt), (high, RULES["minimum"], operator.gt)
    for bound, rule, outside in ends:
        if isinstance(bound, Value):
            clipped = _apply(rule, (clipped, bound))
        elif bound is not None and outside(clipped, bound):
            clipped = _apply(rule, (clipped, bound)) if isinstance(clipped, Value) else bound
    return clipped * 1.0 if clipped is x else clipped
