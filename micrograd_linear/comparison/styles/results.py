"""What a forward function returns: its results, joined to one array, and what it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...engine.tensor import Tensor
from ..pair import UnusableLayer
from . import naming

_KINDS = (Tensor, np.ndarray, np.generic, float, int)


@dataclass(frozen=True)
class Results:
    """The results of a run, what is kept beside them, and all of them by name."""

    outputs: list[Any]
    kept: Any
    named: dict[str, Any]

    @property
    def joined(self) -> Any:
        """One array: the result, or all elements of several."""
        if len(self.outputs) == 1:
            return self.outputs[0]
        return np.concatenate([np.reshape(y, (-1,)) for y in self.outputs])

    def split(self, dy: Any) -> list[Any]:
        """The gradient of each result, of that of the joined array."""
        if len(self.outputs) == 1:
            return [dy]
        parts, start, flat = [], 0, np.asarray(dy)
        for y in self.outputs:
            size = int(np.prod(np.shape(y)))
            parts.append(flat[start : start + size].reshape(np.shape(y)))
            start += size
        return parts


def results_of(returned: Any, said: Sequence[str], wanted: int) -> Results:
    """The results of a forward function from which backward takes ``wanted`` gradients.

    ``said`` are the names in its ``return``.
    """
    if not isinstance(returned, (tuple, list)):
        return Results([_array(returned)], None, {})
    named = dict(zip(said, returned)) if len(said) == len(returned) else {}
    arrays = [
        i
        for i, item in enumerate(returned)
        if isinstance(item, _KINDS) and not (named and naming.is_cache(said[i]))
    ]
    chosen = arrays[: max(1, wanted)]
    if not chosen:
        raise UnusableLayer(f"forward returned no array, but {type(returned).__name__}")
    rest = [item for i, item in enumerate(returned) if i not in chosen]
    kept = rest[0] if len(rest) == 1 else (tuple(rest) or None)
    return Results([returned[i] for i in chosen], kept, {n: x for n, x in named.items() if n})


def _array(returned):
    if isinstance(returned, dict) or returned is None:
        raise UnusableLayer(f"forward returned no array, but {type(returned).__name__}")
    return returned
