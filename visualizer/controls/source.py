"""What the threads that bring actions in have in common: a mailbox, lines for people, and an end.

The frame loop calls drain() and never waits. Each thread has its run(), which looks at _ending.
"""

from __future__ import annotations

import threading

from visualizer.controls.mailbox import Mailbox
from visualizer.controls.repeated_faults import Troubles
from visualizer.show.actions import Action, Say

STOP_WITHIN = 3.0
"""Seconds that stop() waits for a thread: opening a port or closing a stream can take its time."""


class Source(threading.Thread):
    """name: of the thread, and the source of what it says. mailbox: where not the usual one."""

    def __init__(self, name: str, mailbox: Mailbox | None = None) -> None:
        super().__init__(name=name, daemon=True)
        self._mailbox = mailbox or Mailbox()
        self._troubles = Troubles(self._say)
        self._ending = threading.Event()

    def drain(self) -> list[Action]:
        """All that came since the last call, for the frame loop. Never waits."""
        if self._mailbox.dropped:  # said once: whoever floods us should not flood the screen
            self._troubles.say("flood", f"{self.name}: more came than can be played; some is lost")
        return self._mailbox.take()

    def stop(self, timeout: float = STOP_WITHIN) -> bool:
        """End the thread and let go of all; False if it is still busy after timeout seconds."""
        self._ending.set()
        self._rouse()
        if self.ident is None:  # never started
            return True
        self.join(timeout)
        return not self.is_alive()

    def _rouse(self) -> None:
        """Ends what run() waits for besides _ending."""

    def _say(self, line: str) -> None:
        self._mailbox.put(Say(line, self.name))
