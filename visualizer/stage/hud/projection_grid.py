"""The mapping mode on the wall: a grid as the wall is pinned, its corners, and the mode's keys."""

from __future__ import annotations

import numpy as np
import pygame

from visualizer.show.projection import Projection
from visualizer.show.records import MappingMode
from visualizer.show.reducers.projection_mode import AGAIN_WITHIN
from visualizer.show.state import Show
from visualizer.stage.drawing import shapes
from visualizer.stage.drawing.hud_colours import ACCENT, AMBER, DARK, EDGE, FIELD, INK, SOFT
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.geometry import Size
from visualizer.stage.homography import to_corners

CELLS = 8
"""Of the grid, across and down."""

HANDLE = 15
"""Radius of a corner's handle, in units."""

WIDTH, PAD, ROW = 470, 18, 30
"""Of the card with the keys, within it, and from line to line, in units."""

_KEYS = (
    (("1", "2", "3", "4", "tab"), "corner"),
    (("left", "right", "up", "down"), "move it; Shift by ten"),
    (("r",), "rotate"),
    (("h", "v"), "flip"),
    (("backspace",), "twice resets"),
    (("escape",), "leaves"),
)


def draw(target: pygame.Surface, letters: Lettering, show: Show, unit: float) -> None:
    """Over the wall, if the mode is on."""
    if show.mapping is None:
        return
    size = target.get_size()
    _grid(target, show.projection, unit)
    for number, corner in enumerate(show.projection.corners):
        chosen = number == show.mapping.corner
        _handle(target, letters, number, _on_screen(corner, size, unit), unit, chosen)
    _card(target, letters, show, show.mapping, unit)


def _grid(target: pygame.Surface, projection: Projection, unit: float) -> None:
    matrix = to_corners(projection.corners)
    width, height = target.get_size()
    thick = max(1, round(1.5 * unit))
    for step in range(CELLS + 1):
        share = step / CELLS
        colour = INK if step in (0, CELLS) else SOFT
        for ends in (((share, 0.0), (share, 1.0)), ((0.0, share), (1.0, share))):
            points = [matrix @ (*place, 1.0) for place in ends]
            begin, end = ((x / w * (width - 1), y / w * (height - 1)) for x, y, w in points)
            pygame.draw.line(target, DARK, begin, end, thick + 2)
            pygame.draw.line(target, colour, begin, end, thick)


def _on_screen(corner: tuple[float, float], size: Size, unit: float) -> tuple[int, int]:
    """Where a handle stands: at its corner, but all of it within the screen."""
    room = round(HANDLE * unit) + 2
    x, y = np.clip(np.array(corner) * size, room, np.array(size) - room)
    return round(float(x)), round(float(y))


def _handle(
    target: pygame.Surface,
    letters: Lettering,
    number: int,
    middle: tuple[int, int],
    unit: float,
    chosen: bool,
) -> None:
    side = 2 * round(HANDLE * unit)
    disc = shapes.plate(side, side, side // 2, ACCENT if chosen else FIELD, INK)
    target.blit(disc, disc.get_rect(center=middle))
    size = max(6, round(18 * unit))
    mark = letters.line(str(number + 1), size, DARK if chosen else INK)
    target.blit(mark, mark.get_rect(center=middle))


def _card(
    target: pygame.Surface, letters: Lettering, show: Show, mode: MappingMode, unit: float
) -> None:
    """What is mapped, where its corner is, and the keys; in the middle of the screen."""
    rows = len(_KEYS) + 2
    place = pygame.Rect(0, 0, round(WIDTH * unit), round((2 * PAD + rows * ROW) * unit))
    place.width = min(place.width, target.get_width())
    place.center = target.get_width() // 2, target.get_height() // 2
    target.blit(shapes.plate(*place.size, round(16 * unit), FIELD, EDGE), place)
    inner = place.inflate(-2 * round(PAD * unit), -2 * round(PAD * unit))
    size, pitch = max(6, round(18 * unit)), round(ROW * unit)
    title = letters.shorten(f"Mapping of {show.display or 'the display'}", size, inner.width)
    target.blit(letters.line(title, size, ACCENT), inner.topleft)
    line = letters.shorten(_state(show.projection, mode), size, inner.width, bold=False)
    target.blit(letters.line(line, size, INK, bold=False), (inner.left, inner.top + pitch))
    asked = mode.reset_asked is not None and show.time - mode.reset_asked <= AGAIN_WITHIN
    for number, (keys, words) in enumerate(_KEYS):
        middle = inner.top + pitch * (number + 2) + pitch // 2
        x, height = inner.left, round(22 * unit)
        for key in keys:
            cap = pygame.Rect(x, 0, shapes.key_width(letters, key, height), height)
            cap.centery = middle
            shapes.key(target, letters, key, cap)
            x = cap.right + round(4 * unit)
        again = asked and keys == ("backspace",)
        text = "again resets corners, rotation and flips" if again else words
        mark = letters.line(text, max(6, round(16 * unit)), AMBER if again else SOFT, bold=False)
        target.blit(mark, mark.get_rect(midleft=(x + round(8 * unit), middle)))


def _state(projection: Projection, mode: MappingMode) -> str:
    """The chosen corner and how the wall is turned, for people."""
    x, y = projection.corners[mode.corner]
    turned = f", rotated {projection.rotate}°" if projection.rotate else ""
    flips = [name for name, on in (("H", projection.flip_h), ("V", projection.flip_v)) if on]
    flipped = f", flipped {' and '.join(flips)}" if flips else ""
    return f"corner {mode.corner + 1} at {100 * x:.1f} %, {100 * y:.1f} %{turned}{flipped}"
