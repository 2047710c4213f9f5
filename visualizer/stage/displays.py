"""Which displays there are: their names, sizes and refresh rates."""

from __future__ import annotations

import ctypes
import sys
from functools import lru_cache
from typing import NamedTuple

import pygame

from visualizer.stage.plain_window import end_video


class Display(NamedTuple):
    """size: in pixels. rate: pictures a second, 0 where that is not known."""

    name: str
    size: tuple[int, int]
    rate: int


def displays() -> tuple[Display, ...]:
    """Those that there are, in their order; none where no screen is found."""
    was_there = pygame.display.get_init()
    try:
        pygame.display.init()
        rows = zip(
            display_names(),
            pygame.display.get_desktop_sizes(),
            pygame.display.get_desktop_refresh_rates(),
            strict=True,
        )
        return tuple(Display(*row) for row in rows)
    except pygame.error:
        return ()
    finally:
        if not was_there:
            end_video()


def display_names() -> list[str]:
    """What the system calls each display; by number and size where it has no name for it. A name
    that comes twice, as of two projectors of a make, is numbered."""
    names: list[str] = []
    for number, (width, height) in enumerate(pygame.display.get_desktop_sizes()):
        name = " ".join(_sdl_name(number).split()) or f"display {number}, {width}x{height}"
        before = sum(known == name or known.startswith(f"{name} #") for known in names)
        names.append(f"{name} #{before + 1}" if before else name)
    return names


def _sdl_name(number: int) -> str:
    """SDL's name of a display, which pygame has no call for; "" where it can't be had."""
    try:
        found = _sdl().SDL_GetDisplayName(number)
        return found.decode(errors="replace") if found else ""
    except (OSError, AttributeError, TypeError):
        return ""


@lru_cache(1)  # it takes up to a millisecond, and names are looked at while the wall is drawn
def _sdl() -> ctypes.CDLL:
    library = ctypes.CDLL("SDL2.dll" if sys.platform == "win32" else pygame.base.__file__)
    name_of = library.SDL_GetDisplayName
    name_of.restype, name_of.argtypes = ctypes.c_char_p, [ctypes.c_int]
    return library
