"""Writing into a Tensor, ``out[i] = t``: every name and every view of it sees what was written.

Writes are collected, and one node stands for all of them, which is made when the Tensor is next
read: so a loop that fills an array takes as long as in NumPy. Until then the Tensor is of a class
of its own, ``Written``, whose attributes are made when they are asked for; no other Tensor pays
for that. What was computed before keeps the version before (see ``versions``).

A view is another name of a part of its owner. A write into a view is one into the owner, and a view
that a write may have changed is made anew from the owner when it is next read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..operations import RULES
from ..operations import names as op
from . import versions
from .graph import creation, is_node
from .operands import frozen_index
from .versions import STATE, become, copy_of, recipe_of

if TYPE_CHECKING:
    from .tensor import Tensor

_ASSIGN, _GETITEM = RULES[op.ASSIGN], RULES[op.GETITEM]
_WHEN_READ = frozenset(STATE) - {"_requires_grad"}


class Pending:
    """The writes into a Tensor since it was last read, and the version before them."""

    __slots__ = ("base", "indices", "touched", "values")

    def __init__(self, base: Tensor) -> None:
        self.base = base
        self.values: list[tuple[Any, int]] = []  # and when it was written: it may change, too
        self.indices: list[Any] = []
        self.touched = np.zeros(base.shape, dtype=bool)

    def add(self, index: Any, value: Any) -> None:
        self.values.append((value, next(creation)))
        self.indices.append(index)
        self.touched[index] = True

    def node(self) -> Tensor:
        """The one node that stands for all of the writes."""
        from .tensor import apply  # which is made of what writes here

        values = [versions.at(value, when) for value, when in self.values]
        _settle_below(values, self.base.created)
        return apply(_ASSIGN, (self.base, *values), {"indices": tuple(self.indices)})


class Reread:
    """A view that its owner has changed: it is made anew from what it was made of."""

    __slots__ = ("base", "recipe")

    def __init__(self, view: Tensor) -> None:
        self.base, self.recipe = copy_of(view), recipe_of(view)

    def node(self) -> Tensor:
        from .tensor import apply

        assert self.recipe.rule is not None  # as refuse_unknown_views has seen
        return apply(self.recipe.rule, (self.recipe.viewed,), self.recipe.static)


class Written:
    """A Tensor whose present version is made when it is first read."""

    __slots__ = ()

    def __getattr__(self: Any, name: str) -> Any:
        if name not in _WHEN_READ:
            raise AttributeError(f"'Tensor' object has no attribute {name!r}")
        settle(self)
        return getattr(self, name)

    def __getitem__(self: Any, index: object) -> Tensor:
        """What no write has touched is read from the version before them."""
        from .tensor import Tensor, apply

        pending = self._pending
        if isinstance(pending, Pending):
            where = frozen_index(index)
            if not pending.touched[where].any():
                part = apply(_GETITEM, (pending.base,), {"index": where})
                if hasattr(part, "_viewed"):
                    recipe = recipe_of(part)
                    versions.note_view(versions.unseen(part), self, recipe)
                return part
        return Tensor.__getitem__(self, index)


_classes: dict[type, type] = {}


def _written(kind: type) -> type:
    """The class of a Tensor of that kind while it has writes that no node stands for."""
    if kind not in _classes:
        _classes[kind] = type(kind.__name__, (Written, kind), {"__slots__": ()})
    return _classes[kind]


def _begin(tensor: Any, pending: Pending | Reread, requires_grad: bool) -> None:
    """From here on the present version is made when it is read."""
    tensor._pending = pending
    versions.exist = True
    tensor.__class__ = _written(type(tensor))
    for slot in _WHEN_READ:
        delattr(tensor, slot)
    tensor._requires_grad = requires_grad
    tensor._grad, tensor._borrowed = None, False


def settle(tensor: Any) -> None:
    """Make the present version of a Tensor that was written into."""
    pending = tensor._pending
    tensor.__class__ = type(tensor).__mro__[2]
    del tensor._pending
    viewed = getattr(tensor, "_viewed", None)
    new = pending.node()
    become(tensor, new, pending.base)
    if viewed is not None:
        versions.note_view(tensor, viewed.viewed, recipe_of(new))


def record_write(tensor: Any, index: Any, value: Any) -> None:
    """Remember a write of a value that fits; it is recorded when the Tensor is read."""
    pending = getattr(tensor, "_pending", None)
    if isinstance(pending, Reread):
        settle(tensor)
        pending = None
    if pending is None:
        pending = Pending(copy_of(tensor))
        _begin(tensor, pending, True)
    pending.add(index, value)


def make_stale(owner: Any, low: int, high: int) -> None:
    """Let every view in use of the elements ``low`` ... ``high`` - 1 be read anew."""
    for view in versions.views_in_use(owner):
        if getattr(view, "_pending", None) is not None:
            view._requires_grad = owner._requires_grad
            continue
        first, last = versions.interval(view)
        if first < high and low < last:
            _begin(view, Reread(view), owner._requires_grad)


def _settle_below(values: list, since: int) -> None:
    """Let what was computed from an older version hold that version, and no longer the object that
    is about to hold the values: a graph has no circles.
    """
    seen: set[int] = set()
    stack = [value for value in values if is_node(value)]
    while stack:
        node = stack.pop()
        if id(node) in seen or node.created < since:
            continue
        seen.add(id(node))
        versions.settle(node)
        stack += [operand for operand in node.operands if is_node(operand)]
