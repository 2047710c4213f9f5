"""A thread beside the frame loop: how it is stopped, and how it hands over its results."""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue
from typing import TypeVar

STOP_WITHIN = 3.0
"""Seconds that stop() waits: closing a port may take its time, and a disk may be asleep."""

T = TypeVar("T")


class Worker(threading.Thread):
    """A daemon, so that one that hangs can't keep the program from ending. Its run() ends soon
    after _ending is set."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._ending = threading.Event()

    def stop(self, timeout: float = STOP_WITHIN) -> bool:
        """End the thread; False if it is still busy after timeout seconds. It may be called
        again."""
        self._ending.set()
        self._rouse()
        if self.ident is None:  # never started
            return True
        self.join(timeout)
        return not self.is_alive()

    def _rouse(self) -> None:
        """End what run() waits for besides _ending."""


def drained(queue: SimpleQueue[T]) -> list[T]:
    """All that is in a queue. Never waits."""
    found: list[T] = []
    try:
        while True:
            found.append(queue.get_nowait())
    except Empty:
        return found
