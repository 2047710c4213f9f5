"""Base class of input threads: a mailbox, lines for people, and an end.

The frame loop calls drain() and never waits. Each thread has its run(), which looks at _ending.
"""

from __future__ import annotations

from visualizer.controls.mailbox import Mailbox
from visualizer.controls.repeated_faults import Troubles
from visualizer.show.actions import Action
from visualizer.show.system_actions import Say
from visualizer.worker import Worker


class InputThread(Worker):
    """name: of the thread, and the source of what it says. mailbox: where not the usual one."""

    def __init__(self, name: str, mailbox: Mailbox | None = None) -> None:
        super().__init__(name)
        self._mailbox = mailbox or Mailbox()
        self._troubles = Troubles(self._say)

    def drain(self) -> list[Action]:
        """All that came since the last call, for the frame loop. Never waits."""
        if self._mailbox.dropped:  # said once: a flood of messages must not flood the screen
            self._troubles.say("flood", f"{self.name}: too many messages; some were dropped")
        return self._mailbox.take()

    def _say(self, line: str) -> None:
        self._mailbox.put(Say(line, self.name))
