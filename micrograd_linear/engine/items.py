"""``t[i] = x``: what may be written where, and what it means for a leaf, a view and a constant."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import arrays, versions
from .graph import creation, is_node
from .operands import frozen_index
from .recording import current
from .writes import Pending, make_stale, record_write, settle


def set_item(target: Any, index: object, value: Any, symbol: str = "[...] =") -> None:
    """Write a value into the elements of a Tensor at an index."""
    if getattr(target, "_pending", None) is not None and not isinstance(target._pending, Pending):
        settle(target)
    where = frozen_index(index)
    if _is_itself(value, target, where):
        return  # out[i] += t has written into the view already
    owner = target._viewed.owner if hasattr(target, "_viewed") else target
    value = _fitted(value, target, where, symbol)
    recorded = is_recorded(owner, value)
    if recorded and is_fixed(owner):
        raise leaf_error(owner, symbol)
    refuse_unknown_views(target, symbol)
    if owner is not target:
        where = _in_the_owner(target, where, symbol)
    if recorded:
        record_write(owner, where, value)
        root = owner._pending.touched
    else:
        root = write_numbers(owner, where, value)
    if hasattr(owner, "_views"):
        part = root[where]
        known = isinstance(part, np.ndarray) and np.may_share_memory(part, root)
        make_stale(owner, *(versions.places_between(part, root) if known else (0, root.size)))


def write_numbers(tensor: Any, where: Any, value: Any) -> np.ndarray:
    """Write into the array of a Tensor, and return it. What a constant was when it was used stays
    what it is; a leaf's change is noticed.
    """
    if tensor._requires_grad or tensor._shared:
        root = tensor._handed_out()
    else:
        if tensor._used:
            old = versions.copy_of(tensor)
            del old.name
            versions.keep(tensor, old, next(creation))
        if tensor._used or tensor._data.base is not None or not tensor._data.flags.writeable:
            tensor._data, tensor._used = tensor._data.copy(), False
        root = tensor._data
    root[where] = value.current if is_node(value) else value
    return root


def is_recorded(changed: Any, other: Any) -> bool:
    """Whether a change of one by the other is one of the graph."""
    return current().on and bool(
        changed._requires_grad
        or getattr(changed, "_pending", None) is not None
        or getattr(other, "requires_grad", False)
    )


def is_fixed(changed: Any) -> bool:
    """True for a leaf that requires a gradient, and for what a function of functions entered."""
    if getattr(changed, "_pending", None) is not None or hasattr(changed, "may_be_written"):
        return False
    return (changed.rule is None and changed._requires_grad) or hasattr(changed, "entered_a_call")


def _is_itself(value: Any, target: Any, where: Any) -> bool:
    """Whether a value is the view of the target at that very index."""
    recipe = getattr(value, "_viewed", None)
    if recipe is None or recipe.viewed is not target or "index" not in recipe.static:
        return False
    return _same(recipe.static["index"], where)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    return type(one) is type(other) and one == other


def _fitted(value: Any, target: Any, where: Any, symbol: str) -> Any:
    """The value, which nobody changes any more, in a shape that broadcasts to the elements."""
    now = target._pending.base if getattr(target, "_pending", None) is not None else target
    try:
        region = np.broadcast_to(np.int8(0), now.shape)[where].shape
    except IndexError as error:
        raise IndexError(f"{now.describe()} {symbol} ...: {error}") from None
    if not getattr(value, "requires_grad", False):
        value = arrays.real_array(value.current if is_node(value) else value, f"{symbol} ...")
        value = value.item() if value.ndim == 0 and value.dtype.kind in "biu" else value.copy()
    elif now.dtype.kind != "f":
        raise TypeError(
            f"{now.describe()} {symbol} {value.describe()}: it holds {now.dtype}, which has no "
            "gradient; make it an array of floats"
        )
    shape = np.shape(value) if not is_node(value) else value.shape
    extra = len(shape) - len(region)
    if extra > 0 and all(n == 1 for n in shape[:extra]):
        value, shape = value.reshape(shape[extra:]), shape[extra:]
    try:
        fits = np.broadcast_shapes(shape, region) == region
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"{now.describe()} {symbol} ...: expected a value that broadcasts to shape {region}, "
            f"got {shape}"
        )
    return value


def _in_the_owner(view: Any, where: Any, symbol: str) -> Any:
    """The index of a view's elements in what it is a view of."""
    found = versions.places(view)
    if found is None:
        raise shared_memory_error(view, symbol, view._viewed.owner)
    return np.unravel_index(found[where], view._viewed.owner.shape)


def refuse_unknown_views(changed: Any, symbol: str) -> None:
    """Raise where somebody holds a view that cannot be made anew."""
    owner = changed._viewed.owner if hasattr(changed, "_viewed") else changed
    for view in versions.views_in_use(owner):
        if versions.recipe_of(view).rule is None and view is not changed:
            raise shared_memory_error(changed, symbol, view)


def shared_memory_error(changed: Any, symbol: str, other: Any) -> TypeError:
    return TypeError(
        f"{changed.describe()} {symbol} ...: it shares memory with {other.describe()}, as a "
        "view does in NumPy, where a change of one may change the other; the engine cannot "
        f"follow that; write {written_out(changed, symbol)}"
    )


def leaf_error(leaf: Any, symbol: str) -> TypeError:
    name = leaf.name or "t"
    if symbol == "[...] =":
        instead = f"write {name} = {name} * 1 before it"
    else:
        instead = f"write {written_out(leaf, symbol)}"
    return TypeError(
        f"{leaf.describe()} {symbol} ...: it is a leaf that requires a gradient, and a recorded "
        "change in place would put another number in its place; "
        f"to update it write {name}.data{symbol if symbol[0] == '[' else f' {symbol}'} ..., or the "
        f"same line inside of no_grad(); to compute with the changed number {instead}"
    )


def written_out(changed: Any, symbol: str) -> str:
    name = changed.name or "t"
    return f"{name} = {name} {symbol[:-1]} ..." if symbol[0] != "[" else f"{name} = {name}.copy()"
