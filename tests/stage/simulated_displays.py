"""Displays that are pulled and plugged in, simulated over SDL's dummy driver, which has one."""

from __future__ import annotations

import pygame
import pytest

from visualizer.stage import window
from visualizer.stage.window import Window

SIZES = [(640, 480), (800, 600), (400, 300)]
"""Of the simulated displays, by number: a fullscreen surface's size tells where it is."""


class Displays:
    """Displays that can be pulled and plugged in, over SDL's dummy driver, which has only one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, number: int = 2) -> None:
        self.number = number
        self.refused: set[int] = set()
        self.refuses_vsync = False
        self.opened: list[tuple[int, bool, bool]] = []
        self.lost = False
        self._set_mode, self._flip = pygame.display.set_mode, pygame.display.flip
        monkeypatch.setattr(pygame.display, "get_num_displays", lambda: self.number)
        monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: SIZES[: self.number])
        monkeypatch.setattr(pygame.display, "set_mode", self.set_mode)
        monkeypatch.setattr(pygame.display, "flip", self.flip)

    def set_mode(
        self, size: tuple[int, int], flags: int, *, display: int, vsync: int
    ) -> pygame.Surface:
        """In place of pygame's; notes which display, whether scaled and whether with vsync."""
        self.opened.append((display, bool(flags & pygame.SCALED), bool(vsync)))
        if display in self.refused or (vsync and self.refuses_vsync):
            raise pygame.error("refused")
        return self._set_mode(size)

    def flip(self) -> None:
        """In place of pygame's; fails once where lost is set."""
        if self.lost:
            self.lost = False
            raise pygame.error("display Surface quit")
        self._flip()


def flip(opened: Window, times: int = window.RETRY) -> None:
    """Go on for about a second."""
    for _ in range(times):
        opened.flip()
