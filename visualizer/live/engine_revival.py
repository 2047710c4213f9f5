"""When an engine that died is started again, and which model it begins with. Pure, no clock.

The same model first: a driver may have failed, or the process was killed from outside. One that
ends its engine again and again, without a minute of play in between, is replaced by the built-in
one, and that by the colour fields. A model that the performer asks for is always tried.
"""

from __future__ import annotations

from dataclasses import dataclass

from visualizer.engine.models.catalogue import BUILTIN, COLOUR_FIELDS

PAUSES = (0.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds until an engine is started again, by its deaths in a row; the last again and again."""

DEATHS = 3
"""Deaths in a row after which a model is left."""

PLAYED = 60.0
"""Seconds of frames after which the deaths before are forgotten."""


@dataclass(frozen=True, slots=True)
class Restart:
    """at: the moment, in seconds. instead: the model that plays in place of the one that was asked
    for, "" where that one is tried again."""

    at: float
    instead: str = ""


class Revival:
    """in_haste: whether the first restart comes at once, since nothing of the engine that died is
    left, as of a process."""

    def __init__(self, in_haste: bool) -> None:
        self._pauses = PAUSES if in_haste else PAUSES[1:]
        self._deaths = 0
        self._playing_since: float | None = None

    def asked(self) -> None:
        """A model was asked for: it is tried as often as any."""
        self._deaths = 0

    def frame(self, now: float, loading: bool = False) -> None:
        """A frame came. loading: of another model, which plays while the one that was asked for
        loads: that says nothing for the one that may end the engine."""
        if loading:
            self._playing_since = None
        elif self._playing_since is None:
            self._playing_since = now
        elif now - self._playing_since >= PLAYED:
            self._deaths = 0

    def died(self, model: str, now: float) -> Restart:
        """The engine has died. model: the one that it was to play; "" where that is not known."""
        self._playing_since = None
        self._deaths += 1
        if self._deaths >= DEATHS and model != COLOUR_FIELDS:
            self._deaths = 0
            return Restart(now + self._pauses[0], COLOUR_FIELDS if model == BUILTIN else BUILTIN)
        return Restart(now + self._pauses[min(self._deaths, len(self._pauses)) - 1])
