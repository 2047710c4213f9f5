"""Sound: one thread that owns the input, hears its blocks, and fills a mailbox for the frame loop.

- The driver's own thread only puts blocks into a queue; this one analyses them (audio_features.py).
- An input that is missing, unplugged or silent is reported in one line, and retried. So is one that
  can't be closed: this thread then stays in the driver, which requires all calls from one thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

from visualizer.controls.audio.audio_devices import (
    Block,
    Input,
    NoInput,
    NoSound,
    OpenInput,
    open_input,
)
from visualizer.controls.audio.audio_features import AudioFeatures
from visualizer.controls.input_thread import InputThread
from visualizer.show.system_actions import Heard

SOURCE = "sound"

RETRY_AFTER = 3.0
"""Seconds until the next look for an input."""

LOST_AFTER = 2.0
"""Seconds without a block after which an input is gone: a pulled one just falls silent."""

MOST_WAITING = 256
"""Blocks that may wait while the machine is busy: three seconds; more are dropped."""

CLOSE_WITHIN = 2.0
"""Seconds that an input has to close: with a dead sound server it may never return."""


class Sound(InputThread):
    """The sound thread. wanted: part of an input's name; None or "" for the usual one."""

    def __init__(
        self,
        wanted: str | None = None,
        *,
        open_input: OpenInput = open_input,
        retry_after: float = RETRY_AFTER,
        lost_after: float = LOST_AFTER,
        close_within: float = CLOSE_WITHIN,
    ) -> None:
        super().__init__(SOURCE)
        self._wanted = wanted or None
        self._open = open_input
        self._retry_after = retry_after
        self._lost_after = lost_after
        self._close_within = close_within
        self._wake: Callable[[], None] = lambda: None
        self.input = ""
        """Name of the input that is heard; "" for none."""
        self.tap: Callable[[Block, float], None] | None = None
        """Gets each block that is heard, and the rate of its samples in Hz, in this thread."""

    def _rouse(self) -> None:
        self._wake()

    def run(self) -> None:
        """The thread's life: an input, and after it is gone another."""
        while not self._ending.is_set():
            try:
                self._listen()
            except NoSound as why:
                self._say(f"sound is off: {why}")
                return
            except NoInput as why:
                self._troubles.say("input", f"sound: {why}; trying again")
            except Exception as error:  # a driver's fault must not end the thread
                self._troubles.say("input", f"sound failed and restarts: {error}")
            self._ending.wait(self._retry_after)

    def _listen(self) -> None:
        """Open the input and hear it, until the end or until it is gone."""
        blocks: SimpleQueue[Block | None] = SimpleQueue()

        def put(block: Block) -> None:
            if blocks.qsize() < MOST_WAITING:
                blocks.put(block)

        self._wake = lambda: blocks.put(None)
        source = self._open(self._wanted, put)
        try:
            self._hear(source, blocks)
        finally:
            self.input = ""
            self._close(source)

    def _close(self, source: Input) -> None:
        """Give the input back; say so where that does not end."""
        line = f"sound: {source.name} can't be closed; restart the show to hear again"
        slow = threading.Timer(self._close_within, self._say, (line,))
        slow.daemon = True
        slow.start()
        try:
            source.close()
        finally:
            slow.cancel()
            slow.join()

    def _hear(self, source: Input, blocks: SimpleQueue[Block | None]) -> None:
        ear = AudioFeatures(source.rate)
        while not self._ending.is_set():
            try:
                block = blocks.get(timeout=self._lost_after)
            except Empty:
                if not self.input:
                    raise NoInput(f"{source.name} sends nothing") from None
                self._mailbox.put(Heard(0.0, 0.0, 0.0, 0.0))  # what moves by it goes to rest
                raise NoInput(f"{source.name} is gone") from None
            if block is None:
                continue
            if (tap := self.tap) is not None:
                tap(block, source.rate)
            if not self.input:  # only now: what opens may never send anything
                self.input = source.name
                self._troubles.over("input")
                self._say(f"sound: listening to {source.name}")
            self._mailbox.put(ear.hear(block))
