"""Lettering: text as surfaces, cached, and how much room it takes.

Text is drawn four times too large and scaled down: letters then stand where they should, not on
whole pixels.
"""

from __future__ import annotations

import unicodedata
from collections import OrderedDict

import pygame

from visualizer.stage.drawing.fonts import Fonts
from visualizer.stage.drawing.hud_colours import INK, Colour

OVERSIZE = 4
"""How many times too large text is drawn before it is scaled down."""

MOST = 600
"""Most lines kept; a full HUD and the help page together need about 450."""


class Lettering:
    """Renders and measures lines. size: height of the line in pixels. Needs pygame.font."""

    def __init__(self) -> None:
        self._fonts = Fonts()
        self._lines: OrderedDict[tuple[object, ...], pygame.Surface] = OrderedDict()
        self._widths: OrderedDict[tuple[object, ...], int] = OrderedDict()

    def line(
        self, text: str, size: int, colour: Colour = INK, bold: bool = True, spacing: float = 0.0
    ) -> pygame.Surface:
        """The text on a transparent surface. spacing: between letters, as a share of size."""
        key = (text, size, colour, bold, spacing)
        if key in self._lines:
            self._lines.move_to_end(key)
            return self._lines[key]
        surface = self._render(_plain(text), size, colour, bold, spacing)
        self._lines[key] = surface
        if len(self._lines) > MOST:
            self._lines.popitem(last=False)
        return surface

    def width(self, text: str, size: int, bold: bool = True) -> int:
        """Pixels that line(text, size) is wide, without spacing."""
        key = (text, size, bold)
        if key not in self._widths:
            wide = self._places(_plain(text), size, bold)[-1]
            self._widths[key] = -(-wide // OVERSIZE)
            if len(self._widths) > 4 * MOST:
                self._widths.popitem(last=False)
        return self._widths[key]

    def shorten(self, text: str, size: int, width: int, bold: bool = True) -> str:
        """The text, or as much of its beginning as fits, with an ellipsis."""
        if self.width(text, size, bold) <= width:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width(text[:middle].rstrip() + "…", size, bold) <= width:
                low = middle
            else:
                high = middle - 1
        return text[:low].rstrip() + "…" if low else ""

    def wrap(self, text: str, size: int, width: int, bold: bool = True, most: int = 2) -> list[str]:
        """The text in at most so many lines; what does not fit ends in an ellipsis."""
        lines: list[str] = []
        words = text.split()
        while words and len(lines) < most - 1:
            count = 1
            while count < len(words) and (
                self.width(" ".join(words[: count + 1]), size, bold) <= width
            ):
                count += 1
            lines.append(self.shorten(" ".join(words[:count]), size, width, bold))
            words = words[count:]
        if words:
            lines.append(self.shorten(" ".join(words), size, width, bold))
        return lines

    def _render(
        self, text: str, size: int, colour: Colour, bold: bool, spacing: float
    ) -> pygame.Surface:
        usual, places = self._fonts.font(size * OVERSIZE, bold), self._places(text, size, bold)
        gap = size * spacing * OVERSIZE
        width = max(1, places[-1] + round(gap * max(len(text) - 1, 0)))
        large = pygame.Surface((width, usual.get_linesize()), pygame.SRCALPHA)
        large.fill((*colour[:3], 0))
        for number, (letter, x) in enumerate(zip(text, places, strict=False)):
            if letter == " ":
                continue
            font = self._fonts.font_of(letter, size * OVERSIZE, bold)
            bearing = min(_metrics(font, letter)[0], 0)  # some letters reach left of their place
            mark = font.render(letter, True, colour[:3])
            spot = (x + bearing + round(number * gap), usual.get_ascent() - font.get_ascent())
            large.blit(mark, spot, special_flags=pygame.BLEND_RGBA_MAX)
        target = (-(-width // OVERSIZE), -(-large.get_height() // OVERSIZE))
        return pygame.transform.smoothscale(large, target)

    def _places(self, text: str, size: int, bold: bool) -> list[int]:
        """Where each letter stands, then where the line ends, in oversized pixels.

        Letter by letter, for the bold font's kerning pairs tear words apart ("k nobs").
        """
        places = [0]
        for letter in text:
            font = self._fonts.font_of(letter, size * OVERSIZE, bold)
            places.append(places[-1] + _metrics(font, letter)[1])
        return places


def _metrics(font: pygame.font.Font, letter: str) -> tuple[int, int]:
    """How far a letter's ink is from its place (negative: left of it), and its advance."""
    found = font.metrics(letter)[0]
    return (0, 0) if found is None else (int(found[0]), int(found[4]))


def _plain(text: str) -> str:
    """One line that a font can draw: no control characters (NUL is an error in SDL_ttf), and none
    of those that only join emoji or choose their style."""
    text = unicodedata.normalize("NFC", text).translate(dict.fromkeys((0x200D, 0xFE0E, 0xFE0F)))
    return "".join(c if c.isprintable() else " " for c in text)
