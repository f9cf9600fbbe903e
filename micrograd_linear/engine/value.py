"""``Value``: one number that remembers how it was made.

Every operation makes a new ``Value`` that keeps its rule, its operands a and b, and the numbers x
and y that it read from them. ``backward`` visits the nodes from the last made to the first; each
hands its gradient g = dL/d(node) on to its operands, times the derivative of the node with respect
to that operand. Where several nodes use one operand, their contributions add up: that is the chain
rule, and it stands in ``scalar_walk.py``. What an operation computes stands in its record, in
``operations/``.

    >>> x = Value(2.0, "x")
    >>> y = 3 * x ** 2
    >>> y.backward()
    >>> x.grad
    12.0

A node is a single object to the garbage collector, keeps its operands alive and never its results
(so there are no cycles, and a graph is freed the moment its last result is), and nothing here
recurses: a million operations in a row are no different from ten.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..operations import RULES, SCALAR_RULES, Rule, ScalarRule
from ..operations import names as op
from .elementary_methods import ValueMethods
from .graph import creation
from .hand_written import HandWrittenRule
from .leaving import Readable
from .micrograd_names import MicrogradNames
from .number import checked_name, number
from .readings import attribute
from .recording import changed, current, note_left
from .scalar_protocol import clipped, comparison, numpy_call, scalar_rule, with_array
from .scalar_walk import one_step, walk, written_by_hand
from .scalar_words import InWords
from .transaction import all_or_none

_ADD, _SUBTRACT, _MULTIPLY, _DIVIDE, _POWER, _NEGATIVE, _ABSOLUTE = (
    SCALAR_RULES[name]
    for name in (op.ADD, op.SUBTRACT, op.MULTIPLY, op.DIVIDE, op.POWER, op.NEGATIVE, op.ABSOLUTE)
)
# The exponent, where it is a plain number, needs no derivative.
POWER_OF_CONSTANT = ScalarRule(RULES[op.POWER], only=1)
_new = object.__new__


def _seen_by_context(node: Value) -> Value:
    """What this context makes of a new node: some look at it, and ``no_grad`` keeps its number."""
    state = current()
    for look in state.looks:
        look(node, node._rule, node.operands, node.read)
    return node if state.on else forgotten(node)


def forgotten(node: Value) -> Value:
    """The number of a node, without what it was made of: a constant."""
    constant = Value(node._data)
    constant.requires_grad = False
    return constant


def _unrecorded(value: Value, node: Value) -> Value:
    return _seen_by_context(node)


def _updated(leaf: Value, node: Value) -> Value:
    """``leaf op= x`` where nothing is recorded: a plain x changes the leaf (``p -= p.grad``)."""
    result = _seen_by_context(node)
    if result is node or node._b is not None or leaf._rule is not None or not leaf.requires_grad:
        return result
    leaf._data = result._data
    return leaf


@functools.cache
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
                    return with_array(rule, self, other, swap=False)
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
    operation.__doc__ = f"``{rule.sign}`` of this number and another."
    return operation


@functools.cache
def _reflected(rule: ScalarRule):
    def operation(self: Value, other: Any) -> Value:
        if hasattr(other, "shape") and not isinstance(other, np.generic) and other.shape != ():
            return with_array(rule, self, other, swap=True)
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


@functools.cache
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


class Value(ValueMethods, MicrogradNames, InWords, Readable):
    """A number in a computation graph.

    ``Value(data, name="")`` is a leaf: ``data`` is any real number, ``name`` appears in pictures,
    tables and messages (``label`` is another word for it). Operators and functions work on both
    sides with ``Value``s, Python numbers and NumPy scalars; plain numbers are constants.
    Comparisons (``<`` and so on) are those of the numbers; ``==`` and ``hash`` are those of the
    object.

    ``data``   the number; assigning to it is how a parameter is updated
    ``grad``   0.0 at first; a leaf adds up over ``backward`` calls until ``zero_grad``, an interior
               node holds that of the last call

    Raises ``TypeError`` for anything but a real number (``Value([1, 2])``: use ``Tensor``) and
    ``OverflowError`` for an integer that no float equals.

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
            self.name = checked_name(name or label)
        if _children:
            _children = tuple(_children)
            self._rule = HandWrittenRule(_op, _children, self.__dict__)
            self._a, self._x = _children[0], _children[0]._data
            self._b, self._y = (
                (_children[1], _children[1]._data) if len(_children) == 2 else (None, None)
            )

    # --- the numbers -----------------------------------------------------------------------------

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

    tolist = item  # as NumPy's numbers have it

    def round(self, decimals: int = 0) -> float:
        """The number rounded: plain, since it is a constant wherever it has a derivative."""
        return float(round(self._data, decimals))

    def copy(self) -> Value:
        """The same number as a node of its own."""
        return self * 1.0

    def zero_grad(self) -> None:
        """Set ``grad`` to 0.0."""
        self.grad = 0.0

    # --- the graph -------------------------------------------------------------------------------

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
        """Add to every leaf's ``grad`` the derivative of this value by it, times ``gradient``.

        Raises ``RuntimeError``, with every ``grad`` as it was, when the ``data`` of a value was
        changed since it was used.

        >>> x = Value(3.0); y = x * x * x; y.backward(); x.grad
        27.0
        """
        all_or_none(walk, self, number(gradient, "backward"))

    def _backward(self) -> None:
        """Hand this node's gradient on to its operands, once: one step of ``backward``, by hand."""
        if self._rule is not None:
            all_or_none(one_step, self)

    def gradients(self, gradient: Any = 1.0) -> dict[Value, float]:
        """{node: d(this)/d(node) * gradient} for this value and all it was computed from.

        It leaves every ``grad`` as it was.

        >>> x = Value(3.0); y = x * x; y.gradients()[x], x.grad
        (6.0, 0.0)
        """
        found: Any = all_or_none(walk, self, number(gradient, "backward"), False)
        return found

    def contributions(self, gradient: Any) -> list[tuple[Any, Any]]:
        """[(operand, contribution)]: what a gradient of this value adds to that of each operand."""
        if self._rule is None:
            return []
        if isinstance(self._rule, HandWrittenRule):
            parts = all_or_none(written_by_hand, self, gradient)
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

    # --- arithmetic ------------------------------------------------------------------------------

    __add__, __radd__ = _binary(_ADD), _reflected(_ADD)
    __sub__, __rsub__ = _binary(_SUBTRACT), _reflected(_SUBTRACT)
    __mul__, __rmul__ = _binary(_MULTIPLY), _reflected(_MULTIPLY)
    __truediv__, __rtruediv__ = _binary(_DIVIDE), _reflected(_DIVIDE)
    __pow__, __rpow__ = _binary(_POWER, POWER_OF_CONSTANT), _reflected(_POWER)
    __iadd__, __isub__ = (_binary(rule, unrecorded=_updated) for rule in (_ADD, _SUBTRACT))
    __imul__, __itruediv__ = (_binary(rule, unrecorded=_updated) for rule in (_MULTIPLY, _DIVIDE))
    __ipow__ = _binary(_POWER, POWER_OF_CONSTANT, _updated)
    __neg__, __abs__ = _unary(_NEGATIVE), _unary(_ABSOLUTE)

    def __pos__(self) -> Value:
        return self

    def leaky_relu(self, slope: Any = 0.01) -> Value:
        """This number where it is positive, ``slope`` times it elsewhere."""
        return self.apply(SCALAR_RULES[op.LEAKY_RELU], (self, slope))

    def clip(self, min: Any = None, max: Any = None, out: None = None) -> Value:
        """This number inside [min, max]; at a bound it is a tie, which shares the gradient."""
        if out is not None:
            raise TypeError("clip: the keyword out is not supported for a Value; leave it out")
        return clipped(Value, self, min, max)

    __lt__, __le__, __gt__, __ge__ = (
        comparison(function, lambda: Value)
        for function in (operator.lt, operator.le, operator.gt, operator.ge)
    )

    @staticmethod
    def apply(rule: ScalarRule, operands: Sequence[Any]) -> Value:
        """The rule on one operand or two, of which at least one is a ``Value``."""
        if len(operands) == 1:
            return _unary(rule)(operands[0])
        left, right = operands
        if isinstance(left, Value):
            return _binary(rule)(left, right)
        return _reflected(rule)(right, left)

    @staticmethod
    def __apply_rule__(rule: Rule, operands: tuple, static: dict[str, Any]) -> Value:
        return Value.apply(scalar_rule(rule), (*operands, *static.values()))  # mgl.exp(value)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return numpy_call(Value, ufunc, method, inputs, kwargs)


def add_method(rule: ScalarRule) -> None:
    """Make a named operation a method of ``Value``."""
    record = _unary(rule) if rule.operand_count == 1 else _binary(rule)
    for name in rule.rule.method_names:
        setattr(Value, name, record)


for _rule in SCALAR_RULES.values():
    if not _rule.rule.operator and _rule.name not in vars(Value):
        add_method(_rule)
