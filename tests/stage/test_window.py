"""What the window asks of SDL: fullscreen, vsync and the cursor; one line where no screen is."""

from __future__ import annotations

import subprocess
import sys

import pygame
import pytest

from visualizer.stage import window
from visualizer.stage.video_driver import UNSEEN, NoDisplay
from visualizer.stage.window import Window

from .simulated_displays import Displays


def test_the_cursor_is_seen_in_fullscreen_while_it_is_wanted(displays: Displays) -> None:
    opened = Window()
    assert not pygame.mouse.get_visible()
    opened.show_cursor(True)
    assert pygame.mouse.get_visible()
    opened.set_fullscreen(False)
    opened.set_fullscreen(True)
    assert pygame.mouse.get_visible()
    opened.show_cursor(False)
    assert not pygame.mouse.get_visible()
    assert not pygame.display.get_allow_screensaver()


def test_fullscreen_has_vsync_where_there_is_a_gpu_that_gives_it(
    displays: Displays, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not Window().vsync
    monkeypatch.setattr(window, "has_gpu", lambda: True)
    opened = Window()
    assert opened.vsync
    opened.set_fullscreen(False)
    assert not opened.vsync
    displays.refuses_vsync = True
    assert not Window().vsync
    asked = [(scaled, vsync) for _, scaled, vsync in displays.opened]
    without, given = (False, False), (True, True)
    assert asked == [without, given, without, given, without]


def test_a_server_without_a_screen_gives_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    # In a process of its own: SDL must find no display, and may take its driver "offscreen".
    script = (
        "import os\n"
        "for name in ('DISPLAY', 'WAYLAND_DISPLAY', 'SDL_VIDEODRIVER', 'XDG_RUNTIME_DIR'):\n"
        "    os.environ.pop(name, None)\n"
        "from visualizer.stage.video_driver import NoDisplay\n"
        "from visualizer.stage.window import Window\n"
        "try:\n"
        "    Window()\n"
        "except NoDisplay as error:\n"
        "    print('LINE', error)\n"
    )
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux runs without a screen")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("LINE")]
    assert len(lines) == 1, done.stderr
    assert "no display can be opened" in lines[0]


@pytest.mark.parametrize("driver", UNSEEN)
def test_a_driver_that_shows_nothing_is_no_display_unless_asked_for(
    monkeypatch: pytest.MonkeyPatch, driver: str
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setattr(pygame.display, "get_driver", lambda: driver)
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy" if driver != "dummy" else "offscreen")
    with pytest.raises(NoDisplay, match="no screen was found"):
        Window(windowed=True)
    assert not pygame.display.get_init()


def test_a_name_of_no_driver_is_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "nosuchdriver")
    with pytest.raises(NoDisplay, match="no display can be opened"):
        Window()


def test_fullscreen_fills_a_real_screen_and_back(real_screen: None) -> None:
    opened = Window(windowed=False)
    assert opened.surface is not None
    assert opened.surface.get_size() == (1280, 720)
    assert not pygame.mouse.get_visible()
    opened.set_fullscreen(False)
    # Its size is the window manager's business, and this server has none.
    assert not opened.surface.get_flags() & pygame.FULLSCREEN
    assert pygame.mouse.get_visible()
    opened.set_fullscreen(True)
    assert opened.surface.get_size() == (1280, 720)
    opened.flip()
    assert opened.messages == []


def test_a_window_is_smaller_than_a_real_screen(real_screen: None) -> None:
    opened = Window(windowed=True)
    assert opened.surface is not None
    assert opened.surface.get_size() == (960, 648)  # 960×720, but no more than 9/10 of the screen


def test_the_sound_card_is_left_alone(real_screen: None) -> None:
    Window()
    assert pygame.mixer.get_init() is None


def test_on_a_server_nothing_but_our_own_line_is_said(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER", "SDL_VIDEO_DRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(window, "has_gpu", lambda: False)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(NoDisplay, match="neither DISPLAY nor WAYLAND_DISPLAY is set"):
        window.Window()
    assert capfd.readouterr() == ("", "")
