"""Which part of a picture meets which part of a screen. Pure."""

from __future__ import annotations

import pygame

Size = tuple[int, int]
"""Width and height in pixels."""


def fitted(picture: Size, screen: Size) -> pygame.Rect:
    """Where on the screen the whole picture goes: as large as it can, centred."""
    width, height = picture
    scale = min(screen[0] / width, screen[1] / height)
    rect = pygame.Rect(0, 0, max(1, round(width * scale)), max(1, round(height * scale)))
    rect.center = (screen[0] // 2, screen[1] // 2)
    return rect.clip(pygame.Rect((0, 0), screen))


def seen(picture: Size, screen: Size, fit: str) -> tuple[float, float]:
    """How many pictures' widths and heights a screen shows (records.FITS): below 1 where the
    picture is cropped, above 1 where bars or tiles lie beside it."""
    wider = (screen[0] / screen[1]) / (picture[0] / picture[1])
    if fit == "stretch":
        return 1.0, 1.0
    if fit == "fill":
        return min(wider, 1.0), min(1.0 / wider, 1.0)
    return max(wider, 1.0), max(1.0 / wider, 1.0)
