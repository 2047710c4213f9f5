"""A display's number and name, large in the middle of a window, to identify the display.

Drawn over the picture as the HUD is: unmapped, in a blackout too, and not in recordings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pygame

from visualizer.stage.drawing import shapes
from visualizer.stage.drawing.hud_colours import ACCENT, FIELD, INK
from visualizer.stage.drawing.lettering import Lettering

Label: TypeAlias = Callable[[pygame.Surface, int, str], None]
"""Draws a display's number and name on a surface. Raises nothing."""


def draw(to: pygame.Surface, letters: Lettering, number: int, name: str) -> None:
    """Draw the label. number: as --display takes it, from 0."""
    short = min(to.get_size())
    large, small = max(6, round(0.4 * short)), max(6, round(0.08 * short))
    figure = letters.line(str(number), large, ACCENT)
    figure = figure.subsurface(figure.get_bounding_rect())  # without room for letters that descend
    words = letters.line(letters.shorten(name, small, round(0.8 * to.get_width())), small, INK)
    width = max(figure.get_width(), words.get_width()) + 2 * small
    plate = pygame.Rect(0, 0, width, figure.get_height() + words.get_height() + 2 * small)
    plate.center = to.get_rect().center
    to.blit(shapes.plate(*plate.size, small // 2, FIELD), plate)
    to.blit(figure, figure.get_rect(midtop=(plate.centerx, plate.top + small)))
    to.blit(words, words.get_rect(midbottom=(plate.centerx, plate.bottom - small // 2)))
