"""Versions of a Tensor: what it was before it was changed in place, and what shares its memory.

An in-place change makes the object its new version, and what was computed before keeps the old one.
Nobody knows the nodes that used the object before, so they are found when a graph is entered: a
node that is older than a change was computed from the version before it (``settle``). Where nothing
was ever changed in place, that costs nothing.

A view shares memory in NumPy, so that a change of either changes both. The engine cannot follow
that, and asks whether anybody could see it (``sharing``).
"""

import sys
import weakref
from bisect import bisect_right
from collections import Counter
from typing import Any

exist = False  # whether any Tensor was ever changed in place


def keep(changed: Any, old: Any, at: int) -> None:
    """Remember that ``old`` is what the changed object was for nodes created before ``at``."""
    global exist
    exist = True
    if not hasattr(changed, "_versions"):
        changed._versions = [], []
    for column, entry in zip(changed._versions, (at, old), strict=True):
        column.append(entry)


def at(operand: Any, created: int) -> Any:
    """The version of the operand that a node of that age was computed from."""
    versions = getattr(operand, "_versions", None)
    if versions is None:
        return operand
    changes, old = versions
    place = bisect_right(changes, created)
    return old[place] if place < len(old) else operand


def settle(node: Any) -> None:
    """Let the node's operands be the versions that it was computed from."""
    operands = node.operands
    if any(hasattr(operand, "_versions") for operand in operands):
        node.operands = tuple([at(operand, node.created) for operand in operands])


def note_view(view: Any, viewed: Any) -> None:
    """Remember that the view shares memory with what it was made of, and with what that is itself
    a view of."""
    above = getattr(viewed, "_viewed", None)
    owner = above[1] if above else viewed
    view._viewed = viewed, owner
    if owner.rule is None and owner._requires_grad:
        return  # a leaf that is refused in any case; its views may be many, and outlived by it
    if not hasattr(owner, "_views"):
        owner._views = {}
    owner._views[id(view)] = weakref.ref(view)  # the address of one that is gone is soon used again


def note_views(view: Any, base: Any, operands: tuple, arrays: list) -> None:
    """The same for a result whose array is a view of the ``base``, if that is an operand's."""
    for operand, array in zip(operands, arrays):
        if (base is array or base is getattr(array, "base", None)) and hasattr(operand, "operands"):
            note_view(view, operand)


def unseen(view: Any) -> Any:
    """The view itself, no longer known as one: a composed function made it for its own use, or it
    has got an array of its own."""
    if hasattr(view, "_viewed"):
        owner = view._viewed[1]
        if hasattr(owner, "_views"):
            owner._views.pop(id(view), None)
        del view._viewed
    return view


def sharing(changed: Any) -> Any:
    """A Tensor in use that shares memory with this one, or None if nobody can see such a one."""
    owner = getattr(changed, "_viewed", (changed, changed))[1]
    chain, held = _chain(changed)
    if owner.rule is None and owner.requires_grad and chain:
        return owner
    among = {id(changed), *map(id, chain)}
    for view in getattr(owner, "_views", {}).values():
        if view() is not None and id(view()) not in among:
            return view()
    del owner  # every reference counts from here on
    for i in range(len(chain)):
        if (
            _references(chain, i) > held[id(chain[i])]
        ):  # by more than the views that were made of it
            return chain[i]
    return None


def _chain(view: Any) -> tuple[list, Counter]:
    """What the view was made of, view by view, and how often these hold each of them."""
    chain, held = [], Counter()
    while hasattr(view, "_viewed"):
        held.update(id(x) for x in (*view._viewed, *view.operands))
        view = view._viewed[0]
        chain.append(view)
    return chain, held


def _references(things: list, i: int) -> int:
    return sys.getrefcount(things[i]) - _NONE_BUT_THE_LIST


_NONE_BUT_THE_LIST = 0
_NONE_BUT_THE_LIST = _references([object()], 0)
