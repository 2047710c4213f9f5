"""Pictures for the wall, and what a renderer makes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from visualizer.frame import Pixels
from visualizer.show.next_request import request
from visualizer.show.request import Request
from visualizer.show.state import Show
from visualizer.stage.renderer import Moment, Renderer

Signed = npt.NDArray[np.int64]


def seen_on(renderer: Renderer, moment: Moment) -> Signed:
    """The wall at a moment, (height, width, 3)."""
    renderer.draw(moment)
    return renderer.read().astype(np.int64)


def plain(red: int, green: int, blue: int, size: int = 8) -> Pixels:
    """A picture of one colour."""
    return np.full((size, size, 3), (red, green, blue), np.uint8)


def quarters(size: int = 32) -> Pixels:
    """Each corner has its colour, so that mirrored or turned pictures show."""
    picture = np.zeros((size, size, 3), np.uint8)
    half = size // 2
    picture[:half, :half] = (230, 40, 40)
    picture[:half, half:] = (40, 230, 40)
    picture[half:, :half] = (40, 40, 230)
    picture[half:, half:] = (230, 230, 40)
    return picture


def detailed(width: int, height: int) -> Pixels:
    """A picture in which each pixel is another."""
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)


def smooth(size: int) -> Pixels:
    """A picture with detail in all directions that no scaling loses."""
    y, x = np.mgrid[:size, :size] / size * 2 * np.pi
    waves = (np.sin(2 * x + y), np.sin(3 * y - x) * np.cos(x), np.cos(2 * x - 2 * y))
    return np.round(127 + 100 * np.stack(waves, -1)).astype(np.uint8)


def moving(**values: Any) -> Request:
    """A request with such motion, at 1 s of show time."""
    return replace(request(Show()), time=1.0, **values)
