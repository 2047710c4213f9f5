"""Where the HUD's panel and its sections stand on a screen. Pure.

One row for each pair of keys: the parameter that they play, and beside it the one that they play
with Ctrl held. So a performer reads from a bar to its keys, and twice as many parameters need no
more height.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import pygame

from visualizer.show.parameters import PARAMETERS, Parameter
from visualizer.stage import shapes

WIDTH, MARGIN, PAD = 576, 20, 16
"""Of the panel, around it and within it, in units of a 720th of the screen's height."""

HEADER, PROMPT, CTRL, FOOTER, GAP, ROW, LOWEST = 74, 124, 24, 22, 14, 36, 16
"""Heights of the sections (CTRL: the line that says what the right column needs), between them,
and of a row with the space below it; the last is that of the lowest row."""

KEY, BETWEEN = 30, 6
"""Width of a key at a row's end, and the space between keys and bars."""

LEFT = 0.53
"""The left column's share of the bars' width: its labels and values are the longer ones."""


@dataclass(frozen=True, slots=True)
class Row:
    """Two keys, down and up, and what they play: parameters' names with their bars' places."""

    keys: tuple[tuple[str, pygame.Rect], tuple[str, pygame.Rect]]
    bars: Mapping[str, pygame.Rect]


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the panel and its sections stand on the screen. unit: pixels a unit."""

    unit: float
    panel: pygame.Rect
    header: pygame.Rect
    prompt: pygame.Rect
    ctrl: pygame.Rect
    rows: tuple[Row, ...]
    footer: pygame.Rect


def unit_of(size: tuple[int, int]) -> float:
    """Pixels a unit: text grows with the screen, and shrinks in narrow windows."""
    return max(0.3, min(size[1] / 720, size[0] / 860))


def pairs() -> Mapping[tuple[str, str], tuple[str, str]]:
    """Pairs of keys, each with the parameters that it plays alone and with Ctrl ("" for none)."""
    alone = {row.keys: row.name for row in PARAMETERS if row.keys == _bare(row)}
    with_ctrl = {_bare(row): row.name for row in PARAMETERS if row.keys != _bare(row)}
    return {keys: (alone.get(keys, ""), with_ctrl.get(keys, "")) for keys in alone | with_ctrl}


def _bare(row: Parameter) -> tuple[str, str]:
    return shapes.without_ctrl(row.keys[0]), shapes.without_ctrl(row.keys[1])


@lru_cache(maxsize=4)
def plan(size: tuple[int, int]) -> Plan:
    """Where everything goes on a screen of that size. More rows are lower ones.

    Kept from picture to picture: nobody may move its rectangles.
    """
    unit = unit_of(size)
    table = pairs()
    fixed = 2 * PAD + HEADER + PROMPT + CTRL + FOOTER + 3 * GAP
    # In a window too low for all rows they run off its foot, but each can be drawn.
    pitch = max(LOWEST, min(ROW, (size[1] / unit - 2 * MARGIN - fixed) / len(table)))

    def rect(x: float, y: float, width: float, height: float) -> pygame.Rect:
        return pygame.Rect(int(x * unit), int(y * unit), int(width * unit), int(height * unit))

    left, inner = MARGIN + PAD, WIDTH - 2 * PAD
    both = inner - 2 * KEY - 3 * BETWEEN
    first, second = left + KEY + BETWEEN, left + KEY + 2 * BETWEEN + LEFT * both
    y: float = MARGIN + PAD
    header = rect(left, y, inner, HEADER)
    y += HEADER + GAP
    prompt = rect(left, y, inner, PROMPT)
    y += PROMPT + GAP
    ctrl = rect(second, y, (1 - LEFT) * both, CTRL - 4)
    y += CTRL
    rows = []
    for (down, up), (alone, with_ctrl) in table.items():
        height = pitch - 6
        keys = (
            (down, rect(left, y, KEY, height)),
            (up, rect(left + inner - KEY, y, KEY, height)),
        )
        bars = {}
        if alone:  # alone with its keys, it may have the whole row
            wide = LEFT * both if with_ctrl else both + BETWEEN
            bars[alone] = rect(first, y, wide, height)
        if with_ctrl:
            bars[with_ctrl] = rect(second, y, (1 - LEFT) * both, height)
        rows.append(Row(keys, bars))
        y += pitch
    y += GAP - 6
    footer = rect(left, y, inner, FOOTER)
    panel = rect(MARGIN, MARGIN, WIDTH, y + FOOTER + PAD - MARGIN)
    return Plan(unit, panel, header, prompt, ctrl, tuple(rows), footer)
