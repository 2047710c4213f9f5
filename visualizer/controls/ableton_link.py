"""Ableton Link: tempo and beat shared by programs on one network. Optional (aalink).

- It follows the session. Without peers it sends no clock; but a peer that joins later adopts the
  session's tempo (Link's rule), so that is set to the show's.
- Link's beat continues whether the others play or not, so its phase always counts.
- A session that fails is reported in one line and reopened; the tempo continues meanwhile.
- aalink requires an asyncio loop in its thread; only time is awaited.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from visualizer.controls.input_thread import InputThread
from visualizer.controls.mailbox import Mailbox
from visualizer.show.parameters import DEFAULTS
from visualizer.show.setup_actions import ChooseTempo
from visualizer.show.system_actions import Sync
from visualizer.show.tempo import BAR

SOURCE = "link"

LOOK_EVERY = 0.02
"""Seconds between two looks at the session: a jump is heard within a display frame or two."""

TELL_EVERY = 0.1
"""Seconds between two accounts while the beat goes on as expected."""

JUMP = 0.01
"""Beats by which the session may be elsewhere than expected: 5 ms at 120."""

RETRY_AFTER = 3.0
"""Seconds until a session is reopened after a fault."""


class Session(Protocol):
    """What is used of aalink.Link. tempo: beats a minute, which all may change."""

    enabled: bool
    quantum: float
    tempo: float

    @property
    def num_peers(self) -> int:
        """Others in the session."""

    @property
    def beat(self) -> float:
        """The beat counter now; its bars are those of the others."""


class LinkClock(InputThread):
    """The Link thread. open_session: makes what it follows, in this thread; None for aalink."""

    def __init__(
        self,
        open_session: Callable[[], Session] | None = None,
        *,
        retry_after: float = RETRY_AFTER,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(SOURCE, Mailbox(clock=clock))
        self._open = open_session or _open_session
        self._retry_after = retry_after
        self._clock = clock
        self._told: tuple[float, Sync] | None = None
        self._tempo = DEFAULTS["tempo"]
        self.peers: int | None = None
        """Others in the session; None while there is no session."""

    def tell(self, bpm: float) -> None:
        """The show's tempo, for those who come later; once a display frame."""
        self._tempo = bpm

    def run(self) -> None:
        """The thread's life: a session, and after trouble with it another."""
        while not self._ending.is_set():
            try:
                asyncio.run(self._follow())
            except ImportError:
                self._say("Link is off: aalink is not installed; pip install 'visualizer[link]'")
                self._mailbox.put(ChooseTempo("", SOURCE))  # another source takes over
                return
            except Exception as error:  # no fault in it may end the thread unsaid
                self._troubles.say("session", f"Link failed and restarts: {error}")
                self._ending.wait(self._retry_after)

    async def _follow(self) -> None:
        session = self._open()
        session.quantum = float(BAR)
        session.enabled = True
        self.peers = 0
        try:
            while not self._ending.is_set():
                self._look(session)
                self._troubles.over("session")
                await asyncio.sleep(LOOK_EVERY)
        finally:
            self.peers = self._told = None
            session.enabled = False

    def _look(self, session: Session) -> None:
        """Tell where the beat is, if there is anybody and it is time or unexpected."""
        peers = session.num_peers
        if peers != self.peers:
            self._say(_company(peers))
            self.peers = peers
            self._told = None
        if not peers:
            if session.tempo != self._tempo:
                session.tempo = self._tempo
            return
        now = self._clock()
        sync = Sync(session.tempo, session.beat, source=SOURCE)
        if self._told is None or _is_news(sync, now - self._told[0], self._told[1]):
            self._told = now, sync
            self._mailbox.put(sync)


def _is_news(sync: Sync, seconds: float, told: Sync) -> bool:
    """Whether it is worth telling, seconds after told was."""
    expected = told.beats + seconds * told.bpm / 60.0
    return seconds >= TELL_EVERY or sync.bpm != told.bpm or abs(sync.beats - expected) > JUMP


def _company(peers: int) -> str:
    if not peers:
        return "Link: no peers left; the tempo continues"
    return f"Link: in sync with {peers} other{'s' if peers > 1 else ''}"


def _open_session() -> Session:
    import aalink

    session: Session = aalink.Link(DEFAULTS["tempo"])
    return session
