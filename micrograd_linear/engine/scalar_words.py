"""A ``Value`` in words: in a message, when it is printed, when it is copied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import not_a_leaf


class InWords:
    """How a ``Value`` shows itself."""

    __slots__ = ()

    if TYPE_CHECKING:
        name: str
        operation: str
        grad: float
        _data: float
        _rule: Any

    def describe(self) -> str:
        """The value in an error message: its name, or how it was made."""
        return (
            f"Value {self.name!r}"
            if self.name
            else f"a {self.operation} result"
            if self._rule
            else f"Value({self._data!r})"
        )

    def __repr__(self) -> str:
        name = f", name={self.name!r}" if self.name else ""
        return f"Value(data={self._data!r}, grad={self.grad!r}{name})"

    def __reduce__(self) -> tuple:
        if self._rule is not None:
            raise not_a_leaf(repr(self), self.operation)
        return type(self), (self._data,), (dict(self.__dict__), {"grad": self.grad})

    def __format__(self, specification: str) -> str:
        return format(self._data, specification) if specification else repr(self)
