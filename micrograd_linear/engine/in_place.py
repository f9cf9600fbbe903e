"""``t += x`` and its relatives: every name of t sees the change, as in NumPy; or one clear error.

A recorded result becomes its new version, and so does a constant that meets a recorded operand. A
constant that meets a constant, and every leaf inside ``no_grad()``, has its numbers changed. A leaf
that requires a gradient is refused outside of it, since its own gradient would be that of another
number. What shares memory with another Tensor is refused, too.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from . import versions
from .recording import current

if TYPE_CHECKING:
    from .tensor import Tensor

_STATE = ["_data", "_used", "_shared", "_requires_grad", "created"]
_STATE += ["rule", "static", "operands", "arrays", "recorded", "pullbacks"]
_OF_THE_OPERATION = ("module_calls", "line")  # they tell where a result was made


class InPlace:
    """The augmented assignments of a ``Tensor``; that of an element is refused."""

    __slots__ = ()

    def __iadd__(self, other: object) -> Tensor:
        return _change(self, "+=", operator.add, other)

    def __isub__(self, other: object) -> Tensor:
        return _change(self, "-=", operator.sub, other)

    def __imul__(self, other: object) -> Tensor:
        return _change(self, "*=", operator.mul, other)

    def __itruediv__(self, other: object) -> Tensor:
        return _change(self, "/=", operator.truediv, other)

    def __ipow__(self, other: object) -> Tensor:
        return _change(self, "**=", operator.pow, other)

    def __imatmul__(self, other: object) -> Tensor:
        return _change(self, "@=", operator.matmul, other)

    def __ifloordiv__(self, other: object) -> NoReturn:
        raise _unsupported(self, "//=")

    def __imod__(self, other: object) -> NoReturn:
        raise _unsupported(self, "%=")

    def __setitem__(self: Any, index: object, value: object) -> NoReturn:
        raise TypeError(
            f"an element of {self.describe()} is assigned to, which is not recorded; make a new "
            "Tensor instead: np.stack([...]) or np.concatenate of the parts, np.where(mask, x, y) "
            "for a choice; the numbers of a leaf are changed by .data[...] = ..."
        )


def _change(changed: Any, symbol: str, function: Callable, other: object) -> Tensor:
    """The changed tensor itself, a new version of it where the change is recorded."""
    recorded = current().on and (
        changed.rule is not None or changed._requires_grad or getattr(other, "requires_grad", False)
    )
    if recorded and (
        (changed.rule is None and changed._requires_grad) or hasattr(changed, "entered_a_call")
    ):
        raise _leaf_error(changed, symbol)
    if recorded or not changed._requires_grad:
        _refuse_shared_memory(changed, symbol)
    old = _copy(changed)
    new = _like(function(old, old if other is changed else other), changed, symbol)
    if recorded:
        _become(changed, new, old)
    else:
        changed._handed_out()[...] = new.current
    return changed


def _copy(changed: Tensor) -> Tensor:
    """The present version as an object of its own."""
    from .tensor import Tensor  # which is made of this mixin

    old = object.__new__(Tensor)  # of a traced Tensor, too: nobody but the engine reads it
    for slot in (*_STATE, "_grad", "_borrowed"):
        setattr(old, slot, getattr(changed, slot))
    for attribute in ("name", *_OF_THE_OPERATION):
        if hasattr(changed, attribute):
            setattr(old, attribute, getattr(changed, attribute))
    return old


def _become(changed: Tensor, new: Tensor, old: Tensor) -> None:
    """Let the object be the new node; whoever used it before finds the old one."""
    del old.name  # it stays with the object
    for attribute in _OF_THE_OPERATION:
        if hasattr(changed, attribute):
            delattr(changed, attribute)
        if hasattr(new, attribute):
            setattr(changed, attribute, getattr(new, attribute))
    for slot in _STATE:
        setattr(changed, slot, getattr(new, slot))
    changed._grad, changed._borrowed = None, False
    versions.unseen(changed)
    versions.keep(changed, old, changed.created)
    for operand in changed.operands:  # h += h * 2 would hold itself otherwise
        if hasattr(operand, "operands"):
            versions.settle(operand)


def _like(new: Tensor, changed: Any, symbol: str) -> Tensor:
    """The result in the type of what is changed, by NumPy's rules for an assignment in place."""
    if new.shape != changed.shape:
        raise ValueError(
            f"{changed.describe()} {symbol} ...: the result has shape {new.shape}, and a change "
            f"in place keeps {changed.shape}; write {_written_out(changed, symbol)}"
        )
    if not np.can_cast(new.dtype, changed.dtype, "same_kind"):
        raise TypeError(
            f"{changed.describe()} {symbol} ...: the result is {new.dtype}, and a change in "
            f"place keeps {changed.dtype}, so that it would be cut; "
            f"write {_written_out(changed, symbol)}"
        )
    return new if new.dtype == changed.dtype or not new.requires_grad else new.astype(changed.dtype)


def _refuse_shared_memory(changed: Any, symbol: str) -> None:
    other: Any = versions.sharing(changed)
    if other is not None:
        raise TypeError(
            f"{changed.describe()} {symbol} ...: it shares memory with {other.describe()}, as a "
            "view does in NumPy, where a change of one may change the other; the engine cannot "
            f"follow that; write {_written_out(changed, symbol)}"
        )


def _leaf_error(leaf: Any, symbol: str) -> TypeError:
    name = leaf.name or "t"
    return TypeError(
        f"{leaf.describe()} {symbol} ...: it is a leaf that requires a gradient, and a recorded "
        "change in place would put another number in its place; "
        f"to update it write {name}.data {symbol} ..., or the same line inside of no_grad(); "
        f"to compute with the changed number write {_written_out(leaf, symbol)}"
    )


def _written_out(changed: Any, symbol: str) -> str:
    name = changed.name or "t"
    return f"{name} = {name} {symbol[:-1]} ..."


def _unsupported(changed: Any, symbol: str) -> TypeError:
    return TypeError(
        f"{changed.describe()} {symbol} ...: {symbol[:-1]} is not supported on a Tensor, since "
        "it has no gradient of use; use .data"
    )
