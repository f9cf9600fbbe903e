"""The named operations of a ``Tensor``, as a reader and an editor see them.

Each stands once, in ``functions``, where it is a function, a method and what NumPy's own function
does on a Tensor. Its rule needs the Tensor, so the method is attached there; here stands its
signature, and a test compares the two. ``dim`` and ``keepdim`` are other words for ``axis`` and
``keepdims``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .elementary_methods import TensorMethods

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from ..foundations.annotations import ArrayLike, Axis, DTypeLike, Operand
    from .tensor import Tensor


class NamedOperations(TensorMethods):
    """The methods that ``functions`` attaches, and the transposes written as attributes."""

    __slots__ = ()

    @property
    def T(self) -> Tensor:
        """The tensor with its axes reversed."""
        return self.transpose()

    @property
    def mT(self) -> Tensor:
        """The tensor with its last two axes exchanged."""
        return self.swapaxes(-1, -2)

    if TYPE_CHECKING:
        # elementwise, beside those of TensorMethods
        def leaky_relu(self, slope: ArrayLike = 0.01) -> Tensor: ...
        def clip(
            self,
            min: ArrayLike | None = None,
            max: ArrayLike | None = None,
            out: Any = None,
            *,
            dtype: DTypeLike | None = None,
        ) -> Tensor: ...
        def astype(self, dtype: DTypeLike, *, copy: bool = True) -> Tensor: ...

        # reductions
        def sum(
            self,
            axis: Axis = None,
            dtype: DTypeLike | None = None,
            out: Any = None,
            keepdims: bool = False,
            initial: Any = None,
            where: Any = True,
            *,
            dim: Axis = None,
            keepdim: bool = False,
        ) -> Tensor: ...
        def prod(
            self,
            axis: Axis = None,
            dtype: DTypeLike | None = None,
            out: Any = None,
            keepdims: bool = False,
            initial: Any = None,
            where: Any = True,
            *,
            dim: Axis = None,
            keepdim: bool = False,
        ) -> Tensor: ...
        def max(
            self,
            axis: Axis = None,
            out: Any = None,
            keepdims: bool = False,
            initial: Any = None,
            where: Any = True,
            *,
            dim: Axis = None,
            keepdim: bool = False,
        ) -> Tensor: ...
        def min(
            self,
            axis: Axis = None,
            out: Any = None,
            keepdims: bool = False,
            initial: Any = None,
            where: Any = True,
            *,
            dim: Axis = None,
            keepdim: bool = False,
        ) -> Tensor: ...
        def mean(
            self,
            axis: Axis = None,
            dtype: DTypeLike | None = None,
            out: Any = None,
            keepdims: bool = False,
            *,
            where: Any = True,
            dim: Axis = None,
            keepdim: bool = False,
        ) -> Tensor: ...
        def logsumexp(
            self,
            axis: Axis = None,
            *,
            keepdims: bool = False,
            dim: Axis = None,
            keepdim: bool = False,
        ) -> Tensor: ...
        def softmax(self, axis: Axis = None, *, dim: Axis = None) -> Tensor: ...
        def log_softmax(self, axis: Axis = None, *, dim: Axis = None) -> Tensor: ...
        def var(
            self,
            axis: Axis = None,
            dtype: DTypeLike | None = None,
            out: Any = None,
            ddof: float = 0,
            keepdims: bool = False,
            *,
            where: Any = True,
            mean: Any = None,
            correction: float | None = None,
            unbiased: bool | None = None,
            dim: Axis = None,
            keepdim: bool = False,
        ) -> Tensor: ...
        def std(
            self,
            axis: Axis = None,
            dtype: DTypeLike | None = None,
            out: Any = None,
            ddof: float = 0,
            keepdims: bool = False,
            *,
            where: Any = True,
            mean: Any = None,
            correction: float | None = None,
            unbiased: bool | None = None,
            dim: Axis = None,
            keepdim: bool = False,
        ) -> Tensor: ...
        def norm(
            self,
            ord: float | str | None = None,
            axis: Axis = None,
            keepdims: bool = False,
            *,
            dim: Axis = None,
            keepdim: bool = False,
        ) -> Tensor: ...
        def cumsum(
            self,
            axis: int | None = None,
            dtype: DTypeLike | None = None,
            out: Any = None,
            *,
            dim: int | None = None,
        ) -> Tensor: ...
        def cumprod(
            self,
            axis: int | None = None,
            dtype: DTypeLike | None = None,
            out: Any = None,
            *,
            dim: int | None = None,
        ) -> Tensor: ...
        def argmax(
            self,
            axis: int | None = None,
            *,
            keepdims: bool = False,
            dim: int | None = None,
            keepdim: bool = False,
        ) -> np.ndarray: ...
        def argmin(
            self,
            axis: int | None = None,
            *,
            keepdims: bool = False,
            dim: int | None = None,
            keepdim: bool = False,
        ) -> np.ndarray: ...

        def sort(
            self,
            axis: int | None = -1,
            kind: str | None = None,
            order: Any = None,
            *,
            stable: bool | None = None,
            dim: int = -1,
        ) -> None: ...
        def partition(
            self,
            kth: int | Sequence[int],
            axis: int | None = -1,
            kind: str = "introselect",
            order: Any = None,
            *,
            dim: int = -1,
        ) -> None: ...
        def argpartition(
            self,
            kth: int | Sequence[int],
            axis: int | None = -1,
            kind: str = "introselect",
            order: Any = None,
            *,
            dim: int = -1,
        ) -> np.ndarray: ...
        def searchsorted(
            self, v: ArrayLike, side: str = "left", sorter: ArrayLike | None = None
        ) -> Any: ...
        def compress(
            self,
            condition: ArrayLike,
            axis: int | None = None,
            out: Any = None,
            *,
            dim: int | None = None,
        ) -> Tensor: ...

        # products
        def dot(self, w: Operand) -> Tensor: ...
        def outer(self, w: Operand) -> Tensor: ...
        def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor: ...
        def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor: ...

        # shapes
        def reshape(
            self, *shape: int | Sequence[int], order: str = "C", copy: bool | None = None
        ) -> Tensor: ...
        def view(
            self, *shape: int | Sequence[int], order: str = "C", copy: bool | None = None
        ) -> Tensor: ...
        def ravel(self, order: str = "C") -> Tensor: ...
        def flatten(self, start_dim: int | str = 0, order: str = "C") -> Tensor: ...
        def transpose(self, *axes: int | Sequence[int] | None) -> Tensor: ...
        def swapaxes(self, axis1: int, axis2: int) -> Tensor: ...
        def squeeze(self, axis: Axis = None, *, dim: Axis = None) -> Tensor: ...
        def expand_dims(self, axis: int | tuple[int, ...]) -> Tensor: ...
        def unsqueeze(self, axis: int | tuple[int, ...]) -> Tensor: ...
        def broadcast_to(self, *shape: int | Sequence[int], subok: bool = False) -> Tensor: ...
        def copy(self, order: str = "K", subok: bool = False) -> Tensor: ...
        def conj(self) -> Tensor: ...
        def conjugate(self) -> Tensor: ...
        def split(
            self, indices_or_sections: int | Sequence[int], axis: int = 0, *, dim: int = 0
        ) -> list[Tensor]: ...
        def pad(
            self, pad_width: Any, mode: str = "constant", constant_values: Any = 0, **settings: Any
        ) -> Tensor: ...
        def repeat(
            self, repeats: ArrayLike, axis: int | None = None, *, dim: int | None = None
        ) -> Tensor: ...
        def take(
            self,
            indices: ArrayLike,
            axis: int | None = None,
            out: Any = None,
            mode: str = "raise",
            *,
            dim: int | None = None,
        ) -> Tensor: ...
        def flip(self, axis: Axis = None, *, dim: Axis = None) -> Tensor: ...
        def tril(self, k: int = 0) -> Tensor: ...
        def triu(self, k: int = 0) -> Tensor: ...
