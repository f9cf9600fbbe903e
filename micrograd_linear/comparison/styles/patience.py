"""How long inputs of a pair are sought: a number of seconds of this process, whatever else runs."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
OF_A_PAIR = 4.0  # seconds of the processor
OF_A_FILE = 9.0  # of all its pairs together
AT_LEAST = 0.5  # what the last pairs of a file get, whatever the others took


class Patience:
    """So many seconds from now on."""

    def __init__(self, seconds: float = OF_A_PAIR) -> None:
        self.seconds = seconds
        self._end = time.process_time() + seconds

    @property
    def is_over(self) -> bool:
        """Whether the time has passed."""
        return time.process_time() > self._end

    def while_left(self, attempts: Iterable[T]) -> Iterator[T]:
        """The attempts, until they or the time are at an end."""
        for attempt in attempts:
            if self.is_over:
                return
            yield attempt


def share(used: float) -> float:
    """The seconds for the next pair of a file, of which ``used`` have passed."""
    return max(AT_LEAST, min(OF_A_PAIR, OF_A_FILE - used))
