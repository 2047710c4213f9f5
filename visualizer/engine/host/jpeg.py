"""Encode pictures as JPEG for the network: visually close to the original, and much smaller.

The loop itself never sees one: it stays where the engine is.
"""

from __future__ import annotations

import cv2
import numpy as np

from visualizer.frame import Pixels

QUALITY = 95
"""Of 100; colours at the full size of the picture (4:4:4)."""

HOW = (
    cv2.IMWRITE_JPEG_QUALITY,
    QUALITY,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
)


def encode(pixels: Pixels) -> bytes:
    """A picture as a JPEG file's bytes."""
    made, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), HOW)
    assert made
    return data.tobytes()


def decode(data: bytes) -> Pixels:
    """The picture, read-only, of a JPEG file's bytes. Raises ValueError for what is none."""
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    if found is None:
        raise ValueError("no JPEG")
    pixels = np.asarray(found, np.uint8)
    pixels.setflags(write=False)
    return pixels
