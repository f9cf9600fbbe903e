"""The named operations, with NumPy's names and signatures: each is a method of ``Tensor``, what NumPy's own function does on one, and callable here.

Whatever needs no rule of its own is composed of those that have one. Plain arrays in, plain arrays out.

    >>> import numpy as np
    >>> from micrograd_linear import Tensor
    >>> t = Tensor([[1.0, 2.0], [3.0, 4.0]], "t")
    >>> np.sum(t, axis=0).data, t.sum(axis=0).data
    (array([4., 6.]), array([4., 6.]))
"""


from .custom import rule
from .elementwise import absolute, astype, clip, cos, exp, expm1, leaky_relu, log, log1p, maximum, minimum, relu, sigmoid, sin, softplus, sqrt, square, tan, tanh, where
from .products import cholesky, det, diagonal, dot, einsum, inner, inv, matmul, outer, slogdet, solve, tensordot, trace
from .reductions import argmax, argmin, cumsum, logsumexp, max, mean, min, norm, prod, std, sum, var
from .shapes import (
    broadcast_to,
    concatenate,
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

__all__ = [
    "absolute",
    "argmax",
    "argmin",
    "astype",
    "broadcast_to",
    "cholesky",
    "clip",
    "concatenate",
    "cos",
    "cumsum",
    "det",
    "diagonal",
    "dot",
    "einsum",
    "exp",
    "expand_dims",
    "expm1",
    "flip",
    "hstack",
    "inner",
    "inv",
    "leaky_relu",
    "log",
    "log1p",
    "logsumexp",
    "matmul",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "moveaxis",
    "norm",
    "outer",
    "pad",
    "prod",
    "ravel",
    "relu",
    "repeat",
    "reshape",
    "rule",
    "sigmoid",
    "sin",
    "sliding_window_view",
    "slogdet",
    "softplus",
    "solve",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "sum",
    "swapaxes",
    "take",
    "tan",
    "tanh",
    "tensordot",
    "trace",
    "transpose",
    "tril",
    "triu",
    "var",
    "vstack",
    "where",
]
