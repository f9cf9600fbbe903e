"""What recording does in this context: whether it is on, and which functions see each step.

The state belongs to its context (see ``contextvars``): a change in one thread or task does not
reach any other. A block ends by taking away its own change, so that blocks may end in any order,
as those of suspended generators do.
"""

import contextlib
import weakref
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any


class Recording:
    """The state of one context; it is never changed: a new one is made for each change.

    ``on``        off: results are constants
    ``looks``     each sees (result, rule, operands, numbers), forward
    ``watchers``  each sees (node, operand, g, contribution), backward
    ``left``      is told (node, how its number was read)
    ``changes``   those of the open blocks, the outermost first
    """

    __slots__ = ("__weakref__", "changes", "left", "looks", "on", "watchers")

    def __init__(
        self,
        on: bool = True,
        looks: tuple[Callable, ...] = (),
        watchers: tuple[Callable, ...] = (),
        left: Callable[[Any, str], None] | None = None,
        changes: tuple[dict[str, Any], ...] = (),
    ) -> None:
        self.on, self.looks, self.watchers, self.left = on, looks, watchers, left
        self.changes = changes
        if changes:
            changed.add(weakref.ref(self, changed.discard))


# A weak reference to every state that is not the default. While it is empty, all contexts are in
# the default state, and an operation need not ask for its own: that would cost five times as much.
changed: set[weakref.ref] = set()
DEFAULT = Recording()
_state = ContextVar("micrograd_linear.engine.recording", default=DEFAULT)


def current() -> Recording:
    """The state of this context."""
    return _state.get() if changed else DEFAULT


@contextlib.contextmanager
def changing(**changes: Any) -> Iterator[None]:
    """Inside this block, in this context, the state has other fields."""
    try:
        try:
            _set((*current().changes, changes))
            yield
        finally:
            _without(changes)
    finally:  # an interrupt may come in the line above
        _without(changes)


def leaving(callback: Callable[[Any, str], None]) -> contextlib.AbstractContextManager[None]:
    """Inside this block ``callback(node, how)`` hears of numbers read out of recorded nodes."""
    return changing(left=callback)


def note_left(node: Any, how: str) -> None:
    """Say that the number of a recorded node was read in a way that may cut the graph."""
    if changed:
        left = _state.get().left
        if left is not None:
            left(node, how)


def _without(change: dict[str, Any]) -> None:
    _set(tuple(other for other in current().changes if other is not change))


def _set(changes: tuple[dict[str, Any], ...]) -> None:
    fields: dict[str, Any] = {}
    for change in changes:
        for name, value in change.items():  # an inner block looks on beside the outer ones
            fields[name] = fields.get(name, ()) + value if isinstance(value, tuple) else value
    _state.set(Recording(**fields, changes=changes) if changes else DEFAULT)
