"""When to retry a failed frame, and when retrying is not enough. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from visualizer.engine.failures import FrameError
from visualizer.show.request import Request

PAUSES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Seconds until a failed frame is tried again, by failures in a row; the last one stays.

A knob that is turned meanwhile, or a restart, has it tried at once; that is not counted, or a few
turns would throw the picture away and reload the model.
"""

WHITE_AFTER = 6
"""Failures in a row after which the loop is started from white: its picture may be the fault, and
what the loop itself tries against that (revive.py), a little more each time, has not helped."""

REOPEN_AFTER = 8
"""Failures in a row, other than of the picture itself, after which the model is given up, for it
is the model then, or the GPU's driver under it."""


class Retrying:
    """Counts the failures of one engine since its last good frame.

    restarts: how often, in all, the loop is to start from
    white on account of failures. hopeless: see REOPEN_AFTER. first_fault: whether the last failure
    was the first of those that say something new.
    """

    def __init__(self, pauses: Sequence[float] = PAUSES) -> None:
        self.restarts = 0
        self._pauses = pauses
        self.good()

    def good(self) -> None:
        """A frame was made, or another engine makes them from now on."""
        self._failures = self._faults = 0
        self._again = -math.inf
        self._failed: Request | None = None
        self.first_fault = False

    @property
    def hopeless(self) -> bool:
        """See the class."""
        return self._faults >= REOPEN_AFTER

    def due(self, request: Request, now: float) -> bool:
        """Whether no failure is too recent for a try. Time and prompts, which change by
        themselves, hasten nothing."""
        return self._failed is None or now >= self._again or request.by_hand != self._failed

    def failed(self, request: Request, error: Exception, begin: float, now: float) -> None:
        """A try failed. begin, now: when it began and ended, in seconds."""
        self.first_fault = False
        if begin >= self._again:
            self._failures += 1
            if not isinstance(error, FrameError):
                self._faults += 1
                self.first_fault = self._faults == 1
            if self._failures % WHITE_AFTER == 0:
                self.restarts += 1
        self._failed = request.by_hand
        self._again = now + self._pauses[min(self._failures, len(self._pauses)) - 1]
