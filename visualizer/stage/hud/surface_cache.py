"""Surfaces that are kept until what they show changes, so that a HUD at rest costs a few blits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pygame

Shown = TypeVar("Shown")


class Kept:
    """Sections of the screen by name: one surface for each, at any size of the window."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[object, pygame.Surface]] = {}

    def draw(
        self,
        target: pygame.Surface,
        name: str,
        place: pygame.Rect,
        unit: float,
        shown: Shown,
        paint: Callable[[pygame.Surface, float, Shown], None],
    ) -> None:
        """Put a section into its place; paint (surface, pixels a unit, shown) repaints it where
        shown, the size or the unit is another."""
        key = (shown, place.size, unit)
        kept = self._kept.get(name)
        if kept is None or kept[0] != key:
            surface = pygame.Surface(place.size, pygame.SRCALPHA)
            paint(surface, unit, shown)
            kept = self._kept[name] = (key, surface)
        target.blit(kept[1], place)
