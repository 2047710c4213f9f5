"""MIDI learn: the list of what a control can play, open around what is chosen.

Visible with the HUD off too, as keys go through it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pygame

from visualizer.show import targets
from visualizer.show.command_table import COMMANDS
from visualizer.show.parameters import BY_NAME
from visualizer.show.records import Learning
from visualizer.show.targets import LEARNABLE
from visualizer.stage.drawing import shapes
from visualizer.stage.drawing.hud_colours import ACCENT, DIM, EDGE, FIELD, FILL, INK, SOFT
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.hud.entry_box import keys_line
from visualizer.stage.hud.surface_cache import Kept

WIDTH, MARGIN, PAD, HEAD, ROW, LINE, KEYS = 480, 16, 18, 30, 30, 30, 34
"""Of the list, around it and within it, its title, a row, what was learned last, and the line of
keys; in units."""

MOST = 9
"""Most rows: the chosen one and as many on both sides."""

ENOUGH = 400
"""The least width that the list takes beside the panel, in units."""

MOVES: Mapping[str, str] = MappingProxyType(
    {
        targets.VALUE: "knob or fader",
        targets.COMMAND: "pad or button",
        targets.PRESET: "pad or button",
        targets.SNAPSHOT: "pad or button",
        targets.STORE: "pad or button",
    }
)
"""What is moved for a target of a kind."""

_LABELS = MappingProxyType({command.name: command.label for command in COMMANDS})


@dataclass(frozen=True, slots=True)
class Row:
    """A target in the list. place: its index in LEARNABLE."""

    place: int
    label: str
    moves: str


def place_of(size: tuple[int, int], unit: float, beside: int, bottom: int) -> pygame.Rect:
    """Where the list stands: right of beside and above bottom (pixels), if it is wide enough."""
    margin = round(MARGIN * unit)
    left = beside + margin
    if size[0] - margin - left < ENOUGH * unit:
        left = margin
    width = max(1, min(round(WIDTH * unit), size[0] - margin - left))
    fixed = (2 * PAD + HEAD + LINE + KEYS) * unit
    rows = int((bottom - 2 * margin - fixed) / (ROW * unit))
    rows = max(1, min(MOST, rows if rows % 2 else rows - 1))  # the chosen one in the middle
    height = round(fixed + rows * ROW * unit)
    return pygame.Rect(left, bottom - margin - height, width, height)


def rows(chosen: int, count: int) -> tuple[Row, ...]:
    """So many rows around the chosen one, round and round."""
    return tuple(
        _row((chosen + by) % len(LEARNABLE)) for by in range(-(count // 2), count - count // 2)
    )


def _row(place: int) -> Row:
    target = targets.parse(LEARNABLE[place])
    if target.kind == targets.VALUE:
        label = BY_NAME[target.name].label
    elif target.kind == targets.COMMAND:
        label = _LABELS[target.name]
    else:
        label = str(target).capitalize()
    return Row(place, label, MOVES[target.kind])


class Learn:
    """Draws the list; kept as a surface until what it shows changes."""

    def __init__(self, letters: Lettering) -> None:
        self._letters = letters
        self._kept = Kept()

    def draw(
        self, target: pygame.Surface, learning: Learning, unit: float, place: pygame.Rect
    ) -> None:
        """The list in place."""
        self._kept.draw(target, "list", place, unit, learning, self._paint)

    def _paint(self, to: pygame.Surface, u: float, learning: Learning) -> None:
        letters = self._letters
        to.blit(shapes.plate(*to.get_size(), round(16 * u), FIELD, EDGE), (0, 0))
        pad, size, small = round(PAD * u), max(6, round(18 * u)), max(6, round(15 * u))
        inner = pygame.Rect(pad, pad, max(1, to.get_width() - 2 * pad), to.get_height() - 2 * pad)
        title = letters.line("MIDI learn", size, ACCENT)
        to.blit(title, inner.topleft)
        hint = letters.line("arrows choose, then move a control", small, SOFT, bold=False)
        if title.get_width() + hint.get_width() + pad < inner.width:
            to.blit(hint, hint.get_rect(topright=(inner.right, inner.top + round(2 * u))))
        y, pitch = inner.top + round(HEAD * u), round(ROW * u)
        count = max(1, round((inner.height / u - HEAD - LINE - KEYS) / ROW))
        for row in rows(learning.index, count):
            place = pygame.Rect(inner.left, y, inner.width, pitch)
            self._target(to, u, row, place, row.place == learning.index)
            y += pitch
        line = learning.line or "nothing moved yet"
        text = letters.shorten(line, size, inner.width)
        mark = letters.line(text, size, INK if learning.line else DIM, bold=bool(learning.line))
        to.blit(mark, mark.get_rect(midleft=(inner.left, y + round(LINE * u / 2))))
        keys = (("learn", "closes"), ("forget", "forgets"), ("forget_all", "twice resets all"))
        named = tuple((shapes.KEYS[name], words) for name, words in keys)
        keys_line(to, letters, named, (inner.right, inner.bottom - round(KEYS * u * 0.36)), small)

    def _target(
        self, to: pygame.Surface, u: float, row: Row, place: pygame.Rect, chosen: bool
    ) -> None:
        letters, size, inset = self._letters, max(6, round(18 * u)), round(12 * u)
        if chosen:
            to.blit(shapes.plate(*place.size, round(8 * u), FILL), place)
        words = letters.line(row.moves, max(6, round(15 * u)), SOFT if chosen else DIM, bold=False)
        right = words.get_rect(midright=(place.right - inset, place.centery))
        label = letters.shorten(row.label, size, right.left - place.left - 2 * inset)
        line = letters.line(label, size, INK if chosen else DIM, bold=chosen)
        to.blit(line, line.get_rect(midleft=(place.left + inset, place.centery)))
        to.blit(words, right)
