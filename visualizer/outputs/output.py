"""An output: a thread that takes pictures of the wall from a bounded queue.

The frame loop asks wants(), hands pictures over with take(), and never waits. Pictures that do
not fit into the queue are dropped and counted. An output that fails says so in one line, and ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue

from visualizer import terminal
from visualizer.frame import Pixels
from visualizer.worker import Worker, drained

WAITING_BYTES = 64 * 2**20
"""Most memory for pictures that wait: 23 at 1280×720, 10 at 1920×1080, and two at any size."""

HALF_A_FRAME = 0.5 / 60
"""Seconds by which a picture may come early, as the display's frames are not exactly in time."""

STOP_WITHIN = 5.0
"""Seconds that stop() waits for what is in the queue to be written."""


class Output(Worker):
    """name: for people. fps: most pictures taken a second; it may be raised later. most: pictures
    that may wait, besides WAITING_BYTES; None for no other bound. dropped: pictures that did not
    fit."""

    def __init__(self, name: str, fps: float, most: int | None = None) -> None:
        super().__init__(name)
        self.fps = fps
        self.dropped = 0
        self._most = most
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._due = float("-inf")
        self._off = threading.Event()

    def wants(self, at: float) -> bool:
        """Whether it takes the picture that is on the wall at a time, in seconds."""
        return at >= self._due and not self.off

    def take(self, pixels: Pixels, at: float) -> None:
        """A picture of the wall, and its time in seconds."""
        self._due = at + 1.0 / self.fps - HALF_A_FRAME
        self._put(pixels, partial(self.write, pixels, at))

    @property
    def off(self) -> bool:
        """Whether it takes no more: it was stopped, or has failed."""
        return self._ending.is_set() or self._off.is_set()

    def drain(self) -> list[str]:
        """Lines for the performer since the last call."""
        return drained(self._lines)

    def stop(self, timeout: float = STOP_WITHIN) -> bool:
        """Write what waits and end; False if it is still busy after timeout seconds."""
        return super().stop(timeout)

    def _rouse(self) -> None:
        self._jobs.put(None)  # behind what waits

    def run(self) -> None:
        """The thread's life."""
        for work in (self._work, self.finish):  # what was written is closed all the same
            try:
                work()
            except Exception as error:
                if not self._off.is_set():
                    self._off.set()
                    self._say(self._line_for(error))
                    if not isinstance(error, (OSError, RuntimeError, ValueError)):
                        terminal.trace()
        self._off.set()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()

    def write(self, pixels: Pixels, at: float) -> None:
        """Write one picture to the target, in this thread. Any exception ends the output."""
        raise NotImplementedError

    def finish(self) -> None:
        """Close what is open, also after a failure; in this thread."""

    def failed(self, error: Exception) -> str:
        """The line for a failure."""
        return f"{self.name} is off: {terminal.reason(error)}"

    def too_slow(self) -> str:
        """The line for the first picture that is dropped; "" for none."""
        return ""

    def _line_for(self, error: Exception) -> str:
        try:
            return self.failed(error)
        except Exception:  # what it looks at to say more may be what has failed
            return Output.failed(self, error)

    def _put(self, pixels: Pixels, job: Callable[[], None]) -> bool:
        """Let the thread do a job with these pixels; False where there is no room for it."""
        waiting = self._jobs.qsize()
        room = max(WAITING_BYTES // pixels.nbytes, 2)
        if waiting < min(room, self._most or room):
            self._jobs.put(job)
            return True
        self._drop()
        return False

    def _drop(self) -> None:
        """Count a picture for which there was no room."""
        self.dropped += 1
        if self.dropped == 1 and (line := self.too_slow()):
            self._say(line)

    def _say(self, line: str) -> None:
        self._lines.put(line)
