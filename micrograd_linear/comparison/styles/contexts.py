"""What ``forward(ctx, x)`` keeps for ``backward(ctx, dy)``: the file's own class, or a stand-in."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

from .source import hints_of

NAMES = ("ctx", "context")
_KEEPS = re.compile(r"(save|store|keep|stash|remember|put|set)(_\w+)?")
_KEPT = re.compile(r"(saved|stored|kept|stashed)(_\w+)?")


class Context:
    """It keeps what it is handed by any method that saves, and hands it out by any name of what is
    saved.
    """

    saved_tensors: tuple = ()
    needs_input_grad = (True,) * 32

    def save_for_backward(self, *arrays: object) -> None:
        """Keep arrays."""
        self.saved_tensors = arrays

    def mark_non_differentiable(self, *arrays: object) -> None:
        """What PyTorch is told of results that have no gradient."""

    def mark_dirty(self, *arrays: object) -> None:
        """What PyTorch is told of arguments that forward changes."""

    def set_materialize_grads(self, value: bool) -> None:
        """What PyTorch is told of gradients that are None."""

    def __getattr__(self, name: str) -> Any:
        if _KEPT.fullmatch(name):
            return self.saved_tensors
        if _KEEPS.fullmatch(name):
            return self.save_for_backward
        raise AttributeError(name)


def context_for(forward: Callable, module: Mapping[str, object]) -> object:
    """A context for one run: of the class of the file that has the methods which forward calls on
    it, if there is one.
    """
    taken = list(inspect.signature(forward).parameters)
    name = next((n for n in NAMES if n in taken), NAMES[0])
    asked = [n for n in hints_of(forward, name).attributes if not n.startswith("__")]
    for cls in list(module.values()):
        own = inspect.isclass(cls) and cls.__module__ == module.get("__name__")
        if own and asked and all(inspect.isfunction(vars(cls).get(n)) for n in asked):
            try:
                return cls()  # type: ignore[operator]
            except TypeError:  # it takes arguments
                continue
    return Context()
