"""``Module``: something with parameters."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

from ..engine.graph import creation, is_node
from ..engine.tensor import Tensor
from ..engine.value import Value

_MISSING = object()


def _remembering(call: Callable[..., Any]) -> Callable[..., Any]:
    """``call``, whose results remember the module and the age of the graph when the call began.

    The younger nodes that a result depends on were made in the call. A result holds (module, age,
    the same for the call inside this one that made it), so that this is freed with the result.
    """

    @functools.wraps(call)
    def remembering(self: Module, x: Any = _MISSING, /, *more: Any, **keywords: Any) -> Any:
        begin = next(creation)
        if x is _MISSING or more or keywords:
            result = call(self, *(() if x is _MISSING else (x,)), *more, **keywords)
        else:
            result = call(self, x)  # most calls have one argument, and this is twice as fast
        if result.__class__ is Value or result.__class__ is Tensor:
            if result.created > begin:  # not one that was passed through
                result.module_calls = self, begin, getattr(result, "module_calls", None)
        elif result.__class__ is list or isinstance(result, (tuple, dict)):
            for y in result.values() if isinstance(result, dict) else result:
                if (y.__class__ is Value or y.__class__ is Tensor) and y.created > begin:
                    y.module_calls = self, begin, getattr(y, "module_calls", None)
        return result

    return remembering


class Module:
    """Base of layers and models.

    Its parameters are the nodes that require a gradient among its attributes, also in lists,
    tuples, dicts and submodules.
    >>> from micrograd_linear import Value
    >>> class Scale(Module):
    ...     def __init__(self):
    ...         self.factor = Value(2.0, "factor")
    >>> Scale().parameters()
    [Value(data=2.0, grad=0.0, name='factor')]
    """

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if isinstance(vars(cls).get("__call__"), types.FunctionType):
            cls.__call__ = _remembering(cls.__call__)

    def parameters(self) -> list[Any]:
        """All parameters, each once, in the order of definition."""
        found: dict[Any, None] = {}
        pending: list[Any] = [self]
        while pending:
            item = pending.pop()
            if is_node(item):
                if item.requires_grad:
                    found[item] = None
            elif isinstance(item, Module):
                pending.extend(reversed(vars(item).values()))
            elif isinstance(item, (list, tuple)):
                pending.extend(reversed(item))
            elif isinstance(item, dict):
                pending.extend(reversed(item.values()))
        return list(found)

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            parameter.zero_grad()
