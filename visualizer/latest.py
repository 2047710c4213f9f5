"""Latest[T]: a slot between two threads that holds one value; the newest wins.

The writer never waits and nothing queues up, so a slow reader sees the present and not the past.
Only frozen values may be put in: both threads hold the same object.
"""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Closed(Exception):
    """The slot was closed: no value will come any more."""


class Latest(Generic[T]):
    """A slot with one value in it at most."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._value: T | None = None
        self._fresh = False
        self._closed = False
        self._error: BaseException | None = None

    def put(self, value: T) -> None:
        """Store value in place of what was there. After close it is dropped."""
        with self._condition:
            if self._closed:
                return
            self._value = value
            self._fresh = True
            self._condition.notify_all()

    def get(self) -> T | None:
        """The newest value if it was not taken before, else None. Never waits.

        Raises the error handed to fail(), once.
        """
        with self._condition:
            return self._take()

    def wait(self, timeout: float | None = None) -> T | None:
        """Wait up to timeout seconds for a value not taken before; None when time ran out.

        Raises Closed once the slot is closed, and the error handed to fail(), once.
        """
        with self._condition:
            self._condition.wait_for(
                lambda: self._fresh or self._closed or self._error is not None, timeout
            )
            if self._closed:
                raise Closed
            return self._take()

    def close(self) -> None:
        """Tell both sides that it is over; a waiting reader wakes with Closed."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        with self._condition:
            return self._closed

    def fail(self, error: BaseException) -> None:
        """Hand an error to the reader: its next get() or wait() raises it, once."""
        with self._condition:
            self._error = error
            self._condition.notify_all()

    def _take(self) -> T | None:
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        if not self._fresh:
            return None
        self._fresh = False
        return self._value
