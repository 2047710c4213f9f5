"""The help page: every key, knob and note, from the tables of parameters and commands.

help_layout.py says where things stand; here they are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pygame

from visualizer.stage.drawing import shapes
from visualizer.stage.drawing.hud_colours import ACCENT, DIM, INK, LINE, SCRIM, SOFT
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.hud.help_layout import (
    GAP,
    KEY,
    MARGIN,
    PITCH,
    TOP,
    Placed,
    label_size,
    text_size,
    tries,
)

AT_ONCE = 6
"""Entries drawn a picture while the page is new, and before that steps taken to set it: all in one
would hold the wall for a moment."""


class Help:
    """Draws the page; kept as a surface until the screen's size changes."""

    def __init__(self, letters: Lettering) -> None:
        self._letters = letters
        self._page: pygame.Surface | None = None
        self._to_come: Iterator[None] = iter(())

    def draw(self, target: pygame.Surface) -> None:
        """Lay the page over all else. A new one fills in over the first pictures."""
        if self._page is None or self._page.get_size() != target.get_size():
            self._page = pygame.Surface(target.get_size(), pygame.SRCALPHA)
            self._to_come = self._paint(self._page)
        for _ in islice(self._to_come, AT_ONCE):
            pass
        target.blit(self._page, (0, 0))

    def _paint(self, page: pygame.Surface) -> Iterator[None]:
        """Draw it, entry by entry."""
        page.fill(SCRIM)
        letters = self._letters
        for plan in tries(page.get_size(), letters):
            if plan is not None:
                break
            yield
        else:
            return  # a window of a few pixels
        u = plan.unit
        left = round(MARGIN * u)
        page.blit(letters.line("Keys and knobs", max(8, round(26 * u))), (left, round(14 * u)))
        self._hint(page, u)
        line = (left, round((TOP - 10) * u), page.get_width() - 2 * left, max(1, round(u)))
        page.fill(LINE, line)
        for heading, rect in plan.headings:
            page.blit(letters.line(heading, label_size(u), ACCENT), rect)
        for place in plan.placed:
            yield
            self._entry(page, place, u)

    def _entry(self, page: pygame.Surface, place: Placed, u: float) -> None:
        letters, text = self._letters, text_size(u)
        for name, rect in place.keys:
            shapes.key(page, letters, name, rect)
            if name == "ctrl":
                plus = letters.line("+", text, SOFT)
                page.blit(plus, plus.get_rect(center=(rect.right + round(8 * u), rect.centery)))
        x, y = place.rect.left + place.indent, place.rect.top + round(1 * u)
        label = letters.line(place.entry.label, label_size(u), INK)
        page.blit(label, (x, y))
        if place.entry.tail:
            tail = letters.line(place.entry.tail, text, DIM, bold=False)
            page.blit(tail, tail.get_rect(topright=(place.rect.right, y)))
        for number, line in enumerate(place.lines):
            if line:
                start = x if number else x + label.get_width() + round(GAP * u)
                words = letters.line(line, text, SOFT, bold=False)
                page.blit(words, (start, y + number * round(PITCH * u)))

    def _hint(self, page: pygame.Surface, u: float) -> None:
        """Which key closes the page."""
        letters, size, closes = self._letters, text_size(u), shapes.KEYS["help"]
        text = letters.line("closes", size, SOFT, bold=False)
        height = max(4, round(KEY * u))
        wide = shapes.key_width(letters, closes, height)
        right = page.get_width() - round(MARGIN * u)
        place = text.get_rect(midright=(right, round(29 * u)))
        page.blit(text, place)
        cap = pygame.Rect(0, 0, wide, height)
        cap.midright = (place.left - round(7 * u), place.centery)
        shapes.key(page, letters, closes, cap)
