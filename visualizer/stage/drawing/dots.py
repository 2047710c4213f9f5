"""Dots in rows as a surface, such as those of a QR code."""

from __future__ import annotations

from functools import lru_cache

import pygame


@lru_cache(maxsize=2)  # the same ones, 20 times a second
def drawn(dark: tuple[tuple[bool, ...], ...], side: int) -> pygame.Surface:
    """Dots of one size, black and white, in a square of at most side pixels. dark: by rows, as many
    rows as a row has dots."""
    scale = max(side // len(dark), 1)
    surface = pygame.Surface((len(dark) * scale, len(dark) * scale))
    surface.fill((255, 255, 255))
    for down, row in enumerate(dark):
        for across, is_dark in enumerate(row):
            if is_dark:
                surface.fill((0, 0, 0), (across * scale, down * scale, scale, scale))
    return surface
