"""Gradients are changed by one thread at a time, and all of them or none.

A walk keeps its sums in the nodes' own ``grad``, which is what makes it fast. So a second thread has
to wait until it is over, and an error or an interrupt half-way has to put back what was there. The
lock is one for the process: two graphs may share any leaf, and to find out whether they do costs as
much as the walk.
"""

import operator
import os
import threading
from collections.abc import Sequence


class Transaction:
    """A change of gradients. Its user writes

        transaction = Transaction()
        try:
            transaction.begin()
            ...                         # save() what is to be changed, change it
            transaction.end()
        except BaseException:
            try:
                transaction.take_back()
            finally:                    # an interrupt may come in the line above
                transaction.take_back()
            raise

    Whether there is anything to be taken back is told by the lock: an interrupt after the end
    finds it released. No ``with`` block can do this, since an interrupt may skip its exit.
    """

    __slots__ = ("depth", "inner", "saved")
    orders: list[list] = []  # the nodes of every walk under way; they are one thread's

    def __init__(self) -> None:
        self.inner = _lock._is_owned()  # a hand-written derivative may walk another graph
        self.depth = len(self.orders) if self.inner else 0
        self.saved: list[tuple[Sequence, str, list]] = []

    def begin(self) -> None:
        """Wait until no other thread changes gradients."""
        if not self.inner:
            _lock.acquire()

    def save(self, nodes: Sequence, name: str) -> None:
        """Remember an attribute of the nodes."""
        self.saved.append((nodes, name, list(map(operator.attrgetter(name), nodes))))

    def walks(self, order: list) -> None:
        """Say which nodes are going to be changed; raise if a walk under way is changing them."""
        if self.inner:
            taken = set().union(*self.orders[: self.depth])
            shared = next((node for node in order if node in taken), None)
            if shared is not None:
                raise RuntimeError(
                    f"backward: called inside of another backward that is computing the gradient "
                    f"of {shared.describe()}, which both need; call it before or after, or on a "
                    "graph of its own"
                )
        self.orders.append(order)

    def end(self) -> None:
        """Make the changes last."""
        del self.orders[self.depth :]
        if not self.inner:
            _lock.release()

    def restore(self) -> None:
        """Put back what was saved."""
        for nodes, name, values in self.saved:
            for node, value in zip(nodes, values):
                setattr(node, name, value)

    def take_back(self) -> None:
        """Put back what was saved, unless the change is over; can be called twice."""
        if _lock._is_owned():
            self.restore()
            self.end()


_lock = threading.RLock()


def _unlock() -> None:
    """In a forked child nobody walks: a thread that did was not copied."""
    _lock._at_fork_reinit()
    Transaction.orders.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock)
