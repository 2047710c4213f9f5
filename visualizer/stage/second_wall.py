"""Another display that shows the same wall, fitted and mapped to it in its own way.

A plain window with a surface of its own, drawn by software whatever draws the first: the picture is
read back from there.
"""

from __future__ import annotations

from collections.abc import Callable

import pygame

from visualizer.frame import Pixels
from visualizer.show.projection import PLAIN, Projection
from visualizer.stage.geometry import Size, seen
from visualizer.stage.homography import Grey, wall_size
from visualizer.stage.operator_window import CENTRED
from visualizer.stage.renderer import Moment
from visualizer.stage.software_renderer import SoftwareRenderer


class SecondWall:
    """On a display, by its number, in all of its size. Raises pygame.error where it can't be
    opened."""

    def __init__(self, display: int, size: Size) -> None:
        place = CENTRED | display
        self._window = pygame.Window(
            "Visualizer: second wall", size, position=(place, place), borderless=True
        )
        self._renderer = SoftwareRenderer(self._window.get_surface())

    def owns(self, event: pygame.event.Event) -> bool:
        """Whether an event is of this window."""
        return getattr(event, "window", None) == self._window

    def draw(
        self,
        read: Callable[[], Pixels],
        projection: Projection = PLAIN,
        mask: Grey | None = None,
    ) -> None:
        """Draw and show it. read: gives the first display's wall, of which as much is shown as
        fills this one."""
        surface = self._window.get_surface()
        self._renderer.aim(surface)
        wall = read()
        height, width = wall.shape[:2]
        across, down = seen((width, height), wall_size(surface.get_size(), projection), "fill")
        columns, rows = max(1, round(width * across)), max(1, round(height * down))
        left, top = (width - columns) // 2, (height - rows) // 2
        part = wall[top : top + rows, left : left + columns]
        self._renderer.draw(Moment(card=part, projection=projection, mask=mask))
        self._window.flip()

    def close(self) -> None:
        """Close it."""
        self._window.destroy()
