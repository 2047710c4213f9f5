"""The interface between the stage and what draws the wall: a renderer blends two pictures,
continues their motion, applies the looks, scales the result to the wall and maps it to the screen.

It knows nothing of time: how far the crossfade and the motion are comes from pacing.py. Two
renderers draw the same: software_renderer.py on the processor, gl_renderer.py on the GPU.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import pygame

from visualizer.frame import Pixels
from visualizer.show.parameters import DEFAULTS
from visualizer.show.projection import PLAIN, Projection
from visualizer.show.request import Request
from visualizer.stage.geometry import Size
from visualizer.stage.homography import Grey


@dataclass(frozen=True, slots=True)
class Moment:
    """What the wall shows at a moment.

    mix: from 0, the picture before, to 1, the newest. dim: from 0, black, to 1. fit: one of
    records.FITS. request: whose motion (show/loop_motion.py) the pictures are moved on by; None for
    none. ahead: seconds of it for the picture before; behind: for the newest, below 0 while it is
    on its way to its own place. looks: the show's values, of which those of the group "look" count.
    number: of the picture on the wall, for what is another in each. dark: whether it is the dark
    half of a flash.
    projection: where on the screen the wall goes; mask: its picture, of any size. card: what to
    show in place of the pictures, without looks, scaled to the wall; None for nothing.
    """

    mix: float = 1.0
    dim: float = 1.0
    fit: str = "fill"
    request: Request | None = None
    ahead: float = 0.0
    behind: float = 0.0
    looks: Mapping[str, float] = field(default_factory=lambda: DEFAULTS)
    number: int = 0
    dark: bool = False
    projection: Projection = PLAIN
    mask: Grey | None = None
    card: Pixels | None = None


class Renderer(Protocol):
    """Draws on the window, or on any other surface in tests. For the main thread only.

    name: for people. canvas: what HUD and start screen are drawn on, over the wall; not to be kept.
    """

    name: str

    @property
    def canvas(self) -> pygame.Surface: ...

    def aim(self, target: pygame.Surface) -> None:
        """Draw on another window surface from now on (it was resized or reopened)."""

    def push(self, pixels: Pixels) -> None:
        """pixels (copied) is the picture to go to; what the last draw showed is the one to come
        from."""

    def draw(self, moment: Moment) -> None:
        """Draw the wall; black before the first push, but for a card."""

    def read(self, size: Size | None = None) -> Pixels:
        """The wall as last drawn, before its projection and without what was drawn on the canvas.
        size: scaled to it; without one, the wall's own (homography.wall_size)."""

    def finish(self) -> None:
        """Lay the canvas over the wall: all is ready for the flip."""
