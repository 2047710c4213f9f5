"""The operator's window: the HUD beside a preview of the wall, on another display, so that the
audience sees only the picture.

It works beside an OpenGL wall as beside a software one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import pygame

from visualizer.frame import Pixels
from visualizer.show.view import View
from visualizer.stage.display_label import Label
from visualizer.stage.displays import display_names
from visualizer.stage.drawing import dots
from visualizer.stage.drawing.hud_colours import DARK
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.geometry import Size, fitted
from visualizer.stage.hud.hud import Hud
from visualizer.stage.hud.panel_layout import MARGIN, plan, unit_of
from visualizer.stage.plain_window import PlainWindow

SIZE, SMALLEST = (1180, 664), (480, 320)
"""Width and height at first, and at least, in pixels."""

EVERY = 3
"""Display frames from one drawing to the next: 20 a second are enough to read by, and cost the
wall little."""


class ShownWall(NamedTuple):
    """The wall as it is shown: its size in pixels, and what gives it at another."""

    size: Size
    read: Callable[[Size], Pixels]


class OperatorWindow:
    """On a display, by its number. Raises pygame.error where it can't be opened."""

    def __init__(self, display: int, letters: Lettering) -> None:
        self._window = PlainWindow("Visualizer: operator", SIZE, display, SMALLEST)
        self._hud = Hud(letters)
        self._display = display
        self._frames = 0

    def owns(self, event: pygame.event.Event) -> bool:
        """Whether an event is of this window."""
        return self._window.owns(event)

    def draw(self, view: View, wall: ShownWall | None, label: Label) -> bool:
        """Draw and show it, when it is its turn; True where nothing went wrong. wall: None
        before the first frame. label: names its display where the show identifies them. The HUD is
        on unless it was switched off."""
        self._frames += 1
        if self._frames % EVERY != 1:
            return True
        surface = self._window.surface
        surface.fill(DARK)
        if wall is not None:
            self._preview(surface, wall)
        hud = True if view.show.hud is None else view.show.hud
        show = replace(view.show, hud=hud, mapping=None)  # which is done on the wall
        self._hud.draw(surface, replace(view, show=show), splash=wall is None)
        if view.desk_code:
            self._show_code(surface, view.desk_code)
        if view.show.identifies:
            # Where it was opened: SDL does not say where it was dragged to.
            name = dict(enumerate(display_names())).get(self._display, "")
            label(surface, self._display, name)
        self._window.flip()
        return True

    def close(self) -> None:
        """Close it."""
        self._window.close()

    def _show_code(self, surface: pygame.Surface, dark: tuple[tuple[bool, ...], ...]) -> None:
        """The desk's link for a tablet to scan, until one has; the audience can't see it here."""
        width, height = surface.get_size()
        margin = round(MARGIN * unit_of((width, height)))
        code = dots.drawn(dark, min(width, height) * 2 // 5)
        place = code.get_rect(bottomright=(width - margin, height - margin))
        surface.blit(code, place)

    def _preview(self, surface: pygame.Surface, wall: ShownWall) -> None:
        """The wall beside the panel, or behind it where there is no room."""
        width, height = surface.get_size()
        margin = round(MARGIN * unit_of((width, height)))
        left = plan((width, height)).panel.right + margin
        if left > width // 2 + margin:
            left = margin
        room = pygame.Rect(left, margin, width - left - margin, height - 2 * margin)
        size = fitted(wall.size, room.size).size
        picture = pygame.image.frombuffer(wall.read(size).tobytes(), size, "RGB")
        surface.blit(picture, room.topleft)
