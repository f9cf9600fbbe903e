"""PyTorch's losses, each made of recorded operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..functions import log_softmax
from .elementwise import of_record, values


def _reduced(losses: Any, reduction: str, weights: Any = None) -> Any:
    if reduction == "none":
        return losses
    if reduction == "sum":
        return np.sum(losses)
    if reduction == "batchmean":
        return np.sum(losses) / np.shape(losses)[0]
    return np.mean(losses) if weights is None else np.sum(losses) / np.sum(weights)


def mse_loss(x: Any, target: Any, *_: Any, reduction: str = "mean") -> Any:
    """(x - target)²."""
    return _reduced((x - target) ** 2, reduction)


def l1_loss(x: Any, target: Any, *_: Any, reduction: str = "mean") -> Any:
    """|x - target|."""
    return _reduced(np.abs(x - target), reduction)


def huber_loss(x: Any, target: Any, reduction: str = "mean", delta: float = 1.0, **_: Any) -> Any:
    """d² / 2 where |d| is at most delta, delta (|d| - delta / 2) elsewhere."""
    distance = np.abs(x - target)
    far = delta * (distance - delta / 2)
    return _reduced(np.where(values(distance) <= delta, distance**2 / 2, far), reduction)


def smooth_l1_loss(x: Any, target: Any, *_: Any, reduction: str = "mean", beta: float = 1.0) -> Any:
    """d² / (2 beta) where |d| is below beta, |d| - beta / 2 elsewhere."""
    return _reduced(huber_loss(x, target, "none", beta) / beta, reduction)


def cross_entropy(
    x: Any,
    target: Any,
    weight: Any = None,
    *_: Any,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
    **__: Any,
) -> Any:
    """-Σ p log softmax(x) over the classes, for shares p, or for the number of the right class."""
    axis = 0 if np.ndim(x) == 1 else 1
    logarithms, labels = log_softmax(x, axis), values(target)
    classes = np.shape(x)[axis]
    if labels.dtype.kind == "f":
        shares = (1 - label_smoothing) * target + label_smoothing / classes
        weighted = shares if weight is None else shares * _of_classes(weight, np.ndim(x), axis)
        losses = -np.sum(weighted * logarithms, axis=axis)
        count = max(1, int(np.size(losses)))
        return _reduced(losses, reduction) if reduction != "mean" else np.sum(losses) / count
    if not label_smoothing:
        return nll_loss(logarithms, labels, weight, ignore_index=ignore_index, reduction=reduction)
    if weight is not None or (labels == ignore_index).any():
        raise TypeError(
            "cross_entropy: label_smoothing beside weight or ignore_index has no rule here; hand "
            "the shares of the classes in as the target"
        )
    shares = np.moveaxis(np.eye(classes)[labels], -1, axis)
    return cross_entropy(x, shares, reduction=reduction, label_smoothing=label_smoothing)


def _of_classes(weight: Any, rank: int, axis: int) -> Any:
    return np.reshape(weight, (-1, *(1,) * (rank - 1 - axis)))


def nll_loss(
    x: Any,
    target: Any,
    weight: Any = None,
    *_: Any,
    ignore_index: int = -100,
    reduction: str = "mean",
    **__: Any,
) -> Any:
    """-x at the number of the right class."""
    labels, axis = values(target).astype(np.intp), 0 if np.ndim(x) == 1 else 1
    counted = labels != ignore_index
    chosen = np.where(counted, labels, 0)
    picked = np.take_along_axis(x, np.expand_dims(chosen, axis), axis)
    weights = counted.astype(float) if weight is None else values(weight)[chosen] * counted
    losses = -np.squeeze(picked, axis) * weights
    return _reduced(losses, reduction, weights)


def binary_cross_entropy(
    x: Any, target: Any, weight: Any = None, *_: Any, reduction: str = "mean"
) -> Any:
    """-(t log x + (1 - t) log(1 - x)), the logarithms not below -100."""
    logarithms = [np.maximum(np.log(p), -100.0) for p in (x, 1 - x)]
    losses = -(target * logarithms[0] + (1 - target) * logarithms[1])
    return _reduced(losses if weight is None else losses * weight, reduction)


def binary_cross_entropy_with_logits(
    x: Any,
    target: Any,
    weight: Any = None,
    *_: Any,
    reduction: str = "mean",
    pos_weight: Any = None,
) -> Any:
    """The same of sigmoid(x), without overflow."""
    softplus = of_record("softplus")
    positive = target if pos_weight is None else target * pos_weight
    losses = positive * softplus(-x) + (1 - target) * softplus(x)
    return _reduced(losses if weight is None else losses * weight, reduction)


def kl_div(x: Any, target: Any, *_: Any, reduction: str = "mean", log_target: bool = False) -> Any:
    """t (log t - x), where x are logarithms."""
    if log_target:
        return _reduced(np.exp(target) * (target - x), reduction)
    known = values(target) > 0
    logarithm = np.where(known, np.log(np.where(known, target, 1.0)), 0.0)
    return _reduced(target * (logarithm - x), reduction)


def hinge_embedding_loss(
    x: Any, target: Any, margin: float = 1.0, *_: Any, reduction: str = "mean"
) -> Any:
    """x where the target is 1, max(0, margin - x) where it is -1."""
    losses = np.where(values(target) == 1, x, np.maximum(margin - x, 0.0))
    return _reduced(losses, reduction)


FUNCTIONS: dict[str, Callable] = {
    "mse_loss": mse_loss, "l1_loss": l1_loss, "huber_loss": huber_loss,
    "smooth_l1_loss": smooth_l1_loss, "cross_entropy": cross_entropy, "nll_loss": nll_loss,
    "binary_cross_entropy": binary_cross_entropy, "kl_div": kl_div,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "hinge_embedding_loss": hinge_embedding_loss,
}  # fmt: skip
