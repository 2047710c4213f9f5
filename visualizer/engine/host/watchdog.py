"""Watchdog: decide from an engine's output when it is hung. Pure, no clock.

A frame is the sign of life while one is wanted, and so is what the producer says: of a frame that
failed, and of one that takes long, with its steps. That a process answers (a pulse) says nothing of
its producer, so it counts only while no frame can come: while a model is opened, and while none is
wanted.
"""

from __future__ import annotations

from visualizer.show.status import Phase, Status

HANG = 10.0
"""Seconds without a frame, where one is wanted, after which an engine is hung."""

LOADS = 60.0
"""The same while a model is opened or has made no frame yet, or another is on its way: Python's
lock may be held for long while libraries are read from a slow disk."""

SLOW = 4.0
"""How often the longest time that a frame took may pass: a slow engine is not hung."""

LONGEST_LOOK = 1.0
"""Most seconds that count from look to look: a machine that slept was no hung engine."""

OPENING = (Phase.STARTING, Phase.ASKING, Phase.LOADING)


class Watchdog:
    """hang, loads: see HANG and LOADS."""

    def __init__(self, hang: float = HANG, loads: float = LOADS) -> None:
        self._hang, self._loads = hang, loads
        self._status = Status()
        self._longest: float | None = None
        self._silent = 0.0
        self._wanted = False

    @property
    def limit(self) -> float:
        """Seconds of silence that are not too long at this moment."""
        if self._opens or self._status.coming or (self._wanted and self._longest is None):
            return self._loads
        return max(self._hang, SLOW * (self._longest or 0.0))

    def frame(self, seconds: float) -> None:
        """A frame came, which took so long."""
        self._longest = max(self._longest or 0.0, seconds)
        self._silent = 0.0

    def status(self, status: Status) -> None:
        """The producer has said how things stand."""
        if (status.model, status.device) != (self._status.model, self._status.device):
            self._longest = None
        self._status = status
        self._silent = 0.0

    def pulse(self) -> None:
        """The process answers."""
        if self._opens or not self._wanted:
            self._silent = 0.0

    def look(self, passed: float, wanted: bool) -> bool:
        """Whether the engine is hung. passed: seconds since the last look. wanted: whether a frame
        is."""
        if wanted and not self._wanted:
            self._silent = 0.0
        self._wanted = wanted
        self._silent += min(passed, LONGEST_LOOK)
        return self._silent > self.limit

    @property
    def _opens(self) -> bool:
        return self._status.phase in OPENING
