"""The names that micrograd has for what a ``Value`` knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..operations import ScalarRule

if TYPE_CHECKING:
    from .value import Value


class MicrogradNames:
    """``label``, ``_prev`` and ``_op``, for programs that were written for micrograd."""

    __slots__ = ()

    if TYPE_CHECKING:
        name: str
        operands: tuple[Any, ...]
        _rule: Any
        _y: Any

    @property
    def label(self) -> str:
        """Another word for ``name``."""
        return self.name

    @label.setter
    def label(self, label: str) -> None:
        self.name = label

    def linear(self) -> Any:
        """This number itself: the activation of a layer that has none."""
        return self

    @property
    def _prev(self) -> tuple[Value, ...]:
        kind: Any = type(self)
        nodes = (x if isinstance(x, kind) else kind(x) for x in self.operands)
        return tuple(nodes)

    @property
    def _op(self) -> str:
        rule = self._rule
        if isinstance(rule, ScalarRule) and rule.only < rule.operand_count:  # x ** 2
            return f"{rule.sign}{self._y:g}"
        return rule.sign if rule else ""
