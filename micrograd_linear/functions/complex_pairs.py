"""``ComplexPair``: what would be complex, as the pair of its real and its imaginary part.

A Tensor is real. What NumPy's Fourier transforms give of one is a pair of Tensors, with which one
computes as with a complex array: sums, products, magnitudes, parts. What a pair does not know is
refused by name.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from ..engine.numpy_protocol import name_of
from ..engine.tensor import Tensor
from ..operations import RULES, Rule
from .joins import stack

TRANSFORMS: dict[Callable, Callable] = {}  # NumPy's Fourier transforms -> ours


class ComplexPair(np.lib.mixins.NDArrayOperatorsMixin):
    """Complex numbers whose ``real`` and ``imag`` parts are Tensors of one shape.

    >>> import numpy as np
    >>> F = np.fft.rfft(Tensor([1.0, 2.0, 4.0]))
    >>> F
    ComplexPair of shape (2,): .real and .imag are Tensors
    >>> np.abs(F).data.round(4)
    array([7.    , 2.6458])
    """

    __slots__ = ("imag", "real")
    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def __init__(self, real: Any, imag: Any) -> None:
        self.real, self.imag = real, imag

    shape = property(lambda self: self.real.shape)
    ndim = property(lambda self: len(self.real.shape))
    size = property(lambda self: self.real.size)
    dtype = property(lambda self: np.result_type(self.real.dtype, np.complex64))

    def __repr__(self) -> str:
        return f"ComplexPair of shape {self.shape}: .real and .imag are Tensors"

    def __len__(self) -> int:
        return len(self.real)

    def __getitem__(self, index: Any) -> ComplexPair:
        return ComplexPair(self.real[index], self.imag[index])

    def __array__(self, *arguments: Any, **keywords: Any) -> NoReturn:
        raise TypeError(f"{self!r}; a plain array of it would cut the graph")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any) -> Any:
        if ufunc not in _UFUNCS or method != "__call__" or keywords:
            raise TypeError(_unknown(name_of(ufunc)))
        return _UFUNCS[ufunc](*inputs)

    @staticmethod
    def __apply_rule__(rule: Rule, operands: tuple, static: dict[str, Any]) -> Any:
        """What an operation is where one of its operands is a pair, as in ``t * F``."""
        if rule.ufunc not in _UFUNCS or static:
            raise TypeError(_unknown(rule.name))
        return _UFUNCS[rule.ufunc](*operands)

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        if function in _OF_EACH:
            of_real, of_imag = ([_part(x, k) for x in args] for k in (0, 1))
            return ComplexPair(function(*of_real, **keywords), function(*of_imag, **keywords))
        if function in (np.real, np.imag):
            return self.real if function is np.real else self.imag
        if function is np.angle:
            angle = np.arctan2(self.imag, self.real)
            return np.degrees(angle) if (*args[1:], keywords.get("deg"))[0] else angle
        if function in _PRODUCTS and len(args) > 1:
            x, y, *others = args
            return _product(x, y, lambda a, b: function(a, b, *others, **keywords))
        if function in TRANSFORMS:
            return TRANSFORMS[function](*args, **keywords)
        raise TypeError(_unknown(name_of(function)))

    def conj(self) -> ComplexPair:
        """The complex conjugate."""
        return ComplexPair(self.real, -self.imag)

    conjugate = conj
    T = property(lambda self: ComplexPair(self.real.T, self.imag.T))

    def sum(self, *arguments: Any, **keywords: Any) -> ComplexPair:
        """The sum over axes."""
        return np.sum(self, *arguments, **keywords)

    def mean(self, *arguments: Any, **keywords: Any) -> ComplexPair:
        """The mean over axes."""
        return np.mean(self, *arguments, **keywords)

    def reshape(self, *shape: Any) -> ComplexPair:
        """The same numbers in another shape."""
        return ComplexPair(self.real.reshape(*shape), self.imag.reshape(*shape))


def _unknown(name: str) -> str:
    return (
        f"{name} of a ComplexPair, which is what a Fourier transform gives of a Tensor, is not "
        "supported; compute with its parts: F.real, F.imag, np.abs(F)"
    )


def parts_of(x: Any) -> tuple[Any, Any]:
    """(real part, imaginary part); that of real numbers is None."""
    if isinstance(x, ComplexPair):
        return x.real, x.imag
    if isinstance(x, Tensor) or np.asarray(x).dtype.kind != "c":
        return x, None
    return np.real(x), np.imag(x)


def _part(x: Any, k: int) -> Any:
    return parts_of(x)[k] if isinstance(x, ComplexPair) else x


def added(x: Any, y: Any, sign: int = 1) -> Any:
    """x + y, or x - y, of parts that may be None, which is 0."""
    if x is None or y is None:
        return x if y is None else y if sign > 0 else -y
    return x + y if sign > 0 else x - y


def _pair(real: Any, imag: Any) -> ComplexPair:
    """Both parts in one shape."""
    imag = 0 * real if imag is None else imag
    shape = np.broadcast_shapes(real.shape, imag.shape)
    parts = (x if x.shape == shape else np.broadcast_to(x, shape) for x in (real, imag))
    return ComplexPair(*parts)


def _sum(x: Any, y: Any, sign: int = 1) -> ComplexPair:
    (a, b), (c, d) = parts_of(x), parts_of(y)
    return _pair(added(a, c, sign), added(b, d, sign))


def _product(x: Any, y: Any, multiply: Callable[[Any, Any], Any] = operator.mul) -> ComplexPair:
    """x y, or what else is linear in x and in y."""

    def times(x: Any, y: Any) -> Any:
        return None if x is None or y is None else multiply(x, y)

    (a, b), (c, d) = parts_of(x), parts_of(y)
    return _pair(added(times(a, c), times(b, d), -1), added(times(a, d), times(b, c)))


def _quotient(x: Any, y: Any) -> ComplexPair:
    c, d = parts_of(y)
    if d is None:
        a, b = parts_of(x)
        return _pair(a / c, b / c)
    squared = c * c + d * d
    return _product(x, ComplexPair(c / squared, -d / squared))


def _power(x: Any, y: Any) -> ComplexPair:
    if not (np.ndim(y) == 0 and y == 2):
        raise TypeError(_unknown("a power other than the square"))
    return _product(x, x)


def _magnitude(x: ComplexPair) -> Any:
    """|x|, with derivative 0 at 0, as that of every norm."""
    return RULES["norm"](stack([x.real, x.imag]), axis=0)


_UFUNCS: dict[Any, Callable[..., Any]] = {
    np.add: _sum,
    np.subtract: lambda x, y: _sum(x, y, -1),
    np.multiply: _product,
    np.matmul: lambda x, y: _product(x, y, np.matmul),
    np.divide: _quotient,
    np.power: _power,
    np.square: lambda x: _product(x, x),
    np.negative: lambda x: ComplexPair(-x.real, -x.imag),
    np.positive: lambda x: ComplexPair(+x.real, +x.imag),
    np.conjugate: ComplexPair.conj,
    np.absolute: _magnitude,
}
_PRODUCTS = {np.dot, np.inner, np.outer, np.kron, np.tensordot, np.convolve}
# What moves numbers or adds them up does so with each part.
_OF_EACH = {np.sum, np.mean, np.reshape, np.ravel, np.transpose, np.swapaxes, np.moveaxis, np.roll}
_OF_EACH |= {np.flip, np.expand_dims, np.squeeze, np.take, np.diff, np.cumsum}
_OF_EACH |= {np.fft.fftshift, np.fft.ifftshift}
