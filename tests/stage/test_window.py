"""Claims about the window: which display it is on, what it asks of SDL, and lost displays."""

from __future__ import annotations

import subprocess
import sys

import pygame
import pytest

from visualizer.stage import window
from visualizer.stage.displays import display_names
from visualizer.stage.plain_window import CENTRED
from visualizer.stage.text_input import COMPOSES
from visualizer.stage.video_driver import UNSEEN, NoDisplay
from visualizer.stage.window import Window

SIZES = [(640, 480), (800, 600), (400, 300)]
"""Of the simulated displays, by number: a fullscreen surface's size tells where it is."""


class Displays:
    """Displays that can be pulled and plugged in, over SDL's dummy driver, which has only one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, number: int = 2) -> None:
        self.number = number
        self.refused: set[int] = set()
        self.refuses_vsync = False
        self.opened: list[tuple[int, bool, bool]] = []
        self.lost = False
        self._set_mode, self._flip = pygame.display.set_mode, pygame.display.flip
        monkeypatch.setattr(pygame.display, "get_num_displays", lambda: self.number)
        monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: SIZES[: self.number])
        monkeypatch.setattr(pygame.display, "set_mode", self.set_mode)
        monkeypatch.setattr(pygame.display, "flip", self.flip)

    def set_mode(
        self, size: tuple[int, int], flags: int, *, display: int, vsync: int
    ) -> pygame.Surface:
        """In place of pygame's; notes which display, whether scaled and whether with vsync."""
        self.opened.append((display, bool(flags & pygame.SCALED), bool(vsync)))
        if display in self.refused or (vsync and self.refuses_vsync):
            raise pygame.error("refused")
        return self._set_mode(size)

    def flip(self) -> None:
        """In place of pygame's; fails once where lost is set."""
        if self.lost:
            self.lost = False
            raise pygame.error("display Surface quit")
        self._flip()


@pytest.fixture
def displays(headless: None, monkeypatch: pytest.MonkeyPatch) -> Displays:
    monkeypatch.setattr(window, "has_gpu", lambda: False)
    return Displays(monkeypatch)


def size(opened: Window) -> tuple[int, int]:
    """Of what there is to draw on."""
    assert opened.surface is not None
    return opened.surface.get_size()


def flip(opened: Window, times: int = window.RETRY) -> None:
    """Go on for about a second."""
    for _ in range(times):
        opened.flip()


def moved(opened: Window, display: int) -> None:
    """SDL says that the window is on another display now."""
    opened.watch(pygame.event.Event(pygame.WINDOWDISPLAYCHANGED, display_index=display))


def pull(opened: Window, displays: Displays, seen: bool) -> None:
    """Display 1 goes: SDL says so (seen), or all that is noticed is a flip that fails."""
    displays.number = 1
    if seen:
        moved(opened, 0)
    else:
        displays.lost = True
        flip(opened, 1)


@pytest.mark.parametrize("seen", [True, False], ids=["event", "failed flip"])
def test_a_pulled_display_is_replaced_and_come_back_to_when_it_is_there_again(
    displays: Displays, seen: bool
) -> None:
    opened = Window(display=1)
    assert size(opened) == SIZES[1]
    pull(opened, displays, seen)
    assert size(opened) == SIZES[0]
    flip(opened)
    assert size(opened) == SIZES[0]
    displays.number = 2
    flip(opened)
    assert size(opened) == SIZES[1]
    said = "display 1 is gone" if seen else "display 1 was lost"
    assert opened.messages == [f"{said}; using display 0", "display 1 is back; using it"]
    before = len(displays.opened)
    flip(opened, 3 * window.RETRY)
    assert len(displays.opened) == before


def test_a_display_plugged_in_after_the_start_is_gone_to(displays: Displays) -> None:
    opened = Window(display=2)
    assert size(opened) == SIZES[0]
    displays.number = 3
    flip(opened)
    assert size(opened) == SIZES[2]


def test_the_next_display_is_gone_to_and_round_and_come_back_to(displays: Displays) -> None:
    opened = Window()
    names = display_names()
    assert opened.display_name == opened.chosen_name == names[0]
    opened.go_to("")
    assert size(opened) == SIZES[1]
    assert opened.display_name == opened.chosen_name == names[1]
    assert opened.messages == [f"the wall is on display 1: {names[1]}"]
    pull(opened, displays, seen=True)
    assert (opened.display_name, opened.chosen_name) == (names[0], names[1])
    displays.number = 2
    flip(opened)
    assert opened.display_name == names[1]
    opened.go_to("")
    assert size(opened) == SIZES[0]
    flip(opened, 2 * window.RETRY)
    assert size(opened) == SIZES[0]


def test_a_fullscreen_window_is_placed_on_the_next_display_as_sdl_moves_none_that_is_so(
    displays: Displays, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed: list[tuple[int, int]] = []
    monkeypatch.setattr(pygame.display, "set_window_position", placed.append)
    opened = Window()
    opened.set_fullscreen(False)
    opened.set_fullscreen(True)
    assert not placed, "it stays on its display"
    opened.go_to("")
    opened.go_to("")
    assert placed == [(CENTRED | 1, CENTRED | 1), (CENTRED, CENTRED)]


def test_a_display_is_gone_to_by_its_name_at_once_or_when_it_is_plugged_in(
    displays: Displays,
) -> None:
    opened = Window()
    displays.number = 3
    third = display_names()[2]
    displays.number = 2
    opened.go_to(third)
    assert size(opened) == SIZES[0]
    assert opened.messages == [f"display {third} is not connected; using {opened.display_name}"]
    assert opened.chosen_name == third
    displays.number = 3
    flip(opened)
    assert size(opened) == SIZES[2]
    before = len(displays.opened)
    opened.go_to(third)  # it is there
    assert len(displays.opened) == before


def test_a_next_display_that_is_not_there_or_refuses_is_said_and_the_wall_stays(
    displays: Displays,
) -> None:
    displays.number = 1
    opened = Window()
    opened.go_to("")
    assert opened.messages == [f"{opened.display_name} is the only display"]
    displays.number, displays.refused = 2, {1}
    opened.go_to("")
    assert size(opened) == SIZES[0]
    assert opened.messages[1:] == [f"display {display_names()[1]} can't be used"]


def test_two_displays_of_one_name_are_told_apart(
    displays: Displays, monkeypatch: pytest.MonkeyPatch
) -> None:
    displays.number = 3
    monkeypatch.setattr(
        "visualizer.stage.displays._sdl_name", lambda number: ("BenQ ", "BenQ", "")[number]
    )
    assert display_names() == ["BenQ", "BenQ #2", "display 2, 400x300"]


def test_a_changed_resolution_is_followed_in_fullscreen(
    displays: Displays, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Window()
    monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: [(320, 200), SIZES[1]])
    flip(opened)
    assert size(opened) == (320, 200)
    assert opened.messages == ["display 0 now has 320 × 200 pixels"]
    before = len(displays.opened)
    flip(opened, 2 * window.RETRY)
    assert len(displays.opened) == before


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


def test_a_window_moved_by_hand_stays_there(displays: Displays) -> None:
    opened = Window(display=1)
    moved(opened, 0)
    flip(opened, 2 * window.RETRY)
    assert displays.opened == [(1, False, False)]
    assert opened.messages == []


def test_outside_fullscreen_no_window_jumps_but_fullscreen_goes_to_the_display_again(
    displays: Displays,
) -> None:
    opened = Window(display=1, windowed=True)
    pull(opened, displays, seen=True)
    displays.number = 2
    flip(opened, 2 * window.RETRY)
    assert displays.opened == [(1, False, False)]
    assert opened.messages == []
    opened.set_fullscreen(True)
    flip(opened)
    assert size(opened) == SIZES[1]


def test_a_display_that_is_back_but_refuses_is_not_tried_for_ever(displays: Displays) -> None:
    opened = Window(display=1)
    pull(opened, displays, seen=True)
    displays.number, displays.refused = 2, {1}
    flip(opened, window.RETRY + 1)
    assert size(opened) == SIZES[0]
    before = len(displays.opened)
    flip(opened, 3 * window.RETRY)
    assert len(displays.opened) == before


def test_a_change_to_the_same_display_and_other_events_change_nothing(displays: Displays) -> None:
    opened = Window(display=1)
    moved(opened, 1)
    opened.watch(pygame.event.Event(pygame.WINDOWMOVED, x=0, y=0))
    assert displays.opened == [(1, False, False)]


def test_keys_repeat_and_type_in_a_display_that_was_opened_again(
    displays: Displays, monkeypatch: pytest.MonkeyPatch
) -> None:
    typing: list[bool] = []
    monkeypatch.setattr(pygame.key, "start_text_input", lambda: typing.append(True))
    opened = Window()
    assert pygame.key.get_repeat() == window.REPEAT
    pygame.display.quit()
    typing.clear()
    flip(opened, 1)
    assert opened.surface is not None
    assert pygame.key.get_repeat() == window.REPEAT
    assert typing


class TextInput:
    """Whether SDL makes text of keys, and where."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.on = False
        self.starts = 0
        self.place: pygame.Rect | None = None
        monkeypatch.setattr(pygame.key, "start_text_input", self.start)
        monkeypatch.setattr(pygame.key, "stop_text_input", self.stop)
        monkeypatch.setattr(pygame.key, "set_text_input_rect", self.put)

    def start(self) -> None:
        self.on, self.starts = True, self.starts + 1

    def stop(self) -> None:
        self.on = False

    def put(self, place: pygame.Rect) -> None:
        self.place = place


FIELD, HIGHER = pygame.Rect(10, 400, 600, 50), pygame.Rect(10, 300, 600, 50)


def composed(text: str) -> pygame.Event:
    return pygame.Event(pygame.TEXTEDITING, text=text, start=0, length=0)


def test_an_input_method_that_begins_while_playing_is_sent_away_until_text_is_typed(
    displays: Displays, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = TextInput(monkeypatch)
    opened = Window()
    opened.watch(composed(""))
    assert keys.on
    opened.watch(composed("く"))
    assert not keys.on
    opened.type_at(FIELD)
    opened.watch(composed("くじ"))
    assert keys.on
    assert keys.place == FIELD


def pressed(key: int) -> pygame.Event:
    return pygame.Event(pygame.KEYDOWN, key=key, mod=0, scancode=0, unicode="")


def test_after_an_input_method_was_sent_away_a_symbol_brings_text_back_and_it_is_said_once(
    displays: Displays, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = TextInput(monkeypatch)
    opened = Window()
    for _ in range(2):
        opened.watch(composed("く"))
        for key in (pygame.K_a, pygame.K_1, pygame.K_SPACE, pygame.K_F1, pygame.K_LEFT):
            opened.watch(pressed(key))
        assert not keys.on
        opened.watch(pressed(pygame.K_QUESTION))
        assert keys.on
    assert opened.messages == [COMPOSES]
    before = keys.starts
    opened.watch(pressed(pygame.K_QUESTION))
    assert keys.starts == before


def test_a_line_that_is_typed_when_the_display_is_opened_again_is_placed_again(
    displays: Displays, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = TextInput(monkeypatch)
    opened = Window()
    opened.type_at(FIELD)
    pygame.display.quit()
    flip(opened, 1)
    keys.place = None
    opened.type_at(FIELD)
    assert keys.on
    assert keys.place == FIELD


def test_an_input_method_follows_the_line_without_being_interrupted(
    displays: Displays, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = TextInput(monkeypatch)
    opened = Window()
    opened.type_at(FIELD)
    before = keys.starts
    for place in (FIELD, HIGHER):
        opened.type_at(place)
        assert keys.place == place
    assert keys.starts == before
    opened.type_at(None)
    opened.watch(composed("く"))
    assert not keys.on


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


def test_a_display_that_is_not_there_gives_a_line_and_display_0(headless: None) -> None:
    opened = Window(display=3, windowed=True)
    assert opened.messages == ["no display 3; using display 0"]
    assert opened.surface is not None


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
