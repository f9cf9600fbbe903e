"""``t += x`` and its relatives: every name of t sees the change, as in NumPy; or one clear error.

A recorded result becomes its new version, and so does a constant that meets a recorded operand. A
constant that meets a constant, and every leaf inside ``no_grad()``, has its numbers changed. A leaf
that requires a gradient is refused outside of it, since its own gradient would be that of another
number. A change of a view is one of its owner, and the other views of that are read anew.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from . import versions
from .items import (
    is_fixed,
    is_recorded,
    leaf_error,
    refuse_unknown_views,
    set_item,
    write_numbers,
    written_out,
)
from .writes import make_stale

if TYPE_CHECKING:
    from .tensor import Tensor


class InPlace:
    """The assignments of a ``Tensor``: augmented ones, and those of elements."""

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

    def __imod__(self, other: object) -> Tensor:
        return _change(self, "%=", operator.mod, other)

    def __setitem__(self: Any, index: object, value: object) -> None:
        """Write into the elements at an index, as NumPy does; it is recorded."""
        set_item(self, index, value)

    def fill(self: Any, value: object) -> None:
        """Write one value into every element."""
        set_item(self, ..., value)


def _change(changed: Any, symbol: str, function: Callable, other: object) -> Tensor:
    """The changed tensor itself, a new version of it where the change is recorded."""
    if changed.ndim == 0 and (changed.rule is not None or hasattr(changed, "_viewed")):
        return function(changed, other)  # NumPy's numbers do not change: the name gets another
    recorded = is_recorded(changed, other)
    if recorded and is_fixed(changed):
        raise leaf_error(changed, symbol)
    shares = (recorded or not changed._requires_grad) and versions.sharing(changed) is not None
    if shares and hasattr(changed, "_viewed"):
        new = _like(function(changed, other), changed, symbol)
        set_item(changed, ..., new, symbol)
        return changed
    if shares:
        refuse_unknown_views(changed, symbol)
    old = versions.copy_of(changed)
    new = _like(function(old, old if other is changed else other), changed, symbol)
    views = versions.views_in_use(changed) if shares else []
    if recorded:
        versions.become(changed, new, old)
    else:
        write_numbers(changed, ..., new)
    if views:
        make_stale(changed, 0, changed.size)
    return changed


def _like(new: Tensor, changed: Any, symbol: str) -> Tensor:
    """The result in the type of what is changed, by NumPy's rules for an assignment in place."""
    if new.shape != changed.shape:
        raise ValueError(
            f"{changed.describe()} {symbol} ...: the result has shape {new.shape}, and a change "
            f"in place keeps {changed.shape}; write {written_out(changed, symbol)}"
        )
    if not np.can_cast(new.dtype, changed.dtype, "same_kind"):
        raise TypeError(
            f"{changed.describe()} {symbol} ...: the result is {new.dtype}, and a change in "
            f"place keeps {changed.dtype}, so that it would be cut; "
            f"write {written_out(changed, symbol)}"
        )
    return new if new.dtype == changed.dtype or not new.requires_grad else new.astype(changed.dtype)


def _unsupported(changed: Any, symbol: str) -> TypeError:
    return TypeError(
        f"{changed.describe()} {symbol} ...: {symbol[:-1]} has no gradient, and the Tensor would "
        f"be cut off from its graph; write {written_out(changed, symbol)}, which is a plain array"
    )
