"""Where the HUD's panel and its sections stand on a screen. Pure.

- One row for each pair of keys: the parameter that they play, and beside it the one that they play
  with Ctrl held. So a performer reads from a bar to its keys, and twice as many parameters need no
  more height.
- What is only there at times (the bar of a parameter that has none of its own, the lines of
  modulations) stands below the rows: nothing that a hand has learned to find moves away, and the
  panel covers no more of the picture than it needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import pygame

from visualizer.show.parameter import Parameter
from visualizer.show.parameters import FOCUS_KEYS, PARAMETERS, SLOTS
from visualizer.stage.drawing import shapes

WIDTH, MARGIN, PAD = 576, 16, 14
"""Of the panel, around it and within it, in units of a 720th of the screen's height."""

HEADER, TIME, PROMPT, SNAPSHOTS, FOOTER, GAP, ROW, LOWEST, SPACE = 52, 32, 108, 26, 22, 8, 36, 16, 5
"""Heights of the sections, between them, and of a row with the space below it; LOWEST is that of
the lowest row, SPACE what is below each bar."""

MODULATION = 20
"""Height of a line of modulations, which holds two."""

KEY, BETWEEN = 30, 6
"""Width of a key at a row's end, and the space between keys and bars."""

LEFT = 0.53
"""The left column's share of the bars' width: its labels and values are the longer ones."""


@dataclass(frozen=True, slots=True)
class Row:
    """Keys, down and up, and what they play: parameters' names with their bars' places."""

    keys: tuple[tuple[str, pygame.Rect], ...]
    bars: Mapping[str, pygame.Rect]


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the panel and its sections stand on the screen. unit: pixels a unit.

    snapshots and ctrl share a line: ctrl says what the right column needs. extra: the row of a
    parameter that has no bar among the others, None for none. modulations: a place for each.
    """

    unit: float
    panel: pygame.Rect
    header: pygame.Rect
    time: pygame.Rect
    prompt: pygame.Rect
    snapshots: pygame.Rect
    ctrl: pygame.Rect
    rows: tuple[Row, ...]
    extra: Row | None
    modulations: tuple[pygame.Rect, ...]
    footer: pygame.Rect


def unit_of(size: tuple[int, int]) -> float:
    """Pixels a unit: text grows with the screen, and shrinks in narrow windows."""
    return max(0.3, min(size[1] / 720, size[0] / 860))


def pairs() -> Mapping[tuple[str, ...], tuple[str, str]]:
    """Pairs of keys, each with the parameters of the loop that it plays alone and with Ctrl ("" for
    none). Those without keys have a bar only while they are in focus."""
    rows = [row for row in PARAMETERS if row.group == "loop" and row.keys]
    alone = {_bare(row): row.name for row in rows if row.keys == _bare(row)}
    with_ctrl = {_bare(row): row.name for row in rows if row.keys != _bare(row)}
    return {keys: (alone.get(keys, ""), with_ctrl.get(keys, "")) for keys in alone | with_ctrl}


def has_bar(name: str) -> bool:
    """Whether a parameter has a bar that is always there."""
    return name in _WITH_BARS


def _bare(row: Parameter) -> tuple[str, ...]:
    return tuple(map(shapes.without_ctrl, row.keys))


_WITH_BARS = frozenset(name for both in pairs().values() for name in both if name)


@lru_cache(maxsize=16)
def plan(size: tuple[int, int], extra: str = "", modulations: int = 0) -> Plan:
    """Where everything goes on a screen of that size. More rows are lower ones.

    extra: the name of a parameter that has no bar among the others, "" for none. modulations: how
    many are on. Kept from picture to picture: its rectangles must not be moved.
    """
    unit = unit_of(size)
    table = pairs()
    most = (len(SLOTS) + 1) // 2
    fixed = (
        2 * PAD + HEADER + TIME + PROMPT + SNAPSHOTS + FOOTER + 4 * GAP - SPACE + most * MODULATION
    )
    # Rows are as high as they can be with all else there. In a window too low for that they run
    # off its foot, but each can be drawn.
    pitch = max(LOWEST, min(ROW, (size[1] / unit - 2 * MARGIN - fixed) / (len(table) + 1)))

    def rect(x: float, y: float, width: float, height: float) -> pygame.Rect:
        return pygame.Rect(int(x * unit), int(y * unit), int(width * unit), int(height * unit))

    left, inner = MARGIN + PAD, WIDTH - 2 * PAD
    both = inner - 2 * KEY - 3 * BETWEEN
    first, second = left + KEY + BETWEEN, left + KEY + 2 * BETWEEN + LEFT * both
    whole = both + BETWEEN
    y: float = MARGIN + PAD
    header = rect(left, y, inner, HEADER)
    y += HEADER + GAP
    prompt = rect(left, y, inner, PROMPT)
    y += PROMPT + GAP
    time = rect(left, y, inner, TIME)
    y += TIME + GAP
    snapshots = rect(left, y, second - left - 2 * BETWEEN, SNAPSHOTS - SPACE)
    ctrl = rect(second, y, (1 - LEFT) * both, SNAPSHOTS - SPACE)
    y += SNAPSHOTS

    def row(keys: tuple[str, ...], bars: Mapping[str, pygame.Rect], y: float) -> Row:
        ends = (rect(left, y, KEY, pitch - SPACE), rect(left + inner - KEY, y, KEY, pitch - SPACE))
        return Row(tuple(zip(keys, ends, strict=False)), bars)

    rows = []
    for keys, (alone, with_ctrl) in table.items():
        bars = {}
        if alone:  # alone with its keys, it may have the whole row
            bars[alone] = rect(first, y, LEFT * both if with_ctrl else whole, pitch - SPACE)
        if with_ctrl:
            bars[with_ctrl] = rect(second, y, (1 - LEFT) * both, pitch - SPACE)
        rows.append(row(keys if len(keys) == 2 else (), bars, y))
        y += pitch
    own = None
    if extra:
        own = row(FOCUS_KEYS[0], {extra: rect(first, y, whole, pitch - SPACE)}, y)
        y += pitch
    half, lines = inner / 2, []
    for number in range(modulations):
        lines.append(rect(left + number % 2 * half, y, half - BETWEEN, MODULATION))
        y += MODULATION if number % 2 or number == modulations - 1 else 0
    y += GAP - SPACE
    footer = rect(left, y, inner, FOOTER)
    panel = rect(MARGIN, MARGIN, WIDTH, y + FOOTER + PAD - MARGIN)
    return Plan(
        unit, panel, header, time, prompt, snapshots, ctrl, tuple(rows), own, tuple(lines), footer
    )
