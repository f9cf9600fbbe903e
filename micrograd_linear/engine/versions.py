"""Versions of a Tensor: what it was before it was changed in place, and what shares its memory.

An in-place change makes the object its new version, and what was computed before keeps the old one.
Nobody knows the nodes that used the object before, so they are found when a graph is entered: a
node that is older than a change was computed from the version before it (``settle``). Where nothing
was ever changed in place, that costs nothing.

A view shares memory in NumPy, so that a change of either changes both. A view knows what it is a
view of, and by which operation: its ``Recipe``.
"""

from __future__ import annotations

import sys
import weakref
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.lib.array_utils import byte_bounds

if TYPE_CHECKING:
    from ..operations import Rule

exist = False  # whether any Tensor was ever changed in place

STATE = ["_data", "_used", "_shared", "_requires_grad", "created"]
STATE += ["rule", "static", "operands", "arrays", "recorded", "pullbacks"]
_OF_THE_OPERATION = ("module_calls", "line")  # they tell where a result was made


class Recipe(NamedTuple):
    """How a view was made: of a Tensor, which may be a view itself of the ``owner``; in whose array
    (``root``) its elements are.
    """

    viewed: Any
    owner: Any
    rule: Rule | None  # None where several operations made it
    static: dict[str, Any]
    root: np.ndarray


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
    versions, pending = getattr(operand, "_versions", None), getattr(operand, "_pending", None)
    if versions is not None:
        changes, old = versions
        place = bisect_right(changes, created)
        if place < len(old):
            return old[place]
    return operand if pending is None else pending.base  # no node has read what is not made yet


def first(tensor: Any) -> Any:
    """What the object was before any change."""
    versions = getattr(tensor, "_versions", None)
    pending = getattr(tensor, "_pending", None)
    if versions is not None:
        return versions[1][0]
    return tensor if pending is None else pending.base


def settle(node: Any) -> None:
    """Let the node's operands be the versions that it was computed from."""
    operands = node.operands
    if any(hasattr(operand, "_versions") or hasattr(operand, "_pending") for operand in operands):
        node.operands = tuple([at(operand, node.created) for operand in operands])


def copy_of(changed: Any) -> Any:
    """The present version as an object of its own."""
    from .tensor import Tensor  # which keeps its versions here

    old = object.__new__(Tensor)  # of a traced Tensor, too: nobody but the engine reads it
    for slot in (*STATE, "_grad", "_borrowed"):
        setattr(old, slot, getattr(changed, slot))
    for attribute in ("name", *_OF_THE_OPERATION):
        if hasattr(changed, attribute):
            setattr(old, attribute, getattr(changed, attribute))
    return old


def become(changed: Any, new: Any, old: Any) -> None:
    """Let the object be the new node; whoever used it before finds the old one."""
    if old.rule is None and old._requires_grad:
        if changed.name == old.name:  # a leaf is known by its name
            changed.__dict__.pop("name", None)
    else:
        del old.name  # it stays with the object
    for attribute in _OF_THE_OPERATION:
        if hasattr(changed, attribute):
            delattr(changed, attribute)
        if hasattr(new, attribute):
            setattr(changed, attribute, getattr(new, attribute))
    for slot in STATE:
        setattr(changed, slot, getattr(new, slot))
    changed._grad, changed._borrowed = None, False
    unseen(changed)
    keep(changed, old, changed.created)
    for operand in changed.operands:  # h += h * 2 would hold itself otherwise
        if hasattr(operand, "operands"):
            settle(operand)


# --- views ---------------------------------------------------------------------------------------


def note_view(view: Any, viewed: Any, recipe: Recipe | None = None) -> None:
    """Remember that the view shares memory with what it was made of, and with what that is itself
    a view of; a ``recipe`` says by which operation.
    """
    above = getattr(viewed, "_viewed", None)
    owner = viewed if above is None else above.owner
    rule, static = (None, {}) if recipe is None else (recipe.rule, recipe.static)
    if above is not None:
        root = above.root
    else:
        root = viewed._data if recipe is None else recipe.root
    view._viewed = Recipe(viewed, owner, rule, static, root)
    pending = getattr(owner, "_pending", None)
    leaf = pending is None and owner.rule is None and owner._requires_grad
    if leaf and not hasattr(owner, "may_be_written"):
        return  # it is refused in any case; its views may be many, and outlived by it
    if not hasattr(owner, "_views"):
        owner._views = {}
    owner._views[id(view)] = weakref.ref(view)  # the address of one that is gone is soon used again


def note_views(view: Any, rule: Any, operands: tuple, arrays: list, static: dict) -> None:
    """The same for a result of the rule whose array is a view, if that is of an operand's."""
    base = view._data.base
    for operand, array in zip(operands, arrays):
        if (base is array or base is getattr(array, "base", None)) and hasattr(operand, "operands"):
            note_view(view, operand, Recipe(operand, operand, rule, static, array))


def recipe_of(view: Any) -> Recipe:
    """How a view was made."""
    return view._viewed


def unseen(view: Any) -> Any:
    """The view itself, no longer known as one: a composed function made it for its own use, or it
    has got an array of its own.
    """
    if hasattr(view, "_viewed"):
        owner = view._viewed.owner
        if hasattr(owner, "_views"):
            owner._views.pop(id(view), None)
        del view._viewed
    return view


def views_in_use(owner: Any) -> list[Any]:
    """The views of an owner that somebody still holds."""
    references = getattr(owner, "_views", {})
    return [view for reference in references.values() if (view := reference()) is not None]


def interval(view: Any) -> tuple[int, int]:
    """(first, behind the last) of the places of a view's elements in its owner."""
    return places_between(view._data, view._viewed.root)


def places_between(part: np.ndarray, root: np.ndarray) -> tuple[int, int]:
    """The same for an array that may be a part of another; all of it where that cannot be told."""
    if not (root.flags.c_contiguous and part.size and root.size):
        return 0, root.size
    low, high = byte_bounds(part)
    start, end = byte_bounds(root)
    if low < start or high > end:
        return 0, root.size
    return (low - start) // root.itemsize, (high - start) // root.itemsize


def places(view: Any) -> np.ndarray | None:
    """The place in its owner, counted through, of every element of a view; None where it is not
    known.
    """
    root, part = view._viewed.root, view._data
    if not root.flags.c_contiguous or root.dtype != part.dtype:
        return None
    start, size = byte_bounds(root)[0], root.itemsize
    found = np.full(part.shape, (part.__array_interface__["data"][0] - start) // size)
    for axis, (n, stride) in enumerate(zip(part.shape, part.strides)):
        steps = np.arange(n) * (stride // size)
        found += steps.reshape(-1, *(1 for _ in part.shape[axis + 1 :]))
    return found


def sharing(changed: Any) -> Any:
    """A Tensor in use that shares memory with this one, or None if nobody can see such a one."""
    owner = changed._viewed.owner if hasattr(changed, "_viewed") else changed
    chain, held = _chain(changed)
    if owner.rule is None and owner.requires_grad and chain:
        return owner
    among = {id(changed), *map(id, chain)}
    for view in views_in_use(owner):
        if id(view) not in among:
            return view
    view = None
    del owner  # every reference counts from here on
    for i in range(len(chain)):
        # Somebody holds it beside the views that were made of it.
        if _references(chain, i) > held[id(chain[i])]:
            return chain[i]
    return None


def _chain(view: Any) -> tuple[list, Counter]:
    """What the view was made of, view by view, and how often these hold each of them."""
    chain, held = [], Counter()
    while hasattr(view, "_viewed"):
        viewed, owner = view._viewed[:2]
        held.update(id(x) for x in (viewed, owner, *view.operands))
        view = viewed
        chain.append(view)
        del viewed, owner
    return chain, held


def _references(things: list, i: int) -> int:
    return sys.getrefcount(things[i]) - _NONE_BUT_THE_LIST


_NONE_BUT_THE_LIST = 0
_NONE_BUT_THE_LIST = _references([object()], 0)
