"""An array of PyTorch's kind whose operations are recorded: its methods are PyTorch's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..engine.tensor import Tensor
from .calls import called, found, named, plain

_OPERATORS = ["add", "sub", "mul", "truediv", "pow", "matmul", "mod", "floordiv", "and", "or"]
_NUMBERS = (Tensor, np.ndarray, np.generic)
_COMPARISONS = ["lt", "le", "gt", "ge", "eq", "ne"]


class TorchArray:
    """A Tensor, or an array, in the clothes of a ``torch.Tensor``.

    What is written in PyTorch, ``x.transpose(1, 2)`` or ``torch.tanh(x)``, runs on it, and is
    recorded by its ``tensor``.

    >>> x = TorchArray(Tensor([[1.0, 2.0, 3.0]], "x"))
    >>> (x.view(3, 1).transpose(0, 1) * 2).sum(dim=1).tensor.data
    array([12.])
    """

    def __init__(self, tensor: Tensor | np.ndarray) -> None:
        self.tensor = tensor

    @classmethod
    def __torch_function__(
        cls, function: Any, types: Any, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        return dressed(called(function, args, kwargs))

    def __getattr__(self, name: str) -> Any:
        ours = None if name.startswith("__") else found(name)
        if ours is None:
            raise AttributeError(
                f"{name}: a recorded array of PyTorch has no such method here; write this step "
                "with functions that have a rule"
            )
        return lambda *args, **keywords: dressed(
            ours(self.tensor, *map(plain, args), **named(keywords))
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of its axes."""
        return np.shape(self.tensor)

    @property
    def ndim(self) -> int:
        """The number of its axes."""
        return np.ndim(self.tensor)

    @property
    def T(self) -> TorchArray:
        """Its axes in reverse order."""
        return dressed(np.transpose(self.tensor))

    @property
    def mT(self) -> TorchArray:
        """Its last two axes exchanged."""
        return dressed(np.swapaxes(self.tensor, -1, -2))

    @property
    def dtype(self) -> np.dtype:
        """The type of its numbers."""
        return self.tensor.dtype

    @property
    def data(self) -> TorchArray:
        """The same numbers, cut off from the graph, as in PyTorch."""
        return dressed(self.tensor.detach() if isinstance(self.tensor, Tensor) else self.tensor)

    device, is_cuda, requires_grad, layout = "cpu", False, True, "strided"

    def item(self) -> TorchArray:
        """Itself, of shape (): a number read out of the graph would have no gradient."""
        return dressed(np.reshape(self.tensor, ()))

    def __getitem__(self, key: Any) -> Any:
        keys = tuple(map(plain, key)) if isinstance(key, tuple) else plain(key)
        return dressed(called(_Named("getitem"), (self.tensor, keys)))

    def __setitem__(self, key: Any, value: Any) -> None:
        raise TypeError(
            "writing into a recorded array of PyTorch is not recorded; use torch.where, cat or "
            "stack"
        )

    def __len__(self) -> int:
        return len(self.tensor)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __neg__(self) -> Any:
        return dressed(-self.tensor)

    def __invert__(self) -> Any:
        return dressed(np.logical_not(np.asarray(plain(self))))

    def __bool__(self) -> bool:
        return bool(np.asarray(self.tensor).item())

    def __repr__(self) -> str:
        return f"TorchArray({self.tensor!r})"

    __hash__ = object.__hash__


class _Named:
    """A function that is known by its name alone."""

    def __init__(self, name: str) -> None:
        self.__name__ = name


def dressed(x: Any) -> Any:
    """Results as arrays of PyTorch's kind, those in tuples too."""
    if isinstance(x, _NUMBERS):
        return TorchArray(x if isinstance(x, Tensor) else np.asarray(x))
    if not isinstance(x, (tuple, list)) or not _holds_arrays(x):
        return x
    return type(x)(*map(dressed, x)) if hasattr(x, "_fields") else type(x)(map(dressed, x))


def _holds_arrays(x: Any) -> bool:
    return any(isinstance(part, _NUMBERS) for part in x)


def _operator(name: str, turned: bool) -> Callable:
    def operate(self: TorchArray, other: Any) -> Any:
        pair = (other, self) if turned else (self, other)
        return dressed(called(_Named(name), pair))

    return operate


for _name in _OPERATORS:
    setattr(TorchArray, f"__{_name}__", _operator(_name, turned=False))
    setattr(TorchArray, f"__r{_name}__", _operator(_name, turned=True))
for _name in _COMPARISONS:
    setattr(TorchArray, f"__{_name}__", _operator(_name, turned=False))
