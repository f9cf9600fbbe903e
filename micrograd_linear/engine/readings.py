"""What may be read of a ``Tensor`` and changes nothing: its array, comparisons, and words."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from .leaving import left_graph
from .recording import note_left

if TYPE_CHECKING:
    from ..foundations.annotations import Operand, Shape
    from ..operations import Rule


def attribute(path: str, doc: str) -> Any:
    """A property that is read without a call of Python."""
    return property(operator.attrgetter(path), doc=doc)


class Readings:
    """The readings of a class with ``_data``, ``rule``, ``arrays`` and ``name``."""

    __slots__ = ()

    if TYPE_CHECKING:
        _grad: Any
        _borrowed: bool
        _used: bool
        _shared: bool
        module_calls: Any
        line: str
        static: dict[str, Any]
        operands: tuple[Any, ...]
        arrays: list | tuple
        recorded: np.ndarray | None
        pullbacks: Any
        created: int
        entered_a_call: bool
        may_be_written: bool
        of_a_finished_call: bool
        _data: np.ndarray
        _requires_grad: bool
        rule: Rule | None  # None for a leaf
        name: str

    current: np.ndarray = attribute(
        "_data", "The array for reading only: nothing is copied, and nothing may be changed."
    )
    shape: Shape = attribute("_data.shape", "The shape, as a tuple.")
    dtype: np.dtype = attribute("_data.dtype", "The NumPy dtype.")
    ndim: int = attribute("_data.ndim", "The number of axes.")
    size: int = attribute("_data.size", "The number of elements.")
    read: list = attribute(
        "arrays",
        "The arrays that this tensor was computed from, in the order of its operands; "
        "for reading only.",
    )

    flags: Any = attribute("_data.flags", "How the array lies in memory.")
    strides: tuple = attribute("_data.strides", "The bytes to step along each axis.")
    itemsize: int = attribute("_data.itemsize", "The bytes of an element.")
    nbytes: int = attribute("_data.nbytes", "The bytes of all elements.")

    # These have no gradient: their results are plain.

    def any(self, axis: Any = None, keepdims: bool = False) -> Any:
        """Whether any element is not 0."""
        return self._data.any(axis=axis, keepdims=keepdims)

    def all(self, axis: Any = None, keepdims: bool = False) -> Any:
        """Whether no element is 0."""
        return self._data.all(axis=axis, keepdims=keepdims)

    def argsort(self, axis: int = -1) -> np.ndarray:
        """The places of the elements in rising order."""
        return self._data.argsort(axis=axis)

    def nonzero(self) -> tuple[np.ndarray, ...]:
        """The indices of the elements that are not 0."""
        return self._data.nonzero()

    def round(self, decimals: int = 0) -> np.ndarray:
        """The numbers rounded; a constant wherever it has a derivative."""
        return self._data.round(decimals)

    def tolist(self) -> Any:
        """The numbers in nested lists: constants, as those of ``item`` are."""
        if self._requires_grad:
            note_left(self, ".tolist()")
        return self._data.tolist()

    @property
    def operation(self) -> str:
        """The name of the rule that made this tensor; "" for a leaf."""
        return self.rule.name if self.rule else ""

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if self._requires_grad:
            from .elements import as_objects  # which are a subclass of what stands here

            found = as_objects(self, dtype)
            if found is None:
                raise left_graph(self, "a plain array of it")
            return found
        return np.array(self._data, dtype=dtype)

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError(f"len() of {self.describe()}: a 0-d tensor has no length")
        return len(self._data)

    def __bool__(self) -> bool:
        if self.size != 1:
            raise ValueError(
                f"the truth value of {self.describe()} is ambiguous; use (t > 0).all() or .any()"
            )
        return bool(self._data)

    # A comparison has no gradient: its result is a plain array.

    def __eq__(self, other: object) -> np.ndarray:
        return self._data == _plain(other)

    def __ne__(self, other: object) -> np.ndarray:
        return self._data != _plain(other)

    def __lt__(self, other: Operand) -> np.ndarray:
        return self._data < _plain(other)

    def __le__(self, other: Operand) -> np.ndarray:
        return self._data <= _plain(other)

    def __gt__(self, other: Operand) -> np.ndarray:
        return self._data > _plain(other)

    def __ge__(self, other: Operand) -> np.ndarray:
        return self._data >= _plain(other)

    __hash__ = object.__hash__

    def _only(self, what: str) -> float:
        if self.size != 1:
            raise ValueError(f"{what} of {self.describe()}: expected one element, got {self.size}")
        return self._data.item()

    def describe(self) -> str:
        """The tensor in an error message: its name, or how it was made, and its shape.

        >>> from micrograd_linear import Tensor
        >>> Tensor([[1.0, 2.0]], "W").describe(), (Tensor([1.0]) * 2).describe()
        ('W (1, 2)', 'a multiply result (1,)')
        """
        made = f"a {self.operation} result" if self.rule else "a tensor"
        return f"{self.name or made} {self.shape}"

    def __repr__(self) -> str:
        numbers = np.array2string(self._data, prefix="Tensor(", separator=", ")
        name = f", name={self.name!r}" if self.name else ""
        made = "" if self._requires_grad else ", requires_grad=False"
        made = f", operation={self.operation!r}" if self.rule else made
        return f"Tensor({numbers}, shape={self.shape}, dtype={self.dtype}{name}{made})"

    def _repr_html_(self) -> str:
        from ..drawing.card import card  # a room above, where a notebook asks for it

        return card(self)

    def __format__(self, specification: str) -> str:
        return format(self._only("format"), specification) if specification else repr(self)


def _plain(x: Any) -> Any:
    return x.current if isinstance(x, Readings) else x
