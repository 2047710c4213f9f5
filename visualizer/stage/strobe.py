"""The strobe: when the wall is dark, and how many flashes a second there are at most. Pure."""

from __future__ import annotations

from collections.abc import Callable

from visualizer.show.parameters import SAFE_STROBE


class Strobe:
    """Flashes, limited. limit: the most a second; None for SAFE_STROBE. say: gets a line when the
    limit takes hold."""

    def __init__(self, limit: float | None, say: Callable[[str], None]) -> None:
        self._limit = limit or SAFE_STROBE
        self._say = say
        self._limited = False
        self._flashes = 0.0
        self._time = 0.0

    def is_dark(self, rate: float, time: float) -> bool:
        """Whether the wall is in the dark half of a flash.

        rate: flashes a second that are asked for, 0 for none. time: of the show, in seconds.
        """
        limited = rate > self._limit
        if limited and not self._limited:
            self._say(
                f"strobe is limited to {self._limit:g} flashes a second, as faster ones can cause "
                "seizures; --strobe-limit allows more"
            )
        self._limited = limited
        # Flashes add up, however the rate moves: time by rate would jump with each turn of a knob,
        # to many more a second than either rate.
        passed, self._time = max(time - self._time, 0.0), time
        self._flashes = self._flashes + passed * min(rate, self._limit) if rate else 0.0
        return self._flashes % 1.0 >= 0.5
