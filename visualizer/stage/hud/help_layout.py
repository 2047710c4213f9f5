"""Layout of the help page: the tables of commands and parameters in columns.

Entries fill the columns one after another. Layouts are tried from the largest type and the most
columns down, until all fits. That takes longer than a display frame, so tries() is a generator:
the page takes a few steps of it in each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pygame

from visualizer.show.command_table import COMMANDS
from visualizer.show.parameter import CTRL
from visualizer.show.parameters import PARAMETERS
from visualizer.stage.drawing import shapes
from visualizer.stage.drawing.lettering import Lettering

MARGIN, TOP, BETWEEN, BOTTOM = 24, 60, 22, 10
"""Around the page, above the columns, between and below them, in units."""

LARGEST = 780
"""Units that the screen is high where type is largest: more would fit only on very wide ones."""

CHUNK = 6
"""Entries that are set in one go."""

SMALLEST = 0.1
"""Pixels a unit below which nothing could be read."""

KEY, LABEL, TEXT, HEADING = 20, 16, 15, 24
"""Heights of a key, a label, an explanation, and a heading with the space below it, in units."""

PITCH, AFTER, GAP = 17, 4, 8
"""From line to line, below an entry, and beside labels, tails and keys, in units."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the tables, for people. tail: its MIDI control change or note, "" for none."""

    name: str
    keys: tuple[str, ...]
    label: str
    text: str
    tail: str


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry where it stands: its rectangle; keys, a "ctrl" before those that need it held; how
    far in the words begin; and the explanation's lines, the first of which goes on where the
    label ends.
    """

    entry: Entry
    rect: pygame.Rect
    keys: tuple[tuple[str, pygame.Rect], ...]
    indent: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole page. unit: pixels a unit. headings: a word and where it stands."""

    unit: float
    headings: tuple[tuple[str, pygame.Rect], ...]
    placed: tuple[Placed, ...]


MORE = (
    Entry("presets", ("1 \u2013 0",), "Presets", "the first ten, by number", ""),
    Entry(
        "snapshots", ("ctrl 1 \u2013 8",), "Snapshots",
        "recall one of eight; Ctrl+Shift and its number stores one", "",
    ),
    Entry("focus", ("c", "v"), "Focus", "step the parameter in focus, down and up", ""),
    Entry(
        "keypad", (), "Keypad",
        "digits type a value, \u2212 and + step the focus, / and * move it", "",
    ),
    Entry(
        "keyless", (), "No keys",
        "looks, time, modulation, sources and some loop parameters: step them in focus", "",
    ),
    Entry("shift", ("shift",), "Small steps", "with a parameter's keys; held keys speed up", ""),
)  # fmt: skip
"""Keys that are no row of the tables."""


def entries() -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    """The tables as the page shows them: heading and entries.

    Of a command's keys those that are nearest; docs/playing.md has all, and the parameters that
    have no keys.
    """
    commands = tuple(
        Entry(c.name, _nearest(c.keys), c.label, c.help, _tail("note", c.note)) for c in COMMANDS
    )
    return (
        ("Commands", commands),
        ("More keys", MORE),
        ("Parameters", _rows(held=False)),
        ("Parameters with Ctrl", _rows(held=True)),
    )


def _rows(held: bool) -> tuple[Entry, ...]:
    """Parameters that have keys: those that need Ctrl, or those that don't."""
    return tuple(
        Entry(row.name, row.keys, row.label, row.help, _tail("CC", row.cc))
        for row in PARAMETERS
        if row.keys and _needs_ctrl(row.keys) == held
    )


def _tail(word: str, number: int | None) -> str:
    return "" if number is None else f"{word} {number}"


def _nearest(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Those of a command's keys that need no Ctrl and no keypad, if there are any."""
    bare = tuple(key for key in keys if not key.startswith((CTRL, "kp ")))
    return bare or keys


def _needs_ctrl(keys: tuple[str, ...]) -> bool:
    return all(key.startswith(CTRL) for key in keys)


def tries(size: tuple[int, int], letters: Lettering) -> Iterator[Layout | None]:
    """The largest page that fits a screen of that size, if any does; before it None for each
    CHUNK of entries that was set, as all of it takes longer than a picture may."""
    unit = size[1] / LARGEST
    while unit > SMALLEST:
        for columns in (4, 3, 2, 1):
            for page in _Setting(size, letters, unit, columns).steps():
                yield page
                if page is not None:
                    return
        unit *= 0.97


def label_size(unit: float) -> int:
    """Height of a label or heading, in pixels."""
    return max(5, round(LABEL * unit))


def text_size(unit: float) -> int:
    """Height of an explanation's letters, in pixels."""
    return max(5, round(TEXT * unit))


class _Setting:
    """One try at the page, with this size of type and these columns."""

    def __init__(self, size: tuple[int, int], letters: Lettering, u: float, columns: int) -> None:
        self._letters, self._u, self._columns = letters, u, columns
        self._top, self._bottom = TOP * u, size[1] - BOTTOM * u
        self._left = MARGIN * u
        self._width = (size[0] - 2 * MARGIN * u - (columns - 1) * BETWEEN * u) / columns
        self._key = max(4, round(KEY * u))

    def steps(self) -> Iterator[Layout | None]:
        """None after each CHUNK of entries, and at last the page; it ends before that where it does
        not fit."""
        u = self._u
        column, y = 0, self._top
        headings: list[tuple[str, pygame.Rect]] = []
        placed: list[Placed] = []
        for heading, table in entries():
            indent = max(self._keys(entry.keys)[1] for entry in table)
            indent += GAP * u if indent else 0
            for place, entry in enumerate(table):
                lines = self._lines(entry, int(self._width - indent))
                if lines is None:
                    return
                head = HEADING * u if place == 0 else 0
                height = max(self._key if entry.keys else 0, round(PITCH * u) * len(lines))
                if y + head + height > self._bottom:
                    column, y = column + 1, self._top
                if column >= self._columns or y + head + height > self._bottom:
                    return
                x = self._left + column * (self._width + BETWEEN * u)
                if place == 0:
                    rect = pygame.Rect(int(x), int(y), int(self._width), int(20 * u))
                    headings.append((heading, rect))
                rect = pygame.Rect(int(x), int(y + head), int(self._width), height)
                keys = tuple(
                    (name, spot.move(rect.topleft)) for name, spot in self._keys(entry.keys)[0]
                )
                placed.append(Placed(entry, rect, keys, round(indent), lines))
                y += head + height + AFTER * u
                if len(placed) % CHUNK == 0:
                    yield None
            y += GAP * u
        yield Layout(u, tuple(headings), tuple(placed))

    def _keys(self, names: tuple[str, ...]) -> tuple[list[tuple[str, pygame.Rect]], float]:
        """Keys side by side from the left, and how wide they are together."""
        bare = [name for name in names if not name.startswith(CTRL)]
        held = [shapes.without_ctrl(name) for name in names if name.startswith(CTRL)]
        keys, x = [], 0.0
        for name in [*bare, *(["ctrl", *held] if held else [])]:
            wide = shapes.key_width(self._letters, name, self._key)
            keys.append((name, pygame.Rect(round(x), 0, wide, self._key)))
            x += wide + (16 if name == "ctrl" else 4) * self._u  # a plus stands after Ctrl
        return keys, max(x - 4 * self._u, 0.0)

    def _lines(self, entry: Entry, room: int) -> tuple[str, ...] | None:
        """The explanation, set round the label and tail in its first line."""
        letters, size = self._letters, text_size(self._u)
        first = room - letters.width(entry.label, label_size(self._u))
        if entry.tail:
            first -= letters.width(entry.tail, size, bold=False) + round(GAP * self._u)
        if first < 0:
            return None
        first -= round(GAP * self._u)
        # Word by word: a word's width is kept, and is the same in every line that is tried.
        space = letters.width(" ", size, bold=False)
        lines: list[list[str]] = [[]]
        left = first
        for word in entry.text.split():
            wide = letters.width(word, size, bold=False)
            if wide > room:
                return None
            if wide > left:
                lines.append([])
                left = room
            lines[-1].append(word)
            left -= wide + space
        return tuple(" ".join(line) for line in lines)
