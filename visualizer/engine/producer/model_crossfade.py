"""From one model's pictures to the next model's: a crossfade, since the two may differ in size.

The new engine goes on from the old one's last picture, so most of the way is made by the loop
itself; the fade covers what a change of size, and of what a model can draw, would show as a cut.
Pure, no clock.
"""

from __future__ import annotations

from visualizer.engine.crossfade import crossfaded, resized
from visualizer.frame import Pixels

HANDOVER = 2.0
"""Seconds that the fade takes."""


class ModelCrossfade:
    """The fade from one picture that stands still to pictures that come.

    old: the last picture of the engine that goes. since: when the new one took over, in seconds.
    """

    def __init__(self, old: Pixels, since: float) -> None:
        self._old = old
        self._since = since

    def over(self, now: float) -> bool:
        """Whether nothing of the old picture is to be seen any more."""
        return now - self._since >= HANDOVER

    def mixed(self, new: Pixels, now: float) -> Pixels:
        """A new picture with what is left of the old one in it, in the new one's size."""
        self._old = resized(self._old, new.shape[:2])
        return crossfaded(self._old, new, (now - self._since) / HANDOVER)
