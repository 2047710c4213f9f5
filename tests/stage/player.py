"""A stage to play on, with a clock that moves only when the stage waits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pygame

from visualizer.frame import Frame, Pixels
from visualizer.show.next_request import request
from visualizer.show.state import Show
from visualizer.show.view import View
from visualizer.stage.pacing import PERIOD
from visualizer.stage.stage import Stage

from .shows import RUNNING

BARE = replace(Show(), hud=False, fullscreen=False)
"""Nothing but the picture, in a window."""


class Player:
    """A stage with a clock that moves only when the stage waits."""

    def __init__(self, **options: Any) -> None:
        self.now = 100.0
        self.number = 0
        self.waits: list[float] = []
        options = {"windowed": True, **options}
        self.stage = Stage(**options, clock=lambda: self.now, wait=self._wait)

    def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def frame(self, level: int, size: int = 16) -> None:
        """A new frame, all of one grey."""
        self.picture(np.full((size, size, 3), level, np.uint8))

    def picture(self, pixels: Pixels) -> None:
        """A new frame of those pixels."""
        self.number += 1
        self.stage.show_frame(Frame(self.number, self.now, 0.1, pixels, 1, request(BARE)))

    def play(self, show: Show, seconds: float = PERIOD) -> int:
        """Present a show for some time; gives back the grey level in the middle of the wall."""
        for _ in range(max(1, round(seconds / PERIOD))):
            self.stage.present(View(show, RUNNING))
        return int(wall()[wall().shape[0] // 2, wall().shape[1] // 2, 1])


def wall() -> npt.NDArray[np.uint8]:
    """What the window shows, shape (width, height, 3)."""
    surface = pygame.display.get_surface()
    assert surface is not None
    return pygame.surfarray.array3d(surface)
