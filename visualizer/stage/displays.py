"""What displays there are, and what has no letter in any font, for who asks before a show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pygame

from visualizer.stage import window
from visualizer.stage.drawing.fonts import Fonts
from visualizer.stage.plain_window import end_video

SIZE = 24
"""Height in pixels of the letters that are looked for."""


class Display(NamedTuple):
    """size: in pixels. rate: pictures a second, 0 where that is not known."""

    name: str
    size: tuple[int, int]
    rate: int


def displays() -> tuple[Display, ...]:
    """Those that there are, in their order; none where no screen is found."""
    was_there = pygame.display.get_init()
    try:
        pygame.display.init()
        rows = zip(
            window.display_names(),
            pygame.display.get_desktop_sizes(),
            pygame.display.get_desktop_refresh_rates(),
            strict=True,
        )
        return tuple(Display(*row) for row in rows)
    except pygame.error:
        return ()
    finally:
        if not was_there:
            end_video()


def letters_without_font(letters: Iterable[str]) -> str:
    """Those letters that the HUD can draw as boxes only, sorted."""
    was_there = pygame.font.get_init()
    pygame.font.init()
    try:
        fonts = Fonts()
        return "".join(sorted(each for each in set(letters) if not fonts.has(each, SIZE)))
    finally:
        if not was_there:
            pygame.font.quit()
