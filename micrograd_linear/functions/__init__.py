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

from . import elementwise, elementwise_of_numpy, writing  # noqa: F401  NumPy's functions
from .custom import rule
from .elementwise import NAMED, astype, clip, where
from .products import (
    cholesky,
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
from .reductions import argmax, argmin, cumsum, logsumexp, max, mean, min, norm, prod, std, sum, var
from .shapes import (
    array_split,
    broadcast_to,
    concatenate,
    copy,
    expand_dims,
    flip,
    hstack,
    moveaxis,
    pad,
    ravel,
    repeat,
    reshape,
    sliding_window_view,
    split,
    squeeze,
    stack,
    swapaxes,
    take,
    transpose,
    tril,
    triu,
    vstack,
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


def __getattr__(name: str) -> object:
    """An elementwise operation, by its name."""
    if name not in NAMED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return NAMED[name]
