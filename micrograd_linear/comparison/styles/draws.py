"""Arrays that are still to be drawn: their shapes, and what their numbers are."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from .worlds import CLASSES

DATA = ("data", "probability")


@dataclass(frozen=True)
class Array:
    """An array to be drawn: its shape, and what its numbers are."""

    shape: tuple[int, ...]
    kind: str = "normal"

    def drawn(self, rng: np.random.Generator, positive: bool) -> np.ndarray:
        """The array; ``positive``: numbers between 0 and 1, where a function needs them."""
        if self.kind == "labels":
            return rng.integers(0, CLASSES, self.shape)
        if self.kind == "probability":
            return np.asarray(rng.uniform(0.1, 0.9, self.shape))
        if self.kind == "bits":
            return np.asarray(np.arange(int(np.prod(self.shape))) % 3 > 0).reshape(self.shape) * 1
        if self.kind == "one-hot":
            return _one_hot(self.shape, rng)
        if positive and self.kind == "data":
            return np.asarray(rng.uniform(0.1, 0.9, self.shape))
        moderate = np.sqrt(max(self.shape, default=1)) if self.kind == "moderate" else 1.0
        return np.asarray(rng.normal(size=self.shape) / moderate)


def _one_hot(shape, rng):
    """1 at one class of each sample, along the axis that classes have."""
    if len(shape) == 2 and shape[0] in (CLASSES, 7) and shape[1] == 5:
        return _one_hot(shape[::-1], rng).T.copy()
    if len(shape) == 2 and shape[1] == 1 and shape[0] in (CLASSES, 7):
        return _one_hot(shape[::-1], rng).T.copy()
    if not shape or shape[-1] <= 1:
        return np.asarray(rng.integers(0, 2, shape))
    return np.eye(shape[-1], dtype=int)[rng.integers(0, shape[-1], shape[:-1])]


def has_data(chosen: Iterable[object]) -> bool:
    """Whether some of the choices are data, whose numbers may have to be positive."""
    return any(isinstance(c, Array) and c.kind == "data" for c in chosen)


def drawn(choice: object, rng: np.random.Generator, positive: bool = False) -> object:
    """The choice with its arrays drawn."""
    if isinstance(choice, Array):
        return choice.drawn(rng, positive)
    if isinstance(choice, (np.random.Generator, np.random.RandomState)):
        return copy.deepcopy(choice)
    if isinstance(choice, dict):
        return {key: drawn(value, rng, positive) for key, value in choice.items()}
    if isinstance(choice, list):
        return [drawn(value, rng, positive) for value in choice]
    return choice
