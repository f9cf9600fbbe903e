"""The real and the imaginary part of a Tensor, and its conjugate: a Tensor is real."""

import numpy as np

from ..engine.tensor import Tensor
from .base import method


@method("conj", "conjugate")
def conj(x):
    """The same numbers: a Tensor is real."""
    return +x


_PARTS = {
    "real": property(lambda x: x, doc="The Tensor itself, which is real."),
    "imag": property(lambda x: np.zeros(x.shape, x.dtype), doc="Zeros, as a plain array."),
}
for _name, _reading in _PARTS.items():
    setattr(Tensor, _name, _reading)
