"""Gradients are changed by one thread at a time, and all of them or none.

A walk keeps its sums in the nodes' own ``grad``, which is what makes it fast. So a second thread
has to wait until it is over, and an error or an interrupt half-way has to put back what was there.
The process has one lock: two graphs may share any leaf, and to find out whether they do would cost
as much as the walk.
"""

import os
import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

Result = TypeVar("Result")
Saved = list[tuple[Any, str, Any]]  # (nodes, the name of an attribute, its values)


class OwnedLock(Protocol):
    """A lock that tells whether this thread holds it."""

    def acquire(self) -> bool: ...

    def release(self) -> None: ...

    def _is_owned(self) -> bool: ...

    def _at_fork_reinit(self) -> None: ...


lock = cast(OwnedLock, threading.RLock())
# The order of every walk under way, the outermost first; all are walks of one thread.
orders: list[list] = []


def all_or_none(change: Callable[..., Result], *arguments: Any) -> Result:
    """``change(saved, *arguments)``, while no other thread changes gradients.

    It appends to the list ``saved`` what it is about to change, and that is put back if anything
    is raised in it.
    There is no ``with`` block, since an interrupt may come before its exit. Whether there is
    anything to take back is told by the lock: an interrupt after the end finds it released.
    """
    inner, saved = lock._is_owned(), []  # inner: a hand-written derivative may walk another graph
    depth = len(orders) if inner else 0
    try:
        try:
            if not inner:
                lock.acquire()
            result = change(saved, *arguments)
            if not inner:
                lock.release()
            return result
        except BaseException:
            _take_back(inner, depth, saved)
            raise
    except BaseException:  # an interrupt may come in the lines above
        _take_back(inner, depth, saved)
        raise


def _take_back(inner: bool, depth: int, saved: Saved) -> None:
    """Put back what was saved, unless the change is over. To do so twice is the same as once."""
    if lock._is_owned():
        restore(saved)
        del orders[depth:]
        if not inner:
            lock.release()


def restore(saved: Saved) -> None:
    """Put back what was saved."""
    for nodes, name, values in saved:
        for node, value in zip(nodes, values):
            setattr(node, name, value)


def refuse_shared(order: list) -> None:
    """Raise if a walk under way, which called this one, is computing a gradient that this would."""
    taken = set().union(*orders)
    shared = next((node for node in order if node in taken), None)
    if shared is not None:
        raise RuntimeError(
            "backward: called inside of another backward, and both compute the gradient of "
            f"{shared.describe()}; call it before or after, or on a graph of its own"
        )


def _unlock() -> None:
    """In a forked child nobody walks: a thread that did was not copied."""
    lock._at_fork_reinit()
    orders.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock)
