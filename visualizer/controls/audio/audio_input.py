"""Sound: one thread that owns the input, analyses its blocks and fills the frame loop's mailbox.

- The driver's own thread only puts blocks into a queue; this one analyses them (audio_features.py).
- An input that is missing, unplugged or silent is reported in one line, and retried; where it was
  chosen while the show runs, the one before is heard on instead. One that can't be closed is a line
  too: this thread then stays in the driver, which requires all calls from one thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import NamedTuple

from visualizer.controls.audio.audio_devices import (
    Block,
    Input,
    ListInputs,
    NoInput,
    NoSound,
    OpenInput,
    list_inputs,
    open_input,
)
from visualizer.controls.audio.audio_features import AudioFeatures
from visualizer.controls.input_thread import InputThread
from visualizer.show.system_actions import Heard
from visualizer.worker import drained

SOURCE = "sound"

RETRY_AFTER = 3.0
"""Seconds until the next look for an input."""

LOST_AFTER = 2.0
"""Seconds without a block after which an input is gone: a pulled one just falls silent."""

MOST_WAITING = 256
"""Blocks that may wait while the machine is busy: three seconds; more are dropped."""

CLOSE_WITHIN = 2.0
"""Seconds that an input has to close: with a dead sound server it may never return."""


class Choice(NamedTuple):
    """on: whether sound is heard. wanted: part of an input's name; None for the usual one."""

    on: bool
    wanted: str | None = None


class Sound(InputThread):
    """The sound thread. wanted: part of an input's name; None or "" for the usual one. on: whether
    it is heard from the start. inputs: names of those that were there at the last look."""

    def __init__(
        self,
        wanted: str | None = None,
        *,
        on: bool = True,
        open_input: OpenInput = open_input,
        list_inputs: ListInputs = list_inputs,
        retry_after: float = RETRY_AFTER,
        lost_after: float = LOST_AFTER,
        close_within: float = CLOSE_WITHIN,
    ) -> None:
        super().__init__(SOURCE)
        self._choice = Choice(on, wanted or None)
        self._before: Choice | None = None  # what played until a choice that is not heard yet
        self._choices: SimpleQueue[Choice | None] = SimpleQueue()  # None: look what is there
        self._asked = threading.Event()
        self._open, self._list = open_input, list_inputs
        self._retry_after = retry_after
        self._lost_after = lost_after
        self._close_within = close_within
        self._wake: Callable[[], None] = lambda: None
        self.inputs: tuple[str, ...] = ()
        self.input = ""
        """Name of the input that is heard; "" for none."""
        self.tap: Callable[[Block, float], None] | None = None
        """Gets each block that is heard, and the rate of its samples in Hz, in this thread."""

    @property
    def on(self) -> bool:
        """Whether an input is wanted."""
        return self._choice.on

    def choose(self, on: bool, wanted: str = "") -> None:
        """Hear another input, or none. One that can't be opened is a line, and the one before is
        heard on."""
        self._ask(Choice(on, wanted or None))

    def find(self) -> None:
        """Look which inputs there are; what is heard is gone for a moment."""
        self._ask(None)

    def _ask(self, choice: Choice | None) -> None:
        self._choices.put(choice)
        self._rouse()

    def _rouse(self) -> None:
        self._asked.set()
        self._wake()

    def run(self) -> None:
        """The thread's life: an input, and another where it is gone or another is chosen."""
        while not self._ending.is_set():
            self._asked.clear()
            self._take_choices()
            if not self._choice.on:
                self._asked.wait()
                continue
            try:
                self._listen()
            except NoSound as why:
                self._say(f"sound is off: {why}")
                self._choice = Choice(False)
                continue
            except NoInput as why:
                if self._go_back(str(why)):
                    continue
                self._troubles.say("input", f"sound: {why}; trying again")
            except Exception as error:  # a driver's fault must not end the thread
                if self._go_back(str(error)):
                    continue
                self._troubles.say("input", f"sound failed and restarts: {error}")
            self._asked.wait(self._retry_after)

    def _take_choices(self) -> None:
        for choice in drained(self._choices):
            if choice is None:
                self._find()
            elif choice != self._choice:
                self._before, self._choice = self._before or self._choice, choice
                self._troubles.over("input")
                if not choice.on:
                    self._before = None
                    self._mailbox.put(Heard(0.0, 0.0, 0.0, 0.0))
                    self._say("sound is off")

    def _find(self) -> None:
        try:
            self.inputs = self._list()
        except (NoSound, NoInput) as why:
            self._say(f"sound: {why}")
        except Exception as error:  # a driver's
            self._say(f"sound: inputs can't be listed: {error}")
        else:
            if not self.inputs:
                self._say("sound: there is no input")

    def _go_back(self, why: str) -> bool:
        """Whether it was a choice that could not be opened: what played before it does again."""
        before, self._before = self._before, None
        if before is None:
            return False
        self._choice = before
        self._say(
            f"sound: {why}; " + ("the previous input stays" if before.on else "sound stays off")
        )
        return True

    def _listen(self) -> None:
        """Open the input and hear it, until the end, another choice, or until it is gone."""
        blocks: SimpleQueue[Block | None] = SimpleQueue()

        def put(block: Block) -> None:
            if blocks.qsize() < MOST_WAITING:
                blocks.put(block)

        self._wake = lambda: blocks.put(None)
        source = self._open(self._choice.wanted, put)
        try:
            self._hear(source, blocks)
        finally:
            self.input = ""
            self._close(source)

    def _close(self, source: Input) -> None:
        """Give the input back; say so where that does not end."""
        line = f"sound: {source.name} can't be closed; restart the show to use sound again"
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
        while not (self._ending.is_set() or self._asked.is_set()):
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
                self.input, self._before = source.name, None
                self._troubles.over("input")
                self._say(f"sound: listening to {source.name}")
            self._mailbox.put(ear.hear(block))
