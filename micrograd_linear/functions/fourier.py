"""Fourier transforms: those of a Tensor are a ``ComplexPair``, or a Tensor where they are real."""

import math
import operator

import numpy as np

from ..engine.numpy_protocol import implements
from ..operations import RULES
from .base import as_array
from .complex_pairs import TRANSFORMS, ComplexPair, added, parts_of
from .rearrangements import roll

_SWAPPED = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}


def _transform(numpy_function):
    def register(function):
        TRANSFORMS[numpy_function] = function
        return implements(numpy_function)(function)

    return register


def _real(x, axis):
    return None if x is None else RULES["fft_real"](x, axis=axis)


def _imag(x, axis):
    return None if x is None else RULES["fft_imag"](x, axis=axis)


def _scale(norm, n, *, inverse):
    """What the sums are multiplied by."""
    if norm not in _SWAPPED:
        raise ValueError(f'Invalid norm value {norm}; should be "backward", "ortho" or "forward".')
    divided = (norm in (None, "backward")) == inverse
    return 1 / math.sqrt(n) if norm == "ortho" else 1 / n if divided else 1


def _of_length(x, n, axis):
    """The first n elements along an axis, with zeros behind where there are fewer."""
    if x is None or x.shape[axis] == n:
        return x
    before = (slice(None),) * (axis % x.ndim)
    if x.shape[axis] > n:
        return x[(*before, slice(0, n))]
    widths = [(0, 0)] * x.ndim
    widths[axis] = (0, n - x.shape[axis])
    return RULES["pad"](x, widths=tuple(widths))


def _length(n, default):
    n = default if n is None else operator.index(n)
    if n < 1:
        raise ValueError(f"Invalid number of data points ({n}) specified.")
    return n


def _complex(a, n, axis, norm, *, inverse):
    """The transform of a pair, or of real numbers."""
    real, imag = parts_of(a if isinstance(a, ComplexPair) else as_array(a))
    n = _length(n, real.shape[axis])
    real, imag = _of_length(real, n, axis), _of_length(imag, n, axis)
    sign, scale = (1 if inverse else -1), _scale(norm, n, inverse=inverse)
    new_real = added(_real(real, axis), _imag(imag, axis), sign)
    new_imag = added(_real(imag, axis), _imag(real, axis), -sign)
    return ComplexPair(new_real * scale, new_imag * scale)


@_transform(np.fft.fft)
def fft(a, n=None, axis=-1, norm=None):
    """Σ_j a_j e^(-2πi j k / n), as a ComplexPair."""
    return _complex(a, n, axis, norm, inverse=False)


@_transform(np.fft.ifft)
def ifft(a, n=None, axis=-1, norm=None):
    """The inverse of fft."""
    return _complex(a, n, axis, norm, inverse=True)


@_transform(np.fft.rfft)
def rfft(a, n=None, axis=-1, norm=None):
    """The first n // 2 + 1 elements of fft; of real numbers the others are their conjugates."""
    if isinstance(a, ComplexPair):
        raise TypeError("rfft of a ComplexPair: expected real numbers; use np.fft.fft")
    n = _length(n, a.shape[axis])
    pair = fft(a, n, axis, norm)
    kept = n // 2 + 1
    return ComplexPair(_of_length(pair.real, kept, axis), _of_length(pair.imag, kept, axis))


@_transform(np.fft.irfft)
def irfft(a, n=None, axis=-1, norm=None):
    """The inverse of rfft, a Tensor of n numbers: by default of an even number of them."""
    real, imag = parts_of(a if isinstance(a, ComplexPair) else as_array(a))
    n = _length(n, 2 * (real.shape[axis] - 1))
    scale, kept = _scale(norm, n, inverse=True), n // 2 + 1
    # All but the first, and the last of an even number, stand for their conjugates, too.
    counts = np.where((np.arange(kept) > 0) & (2 * np.arange(kept) != n), 2, 1).astype(real.dtype)
    counts = counts.reshape([-1 if i == axis % real.ndim else 1 for i in range(real.ndim)])
    real, imag = (
        None if x is None else _of_length(_of_length(x, kept, axis) * counts, n, axis)
        for x in (real, imag)
    )
    return added(_real(real, axis), _imag(imag, axis)) * scale


@_transform(np.fft.hfft)
def hfft(a, n=None, axis=-1, norm=None):
    """The real transform of numbers whose other half are their conjugates."""
    _scale(norm, 1, inverse=False)
    return irfft(a.conj(), n, axis, _SWAPPED[norm])


@_transform(np.fft.ihfft)
def ihfft(a, n=None, axis=-1, norm=None):
    """The inverse of hfft."""
    _scale(norm, 1, inverse=False)
    return rfft(a, n, axis, _SWAPPED[norm]).conj()


def _lengths(a, s, axes, last=None):
    """[(axis, length)], as NumPy takes them; ``last`` is the length of the last where none is
    given.
    """
    if axes is None:
        axes = range(-(a.ndim if s is None else len(s)), 0)
    lengths = [a.shape[i] for i in axes] if s is None else list(s)
    if len(lengths) != len(axes):
        raise ValueError("Shape and axes have different lengths.")
    lengths = [a.shape[i] if n == -1 else n for i, n in zip(axes, lengths)]
    if last is not None and s is None:
        lengths[-1] = last(a.shape[axes[-1]])
    return list(zip(axes, lengths))


def _over_axes(one, a, lengths, norm):
    for axis, n in reversed(lengths):
        a = one(a, n, axis, norm)
    return a


def _several(name, axes):
    """The transforms over several axes: name is "fftn", say, and axes the default."""

    def fftn(a, s=None, axes=axes, norm=None):
        return _over_axes(fft, a, _lengths(a, s, axes), norm)

    def ifftn(a, s=None, axes=axes, norm=None):
        return _over_axes(ifft, a, _lengths(a, s, axes), norm)

    def rfftn(a, s=None, axes=axes, norm=None):
        (*others, (axis, n)) = _lengths(a, s, axes)
        return _over_axes(fft, rfft(a, n, axis, norm), others, norm)

    def irfftn(a, s=None, axes=axes, norm=None):
        (*others, (axis, n)) = _lengths(a, s, axes, last=lambda m: 2 * (m - 1))
        return irfft(_over_axes(ifft, a, others, norm), n, axis, norm)

    for function in (fftn, ifftn, rfftn, irfftn):
        function.__name__ = function.__qualname__ = function.__name__[:-1] + name
        numpy_function = getattr(np.fft, function.__name__)
        function.__doc__ = f"``np.fft.{function.__name__}`` of a Tensor or a ComplexPair."
        _transform(numpy_function)(function)


_several("n", None)
_several("2", (-2, -1))


@implements(np.fft.fftshift)
def fftshift(x, axes=None):
    """The frequency 0 in the middle of the axes."""
    return _shifted(x, axes, 1)


@implements(np.fft.ifftshift)
def ifftshift(x, axes=None):
    """The inverse of fftshift."""
    return _shifted(x, axes, -1)


def _shifted(x, axes, sign):
    axes = (
        range(x.ndim) if axes is None else [axes] if isinstance(axes, (int, np.integer)) else axes
    )
    for axis in axes:
        n = x.shape[axis]
        x = roll(x, n // 2 if sign > 0 else -(n // 2), axis)
    return x
