"""The test card for setting up a projector or a screen. Drawn at the wall's size.

Grid and circles for geometry and focus, colour bars and grey steps (with the darkest and brightest
apart, which a wrong range crushes), lines at 5 and 10 % from the edges for what is cut off, the
display's name, size and rate; and a marker that moves one step with each display frame, so that
dropped and repeated frames are visible.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pygame

from visualizer.frame import Pixels
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.geometry import Size

GROUND, GRID, SOFT, LINE = (24, 24, 28), (80, 80, 88), (150, 150, 160), (255, 255, 255)

CELLS = 16
"""Of the grid, along the longer side."""

SAFE = (0.05, 0.10)
"""Shares of a side: what is within is seen even where a screen cuts edges off (action, title)."""

BARS = (
    (191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0),
    (191, 0, 191), (191, 0, 0), (0, 0, 191),
)  # fmt: skip
"""75 % colour bars, as SMPTE's."""

GREYS = 11
"""Steps from black to white."""

NEAR = 8
"""Levels by which the darkest and the brightest step have a neighbour within them."""

STEPS = 60
"""Places of the marker: it goes round once a second at 60 frames a second."""

Words = tuple[str, ...]
"""Lines for the middle: the display's name, then the rest."""


class AlignmentCard:
    """Draws the card; kept until the wall's size or the words change."""

    def __init__(self, letters: Lettering) -> None:
        self._letters = letters
        self._kept: tuple[Size, Words] | None = None
        self._pixels = np.zeros((1, 1, 3), np.uint8)
        self._surface = self._still = pygame.Surface((1, 1))
        self._track = pygame.Rect(0, 0, 1, 1)

    def drawn(self, size: Size, words: Words, number: int) -> Pixels:
        """The card of size (width, height) pixels; number: of the display frame. The next call
        draws over what this one gave."""
        if self._kept != (size, words):
            self._kept = size, words
            self._pixels = np.zeros((size[1], size[0], 3), np.uint8)
            self._surface = pygame.image.frombuffer(self._pixels.data, size, "RGB")
            self._paint(words)
            self._still = self._surface.copy()
        track = self._track
        self._surface.blit(self._still, track, track)
        step = track.width / STEPS
        left = track.left + round(number % STEPS * step)
        self._surface.fill(LINE, (left, track.top, max(1, round(step)), track.height))
        return self._pixels

    def _paint(self, words: Words) -> None:
        to = self._surface
        short = min(to.get_size())
        thin = max(1, round(short / 720))
        area = to.get_rect()
        to.fill(GROUND)
        self._grid(max(area.size) / CELLS, thin)
        for share in SAFE:
            inset = -2 * round(share * area.width), -2 * round(share * area.height)
            pygame.draw.rect(to, SOFT, area.inflate(*inset), thin)
        pygame.draw.rect(to, LINE, area, 1)  # the outermost pixels
        pygame.draw.circle(to, LINE, area.center, round(0.45 * short), 2 * thin)
        around = round(0.11 * short)
        for x in (around, area.width - 1 - around):
            for y in (around, area.height - 1 - around):
                pygame.draw.circle(to, LINE, (x, y), around, 2 * thin)
        block = pygame.Rect(0, 0, round(0.66 * short), round(0.11 * short))
        block.center = area.centerx, area.centery - round(0.21 * short)
        _steps(to, block, BARS)
        block.centery = area.centery + round(0.14 * short)
        greys = [round(255 * step / (GREYS - 1)) for step in range(GREYS)]
        _steps(to, block, [(grey, grey, grey) for grey in greys])
        self._near(block)
        self._words(words, area.centerx, area.centery - round(0.035 * short), short)
        self._track = block.move(0, round(0.14 * short))
        self._track.height = max(1, round(0.05 * short))
        to.fill((0, 0, 0), self._track)
        pygame.draw.rect(to, SOFT, self._track.inflate(2 * thin, 2 * thin), thin)

    def _grid(self, cell: float, thin: int) -> None:
        """Squares, counted from the middle."""
        to = self._surface
        for axis, side in enumerate(to.get_size()):
            count = int(side / 2 / cell)
            for number in range(-count, count + 1):
                at = round(side / 2 + number * cell)
                line = pygame.Rect(0, 0, *to.get_size())
                line[axis], line[axis + 2] = at - thin // 2, thin
                to.fill(LINE if number == 0 else GRID, line)

    def _near(self, block: pygame.Rect) -> None:
        """In the darkest and the brightest step, what is all but as dark, or as bright."""
        side = block.width // GREYS // 2
        for left, level in ((block.left, NEAR), (block.right - 2 * side, 255 - NEAR)):
            spot = pygame.Rect(left + side // 2, 0, side, side)
            spot.centery = block.centery
            self._surface.fill((level, level, level), spot)

    def _words(self, words: Words, middle: int, top: int, short: int) -> None:
        most = round(0.8 * short)
        y = top - round(0.045 * short)
        for number, text in enumerate(words):
            size = max(6, round((0.05 if number == 0 else 0.033) * short))
            line = self._letters.line(self._letters.shorten(text, size, most), size)
            plate = line.get_rect(midtop=(middle, y)).inflate(size, 0)
            self._surface.fill(GROUND, plate)
            self._surface.blit(line, line.get_rect(midtop=(middle, y)))
            y = plate.bottom


def _steps(to: pygame.Surface, block: pygame.Rect, colours: Sequence[tuple[int, int, int]]) -> None:
    """Colours side by side."""
    for number, colour in enumerate(colours):
        left = block.left + round(number * block.width / len(colours))
        right = block.left + round((number + 1) * block.width / len(colours))
        to.fill(colour, (left, block.top, right - left, block.height))
