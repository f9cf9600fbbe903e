"""``ArraySymbol``: a symbol that speaks NumPy, so that a rule can be run on it. The vocabulary is
closed: what is not known raises, by name.
"""

import numpy as np

from ..engine.numpy_protocol import implementation
from ..operations import BY_NUMPY_FUNCTION, RULES
from ..operations import names as op
from ..operations.compositions import COMPOSED
from . import algebra, functions, structure
from .algebra import symbol
from .node import Book, Symbol

_COMPARISONS = (np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal)
# The elementwise functions of which something is known beside their names.
_UFUNCS = {
    np.add: lambda x, y: algebra.add((1, x), (1, y)),
    np.subtract: lambda x, y: algebra.add((1, x), (-1, y)),
    np.multiply: algebra.multiply,
    np.divide: algebra.divide,
    np.power: functions.power,
    np.maximum: functions.choice(np.maximum),
    np.minimum: functions.choice(np.minimum),
    np.matmul: structure.matmul,
    np.negative: algebra.negative,
    np.square: lambda x: algebra.multiply(x, x),
    np.bitwise_and: functions.both,
    np.logical_and: functions.both,
    np.exp: functions.exp,
    **{ufunc: functions.comparison(ufunc) for ufunc in _COMPARISONS},
}


def _ufunc(ufunc):
    """What an elementwise function does to symbols; None where it is no operation."""
    rule = BY_NUMPY_FUNCTION.get(ufunc)
    known = _UFUNCS.get(ufunc)
    if known is None and rule is not None and rule.elementwise:
        return functions.elementary(rule)
    return known or COMPOSED.get(ufunc)


def _reduction(operation):
    return lambda x, axis=None, keepdims=False: structure.reduce(operation, x, axis, keepdims)


def _reducing(operation):
    def method(self, axis=None, keepdims=False):
        return structure.reduce(operation, symbol(self.book, self), axis, keepdims)

    return method


def _squeeze(x, axis=None):
    return structure.reshape(x, np.squeeze(np.broadcast_to(np.int8(0), x.shape), axis).shape)


def _moveaxis(x, source, destination):
    source, destination = (
        [i % x.ndim for i in np.atleast_1d(axes)] for axes in (source, destination)
    )
    order = [i for i in range(x.ndim) if i not in source]
    for place, axis in sorted(zip(destination, source, strict=True)):
        order.insert(place, axis)
    return structure.transpose(x, order)


def _swapaxes(x, a, b):
    order = list(range(x.ndim))
    order[a], order[b] = order[b], order[a]
    return structure.transpose(x, order)


_REDUCTIONS = [each for each in RULES.values() if each.is_reduction]
_FUNCTIONS = {
    **{each.numpy_function: _reduction(each.name) for each in _REDUCTIONS},
    np.cumsum: lambda x, axis: structure.running(op.CUMSUM, x, axis),
    np.cumprod: lambda x, axis: structure.running(op.CUMPROD, x, axis),
    np.argsort: lambda x, axis=-1, kind=None: structure.argsort(x, axis),
    np.take_along_axis: structure.take_along_axis,
    np.reshape: structure.reshape,
    np.squeeze: _squeeze,
    np.expand_dims: lambda x, axis: structure.reshape(
        x, np.expand_dims(np.broadcast_to(np.int8(0), x.shape), axis).shape
    ),
    np.transpose: structure.transpose,
    np.swapaxes: _swapaxes,
    np.moveaxis: _moveaxis,
    np.broadcast_to: lambda x, shape: algebra.broadcast(x, tuple(shape)),
    np.concatenate: lambda parts, axis=0: structure.concatenate(parts, axis),
    np.pad: structure.pad,
    np.where: functions.where,
    np.clip: lambda x, low=None, high=None: functions.clip(x, low, high),
    np.tril: structure.tril,
    np.linalg.inv: structure.square_function(op.INV),
    np.linalg.cholesky: structure.square_function(op.CHOLESKY),
    np.linalg.det: structure.square_function(op.DET, drop=2),
    np.linalg.slogdet: lambda x: (None, structure.square_function(op.LOGABSDET, drop=2)(x)),
    np.linalg.solve: structure.solve,
}
_RULES = {
    op.ASSIGN: lambda x, *values, indices: structure.assign(x, values, indices),
    op.GETITEM: lambda x, index: structure.getitem(x, index),
    op.SCATTER_ADD: lambda x, index, shape: structure.scatter_add(x, index, shape),
}


class ArraySymbol(Symbol, np.lib.mixins.NDArrayOperatorsMixin):
    """A symbol that speaks NumPy: its operators, its functions, its methods of arrays."""

    __slots__ = ()
    __array_priority__ = 1000
    __hash__ = Symbol.__hash__

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        build = _ufunc(ufunc)
        if build is None or method != "__call__" or kwargs:
            called = "" if method == "__call__" else f", {method}"
            raise TypeError(
                f"np.{ufunc.__name__} of a formula{called}: not known"
                f"{'' if kwargs else f'; give it a record with @rule(np.{ufunc.__name__})'}"
            )
        return build(*[symbol(self.book, x) for x in inputs])

    def __array_function__(self, function, types, args, kwargs):
        build = _FUNCTIONS.get(function)
        if function is np.einsum:
            return structure.einsum(args[0], *(symbol(self.book, x) for x in args[1:]))
        if build is None and (ours := implementation(function)) is not None:
            return ours(*args, **kwargs)  # it is made of operations
        if build is None:
            raise TypeError(f"np.{getattr(function, '__name__', function)} of a formula: not known")

        if function in (np.where, np.linalg.solve):
            return build(*(symbol(self.book, x) for x in args))
        if function is np.concatenate:
            return build([symbol(self.book, x) for x in args[0]], *args[1:], **kwargs)
        return build(
            *(symbol(self.book, x) if isinstance(x, Symbol) else x for x in args), **kwargs
        )

    @staticmethod
    def __apply_rule__(rule, operands, static):
        book = next(x.book for x in operands if isinstance(x, Symbol))
        operands = [symbol(book, x) for x in operands]
        build = _RULES.get(rule.name)
        if build is None and rule.scalar is not None and not rule.composed:  # such as the sigmoid
            build = functions.elementary(rule)
        if build is None and rule.source is not None:
            build = structure.call(rule)
        if build is not None:
            return build(*operands, **static)
        return symbol(book, rule.formula(*operands, **static)[0])

    def __getitem__(self, index):
        return structure.getitem(symbol(self.book, self), index)

    def __iter__(self):
        return (self[i] for i in range(self.shape[0]))

    def __len__(self):
        return self.shape[0]

    def __bool__(self):
        raise TypeError(
            "a formula has no truth value: a rule that is derived symbolically must not branch on "
            "numbers; use np.where"
        )

    @property
    def mT(self):
        return structure.swap_last(symbol(self.book, self))

    @property
    def T(self):
        return structure.transpose(symbol(self.book, self))

    def any(self):
        """False: whether it holds for one of the numbers that there may be is not known."""
        return False

    def all(self):
        """False: whether it holds for all numbers that there may be is not known."""
        return False

    def astype(self, dtype):
        return structure.astype(symbol(self.book, self), dtype)

    def reshape(self, *shape):
        return structure.reshape(symbol(self.book, self), shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes):
        return structure.transpose(
            symbol(self.book, self), axes[0] if len(axes) == 1 else axes or None
        )

    sum, mean, prod = _reducing(op.SUM), _reducing(op.MEAN), _reducing(op.PROD)
    max, min = _reducing(op.MAX), _reducing(op.MIN)


Book.kind = ArraySymbol
