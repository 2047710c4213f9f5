"""From one model's pictures to the next model's: a crossfade, since the two may differ in size.

The new engine goes on from the old one's last picture, so most of the way is made by the loop
itself; the fade covers what a change of size, and of what a model can draw, would show as a cut.
Pure: numpy and Pillow, no clock.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageOps

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
        done = min(max((now - self._since) / HANDOVER, 0.0), 1.0)
        share = np.float32(done * done * (3.0 - 2.0 * done))
        self._old = resized(self._old, new.shape[:2])
        old = self._old.astype(np.float32)
        pixels = np.rint(old + share * (new - old)).astype(np.uint8)
        pixels.setflags(write=False)
        return pixels


def resized(pixels: Pixels, size: tuple[int, ...]) -> Pixels:
    """A picture at (height, width), cropped to that shape; itself where it has that size."""
    if pixels.shape[:2] == size:
        return pixels
    height, width = size
    return np.asarray(ImageOps.fit(Image.fromarray(pixels), (width, height)))
