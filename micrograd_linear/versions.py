"""Versions of a Tensor: an in-place change makes the object its new version, and what was computed before keeps the old one.

Nobody knows the nodes that used the object before the change, so they are found when a graph is entered: a node that is older
than a change was computed from the version before it (``settle``). Where nothing was ever changed in place, that costs nothing.

A view shares memory in NumPy, so that a change of either changes both. The engine cannot follow that, and asks whether anybody
could see it (``sharing``).
"""

import sys
import weakref
from bisect import bisect_right
from collections import Counter

exist = False  # whether any Tensor was ever changed in place


def keep(changed: object, old: object, at: int) -> None:
    """Remember that ``old`` is what the changed object was for nodes created before ``at``."""
    global exist
    exist = True
    if not hasattr(changed, "_versions"):
        changed._versions = [], []
    for column, entry in zip(changed._versions, (at, old), strict=True):
        column.append(entry)


def at(operand: object, created: int) -> object:
    """The version of the operand that a node of that age was computed from."""
    versions = getattr(operand, "_versions", None)
    if versions is None:
        return operand
    changes, old = versions
    place = bisect_right(changes, created)
    return old[place] if place < len(old) else operand


def settle(node: object) -> None:
    """Let the node's operands be the versions that it was computed from."""
    operands = node.operands
    if any(hasattr(operand, "_versions") for operand in operands):
        node.operands = tuple([at(operand, node.created) for operand in operands])


def note_view(view: object, viewed: object) -> None:
    """Remember that the view shares memory with what it was made of, and with what that is itself a view of."""
    if not hasattr(view, "operands"):  # of a plain array, which NumPy looks after
        return
    owner = getattr(viewed, "_viewed", (viewed, viewed))[1]
    view._viewed = viewed, owner
    if owner.rule is None and owner.requires_grad:
        return  # a leaf that is refused in any case; its views may be many, and outlived by it
    if not hasattr(owner, "_views"):
        owner._views = weakref.WeakValueDictionary()
    owner._views[id(view)] = view


def note_views(view: object, operands: tuple, arrays: list) -> None:
    """The same for a result whose array NumPy made as a view, if it is one of an operand's."""
    base = view.current.base
    for operand, array in zip(operands, arrays, strict=True):
        if hasattr(operand, "operands") and (base is array or base is array.base):
            note_view(view, operand)


def unseen(view: object) -> object:
    """The view itself, no longer known as one: a composed function made it for its own use, or it has got an array of its own."""
    if hasattr(view, "_viewed"):
        owner = view._viewed[1]
        if hasattr(owner, "_views"):
            owner._views.pop(id(view), None)
        del view._viewed
    return view


def sharing(changed: object) -> object | None:
    """A Tensor in use that shares memory with this one, or None if nobody can see such a one."""
    owner = getattr(changed, "_viewed", (changed, changed))[1]
    chain, held = _chain(changed)
    if owner.rule is None and owner.requires_grad and chain:
        return owner
    among = {id(changed), *map(id, chain)}
    other = next((view for view in getattr(owner, "_views", {}).values() if id(view) not in among), None)
    if other is not None:
        return other
    del owner  # every reference counts from here on
    for i in range(len(chain)):
        if _references(chain, i) > held[id(chain[i])]:  # by more than the views that were made of it
            return chain[i]
    return None


def _chain(view: object) -> tuple[list, Counter]:
    """What the view was made of, one view after the other; and how often these hold each of them."""
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
