"""SDL's video driver: its hints, whether it shows anything, and whether there is a GPU."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pygame

HINTS = {
    "SDL_VIDEO_MINIMIZE_ON_FOCUS_LOSS": "0",
    "SDL_WINDOWS_DPI_AWARENESS": "permonitorv2",
    "SDL_VIDEO_ALLOW_SCREENSAVER": "0",
    "SDL_VIDEO_X11_WMCLASS": "visualizer",
    "SDL_IME_SHOW_UI": "1",
}
"""Environment variables that SDL reads when it opens a display; values set by the user stay."""

UNSEEN = ("dummy", "offscreen")
"""SDL's drivers that show nothing; SDL takes them by itself on a machine with no screen."""


class NoDisplay(Exception):
    """No display can be opened; str() is one line for people."""


def no_display(why: str) -> NoDisplay:
    """The fault of a window that can't be opened."""
    why = why.strip().rstrip(".")
    return NoDisplay(f"no display can be opened ({why}): start it where there is a screen")


def set_hints(gl: bool, gpu: bool) -> None:
    """Set what SDL reads as it starts. gl: windows are drawn on by OpenGL."""
    for name, value in HINTS.items():
        os.environ.setdefault(name, value)
    if gl or not gpu:
        # With OpenGL too: SDL would draw other windows' surfaces by a context of its own, and
        # leave that in force for ours.
        os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")


def check_server(gpu: bool) -> None:
    """Raise NoDisplay on a Linux with no screen of any kind, without asking SDL.

    SDL would try, and its libraries would print their own errors on the terminal.
    """
    servers = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER", "SDL_VIDEO_DRIVER")
    asked = any(os.environ.get(name) for name in servers)
    if sys.platform == "linux" and not asked and not gpu:
        raise no_display("neither DISPLAY nor WAYLAND_DISPLAY is set")


def check_driver() -> None:
    """Raise NoDisplay where SDL has started a driver that shows nothing, and was not asked to."""
    driver = pygame.display.get_driver()
    asked = os.environ.get("SDL_VIDEODRIVER", "") or os.environ.get("SDL_VIDEO_DRIVER", "")
    if driver in UNSEEN and driver not in asked.split(","):
        raise no_display("no screen was found")


def has_gpu() -> bool:
    """Whether OpenGL runs on a GPU here; false only on a Linux machine with no such device.

    There Mesa would draw on the processor: a flip at 1280×720 then takes 5 to 8 ms of it, without
    OpenGL 0.3 ms (measured on 2 cores under Xvfb).
    """
    if not sys.platform.startswith("linux"):
        return True
    devices = Path("/dev").glob("nvidia[0-9]*"), Path("/dev").glob("dri/renderD*")
    return any(True for found in devices for _ in found) or Path("/dev/dxg").exists()
