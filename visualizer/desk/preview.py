"""The preview: the wall's picture, small and as JPEG, for desks that request it.

The frame loop hands a picture over only where one is wanted, 12 times a second, and through a slot
in which the newest wins; what is scaled and encoded is so in the desk's thread.
"""

from __future__ import annotations

import cv2
import numpy as np

from visualizer.frame import Pixels
from visualizer.latest import Latest

FPS = 12.0

HALF_A_FRAME = 0.5 / 60
"""Seconds by which a picture may come early, as the display's frames are not exactly in time."""

LONGEST_SIDE = 640
"""Pixels of the preview's longer side, at most."""

QUALITY = 70
"""Of the JPEG: 20 to 50 kB a picture."""


class Preview:
    """watchers: how many want it; set in the desk's thread, and read in the frame loop."""

    def __init__(self) -> None:
        self.watchers = 0
        self._pictures: Latest[Pixels] = Latest()
        self._due = float("-inf")
        self.small: Pixels | None = None
        """The newest picture that was taken, small; in the desk's thread."""

    def wants(self, at: float) -> bool:
        """Whether the picture on the wall at a time, in seconds, is wanted. Never waits."""
        return self.watchers > 0 and at >= self._due

    def take(self, pixels: Pixels, at: float) -> None:
        """That picture, which nobody may write to any more. Never waits."""
        self._due = at + 1.0 / FPS - HALF_A_FRAME
        self._pictures.put(pixels)

    def newest(self) -> bytes | None:
        """A picture that was not taken before, as JPEG; None where there is none. Takes 1 to 4 ms,
        most of them without Python's lock."""
        pixels = self._pictures.get()
        if pixels is None:
            return None
        self.small = scaled(pixels)
        return encoded(self.small)


def scaled(pixels: Pixels) -> Pixels:
    """Pixels (height, width, 3 of uint8, RGB) at LONGEST_SIDE at most."""
    height, width = pixels.shape[:2]
    scale = min(LONGEST_SIDE / max(height, width), 1.0)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    # By halves and then linearly: a quarter of the time that areas of any other factor take.
    while pixels.shape[1] >= 2 * size[0] and pixels.shape[0] >= 2 * size[1]:
        half = pixels.shape[1] // 2, pixels.shape[0] // 2
        pixels = np.asarray(cv2.resize(pixels, half, interpolation=cv2.INTER_AREA), np.uint8)
    if pixels.shape[1::-1] != size:
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    return pixels


def encoded(pixels: Pixels) -> bytes:
    """Pixels as a JPEG."""
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    _, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return np.asarray(jpeg).tobytes()
