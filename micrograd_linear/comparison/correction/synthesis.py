"""Expressions that compute an array of some shape from what can be read: the sums and products of
which gradients are made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .known import Known
from .scope import Reading, Scope, compiled, evaluated

_MOST = 48  # readings that are multiplied with each other
_LARGEST = 4096  # elements of an array that products are looked for of


def expressions(scope: Scope, shape: tuple[int, ...], known: Known | None) -> list[str]:
    """Texts of expressions of that shape whose value is one of the known arrays.

    Where nothing is known there are none: too many would have to be tried.
    """
    if known is None:
        return []
    found: list[str] = []
    texts = _texts(scope.arrays[:_MOST], shape)
    scaled = _of_numbers(scope, shape)
    for text in dict.fromkeys((*texts, *scaled)):
        code = compiled(text)
        # In the first turn of a loop what came before is right, in the last it need not be.
        if any(_is_known(code, scope, local, shape, known) for local in scope.places):
            found.append(text)
    return found


def _is_known(
    code: Any, scope: Scope, local: dict[str, Any], shape: tuple[int, ...], known: Known
) -> bool:
    try:
        with np.errstate(all="ignore"):
            value = evaluated(code, scope.names, local)
    except Exception:  # the shapes do not fit
        return False
    return np.shape(value) == shape and known.has(np.asarray(value))


def _texts(arrays: list[Reading], shape: tuple[int, ...]) -> Iterator[str]:
    small = [r for r in arrays if np.size(r.value) <= _LARGEST]
    for r in small:
        yield from _of_one(r, shape)
    for a in small:
        for b in small:
            yield from _of_two(a, b, shape)


def _of_numbers(scope: Scope, shape: tuple[int, ...]) -> Iterator[str]:
    """The products of a number and an array, as a weight decay adds them."""
    numbers = [r for r in scope.numbers if isinstance(r.value, (float, np.floating))]
    for number in numbers:
        for r in scope.arrays[:_MOST]:
            if r.shape == shape:
                yield f"{number.text} * {r.text}"
                yield f"2 * {number.text} * {r.text}"


def _of_one(r: Reading, shape: tuple[int, ...]) -> Iterator[str]:
    if r.shape == shape:
        yield r.text
    if r.shape[::-1] == shape and len(shape) > 1:
        yield f"{r.text}.T"
    for axis in range(len(r.shape)):
        rest = r.shape[:axis] + r.shape[axis + 1 :]
        if rest == shape:
            yield f"{r.text}.sum(axis={axis})"
        if (*r.shape[:axis], 1, *r.shape[axis + 1 :]) == shape:
            yield f"{r.text}.sum(axis={axis}, keepdims=True)"
    if shape == () and r.shape:
        yield f"{r.text}.sum()"


def _of_two(a: Reading, b: Reading, shape: tuple[int, ...]) -> Iterator[str]:
    ranks = len(a.shape), len(b.shape)
    if ranks == (2, 2) and len(shape) == 2:
        yield from _of_matrices(a, b, shape)
    elif ranks == (1, 1) and (*a.shape, *b.shape) == shape:
        yield f"{a.text}[:, None] * {b.text}"
    elif ranks == (2, 1) and len(shape) == 1:
        if (a.shape[0], a.shape[1]) == (b.shape[0], shape[0]):
            yield f"{a.text}.T @ {b.text}"
        if (a.shape[1], a.shape[0]) == (b.shape[0], shape[0]):
            yield f"{a.text} @ {b.text}"
    if a.shape == b.shape and a.text < b.text:
        yield from _of_alike(a, b, shape)


def _of_matrices(a: Reading, b: Reading, shape: tuple[int, ...]) -> Iterator[str]:
    x, y = a.shape, b.shape
    if (x[1], y[1]) == shape and x[0] == y[0]:
        yield f"{a.text}.T @ {b.text}"
    if (x[0], y[1]) == shape and x[1] == y[0]:
        yield f"{a.text} @ {b.text}"
    if (x[0], y[0]) == shape and x[1] == y[1]:
        yield f"{a.text} @ {b.text}.T"


def _of_alike(a: Reading, b: Reading, shape: tuple[int, ...]) -> Iterator[str]:
    """The products, element by element, of two arrays of one shape, and their sums."""
    x, product = a.shape, f"{a.text} * {b.text}"
    if x == shape:
        yield product
    for axis in range(len(x)):
        if x[:axis] + x[axis + 1 :] == shape:
            yield f"({product}).sum(axis={axis})"
        if (*x[:axis], 1, *x[axis + 1 :]) == shape:
            yield f"({product}).sum(axis={axis}, keepdims=True)"
