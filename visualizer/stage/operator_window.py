"""The operator's window: the HUD beside a preview of the wall, on another display, so that the
audience sees the picture alone.

A plain window with a surface of its own; it works beside an OpenGL wall as beside a software one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pygame

from visualizer.frame import Pixels
from visualizer.show.view import View
from visualizer.stage.drawing.hud_colours import DARK
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.geometry import Size, fitted
from visualizer.stage.hud.hud import Hud
from visualizer.stage.hud.panel_layout import MARGIN, plan, unit_of

SIZE = (1180, 664)
"""Width and height at first, in pixels."""

EVERY = 3
"""Display frames from one drawing to the next: 20 a second are enough to read by, and cost the
wall little."""

CENTRED = 0x2FFF0000
"""SDL_WINDOWPOS_CENTERED; a display's number in its low bits."""


class OperatorWindow:
    """On a display, by its number. Raises pygame.error where it can't be opened."""

    def __init__(self, display: int, letters: Lettering) -> None:
        place = CENTRED | display
        self._window = pygame.Window(
            "Visualizer: operator", SIZE, position=(place, place), resizable=True
        )
        self._window.minimum_size = (480, 320)
        self._hud = Hud(letters)
        self._frames = 0

    def owns(self, event: pygame.event.Event) -> bool:
        """Whether an event is of this window."""
        return getattr(event, "window", None) == self._window

    def draw(self, view: View, wall: Callable[[Size], Pixels] | None) -> None:
        """Draw and show it, when it is its turn. wall: gives the wall at a size; None before the
        first frame. The HUD is on unless it was switched off."""
        self._frames += 1
        if self._frames % EVERY != 1:
            return
        surface = self._window.get_surface()
        surface.fill(DARK)
        if wall is not None:
            self._preview(surface, wall)
        show = view.show if view.show.hud is not None else replace(view.show, hud=True)
        self._hud.draw(surface, replace(view, show=show), splash=wall is None)
        self._window.flip()

    def close(self) -> None:
        """Close it."""
        self._window.destroy()

    def _preview(self, surface: pygame.Surface, wall: Callable[[Size], Pixels]) -> None:
        """The wall beside the panel, or behind it where there is no room."""
        width, height = surface.get_size()
        margin = round(MARGIN * unit_of((width, height)))
        left = plan((width, height)).panel.right + margin
        if left > width // 2 + margin:
            left = margin
        room = pygame.Rect(left, margin, width - left - margin, height - 2 * margin)
        place = fitted((16, 9), room.size)
        pixels = wall(place.size)
        picture = pygame.image.frombuffer(pixels.tobytes(), place.size, "RGB")
        surface.blit(picture, (room.left, room.top))
