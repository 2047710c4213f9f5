"""From one finished picture to another, on the host. Pure: numpy and Pillow, no clock."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageOps

from visualizer.frame import Pixels


def resized(pixels: Pixels, size: tuple[int, ...]) -> Pixels:
    """A picture at (height, width), cropped to that shape; itself where it has that size."""
    if pixels.shape[:2] == size:
        return pixels
    height, width = size
    return np.asarray(ImageOps.fit(Image.fromarray(pixels), (width, height)))


def crossfaded(old: Pixels, new: Pixels, done: float) -> Pixels:
    """Two pictures of one size, mixed. done: how much of the time has passed, 0 to 1; the share
    of the new one starts and ends slowly (smoothstep)."""
    done = min(max(done, 0.0), 1.0)
    share = np.float32(done * done * (3.0 - 2.0 * done))
    before = old.astype(np.float32)
    mixed = np.rint(before + share * (new - before)).astype(np.uint8)
    mixed.setflags(write=False)
    return mixed
