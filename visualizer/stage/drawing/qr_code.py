"""A QR code as a surface, for a tablet's camera to read from a screen."""

from __future__ import annotations

from functools import lru_cache

import pygame
import segno

BORDER = 3
"""Light dots around it: cameras need some."""


@lru_cache(maxsize=2)  # the same one, 15 times a second
def drawn(text: str, side: int) -> pygame.Surface:
    """It, in a square of about so many pixels: all dots are of one size."""
    code = segno.make(text, micro=False)
    dots = [list(row) for row in code.matrix_iter(border=BORDER)]
    scale = max(side // len(dots), 1)
    surface = pygame.Surface((len(dots) * scale, len(dots) * scale))
    surface.fill((255, 255, 255))
    for down, row in enumerate(dots):
        for across, dot in enumerate(row):
            if dot & 1:
                surface.fill((0, 0, 0), (across * scale, down * scale, scale, scale))
    return surface
