"""The walk of the seed: on to the next one every so many frames, by a jump or by a glide.

Pure. The wanted seed comes from the performer; the walk restarts where that changes.
"""

from __future__ import annotations

from dataclasses import dataclass

from visualizer.show.parameters import BY_NAME
from visualizer.show.request import Request

SEEDS = int(BY_NAME["seed"].high) + 1
"""How many seeds there are (0 to 4294967295, as of 32 bits); the walk goes round."""

THERE = 1.0 - 1e-6
"""The share at which the next seed is reached: 20 steps of 1/20 add up to a little less than 1."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the noise lies: share (0 to below 1) of the way from a seed's to the next seed's."""

    seed: int
    share: float = 0.0

    @property
    def following(self) -> int:
        """The seed that the way leads to."""
        return (self.seed + 1) % SEEDS


class SeedWalk:
    """Counts frames since the noise came to a seed.

    With a seed_interval of n frames and a seed_glide of g, both left alone, the noise stays at a
    seed for n - m frames, m = round(g · n), and goes to the next one in m equal steps, so that
    frame n is there. Without a glide it goes in one step, a jump, as the reference app did: the
    seed of frame n (from 0) is seed + n // seed_interval. An interval of 0 stays where it is.

    Turning a knob never makes the noise jump: the place is kept, and only how it goes on from
    there is new. A glide that is under way when gliding is turned off ends at the pace it had.
    """

    def __init__(self) -> None:
        self._start: tuple[int, int] | None = None
        self._gone = 0
        self._frames = 0
        self._share = 0.0
        self._motion_limit = 1.0

    def step(self, request: Request) -> Place:
        """The place of the next frame. Counts that frame."""
        start = (request.seed, request.restarts)
        if start != self._start:
            self._start, self._gone = start, 0
            self._frames, self._share = 0, 0.0
        elif request.seed_interval > 0:
            self._go_on(request.seed_interval, round(request.seed_glide * request.seed_interval))
        return Place((request.seed + self._gone) % SEEDS, self._share)

    def _go_on(self, interval: int, moving: int) -> None:
        """By one frame; moving: of the interval's frames, those that glide."""
        self._frames += 1
        if moving > 0 or self._share == 0.0:
            self._motion_limit = 1.0 / max(moving, 1)
        if self._share > 0.0 or self._frames > interval - max(moving, 1):
            self._share += self._motion_limit
        if self._share > THERE:
            self._gone += 1
            self._frames, self._share = 0, 0.0
