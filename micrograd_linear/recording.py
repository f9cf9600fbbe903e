"""Who is told when a number leaves the graph: a state of the context, thread by thread."""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar

_left: ContextVar[Callable[[object, str], None] | None] = ContextVar("left", default=None)


def note_left(node: object, how: str) -> None:
    """Tell the listener, if there is one, that a number of a recorded node was read by ``how``."""
    listener = _left.get()
    if listener is not None:
        listener(node, how)


@contextlib.contextmanager
def leaving(callback: Callable[[object, str], None]) -> Iterator[None]:
    """Inside this block ``callback(node, how)`` is told of every number that leaves the graph."""
    token = _left.set(callback)
    try:
        yield
    finally:
        _left.reset(token)
