"""The named operations, with NumPy's names and signatures.

Each can be called in three ways: as a method of ``Tensor``, as NumPy's own function on a Tensor,
and as a function of this module. An operation without a rule of its own is composed of others that
have one. Plain arrays give plain arrays.

    >>> import numpy as np
    >>> from micrograd_linear import Tensor
    >>> t = Tensor([[1.0, 2.0], [3.0, 4.0]], "t")
    >>> np.sum(t, axis=0).data, t.sum(axis=0).data
    (array([4., 6.]), array([4., 6.]))
"""

from typing import TYPE_CHECKING

import numpy as np

from ..engine.numpy_protocol import implementation
from . import (  # noqa: F401  these give NumPy's functions to Tensors
    elementwise,
    matrices,
    parts,
)
from .absent_attributes import tell_of_absent_attributes
from .construction import tril, triu
from .custom import rule
from .decompositions import cholesky
from .elementwise import NAMED, astype, clip, where
from .joins import array_split, concatenate, hstack, split, stack, vstack
from .norms import norm
from .padding import pad
from .products import (
    det,
    diagonal,
    dot,
    einsum,
    inner,
    inv,
    matmul,
    outer,
    slogdet,
    solve,
    tensordot,
    trace,
)
from .rearrangements import flip, repeat, take
from .reductions import argmax, argmin, logsumexp, max, mean, min, prod, std, sum, var
from .running import cumsum
from .shapes import (
    broadcast_to,
    copy,
    expand_dims,
    moveaxis,
    ravel,
    reshape,
    sliding_window_view,
    squeeze,
    swapaxes,
    transpose,
)
from .shares import log_softmax, softmax

if TYPE_CHECKING:
    from .elementwise import *  # noqa: F403  the operations, declared in elementwise.pyi

__all__ = [
    "argmax",
    "argmin",
    "array_split",
    "astype",
    "broadcast_to",
    "cholesky",
    "clip",
    "concatenate",
    "copy",
    "cumsum",
    "det",
    "diagonal",
    "dot",
    "einsum",
    "expand_dims",
    "flip",
    "hstack",
    "inner",
    "inv",
    "log_softmax",
    "logsumexp",
    "matmul",
    "max",
    "mean",
    "min",
    "moveaxis",
    "norm",
    "outer",
    "pad",
    "prod",
    "ravel",
    "repeat",
    "reshape",
    "rule",
    "sliding_window_view",
    "slogdet",
    "softmax",
    "solve",
    "split",
    "squeeze",
    "stack",
    "std",
    "sum",
    "swapaxes",
    "take",
    "tensordot",
    "trace",
    "transpose",
    "tril",
    "triu",
    "var",
    "vstack",
    "where",
]
__all__ += elementwise.__all__
tell_of_absent_attributes()


def __getattr__(name: str) -> object:
    """An elementwise operation, or what another of NumPy's functions does on a Tensor."""
    found = NAMED.get(name)
    if found is None and not name.startswith("_") and callable(getattr(np, name, None)):
        found = implementation(getattr(np, name))
    if found is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return found
