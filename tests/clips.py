"""Small videos made with PyAV: what tests read as sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np

from visualizer.frame import Pixels

Colour = tuple[int, int, int]

RED, GREEN, BLUE, GREY = (220, 30, 30), (30, 200, 40), (30, 40, 220), (128, 128, 128)

RATE = 10
"""Frames a second."""


def write_clip(
    path: Path,
    colours: Sequence[Colour],
    size: tuple[int, int] = (64, 96),
    codec: str = "libx264",
    key_every: int = 4,
) -> Path:
    """A video of a frame a colour at RATE. size: (height, width)."""
    height, width = size
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = width, height
        stream.pix_fmt = "rgb8" if codec == "gif" else "yuv420p"
        if codec != "gif":
            stream.options = {"g": str(key_every), "crf": "1"}
        for colour in colours:
            pixels = np.full((height, width, 3), colour, np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            container.mux(stream.encode(frame.reformat(format=stream.pix_fmt)))
        container.mux(stream.encode(None))
    return path


def is_colour(pixels: Pixels, colour: Colour, within: int = 12) -> bool:
    """Whether all of a picture has a colour, but for what a codec makes of it."""
    return bool(np.abs(pixels.astype(int) - colour).max() <= within)
