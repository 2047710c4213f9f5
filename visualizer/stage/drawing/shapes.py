"""Shapes with smooth edges: plates, keys, arrows, rings. Pure drawing, cached by their arguments.

pygame draws rounded corners with steps; here the opacity of each pixel comes from its distance
to the shape's edge.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pygame

from visualizer.show.command_table import COMMANDS
from visualizer.show.parameter import CTRL
from visualizer.stage.drawing.hud_colours import CAP, INK, Colour
from visualizer.stage.drawing.lettering import Lettering

CLEAR: Colour = (0, 0, 0, 0)

KEY_NAMES = {
    "return": "Enter", "escape": "Esc", "backspace": "Bksp", "space": "Space", "tab": "Tab",
    "page up": "PgUp", "page down": "PgDn", "delete": "Del", "insert": "Ins", "ctrl": "Ctrl",
    "end": "End",
}  # fmt: skip
"""What is printed on the keys that pygame calls otherwise."""

KEYS = MappingProxyType({command.name: command.keys[0] for command in COMMANDS if command.keys})
"""The key that stands for a command."""

ARROWS = ("left", "right", "up", "down")


@lru_cache(maxsize=256)
def plate(
    width: int, height: int, radius: int, colour: Colour, edge: Colour = CLEAR
) -> pygame.Surface:
    """A rounded rectangle, with a line of one pixel inside its edge; one pixel at the least, for in
    a tiny window there may be no room."""
    size = max(1, width), max(1, height)
    radius = min(radius, size[0] // 2, size[1] // 2)
    # Only corners have work in them: a small plate is made, and its middle row and column repeated.
    small = min(size[0], 2 * radius + 4), min(size[1], 2 * radius + 4)
    inside = -_distance(small, radius)
    line = np.clip(inside + 0.5, 0, 1) - np.clip(inside - 0.5, 0, 1)
    share = (line * (edge[3] / 255))[..., None]
    base = np.array(colour[:3], np.float32)
    pixels = np.rint(base + (np.array(edge[:3], np.float32) - base) * share).astype(np.uint8)
    body = np.clip(inside + 0.5, 0, 1) * colour[3]
    alpha = np.rint(np.maximum(body, line * edge[3])).astype(np.uint8)
    place = np.ix_(_repeated(small[0], size[0]), _repeated(small[1], size[1]))
    surface = pygame.Surface(size, pygame.SRCALPHA)
    pygame.surfarray.pixels3d(surface)[:] = pixels[place]
    pygame.surfarray.pixels_alpha(surface)[:] = alpha[place]
    return surface


@lru_cache(maxsize=64)
def frame(width: int, height: int, radius: int, thickness: int, colour: Colour) -> pygame.Surface:
    """The edge of a plate alone."""
    surface = plate(width, height, radius, colour).copy()
    inner = max(1, width - 2 * thickness), max(1, height - 2 * thickness)
    hole = plate(*inner, max(0, radius - thickness), (255, 255, 255, 255))
    surface.blit(hole, (thickness, thickness), special_flags=pygame.BLEND_RGBA_SUB)
    # What was taken away left the colour behind it black.
    pygame.surfarray.pixels3d(surface)[:] = colour[:3]
    return surface


def _repeated(short: int, long: int) -> npt.NDArray[np.intp]:
    """Indices (long of them) into short places, with the middle one repeated."""
    middle, each = short // 2, np.arange(long)
    return np.where(each < middle, each, np.maximum(each - (long - short), middle))


@lru_cache(maxsize=64)
def arrow(size: int, direction: str, colour: Colour) -> pygame.Surface:
    """A filled triangle that points left, right, up or down, in a square of that size."""
    big = size * 4
    surface = pygame.Surface((big, big), pygame.SRCALPHA)
    surface.fill((*colour[:3], 0))
    points = [(big * 0.14, big * 0.12), (big * 0.14, big * 0.88), (big * 0.86, big * 0.5)]
    pygame.draw.polygon(surface, colour, points)
    turns = {"right": 0, "up": 90, "left": 180, "down": 270}
    return pygame.transform.smoothscale(
        pygame.transform.rotate(surface, turns[direction]), (size, size)
    )


def ring(size: int, share: float, thickness: float, colour: Colour, rest: Colour) -> pygame.Surface:
    """A ring of which a share (0 to 1, clockwise from the top) is in colour, the rest in rest."""
    return _ring(size, round(min(max(share, 0.0), 1.0) * 240), thickness, colour, rest)


@lru_cache(maxsize=64)
def _ring(size: int, steps: int, thickness: float, colour: Colour, rest: Colour) -> pygame.Surface:
    surface = pygame.Surface((size, size), pygame.SRCALPHA)
    axis = np.arange(size, dtype=np.float32) + 0.5 - size / 2
    x, y = axis[:, None], axis[None, :]
    off = np.abs(np.hypot(x, y) - (size - thickness) / 2 + 0.5) - thickness / 2
    cover = np.clip(0.5 - off, 0, 1)
    angle = (np.arctan2(x, -y) / (2 * np.pi)) % 1.0
    on = (angle < steps / 240)[..., None]
    pixels = np.where(on, np.array(colour[:3]), np.array(rest[:3]))
    pygame.surfarray.pixels3d(surface)[:] = pixels
    alpha = np.where(on[..., 0], colour[3], rest[3]) * cover
    pygame.surfarray.pixels_alpha(surface)[:] = np.rint(alpha)
    return surface


def without_ctrl(key: str) -> str:
    """The key itself, of one that is played with Ctrl held."""
    return key.removeprefix(CTRL)


def key_width(letters: Lettering, key: str, height: int) -> int:
    """Pixels that key() is wide."""
    if key in ARROWS or len(key) == 1:
        return height
    return max(height, letters.width(_printed(key), _print_size(height)) + round(height * 0.6))


def key(
    target: pygame.Surface, letters: Lettering, name: str, place: pygame.Rect, dim: bool = False
) -> None:
    """Draw a key of the keyboard (named as pygame does) into place."""
    colour: Colour = (*INK[:3], 170) if dim else INK
    target.blit(plate(*place.size, round(place.height * 0.24), CAP, (255, 255, 255, 40)), place)
    if name in ARROWS:
        mark = arrow(round(place.height * 0.5), name, colour)
    else:
        mark = letters.line(_printed(name), _print_size(place.height), colour)
    target.blit(mark, mark.get_rect(center=place.center))


def _print_size(height: int) -> int:
    return max(6, round(height * 0.56))


def _printed(name: str) -> str:
    return KEY_NAMES.get(name, name.upper() if len(name) <= 3 else name.capitalize())


def _distance(size: tuple[int, int], radius: float) -> npt.NDArray[np.float32]:
    """Signed distance in pixels of each pixel's centre to a rounded rectangle's edge, as (x, y).

    Inigo Quilez, "2D distance functions": sdRoundedBox.
    """
    width, height = size
    x = np.abs(np.arange(width, dtype=np.float32) + 0.5 - width / 2) - width / 2 + radius
    y = np.abs(np.arange(height, dtype=np.float32) + 0.5 - height / 2) - height / 2 + radius
    outside = np.hypot(np.maximum(x, 0)[:, None], np.maximum(y, 0)[None, :])
    inside = np.minimum(np.maximum(x[:, None], y[None, :]), 0)
    distance: npt.NDArray[np.float32] = outside + inside - radius
    return distance
