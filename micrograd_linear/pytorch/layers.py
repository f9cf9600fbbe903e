"""PyTorch's layers: products, convolutions, norms, attention, each made of recorded operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..functions import softmax
from .elementwise import values


def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """x Wᵀ + b."""
    y = x @ np.swapaxes(weight, -1, -2) if np.ndim(weight) > 1 else x @ weight
    return y if bias is None else y + bias


def bilinear(a: Any, b: Any, weight: Any, bias: Any = None) -> Any:
    """aᵀ W_k b for each k."""
    y = np.einsum("...i,kij,...j->...k", a, weight, b)
    return y if bias is None else y + bias


def embedding(indices: Any, weight: Any, padding_idx: int | None = None, **_: Any) -> Any:
    """The rows of a table, by their numbers."""
    return weight[values(indices).astype(np.intp)]


def dropout(x: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """x itself; in training its mask would be another than PyTorch's."""
    if training and p:
        raise TypeError(
            "dropout in training draws a mask that a second run cannot know; call .eval(), or "
            "multiply by a mask that you draw"
        )
    return x


def _pair(n: Any) -> tuple[int, int]:
    return (n, n) if isinstance(n, int) else tuple(n)


def _padded(x: Any, padding: tuple[int, int], value: float = 0.0) -> Any:
    if not any(padding):
        return x
    widths = [(0, 0)] * (np.ndim(x) - 2) + [(n, n) for n in padding]
    return np.pad(x, widths, constant_values=value)


def _windows(x: Any, kernel: tuple, stride: tuple, dilation: tuple = (1, 1)) -> Any:
    """(..., H, W) as (..., H out, W out, kernel, kernel)."""
    places = []
    for length, size, step, apart in zip(np.shape(x)[-2:], kernel, stride, dilation, strict=True):
        count = (length - apart * (size - 1) - 1) // step + 1
        places.append(np.arange(count)[:, None] * step + np.arange(size) * apart)
    rows, columns = places
    return x[..., rows[:, None, :, None], columns[None, :, None, :]]


def conv2d(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """Sums of products of windows of x, (N, C, H, W), with kernels, (F, C / groups, K, K)."""
    kernel, stride, dilation = np.shape(weight)[-2:], _pair(stride), _pair(dilation)
    if padding == "valid":
        padding = 0
    elif padding == "same":
        padding = tuple(d * (k - 1) // 2 for d, k in zip(dilation, kernel, strict=True))
    windows = _windows(_padded(x, _pair(padding)), kernel, stride, dilation)
    n, c = np.shape(windows)[:2]
    by_group = np.reshape(windows, (n, groups, c // groups, *np.shape(windows)[2:]))
    kernels = np.reshape(weight, (groups, -1, *np.shape(weight)[1:]))
    y = np.einsum("ngchwij,gfcij->ngfhw", by_group, kernels)
    y = np.reshape(y, (n, -1, *np.shape(y)[3:]))
    return y if bias is None else y + np.reshape(bias, (-1, 1, 1))


def conv1d(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """As ``conv2d``, along one axis."""

    def first(n: Any) -> Any:
        return n if isinstance(n, (int, str)) else n[0]

    padding = first(padding)
    along = padding if isinstance(padding, str) else (0, padding)
    apart = (1, first(dilation))
    y = conv2d(
        x[..., None, :], weight[..., None, :], bias, (1, first(stride)), along, apart, groups
    )
    return y[..., 0, :]


def max_pool2d(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window."""
    _refuse("max_pool2d", ceil_mode=ceil_mode, return_indices=return_indices)
    kernel = _pair(kernel_size)
    padded = _padded(x, _pair(padding), -np.inf)
    windows = _windows(padded, kernel, _pair(stride or kernel), _pair(dilation))
    return np.max(windows, axis=(-2, -1))


def avg_pool2d(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Any:
    """The mean of each window."""
    _refuse(
        "avg_pool2d",
        ceil_mode=ceil_mode,
        divisor_override=divisor_override,
        count_include_pad=not count_include_pad and padding,
    )
    kernel = _pair(kernel_size)
    windows = _windows(_padded(x, _pair(padding)), kernel, _pair(stride or kernel))
    return np.mean(windows, axis=(-2, -1))


def adaptive_avg_pool2d(x: Any, output_size: Any) -> Any:
    """Means over windows that divide the image evenly."""
    sizes = np.shape(x)[-2:]
    counts = [n or own for n, own in zip(_pair(output_size), sizes, strict=True)]
    if any(size % count for size, count in zip(sizes, counts, strict=True)):
        raise TypeError(f"adaptive_avg_pool2d: {sizes} is not divided evenly into {counts}")
    return avg_pool2d(x, tuple(size // count for size, count in zip(sizes, counts, strict=True)))


def _refuse(name: str, **keywords: Any) -> None:
    asked = [keyword for keyword, value in keywords.items() if value]
    if asked:
        raise TypeError(f"{name}: {', '.join(asked)} has no rule here; leave it out")


def _standard(x: Any, axes: tuple[int, ...], eps: float) -> Any:
    """x with mean 0 and variance 1 over some axes."""
    centred = x - np.mean(x, axis=axes, keepdims=True)
    return centred / np.sqrt(np.mean(centred**2, axis=axes, keepdims=True) + eps)


def _scaled(y: Any, weight: Any, bias: Any) -> Any:
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def layer_norm(
    x: Any, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    """x standardized over its last axes."""
    count = 1 if isinstance(normalized_shape, int) else len(normalized_shape)
    return _scaled(_standard(x, tuple(range(-count, 0)), eps), weight, bias)


def rms_norm(x: Any, normalized_shape: Any, weight: Any = None, eps: float | None = None) -> Any:
    """x over the root of its mean square, over its last axes."""
    axes = tuple(range(-len(tuple(normalized_shape)), 0))
    smallest = float(np.finfo(values(x).dtype).eps) if eps is None else eps
    return _scaled(x / np.sqrt(np.mean(x**2, axis=axes, keepdims=True) + smallest), weight, None)


def group_norm(
    x: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    """x standardized over groups of its channels."""
    shape = np.shape(x)
    grouped = np.reshape(x, (shape[0], num_groups, -1))
    y = np.reshape(_standard(grouped, (2,), eps), shape)
    return _scaled(y, _of_channels(weight, len(shape)), _of_channels(bias, len(shape)))


def batch_norm(
    x: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    """x standardized over all but its channels: by its own moments in training, else by those that
    were kept.
    """
    rank = np.ndim(x)
    if training or running_mean is None or running_var is None:
        y = _standard(x, tuple(axis for axis in range(rank) if axis != 1), eps)
    else:
        mean, variance = (_of_channels(kept, rank) for kept in (running_mean, running_var))
        y = (x - mean) / np.sqrt(variance + eps)
    return _scaled(y, _of_channels(weight, rank), _of_channels(bias, rank))


def _of_channels(x: Any, rank: int) -> Any:
    return None if x is None else np.reshape(x, (1, -1, *(1,) * (rank - 2)))


def normalize(x: Any, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Any:
    """x over its norm."""
    return x / np.maximum(np.linalg.norm(x, ord=p, axis=dim, keepdims=True), eps)


def cosine_similarity(a: Any, b: Any, dim: int = 1, eps: float = 1e-8) -> Any:
    """The cosine of the angle between vectors along an axis."""
    lengths = [np.maximum(np.sqrt(np.sum(x * x, axis=dim)), eps) for x in (a, b)]
    return np.sum(a * b, axis=dim) / (lengths[0] * lengths[1])


def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Any:
    """softmax(Q Kᵀ / √d + mask) V."""
    _refuse("scaled_dot_product_attention", dropout_p=dropout_p, enable_gqa=enable_gqa)
    scale = np.shape(query)[-1] ** -0.5 if scale is None else scale
    scores = query @ np.swapaxes(key, -1, -2) * scale
    if is_causal:
        attn_mask = np.tri(*np.shape(scores)[-2:], dtype=bool)
    if attn_mask is not None and values(attn_mask).dtype == bool:
        scores = np.where(values(attn_mask), scores, -np.inf)
    elif attn_mask is not None:
        scores = scores + attn_mask
    return softmax(scores, -1) @ value


def pad(x: Any, pad: Any, mode: str = "constant", value: float | None = None) -> Any:
    """x with more elements at the ends of its last axes; ``pad`` begins with the last axis."""
    pairs = [(pad[i], pad[i + 1]) for i in range(0, len(pad), 2)][::-1]
    widths = [(0, 0)] * (np.ndim(x) - len(pairs)) + pairs
    if mode == "constant":
        return np.pad(x, widths, constant_values=0.0 if value is None else value)
    name: Any = {"replicate": "edge", "circular": "wrap"}.get(mode, mode)
    return np.pad(x, widths, mode=name)


FUNCTIONS: dict[str, Callable] = {
    "linear": linear, "bilinear": bilinear, "embedding": embedding, "dropout": dropout,
    "dropout1d": dropout, "dropout2d": dropout, "alpha_dropout": dropout, "conv1d": conv1d,
    "conv2d": conv2d, "max_pool2d": max_pool2d, "boolean_dispatch": max_pool2d,
    "avg_pool2d": avg_pool2d, "adaptive_avg_pool2d": adaptive_avg_pool2d,
    "layer_norm": layer_norm, "rms_norm": rms_norm, "group_norm": group_norm,
    "batch_norm": batch_norm, "normalize": normalize, "cosine_similarity": cosine_similarity,
    "scaled_dot_product_attention": scaled_dot_product_attention, "pad": pad,
}  # fmt: skip
