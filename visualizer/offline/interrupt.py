"""Ctrl+C, TERM and HUP while a command writes its output: it ends between two writes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class Interrupt:
    """Within `with Interrupt() as interrupt:` these signals raise KeyboardInterrupt, but not within
    `with interrupt.held():`, at whose end they do; a second one does at once.

    number: of the signal that came, 0 for none. Signals reach the main thread alone; elsewhere
    nothing is changed.
    """

    def __init__(self) -> None:
        self.number = 0
        self._held = False
        self._before: dict[int, Any] = {}

    @property
    def status(self) -> int:
        """The exit status that shells expect of what a signal ended: 130 for Ctrl+C."""
        return 128 + (self.number or signal.SIGINT)

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._take) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let what runs within come to its end."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
        if self.number:
            raise KeyboardInterrupt

    def _take(self, number: int, frame: FrameType | None) -> None:
        again, self.number = self.number, number
        if again or not self._held:
            raise KeyboardInterrupt
