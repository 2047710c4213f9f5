"""Sound: one thread that owns the input, hears its blocks, and fills a mailbox for the frame loop.

- The driver's own thread only puts blocks into a queue; this one analyses them (hearing.py).
- An input that is not there, or that is pulled, is one line; it is looked for again and again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from queue import Empty, SimpleQueue

from visualizer.controls.hearing import Ear
from visualizer.controls.mailbox import Mailbox
from visualizer.controls.sound_inputs import (
    Block,
    Input,
    NoInput,
    NoSound,
    OpenInput,
    open_input,
)
from visualizer.controls.troubles import Troubles
from visualizer.show.actions import Action, Heard, Say

SOURCE = "sound"

RETRY_AFTER = 3.0
"""Seconds until the next look for an input."""

LOST_AFTER = 2.0
"""Seconds without a block after which an input is gone: a pulled one just falls silent."""

MOST_WAITING = 256
"""Blocks that may wait while the machine is busy: three seconds; more are dropped."""

STOP_WITHIN = 3.0
"""Seconds that stop() waits for the thread: closing a stream can take its time."""


class Sound(threading.Thread):
    """The sound thread. wanted: part of an input's name; None or "" for the usual one."""

    def __init__(
        self,
        wanted: str | None = None,
        *,
        open_input: OpenInput = open_input,
        retry_after: float = RETRY_AFTER,
        lost_after: float = LOST_AFTER,
    ) -> None:
        super().__init__(name="sound", daemon=True)
        self._wanted = wanted or None
        self._open = open_input
        self._retry_after = retry_after
        self._lost_after = lost_after
        self._mailbox = Mailbox()
        self._troubles = Troubles(self._say)
        self._wake: Callable[[], None] = lambda: None
        self._ending = threading.Event()
        self.input = ""
        """Name of the input that is heard; "" for none."""

    def drain(self) -> list[Action]:
        """All that came since the last call, for the frame loop. Never waits."""
        return self._mailbox.take()

    def stop(self, timeout: float = STOP_WITHIN) -> bool:
        """End the thread, close the input; False if it is still busy after timeout seconds."""
        self._ending.set()
        self._wake()
        if self.ident is None:  # never started
            return True
        self.join(timeout)
        return not self.is_alive()

    def run(self) -> None:
        """The thread's life: an input, and after it is gone another."""
        while not self._ending.is_set():
            try:
                self._listen()
            except NoSound as why:
                self._say(f"sound is off: {why}")
                return
            except NoInput as why:
                self._miss(why)
            except Exception as error:  # a driver's fault must not end the thread
                self._troubles.say("input", f"sound stumbled and starts anew: {error}")
            self._ending.wait(self._retry_after)

    def _listen(self) -> None:
        """Open the input and hear it, until the end or until it is gone."""
        blocks: SimpleQueue[Block | None] = SimpleQueue()

        def put(block: Block) -> None:
            if blocks.qsize() < MOST_WAITING:
                blocks.put(block)

        self._wake = lambda: blocks.put(None)
        with closing(self._open(self._wanted, put)) as source:
            self._troubles.over("input")
            self.input = source.name
            self._say(f"sound: listening to {source.name}")
            try:
                self._hear(source, blocks)
            finally:
                self.input = ""

    def _hear(self, source: Input, blocks: SimpleQueue[Block | None]) -> None:
        ear = Ear(source.rate)
        while not self._ending.is_set():
            try:
                block = blocks.get(timeout=self._lost_after)
            except Empty:
                self._mailbox.put(Heard(0.0, 0.0, 0.0, 0.0))  # what moves by it goes to rest
                gone = NoInput(f"{source.name} is gone")
                self._miss(gone)  # before it is closed: where a sound server died, that can hang
                raise gone from None
            if block is not None:
                self._mailbox.put(ear.hear(block))

    def _miss(self, why: NoInput) -> None:
        self._troubles.say("input", f"sound: {why}; trying again")

    def _say(self, line: str) -> None:
        self._mailbox.put(Say(line, SOURCE))
