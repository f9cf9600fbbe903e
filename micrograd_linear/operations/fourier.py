"""The discrete Fourier transform of real numbers, as two real operations.

Σ_j x_j cos(2π j k / n) and -Σ_j x_j sin(2π j k / n) are symmetric in j and k, so that each is its
own pullback. The other transforms are sums of these, of numbers that were cut off or padded.
"""

import numpy as np

from .operation import RULES, rule


@rule("fft_real", source="np.fft.fft({0}, axis={axis!r}).real")
def fft_real(x, *, axis):
    """The real part: Σ_j x_j cos(2π j k / n)."""
    return np.fft.fft(x, axis=axis).real + 0, (lambda g: RULES["fft_real"](g, axis=axis),)


@rule("fft_imag", source="np.fft.fft({0}, axis={axis!r}).imag")
def fft_imag(x, *, axis):
    """The imaginary part: -Σ_j x_j sin(2π j k / n)."""
    return np.fft.fft(x, axis=axis).imag + 0, (lambda g: RULES["fft_imag"](g, axis=axis),)
