"""A ``torch.autograd.Function``: its two methods as functions of arrays, and of Tensors.

The class stays as it is. Its arguments become PyTorch's on the way in, and its results NumPy's on
the way out; where forward is recorded, they are arrays of PyTorch's kind around our Tensors.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ...engine.foreign import hosted
from ...engine.tensor import Tensor

_HOME = "torch.autograd.function"


def is_pytorch_function(cls: type) -> bool:
    """Whether a class is one of ``torch.autograd.Function``, and none of PyTorch's own."""
    return not cls.__module__.startswith("torch.") and any(
        base.__module__ == _HOME and base.__name__ == "Function" for base in cls.__mro__
    )


def on_arrays(cls: type) -> type:
    """The class with its methods as functions of arrays; itself where it is not PyTorch's."""
    if not is_pytorch_function(cls):
        return cls
    methods = {
        "forward": staticmethod(_forward_of(cls)),
        "backward": staticmethod(_converted(cls.backward)),  # type: ignore[attr-defined]
    }
    return type(cls.__name__, (), {"__module__": cls.__module__, "__doc__": cls.__doc__, **methods})


def _forward_of(cls: Any) -> Callable:
    """forward(ctx, ...), which may be written as forward(...) and setup_context(ctx, ...)."""
    own = cls.forward
    parameters = list(inspect.signature(own).parameters.values())
    is_apart = "setup_context" in {name for base in cls.__mro__[:-1] for name in _own_names(base)}
    if not is_apart:
        return _converted(own)

    @functools.wraps(own)
    def forward(ctx: Any, *args: Any, **keywords: Any) -> Any:
        bound = inspect.signature(own).bind(*args, **keywords)
        bound.apply_defaults()
        result = own(*bound.args, **bound.kwargs)
        cls.setup_context(ctx, tuple(bound.arguments.values()), result)
        return result

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    context = inspect.Parameter("ctx", kind)
    found = _converted(forward)
    found.__signature__ = inspect.Signature([context, *parameters])  # type: ignore[attr-defined]
    return found


def _own_names(base: type) -> list[str]:
    return [] if base.__module__.startswith("torch.") else list(vars(base))


def _converted(function: Callable) -> Callable:
    @functools.wraps(function)
    def on_arrays(*args: Any, **keywords: Any) -> Any:
        taken = [_entering(x) for x in args]
        named = {name: _entering(x) for name, x in keywords.items()}
        return _leaving(function(*taken, **named))

    return on_arrays


def _entering(x: Any) -> Any:
    if isinstance(x, Tensor):
        from ...pytorch import TorchArray  # a room that is seldom needed

        return TorchArray(x)
    if isinstance(x, np.ndarray):
        return sys.modules["torch"].from_numpy(x.copy())
    return x


def _leaving(x: Any) -> Any:
    if type(x) in (tuple, list):
        return type(x)(map(_leaving, x))
    held = getattr(x, "tensor", None)
    if isinstance(held, (Tensor, np.ndarray)):
        return held
    return hosted(x, "a result") if hasattr(x, "detach") else x
