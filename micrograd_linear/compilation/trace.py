"""What a function of ``Value``s is given while it is traced: numbers without a number, which write
every operation on a ``Tape``.

Whatever would read the number (a comparison, ``float``, ``.data``, an index) raises, with the line
in the user's file and the way to write it, since one run's number would be built into all others.
"""

from typing import Any

import numpy as np

from ..engine.errors import plain_call_only
from ..engine.modes import users_line
from ..engine.scalar_protocol import scalar_rule
from ..engine.scipy_functions import of_scipy
from ..engine.value import Value
from ..operations import BY_NUMPY_FUNCTION, SCALAR_RULES
from ..operations import names as op
from ..operations.compositions import COMPOSED
from .codes import CODES, DETACH, SELECT
from .tape import TraceError

_new = object.__new__
_WHY = "f is traced once and then replayed on other numbers, so that no number is known here"
_BRANCH = (
    "write it with relu, leaky_relu, abs, maximum or minimum (of several: "
    "functools.reduce(mgl.maximum, xs), or nn.largest(xs) without a gradient)"
)
_INDEX = (
    "rows[i] works where rows is (part of) an argument that is a list or tuple; elsewhere write "
    "nn.pick(items, i). A number that is a length or a count is no data: pass it as the length of "
    "a list"
)


def refuse(what, instead):
    """Raise for a read of a number that is not there."""
    raise TraceError(f"{users_line()}: {what}: {_WHY}; {instead}")


def _refusing(what, instead) -> Any:
    def read(self, *arguments, **keywords):
        refuse(what, instead)

    return read


def traced(tape, operand):
    """The number that an operand of the tape stands for."""
    node = _new(Traced)
    node._tape = tape
    node._at = operand
    return node


def _operand(tape, x, what):
    kind = x.__class__
    if kind is Traced or kind is TracedInt:
        if x._tape is not tape:
            raise TraceError(
                f"{users_line()}: this number belongs to another trace; call the plain function "
                "inside of a compiled one, not its compiled form"
            )
        return x._at
    return tape.operand(x, what)


def _is_array(x):
    return isinstance(x, np.ndarray) and x.ndim > 0


def _as_objects(x):
    """An operand beside an array, for the ufunc to go through element by element."""
    if isinstance(x, (Traced, TracedInt)):
        return np.array(x, dtype=object)
    return x.astype(object) if _is_array(x) else x


def _binary(rule, swap=False):
    code, ufunc = CODES.of(rule), rule.rule.ufunc

    def operation(self, other):
        tape = self._tape
        if other.__class__ is Traced and other._tape is tape:
            at = other._at
        elif _is_array(other):
            pair = (np.array(self, dtype=object), other.astype(object))
            return ufunc(*reversed(pair)) if swap else ufunc(*pair)
        else:
            at = _operand(tape, other, f"{rule.name} of a Value")
        if swap:
            return traced(tape, tape.record(code, at, self._at))
        return traced(tape, tape.record(code, self._at, at))

    operation.__name__ = rule.name
    return operation


def _unary(rule):
    code = CODES.of(rule)

    def operation(self):
        return traced(self._tape, self._tape.record(code, self._at))

    operation.__name__ = rule.name
    return operation


_ADD, _SUBTRACT, _MULTIPLY, _DIVIDE, _POWER, _NEGATIVE, _ABSOLUTE = (
    SCALAR_RULES[name]
    for name in (op.ADD, op.SUBTRACT, op.MULTIPLY, op.DIVIDE, op.POWER, op.NEGATIVE, op.ABSOLUTE)
)
_REMAINDER = SCALAR_RULES[op.REMAINDER]


def apply(rule, operands):
    """The operation on operands of which at least one is traced."""
    try:
        rule = scalar_rule(rule)
    except TypeError as error:
        raise TraceError(f"{users_line()}: {error}") from None
    if len(operands) > 1:
        left, right = operands
        if isinstance(left, (Traced, TracedInt)):
            return _binary(rule)(left, right)
        return _binary(rule, swap=True)(right, left)
    return _unary(rule)(*operands)


class _Number:
    """What a traced number of either kind can do, and what it refuses."""

    __slots__ = ()

    __add__, __radd__ = _binary(_ADD), _binary(_ADD, swap=True)
    __sub__, __rsub__ = _binary(_SUBTRACT), _binary(_SUBTRACT, swap=True)
    __mul__, __rmul__ = _binary(_MULTIPLY), _binary(_MULTIPLY, swap=True)
    __truediv__, __rtruediv__ = _binary(_DIVIDE), _binary(_DIVIDE, swap=True)
    __pow__, __rpow__ = _binary(_POWER), _binary(_POWER, swap=True)
    __iadd__, __isub__, __imul__ = __add__, __sub__, __mul__
    __itruediv__, __ipow__ = __truediv__, __pow__
    __neg__, __abs__ = _unary(_NEGATIVE), _unary(_ABSOLUTE)

    def __pos__(self):
        return self

    @staticmethod
    def __apply_rule__(rule, operands, static):  # mgl.exp(value)
        return apply(rule, (*operands, *static.values()))

    def __array_ufunc__(self, ufunc, method, *inputs, **keywords):
        if keywords or method != "__call__":
            raise TraceError(f"{users_line()}: {plain_call_only(f'np.{ufunc.__name__}')}")
        if any(map(_is_array, inputs)):
            return ufunc(*map(_as_objects, inputs))
        inputs = [x.item() if isinstance(x, np.ndarray) else x for x in inputs]
        if ufunc in (np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal):
            refuse(f"np.{ufunc.__name__} compares a traced number", _BRANCH)
        rule, ours = BY_NUMPY_FUNCTION.get(ufunc), COMPOSED.get(ufunc) or of_scipy(ufunc)
        if rule is not None:
            return apply(rule, inputs)
        if ours is None:
            raise TraceError(f"{users_line()}: np.{ufunc.__name__} is not supported for a Value")
        return ours(*inputs)

    __largest__ = staticmethod(lambda values: _largest(values))

    __lt__, __le__, __gt__, __ge__ = (
        _refusing(f"a traced number is compared ({symbol})", _BRANCH)
        for symbol in ("<", "<=", ">", ">=")
    )
    __eq__, __ne__ = (
        _refusing(f"a traced number is compared ({symbol})", _BRANCH) for symbol in ("==", "!=")
    )
    __bool__ = _refusing("the program branches on a traced number", _BRANCH)
    __hash__ = _refusing(
        "a traced number is used as a key, or put into a set", "use its place in a list instead"
    )
    __format__ = _refusing(
        "a traced number is formatted", "print what the compiled function returns"
    )
    __float__ = _refusing(
        "float() of a traced number",
        "leave float() out; for math.exp(x) and the like write mgl.exp(x)",
    )
    __int__ = __index__ = __round__ = __trunc__ = __floor__ = __ceil__ = _refusing(
        "a traced number is cut to an integer",
        "compute the integer before, and pass it as an argument",
    )
    __mod__, __rmod__ = _binary(_REMAINDER), _binary(_REMAINDER, swap=True)
    __floordiv__ = __rfloordiv__ = __divmod__ = __rdivmod__ = _refusing(
        "// and divmod of a traced number", "compute it before, and pass it as an argument"
    )
    tolist = round = _refusing("a traced number is read", "compute with the number itself")
    __reduce__ = _refusing("a traced number is copied or pickled", "use it as it is")
    __complex__ = _refusing("complex() of a traced number", "a Value is real")


def _reading(name, instead) -> Any:
    return property(
        _refusing(f".{name} of a traced number", instead),
        _refusing(f".{name} of a traced number is set", instead),
    )


class Traced(_Number, Value):
    """A number that is known only when the compiled function runs."""

    __slots__ = ("_at", "_tape")

    __hash__ = _Number.__hash__

    def leaky_relu(self, slope=0.01):
        """This number where it is positive, ``slope`` times it elsewhere."""
        return _binary(SCALAR_RULES[op.LEAKY_RELU])(self, slope)

    _data = data = current = _reading(
        "data",
        "compute with the number itself; for the largest of several, as a constant, write "
        "nn.largest(xs)",
    )
    grad = _reading("grad", "the compiled function returns the gradients")
    item = _refusing("item() of a traced number", "compute with the number itself")
    backward = gradients = contributions = zero_grad = _backward = _refusing(
        "a backward pass inside of f",
        "return the loss; the compiled function returns its gradients",
    )
    operands = operation = _prev = _op = _reading(
        "operands",
        "what is given to f is a Value already, so leave Value(...) out; draw, derive and compare "
        "are called on the plain function's result",
    )

    def detach(self):
        """The same number as a constant: no gradient goes through it."""
        return traced(self._tape, self._tape.record(DETACH, self._at))

    def __repr__(self):
        return "Traced(...)"


def add_method(rule):
    """Make a named operation a method of ``Traced``, as ``Value`` has it."""
    record = _unary(rule) if rule.operand_count == 1 else _binary(rule)
    for name in rule.rule.method_names:
        setattr(Traced, name, record)


for _rule in SCALAR_RULES.values():
    if _rule.name not in vars(Traced):
        add_method(_rule)


class TracedInt(_Number):
    """An integer of the data. In arithmetic it is a number like any other; as an index it selects
    from a ``TracedList``, or by ``nn.pick``.
    """

    __slots__ = ("_at", "_tape")

    def __init__(self, tape, at):
        self._tape, self._at = tape, at

    __index__ = _refusing("a traced integer is used as an index or a length", _INDEX)

    def __pick__(self, items):
        return select(items, self)

    def __repr__(self):
        return "TracedInt(...)"


class TracedList(list):
    """A list of the arguments, which also takes a traced integer as its index."""

    def __getitem__(self, index):
        if index.__class__ is TracedInt:
            return select(self, index)
        item = list.__getitem__(self, index)
        return TracedList(item) if isinstance(index, slice) else item


class TracedTuple(tuple):
    """A tuple of the arguments, which also takes a traced integer as its index."""

    __slots__ = ()

    def __getitem__(self, index):
        if index.__class__ is TracedInt:
            return select(self, index)
        item = tuple.__getitem__(self, index)
        return TracedTuple(item) if isinstance(index, slice) else item


def indexable(tree):
    """The nesting with lists and tuples that take traced integers as indices."""
    if isinstance(tree, dict):
        return {key: indexable(item) for key, item in tree.items()}
    if isinstance(tree, (list, tuple)):
        items = map(indexable, tree)
        if isinstance(tree, list):
            return TracedList(items)
        return type(tree)(*items) if hasattr(tree, "_fields") else TracedTuple(items)
    return tree


def select(items, index):
    """``items[index]`` for a traced index: numbers, or rows of the same nesting, of which every
    number is selected.
    """
    items = list(items)
    if not items:
        raise TraceError(f"{users_line()}: a traced integer selects from an empty list")
    first, tape = items[0], index._tape
    if isinstance(first, dict):
        return {key: select(_parts(items, dict, key, len(first)), index) for key in first}
    if isinstance(first, np.ndarray) and first.ndim:
        row = np.empty(len(first), dtype=object)
        for i in range(len(first)):
            row[i] = select(_parts(items, np.ndarray, i, len(first)), index)
        return row
    if isinstance(first, (list, tuple)):
        kind = list if isinstance(first, list) else tuple
        parts = [select(_parts(items, kind, i, len(first)), index) for i in range(len(first))]
        return TracedList(parts) if kind is list else TracedTuple(parts)
    if first is None or isinstance(first, (str, bool)):
        raise TraceError(
            f"{users_line()}: a traced integer selects from numbers, or rows of numbers, and not "
            f"from {type(first).__name__}"
        )
    table = tape.table(tuple([_operand(tape, x, "an item to select from") for x in items]))
    return traced(tape, tape.record(SELECT, table, index._at))


def _parts(rows, kind, key, length):
    """The element at ``key`` of every row, if all rows are of one kind and length."""
    for row in rows:
        if not isinstance(row, kind) or len(row) != length or (kind is dict and key not in row):
            raise TraceError(
                f"{users_line()}: a traced integer selects from rows that differ in kind or "
                "length; make them alike"
            )
    return [row[key] for row in rows]


def _largest(values):
    """The largest of several numbers, at least one of them traced, as a constant."""
    values = list(values)
    tape = next(x for x in values if isinstance(x, (Traced, TracedInt)))._tape
    largest = _operand(tape, values[0], "largest")
    for x in values[1:]:
        largest = tape.record(
            CODES.of(SCALAR_RULES[op.MAXIMUM]), largest, _operand(tape, x, "largest")
        )
    return traced(tape, tape.record(DETACH, largest))
