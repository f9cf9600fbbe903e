"""PyTorch's functions that move, join, choose and sum up elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..engine.tensor import Tensor
from ..functions import log_softmax, softmax
from ..functions.reductions import logsumexp as of_elements
from .elementwise import values


def _shape_of(shape: tuple) -> tuple[int, ...]:
    """(2, 3) of f(x, 2, 3) and of f(x, (2, 3))."""
    return tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape


def view(x: Any, *shape: Any) -> Any:
    """x in another shape."""
    if (len(shape) == 1 and isinstance(shape[0], str)) or "dtype" in str(type(shape[0])):
        raise TypeError("view: another type of the same bits has no gradient; give a shape")
    return np.reshape(x, _shape_of(shape))


def flatten(x: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    """x with some neighbouring axes made one."""
    shape = np.shape(x)
    first, last = start_dim % len(shape), end_dim % len(shape)
    return np.reshape(x, (*shape[:first], -1, *shape[last + 1 :]))


def unflatten(x: Any, dim: int, sizes: Sequence[int]) -> Any:
    """x with one axis made several."""
    shape = np.shape(x)
    at = dim % len(shape)
    return np.reshape(x, (*shape[:at], *sizes, *shape[at + 1 :]))


def transpose(x: Any, dim0: int, dim1: int) -> Any:
    """x with two axes exchanged."""
    return np.swapaxes(x, dim0, dim1)


def permute(x: Any, *dims: Any) -> Any:
    """x with its axes in another order."""
    return np.transpose(x, _shape_of(dims))


def unsqueeze(x: Any, dim: int) -> Any:
    """x with one more axis, of length 1."""
    return np.expand_dims(x, dim)


def squeeze(x: Any, dim: int | tuple | None = None) -> Any:
    """x without axes of length 1; an axis that is named stays where it is longer."""
    if dim is None:
        return np.squeeze(x)
    axes = dim if isinstance(dim, tuple) else (dim,)
    return np.squeeze(x, tuple(axis for axis in axes if np.shape(x)[axis] == 1))


def expand(x: Any, *sizes: Any) -> Any:
    """x repeated along axes of length 1; -1 keeps a length."""
    sizes = _shape_of(sizes)
    own = (1,) * (len(sizes) - np.ndim(x)) + np.shape(x)
    return np.broadcast_to(x, tuple(n if m == -1 else m for m, n in zip(sizes, own, strict=True)))


def split(x: Any, split_size_or_sections: Any, dim: int = 0) -> tuple:
    """x in pieces of a length, or of several."""
    length, size = np.shape(x)[dim], split_size_or_sections
    sizes = list(size) if isinstance(size, (list, tuple)) else [size] * (length // size)
    places = [int(n) for n in np.cumsum(sizes) if n < length]
    return tuple(np.split(x, places, axis=dim))


def chunk(x: Any, chunks: int, dim: int = 0) -> tuple:
    """x in so many pieces, the last of which may be shorter."""
    return split(x, -(-np.shape(x)[dim] // chunks), dim)


def unbind(x: Any, dim: int = 0) -> tuple:
    """The items along an axis."""
    moved = np.moveaxis(x, dim, 0)
    return tuple(moved[i] for i in range(np.shape(moved)[0]))


def masked_fill(x: Any, mask: Any, value: Any) -> Any:
    """x, and a number where the mask is True."""
    return np.where(values(mask).astype(bool), value, x)


def gather(x: Any, dim: int, index: Any) -> Any:
    """The items of an axis that an index of x's rank names."""
    return np.take_along_axis(x, values(index).astype(np.intp), dim)


def index_select(x: Any, dim: int, index: Any) -> Any:
    """The items of an axis, by their numbers."""
    return np.take(x, values(index).astype(np.intp), axis=dim)


def triangle(function: Callable) -> Callable:
    """The part of a matrix on one side of a diagonal."""
    return lambda x, diagonal=0: function(x, diagonal)


def reduction(function: Callable) -> Callable:
    """A sum or its like, with PyTorch's names of the keywords."""

    def reduced(
        x: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, axis: Any = None
    ) -> Any:
        axis = dim if axis is None else axis
        axis = tuple(axis) if isinstance(axis, list) else axis
        return function(x, axis=axis, keepdims=keepdim)

    return reduced


def deviation(function: Callable) -> Callable:
    """A variance or its root: divided by n - 1 unless it is said otherwise."""

    def deviated(
        x: Any,
        dim: Any = None,
        unbiased: bool = True,
        keepdim: bool = False,
        *,
        correction: int | None = None,
    ) -> Any:
        if isinstance(dim, bool):
            dim, unbiased = None, dim
        away = int(unbiased) if correction is None else correction
        axis = tuple(dim) if isinstance(dim, list) else dim
        return function(x, axis=axis, ddof=away, keepdims=keepdim)

    return deviated


def extreme(function: Callable, place: Callable, pairwise: Callable) -> Callable:
    """The largest or the smallest element; along an axis, with its place."""

    def found(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
        if dim is None:
            return function(x)
        if not isinstance(dim, int):
            return pairwise(x, dim)
        at = place(values(x), axis=dim, keepdims=keepdim)
        return function(x, axis=dim, keepdims=keepdim), at

    return found


def norm(x: Any, p: Any = 2, dim: Any = None, keepdim: bool = False) -> Any:
    """The p-norm of the elements of x, or of those along an axis."""
    order = 2 if p in (None, "fro") else p
    if dim is None:
        return np.linalg.norm(np.reshape(x, (-1,)), ord=order)
    axis = tuple(dim) if isinstance(dim, list) else dim
    if isinstance(axis, tuple) and order == 2:
        return np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdim))
    return np.linalg.norm(x, ord=order, axis=axis, keepdims=keepdim)


def logsumexp(x: Any, dim: Any, keepdim: bool = False) -> Any:
    """log(sum(exp(x))) along an axis."""
    dim = tuple(dim) if isinstance(dim, list) else dim
    return of_elements(x, axis=dim, keepdims=keepdim)


def joined(tensors: Sequence[Any], dim: int = 0) -> Any:
    """Arrays one after the other along an axis."""
    return np.concatenate(tensors, axis=dim)


def added_product(x: Any, a: Any, b: Any, beta: float = 1, alpha: float = 1) -> Any:
    """beta x + alpha a b, for matrices and for stacks of them."""
    return beta * x + alpha * (a @ b)


def where(condition: Any, x: Any, y: Any) -> Any:
    """x where the condition holds, y elsewhere."""
    return np.where(values(condition).astype(bool), x, y)


def einsum(equation: str, *operands: Any) -> Any:
    """The sum of products that the equation says."""
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    return np.einsum(equation, *operands)


def cast(x: Any, *_: Any, **__: Any) -> Any:
    """x itself: precisions and devices do not change what is derived."""
    return x


def size(x: Any, dim: int | None = None) -> Any:
    """The shape, or the length of one axis."""
    return np.shape(x) if dim is None else np.shape(x)[dim]


def item(x: Any, key: Any) -> Any:
    """x[key], with PyTorch's arrays in the key as numbers."""
    keys = key if isinstance(key, tuple) else (key,)
    plain = tuple(values(k) if isinstance(k, (Tensor, np.ndarray)) else k for k in keys)
    return x[plain if isinstance(key, tuple) else plain[0]]


FUNCTIONS: dict[str, Callable] = {
    "view": view, "reshape": view, "flatten": flatten, "unflatten": unflatten, "ravel": np.ravel,
    "transpose": transpose, "swapaxes": transpose, "swapdims": transpose, "permute": permute,
    "movedim": np.moveaxis, "moveaxis": np.moveaxis, "t": np.transpose,
    "unsqueeze": unsqueeze, "squeeze": squeeze, "expand": expand, "broadcast_to": np.broadcast_to,
    "expand_as": lambda x, other: np.broadcast_to(x, np.shape(other)),
    "view_as": lambda x, other: np.reshape(x, np.shape(other)),
    "reshape_as": lambda x, other: np.reshape(x, np.shape(other)),
    "cat": joined, "concat": joined, "concatenate": joined,
    "stack": lambda tensors, dim=0: np.stack(tensors, axis=dim),
    "split": split, "chunk": chunk, "unbind": unbind, "masked_fill": masked_fill,
    "gather": gather, "take_along_dim": lambda x, i, dim: gather(x, dim, i),
    "index_select": index_select, "select": lambda x, dim, i: np.take(x, i, axis=dim),
    "narrow": lambda x, dim, start, length: np.take(x, range(start, start + length), axis=dim),
    "flip": lambda x, dims: np.flip(x, dims if isinstance(dims, int) else tuple(dims)),
    "roll": lambda x, shifts, dims=None: np.roll(x, shifts, dims),
    "repeat": lambda x, *sizes: np.tile(x, _shape_of(sizes)),
    "tile": lambda x, *sizes: np.tile(x, _shape_of(sizes)),
    "repeat_interleave": lambda x, repeats, dim=None: np.repeat(x, repeats, axis=dim),
    "tril": triangle(np.tril), "triu": triangle(np.triu), "trace": np.trace,
    "diagonal": lambda x, offset=0, dim1=0, dim2=1: np.diagonal(x, offset, dim1, dim2),
    "diag": lambda x, diagonal=0: np.diag(x, diagonal),
    "sum": reduction(np.sum), "mean": reduction(np.mean), "prod": reduction(np.prod),
    "amax": reduction(np.max), "amin": reduction(np.min), "logsumexp": logsumexp,
    "max": extreme(np.max, np.argmax, np.maximum), "min": extreme(np.min, np.argmin, np.minimum),
    "argmax": lambda x, dim=None, keepdim=False: np.argmax(values(x), axis=dim, keepdims=keepdim),
    "argmin": lambda x, dim=None, keepdim=False: np.argmin(values(x), axis=dim, keepdims=keepdim),
    "var": deviation(np.var), "std": deviation(np.std), "norm": norm,
    "vector_norm": lambda x, ord=2, dim=None, keepdim=False: norm(x, ord, dim, keepdim),
    "cumsum": lambda x, dim: np.cumsum(x, axis=dim),
    "cumprod": lambda x, dim: np.cumprod(x, axis=dim),
    "softmax": lambda x, dim=None, **_: softmax(x, dim),
    "log_softmax": lambda x, dim=None, **_: log_softmax(x, dim),
    "matmul": np.matmul, "mm": np.matmul, "bmm": np.matmul, "mv": np.matmul, "dot": np.matmul,
    "inner": np.inner, "outer": np.outer, "ger": np.outer, "einsum": einsum,
    "addmm": added_product, "baddbmm": added_product,
    "where": where, "clone": lambda x, **_: 1 * x if isinstance(x, Tensor) else x.copy(),
    "to": cast, "type": cast, "type_as": cast, "contiguous": cast, "float": cast, "double": cast,
    "half": cast, "bfloat16": cast, "cuda": cast, "cpu": cast, "requires_grad": cast,
    "size": size, "numel": lambda x: int(np.size(x)), "dim": np.ndim, "getitem": item,
    "zeros_like": lambda x, **_: np.zeros(np.shape(x)),
    "ones_like": lambda x, **_: np.ones(np.shape(x)),
    "full_like": lambda x, value, **_: np.full(np.shape(x), value),
    "inverse": np.linalg.inv, "inv": np.linalg.inv, "det": np.linalg.det,
    "slogdet": np.linalg.slogdet, "cholesky": np.linalg.cholesky, "solve": np.linalg.solve,
    "kron": np.kron,
    "cross": lambda a, b, dim=-1: np.cross(a, b, axis=dim),
    "any": lambda x, dim=None: np.any(values(x), axis=dim),
    "all": lambda x, dim=None: np.all(values(x), axis=dim),
    "isnan": lambda x: np.isnan(values(x)), "isfinite": lambda x: np.isfinite(values(x)),
}  # fmt: skip
