"""Ctrl-C, told apart from a ``KeyboardInterrupt`` that other code raises itself."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


class Interruption:
    """Whether SIGINT has arrived."""

    arrived = False


@contextlib.contextmanager
def noticing_interrupts() -> Iterator[Interruption]:
    """Inside, SIGINT raises ``KeyboardInterrupt`` as ever, and is remembered."""
    interruption = Interruption()
    before = signal.getsignal(signal.SIGINT)
    if not callable(before) or threading.current_thread() is not threading.main_thread():
        yield interruption  # SIGINT is ignored, or another thread's
        return

    def remembering(number, frame):
        interruption.arrived = True
        before(number, frame)

    signal.signal(signal.SIGINT, remembering)
    try:
        yield interruption
    finally:
        signal.signal(signal.SIGINT, before)
