"""The walk of the seed: up by one every so many frames, as a show goes on.

Pure. The wanted seed comes from the performer; the walk starts anew where that changes.
"""

from __future__ import annotations

from visualizer.show.parameters import BY_NAME
from visualizer.show.request import Request

SEEDS = int(BY_NAME["seed"].high) + 1
"""How many seeds there are (0 to 10000); the walk goes round."""


class SeedWalk:
    """Counts frames since the seed was set.

    With a seed_interval that stays, the seed of frame n (from 0) is seed + n // seed_interval.
    Only frames to come are counted anew when the interval is turned, so that turning the knob
    does not make the seed jump. An interval of 0 stays where it is.
    """

    def __init__(self) -> None:
        self._start: tuple[int, int] | None = None
        self._gone = 0
        self._frames = 0

    def step(self, request: Request) -> int:
        """The seed of the next frame, 0 to 10000. Counts that frame."""
        start = (request.seed, request.restarts)
        if start != self._start:
            self._start, self._gone, self._frames = start, 0, 0
        elif 0 < request.seed_interval <= self._frames:
            self._gone, self._frames = self._gone + 1, 0
        self._frames += 1
        return (request.seed + self._gone) % SEEDS
