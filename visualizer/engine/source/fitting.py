"""A source's frame scaled to fill the loop's picture, with its own zoom and mirror.

What is larger is averaged over areas while FFmpeg makes RGB of it, what is smaller is interpolated.
"""

from __future__ import annotations

import av
import numpy as np
from PIL import Image

from visualizer.frame import Pixels

OFF, LEFT, TOP, BOTH, FLIP = range(5)
"""The choices of the parameter source_mirror."""


def fitted(
    frame: av.VideoFrame,
    size: tuple[int, int],
    zoom: float = 0.0,
    mirror: int = OFF,
    pixel_aspect: float = 1.0,
) -> Pixels:
    """A frame at (height, width), what juts out of that shape cut off on both sides alike.

    zoom: doublings; below 0 the frame is repeated, mirrored at its edges. Read-only.
    """
    turns = round(getattr(frame, "rotation", 0) / 90) % 4  # of a phone; PyAV 14 and later know it
    width, height = frame.width * pixel_aspect, float(frame.height)
    if turns % 2:
        width, height = height, width
    scale = max(size[0] / height, size[1] / width) * 2.0**zoom
    # Enlarged later, so that no more is enlarged than is to be seen.
    shrink = min(scale, 1.0)
    across, down = max(round(width * shrink), 1), max(round(height * shrink), 1)
    if turns % 2:
        across, down = down, across
    rgb = frame.reformat(width=across, height=down, format="rgb24", interpolation="AREA")
    pixels: Pixels = np.rot90(rgb.to_ndarray().astype(np.uint8, copy=False), turns)
    pixels = _enlarged(pixels, size, scale) if scale > 1.0 else _cropped(pixels, size)
    pixels = np.ascontiguousarray(_mirrored(pixels, mirror))
    pixels.setflags(write=False)
    return pixels


def _enlarged(pixels: Pixels, size: tuple[int, int], scale: float) -> Pixels:
    """The middle of a picture, so many times as large."""
    height, width = size
    down, across = min(height / scale, pixels.shape[0]), min(width / scale, pixels.shape[1])
    top, left = (pixels.shape[0] - down) / 2, (pixels.shape[1] - across) / 2
    image = Image.fromarray(np.ascontiguousarray(pixels))
    box = (left, top, left + across, top + down)
    larger = image.resize((width, height), Image.Resampling.BICUBIC, box=box)
    return np.asarray(larger)


def _cropped(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """The middle of a picture, which is continued in mirror images where it is too small."""
    missing = [max(want - have, 0) for want, have in zip(size, pixels.shape, strict=False)]
    if any(missing):
        sides = [(each // 2, each - each // 2) for each in missing]
        pixels = np.pad(pixels, (*sides, (0, 0)), mode="symmetric")
    top, left = ((have - want) // 2 for want, have in zip(size, pixels.shape, strict=False))
    return pixels[top : top + size[0], left : left + size[1]]


def _mirrored(pixels: Pixels, mirror: int) -> Pixels:
    if mirror == FLIP:
        return pixels[:, ::-1]
    if mirror in (LEFT, BOTH):
        pixels = _halved(pixels)
    if mirror in (TOP, BOTH):
        pixels = _halved(pixels.swapaxes(0, 1)).swapaxes(0, 1)
    return pixels


def _halved(pixels: Pixels) -> Pixels:
    """The left half, and its mirror image as the right half."""
    width = pixels.shape[1]
    left = pixels[:, : (width + 1) // 2]
    return np.concatenate((left, left[:, : width // 2][:, ::-1]), axis=1)
