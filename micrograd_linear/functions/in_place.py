"""``t += x`` and its relatives: what they mean to NumPy, that every name of t sees the change; or one clear error.

A recorded result becomes its new version, and so does a constant that meets a recorded operand. A constant that meets a constant,
and every leaf inside ``no_grad()``, has its numbers changed. A leaf that requires a gradient is refused outside of it, since
its own gradient would be that of another number. What shares memory with another Tensor is refused, too.
"""

import operator
from collections.abc import Callable

import numpy as np

from .. import versions
from ..recording import current
from ..tensor import Tensor

_STATE = ("_data", "_used", "_shared", "_requires_grad", "created", "rule", "static", "operands", "arrays", "recorded", "pullbacks")
_OF_THE_OPERATION = ("module_calls", "line")  # they tell where a result was made


def _augmented(symbol: str, function: Callable) -> Callable:
    def change(self: Tensor, other: object) -> Tensor:
        recorded = current().on and (self.rule is not None or self._requires_grad or getattr(other, "requires_grad", False))
        if recorded and ((self.rule is None and self._requires_grad) or hasattr(self, "entered_a_call")):
            raise _leaf_error(self, symbol)
        if recorded or not self._requires_grad:
            _refuse_shared_memory(self, symbol)
        old = _copy(self)
        new = _like(function(old, old if other is self else other), self, symbol)
        if recorded:
            _become(self, new, old)
        else:
            self._handed_out()[...] = new.current
        return self

    change.__doc__ = f"``t {symbol} x`` changes t itself, as in NumPy."
    return change


def _copy(changed: Tensor) -> Tensor:
    """The present version as an object of its own."""
    old = object.__new__(Tensor)
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


def _like(new: Tensor, changed: Tensor, symbol: str) -> Tensor:
    """The result in the type of what is changed, by NumPy's own rules for an assignment in place."""
    if new.shape != changed.shape:
        raise ValueError(
            f"{changed.describe()} {symbol} ...: the result has shape {new.shape}, and a change in place keeps {changed.shape}; "
            f"write {_written_out(changed, symbol)}"
        )
    if not np.can_cast(new.dtype, changed.dtype, "same_kind"):
        raise TypeError(
            f"{changed.describe()} {symbol} ...: the result is {new.dtype}, and a change in place keeps {changed.dtype}, so that it "
            f"would be cut; write {_written_out(changed, symbol)}"
        )
    return new if new.dtype == changed.dtype or not new.requires_grad else new.astype(changed.dtype)


def _refuse_shared_memory(changed: Tensor, symbol: str) -> None:
    other = versions.sharing(changed)
    if other is not None:
        raise TypeError(
            f"{changed.describe()} {symbol} ...: it shares memory with {other.describe()}, as a view does in NumPy, where a change of "
            f"one may change the other; the engine cannot follow that; write {_written_out(changed, symbol)}"
        )


def _leaf_error(leaf: Tensor, symbol: str) -> TypeError:
    name = leaf.name or "t"
    return TypeError(
        f"{leaf.describe()} {symbol} ...: it is a leaf that requires a gradient, and a recorded change in place would put another "
        f"number in its place; to update it write {name}.data {symbol} ..., or the same line inside of no_grad(); "
        f"to compute with the changed number write {_written_out(leaf, symbol)}"
    )


def _written_out(changed: Tensor, symbol: str) -> str:
    name = changed.name or "t"
    return f"{name} = {name} {symbol[:-1]} ..."


def _unsupported(symbol: str) -> Callable:
    def change(self: Tensor, other: object) -> Tensor:
        raise TypeError(f"{self.describe()} {symbol} ...: {symbol[:-1]} is not supported on a Tensor, since it has no gradient of use; use .data")

    return change


def _set_item(self: Tensor, index: object, value: object) -> None:
    raise TypeError(
        f"an element of {self.describe()} is assigned to, which is not recorded; make a new Tensor instead: np.stack([...]) or "
        "np.concatenate of the parts, np.where(mask, x, y) for a choice; the numbers of a leaf are changed by .data[...] = ..."
    )


for _symbol, _name in (("+=", "add"), ("-=", "sub"), ("*=", "mul"), ("/=", "truediv"), ("**=", "pow"), ("@=", "matmul")):
    setattr(Tensor, f"__i{_name}__", _augmented(_symbol, getattr(operator, _name)))
for _symbol, _name in (("//=", "floordiv"), ("%=", "mod")):
    setattr(Tensor, f"__i{_name}__", _unsupported(_symbol))
Tensor.__setitem__ = _set_item
