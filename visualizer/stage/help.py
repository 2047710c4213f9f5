"""The help page: every key, knob and note, from the tables of parameters and commands.

layout() tries sizes of type from large to small, and one to three columns, until all fits.
"""

from __future__ import annotations

from dataclasses import dataclass

import pygame

from visualizer.show.actions import COMMANDS
from visualizer.show.parameters import PARAMETERS
from visualizer.stage import shapes
from visualizer.stage.lettering import Lettering
from visualizer.stage.palette import ACCENT, DIM, INK, LINE, SCRIM, SOFT

MARGIN, TOP, BETWEEN = 36, 84, 44
"""Around the page, above the columns and between them, in units."""

SMALLEST = 0.1
"""Pixels a unit below which nothing could be read."""

KEY, LABEL, TEXT = 24, 17, 15
"""Heights of a key, a label and an explanation, in units."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the tables, for people. tail: its MIDI control change or note."""

    name: str
    keys: tuple[str, ...]
    label: str
    text: str
    tail: str


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry where it stands: its rectangle, its keys', how far its text is indented, and the
    lines of its explanation."""

    entry: Entry
    rect: pygame.Rect
    keys: tuple[pygame.Rect, ...]
    indent: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole page. unit: pixels a unit. headings: a word and where it stands."""

    unit: float
    headings: tuple[tuple[str, pygame.Rect], ...]
    placed: tuple[Placed, ...]


def entries() -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    """The tables as the page shows them: heading and entries."""
    commands = tuple(Entry(c.name, c.keys, c.label, c.help, f"note {c.note}") for c in COMMANDS)
    parameters = tuple(Entry(p.name, p.keys, p.label, p.help, f"CC {p.cc}") for p in PARAMETERS)
    return ("Commands", commands), ("Parameters", parameters)


def layout(size: tuple[int, int], letters: Lettering) -> Layout:
    """The largest page that fits a screen of that size."""
    unit = size[1] / 600
    while unit > SMALLEST:
        for columns in (2, 1, 3):
            page = _try(size, letters, unit, columns)
            if page is not None:
                return page
        unit *= 0.96
    return Layout(unit, (), ())  # a window of a few pixels


def _try(size: tuple[int, int], letters: Lettering, u: float, columns: int) -> Layout | None:
    width = (size[0] - 2 * MARGIN * u - (columns - 1) * BETWEEN * u) / columns
    key = max(4, round(KEY * u))
    text = max(5, round(TEXT * u))
    column, y = 0, TOP * u
    headings: list[tuple[str, pygame.Rect]] = []
    placed: list[Placed] = []
    for number, (heading, table) in enumerate(entries()):
        if number and columns == 2:  # a column for each table
            if column:
                return None
            column, y = 1, TOP * u
        indent = max(_keys_width(letters, entry, key, u) for entry in table) + 14 * u
        room = int(width - indent)
        label = max(5, round(LABEL * u))
        head = max(
            letters.width(entry.label, label) + letters.width(entry.tail, text, bold=False)
            for entry in table
        )
        if room < head + 10 * u:
            return None
        for place, entry in enumerate(table):
            lines = tuple(letters.wrap(entry.text, text, room, bold=False, most=9))
            height = int((max(KEY, LABEL + 5 + (TEXT + 3) * len(lines))) * u)
            need = height + (26 * u if place == 0 else 0)
            if y + need > size[1] - 24 * u:
                column, y = column + 1, TOP * u
            if column >= columns:
                return None
            x = MARGIN * u + column * (width + BETWEEN * u)
            if place == 0:
                headings.append((heading, pygame.Rect(int(x), int(y), int(width), int(22 * u))))
                y += 26 * u
            rect = pygame.Rect(int(x), int(y), int(width), height)
            keys: list[pygame.Rect] = []
            for name in entry.keys:
                wide = shapes.key_width(letters, name, key)
                keys.append(pygame.Rect(round(x), rect.top, wide, key))
                x += wide + 4 * u
            placed.append(Placed(entry, rect, tuple(keys), round(indent), lines))
            y += height + 7 * u
        y += 10 * u
    return Layout(u, tuple(headings), tuple(placed))


def _keys_width(letters: Lettering, entry: Entry, key: int, u: float) -> float:
    widths = [shapes.key_width(letters, name, key) for name in entry.keys]
    return sum(widths) + 4 * u * (len(widths) - 1)


class Help:
    """Draws the page; kept as a surface until the screen's size changes."""

    def __init__(self, letters: Lettering) -> None:
        self._letters = letters
        self._page: pygame.Surface | None = None

    def draw(self, target: pygame.Surface) -> None:
        """Lay the page over all else."""
        if self._page is None or self._page.get_size() != target.get_size():
            self._page = self._paint(target.get_size())
        target.blit(self._page, (0, 0))

    def _paint(self, size: tuple[int, int]) -> pygame.Surface:
        plan, letters = layout(size, self._letters), self._letters
        u = plan.unit
        page = pygame.Surface(size, pygame.SRCALPHA)
        page.fill(SCRIM)
        left, label, text = round(MARGIN * u), max(5, round(LABEL * u)), max(5, round(TEXT * u))
        page.blit(letters.line("Keys and knobs", max(8, round(30 * u))), (left, round(26 * u)))
        self._hint(page, u)
        for heading, rect in plan.headings:
            page.blit(letters.line(heading, label, ACCENT), rect)
        for place in plan.placed:
            for name, rect in zip(place.entry.keys, place.keys, strict=True):
                shapes.key(page, letters, name, rect)
            x, y = place.rect.left + place.indent, place.rect.top
            page.blit(letters.line(place.entry.label, label, INK), (x, y))
            tail = letters.line(place.entry.tail, text, DIM, bold=False)
            page.blit(tail, tail.get_rect(topright=(place.rect.right, y + round(u))))
            for number, line in enumerate(place.lines):
                down = round((LABEL + 5 + (TEXT + 3) * number) * u)
                page.blit(letters.line(line, text, SOFT, bold=False), (x, y + down))
        page.fill(LINE, (left, round((TOP - 14) * u), size[0] - 2 * left, max(1, round(u))))
        return page

    def _hint(self, page: pygame.Surface, u: float) -> None:
        """Which key closes the page."""
        letters, size = self._letters, max(5, round(TEXT * u))
        closes = next(c.keys[0] for c in COMMANDS if c.name == "help")
        text = letters.line("closes", size, SOFT, bold=False)
        height = max(4, round(KEY * u))
        wide = shapes.key_width(letters, closes, height)
        right = page.get_width() - round(MARGIN * u)
        place = text.get_rect(midright=(right, round(44 * u)))
        page.blit(text, place)
        cap = pygame.Rect(0, 0, wide, height)
        cap.midright = (place.left - round(7 * u), place.centery)
        shapes.key(page, letters, closes, cap)
