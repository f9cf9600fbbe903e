"""The costs that end a network: where backward takes no upstream gradient, it is of one of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

from . import naming

Cost = Callable[[object, Mapping[str, object]], object]


def of(own: Iterable[Callable], arguments: Mapping[str, object], y: object) -> Iterator:
    """(words, cost): those of the file first, then the usual ones; each maps (y, arguments) to a
    number.
    """
    for function in own:
        yield f"{function.__name__}, which the file defines", _of_file(function)
    targets = [name for name in arguments if naming.may_be_labels(name)]
    if not targets:
        yield "the sum of forward's result", lambda y, arguments: np.sum(y)
        yield "the mean of forward's result", lambda y, arguments: np.mean(y)
    for name in targets:
        yield from _usual(name, y)


def _of_file(function: Callable) -> Cost:
    parameters = list(inspect.signature(function).parameters.values())

    def cost(y, arguments):
        given = {}
        for p in parameters:
            if p.name in arguments:
                given[p.name] = arguments[p.name]
            elif p.default is not p.empty:
                continue
            elif naming.are_labels(p.name, "") or p.name in ("Y", "y", "t"):
                labels = [n for n in arguments if naming.may_be_labels(n)]
                given[p.name] = arguments[labels[0]] if labels else y
            else:
                given[p.name] = y
        return function(**given)

    return cost


def _usual(target, y) -> Iterator:
    """The usual costs of a result and a target."""
    shape = np.shape(y)
    counts = {"": 1, "mean over the rows of the ": max(1, shape[0] if shape else 1)}
    if len(shape) > 1 and shape[1] != shape[0]:
        counts["mean over the columns of the "] = shape[1]
    counts["mean of the "] = max(1, int(np.prod(shape)))
    for words, cost in _SUMS.items():
        for averaged, count in counts.items():
            yield f"the {averaged}{words}", _averaged(cost, target, count)


def _averaged(cost, target, count):
    return lambda y, arguments: cost(y, _as_target(arguments[target], y)) / count


def _as_target(t, y):
    """A target in the shape of the result; labels as one-hot."""
    t, shape = np.asarray(t), np.shape(y)
    if t.shape == shape:
        return t
    if t.dtype.kind in "iu" and t.ndim < len(shape) and shape and t.max(initial=0) < shape[-1]:
        return np.eye(shape[-1])[t]
    return t.reshape(shape)


def _log_softmax(y, axis):
    shifted = y - np.max(y, axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


_SUMS: dict[str, Callable] = {
    "squared error": lambda y, t: np.sum((y - t) ** 2),
    "half squared error": lambda y, t: np.sum((y - t) ** 2) / 2,
    "cross-entropy of probabilities": lambda y, t: -np.sum(t * np.log(y)),
    "binary cross-entropy": lambda y, t: -np.sum(t * np.log(y) + (1 - t) * np.log(1 - y)),
    "softmax cross-entropy": lambda y, t: -np.sum(t * _log_softmax(y, -1)),
    "softmax cross-entropy over columns": lambda y, t: -np.sum(t * _log_softmax(y, 0)),
}
