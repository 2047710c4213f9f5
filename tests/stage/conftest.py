"""Screens for the stage's tests: SDL's dummy driver where pixels are enough, else an X server."""

from __future__ import annotations

from collections.abc import Iterator

import pygame
import pytest

from visualizer.stage import window
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.video_driver import HINTS

from .player import Player
from .renderers import Make, open_gl, software
from .simulated_displays import Displays


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a window writes into the environment goes when its test goes."""
    for name in (*HINTS, "SDL_FRAMEBUFFER_ACCELERATION", "SDL_VIDEO_DRIVER"):
        # Set first, so that monkeypatch remembers to take it away.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    yield
    window.close()


@pytest.fixture
def headless(monkeypatch: pytest.MonkeyPatch) -> None:
    """SDL draws, and shows nothing."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")


@pytest.fixture
def small_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows open small, for what holds at any size: a ninth of the pixels to draw."""
    monkeypatch.setattr(window, "WINDOWED", (320, 240))


@pytest.fixture
def small_fullscreen(headless: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Displays are as small as a test says. SDL's own dummy, fullscreen, has 1024×768 pixels."""
    real = window._set_mode

    def as_large_as_asked(size: tuple[int, int], flags: int, display: int, vsync: int = 0) -> None:
        real(size, flags & ~pygame.FULLSCREEN, display, vsync)

    monkeypatch.setattr(window, "_set_mode", as_large_as_asked)


@pytest.fixture
def displays(headless: None, monkeypatch: pytest.MonkeyPatch) -> Displays:
    monkeypatch.setattr(window, "has_gpu", lambda: False)
    return Displays(monkeypatch)


@pytest.fixture
def player(headless: None, small_window: None) -> Player:
    """A stage with no screen."""
    return Player()


@pytest.fixture
def letters() -> Iterator[Lettering]:
    """Fonts, with no window."""
    pygame.font.init()
    yield Lettering()
    pygame.font.quit()


@pytest.fixture
def real_screen(x_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SDL opens windows on the X server."""
    monkeypatch.setenv("DISPLAY", x_server)
    monkeypatch.setenv("SDL_VIDEODRIVER", "x11")


@pytest.fixture
def gl(real_screen: None) -> Iterator[Make]:
    pygame.display.init()
    try:
        open_gl((8, 8))
    except pygame.error as error:
        pytest.skip(f"no OpenGL here: {error}")
    yield open_gl
    pygame.display.quit()


@pytest.fixture(params=["software", "gl"])
def make(request: pytest.FixtureRequest) -> Make:
    """Either renderer."""
    found: Make = software if request.param == "software" else request.getfixturevalue("gl")
    return found
