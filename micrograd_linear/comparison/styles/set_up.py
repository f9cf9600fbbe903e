"""What a framework does with a layer before its first run: it gives it the shape of its input, and
an optimizer, and lets it make its parameters.
"""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

_SHAPES = ((7,), (3, 4, 4), (4, 4, 3), (4, 7))
# In the order in which frameworks call them.
_STEPS = (
    "set_input_shape", "connect_to", "initialize", "build", "init_params", "init_weights",
    "init_parameters", "initialize_parameters", "initialize_weights", "_init_params",
    "_initialize", "_init_weights", "setup",
)  # fmt: skip
_SHAPE = re.compile(r"(in|input)?_?shape|(in|input)_(size|shape)s?", re.I)
_WIDTH = re.compile(r"(n|num|dim|size)?_?(in|input|inputs|feat\w*|n_?prev)(_?(dims?|size))?|D")
_OPTIMIZER = re.compile(r"opt\w*", re.I)
_LAYER = re.compile(r"(prev|previous|last|input)_?layer\w*|prev(ious)?", re.I)


class Step:
    """An optimizer whose step is the gradient."""

    def update(self, w: np.ndarray, grad: np.ndarray) -> np.ndarray:
        """The parameter after the step."""
        return w - grad


def set_up(made: Any) -> Iterator[tuple[Any, tuple[int, ...]]]:
    """The object as a framework would use it, for each shape that it takes, with that shape."""
    steps = [name for name in _STEPS if callable(getattr(type(made), name, None))]
    shaped = any(_of_shape(getattr(made, name)) for name in steps)
    found = False
    for shape in _SHAPES if shaped else (None,):
        thing = copy.deepcopy(made) if shape else made
        try:
            for name in steps:
                method = getattr(thing, name)
                method(**{p.name: _value(p.name, shape) for p in _asked(method)})
        except Exception:  # another shape, or another meaning of the name
            continue
        found = True
        yield thing, shape or ()
    if not found:
        yield made, ()


def _asked(method):
    """The parameters that a step needs."""
    try:
        parameters = inspect.signature(method).parameters.values()
    except (TypeError, ValueError):
        return []
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    named = [p for p in parameters if p.kind not in kinds]
    return [p for p in named if p.default is p.empty]


def _of_shape(method):
    return any(
        pattern.fullmatch(p.name) for p in _asked(method) for pattern in (_SHAPE, _WIDTH, _LAYER)
    )


def _value(name, shape):
    """What a step is given, by the name of what it asks for."""
    if _OPTIMIZER.fullmatch(name):
        return Step()
    if shape and _SHAPE.fullmatch(name):
        return shape
    if shape and _WIDTH.fullmatch(name):
        return shape[-1]
    if shape and _LAYER.fullmatch(name):
        return SimpleNamespace(output_shape=(5, *shape), input_shape=(5, *shape), n_out=shape[-1])
    raise TypeError(f"nothing is known of {name}")
