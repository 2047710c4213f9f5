"""Claims about the stage and its window: freeze, blackout, start screen, displays."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pygame
import pytest

from visualizer.frame import Frame
from visualizer.show.state import Show, request
from visualizer.show.status import Phase, Status
from visualizer.show.view import View
from visualizer.stage import window
from visualizer.stage.pacing import PERIOD
from visualizer.stage.stage import BLACKOUT_FADE, Stage
from visualizer.stage.window import NoDisplay, Window

RUNNING = Status(Phase.RUNNING, model="tiny", device="cpu")
BARE = replace(Show(), hud=False, fullscreen=False)


class Player:
    """A stage with a clock that moves only when the stage waits."""

    def __init__(self, **options: bool) -> None:
        self.now = 100.0
        self.number = 0
        options = {"windowed": True, **options}
        self.stage = Stage(**options, clock=lambda: self.now, wait=self._wait)

    def _wait(self, seconds: float) -> None:
        self.now += seconds

    def frame(self, level: int) -> None:
        """A new frame, all of one grey."""
        self.number += 1
        pixels = np.full((16, 16, 3), level, np.uint8)
        made = Frame(self.number, self.now, 0.1, pixels, 1, request(BARE))
        self.stage.show_frame(made)

    def play(self, show: Show, seconds: float = PERIOD) -> int:
        """Present a show for some time; gives back the grey level in the middle of the wall."""
        for _ in range(max(1, round(seconds / PERIOD))):
            self.stage.present(View(show, RUNNING))
        return int(wall()[wall().shape[0] // 2, wall().shape[1] // 2, 1])


def wall() -> npt.NDArray[np.uint8]:
    """What the window shows, shape (width, height, 3)."""
    surface = pygame.display.get_surface()
    assert surface is not None
    return pygame.surfarray.array3d(surface)


@pytest.fixture
def player(headless: None) -> Player:
    return Player()


def test_the_start_screen_stands_until_the_first_frame_then_fades_into_it(player: Player) -> None:
    player.play(BARE)
    splash = wall().astype(int)
    assert splash.any(axis=2).all()
    assert splash.std() > 5
    player.frame(200)
    early = player.play(BARE, 0.1)
    assert early < 150
    assert wall().std() > 5
    assert player.play(BARE, 1.1) == 200
    assert (wall() == 200).all()


def test_a_frame_fades_into_the_next_and_then_rests(player: Player) -> None:
    player.frame(0)
    player.play(BARE, 2.0)
    for level in (100, 0, 100, 0, 100, 0, 100):
        player.frame(level)
        player.play(BARE, 0.2)
    player.frame(200)
    seen = [player.play(BARE) for _ in range(30)]
    assert seen == sorted(seen)
    assert 100 < seen[5] < 200
    assert seen[-1] == 200
    assert max(b - a for a, b in pairwise(seen)) < 25


def test_freeze_holds_the_very_blend_and_release_fades_to_the_newest(player: Player) -> None:
    player.frame(0)
    player.play(BARE, 2.0)
    player.frame(200)
    held = player.play(BARE, 0.1)
    assert 0 < held < 200
    frozen = replace(BARE, frozen=True)
    for level in (10, 20, 250):
        player.frame(level)
        assert player.play(frozen, 0.5) == held
    released = player.play(BARE)
    assert held <= released < held + 40
    assert player.play(BARE, 2.1) == 250


def test_a_freeze_with_no_new_frame_goes_on_without_a_jump(player: Player) -> None:
    player.frame(0)
    player.play(BARE, 2.0)
    player.frame(200)
    held = player.play(BARE, 0.1)
    player.play(replace(BARE, frozen=True), 3.0)
    assert held <= player.play(BARE) < held + 40
    assert player.play(BARE, 2.1) == 200


def test_the_first_frame_is_shown_even_when_frozen(player: Player) -> None:
    frozen = replace(BARE, frozen=True)
    player.frame(120)
    assert player.play(frozen, 1.5) == 120


def test_blackout_reaches_black_within_its_time_and_comes_back(player: Player) -> None:
    player.frame(200)
    player.play(BARE, 2.0)
    dark = replace(BARE, blackout=True)
    halfway = player.play(dark, BLACKOUT_FADE / 2)
    assert 60 < halfway < 140
    player.play(dark, BLACKOUT_FADE / 2 + 2 * PERIOD)
    assert not wall().any()
    assert 0 < player.play(BARE, BLACKOUT_FADE / 2) < 200
    assert player.play(BARE, BLACKOUT_FADE) == 200


def test_blackout_covers_the_start_screen_too(player: Player) -> None:
    player.play(replace(BARE, blackout=True), 1.0)
    assert not wall().any()
    player.play(BARE, 1.0)
    assert wall().any()


def test_blackout_leaves_the_hud_to_the_performer(player: Player) -> None:
    player.frame(200)
    player.play(replace(BARE, blackout=True, hud=True), 2.0)
    assert wall().any()


def test_the_stage_paces_to_60_and_counts_what_came_late(player: Player) -> None:
    player.frame(10)
    start = player.now
    player.play(BARE, 2.0)
    assert player.now - start == pytest.approx(2.0, abs=2 * PERIOD)
    assert player.stage.display_fps == pytest.approx(60, abs=0.1)
    assert player.stage.late_frames == 0
    player.now += 0.1
    player.play(BARE)
    assert player.stage.late_frames == 1


def test_engine_fps_counts_frames_that_were_never_shown(player: Player) -> None:
    for _ in range(30):
        player.number += 1  # made, and overtaken by the next
        player.frame(1)
        player.play(BARE, 0.1)
    assert player.stage.engine_fps == pytest.approx(20, rel=0.1)


def test_a_display_that_is_not_there_gives_a_line_and_display_0(headless: None) -> None:
    opened = Window(display=3, windowed=True)
    assert opened.messages == ["no display 3; using display 0"]
    assert opened.display == 0


def test_messages_are_taken_once(headless: None) -> None:
    stage = Stage(display=7, windowed=True, clock=lambda: 0.0, wait=lambda _: None)
    assert stage.take_messages() == ["no display 7; using display 0"]
    assert stage.take_messages() == []


def test_a_lost_surface_is_opened_again_with_a_line(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    player.frame(50)
    player.play(BARE, 2.0)
    flip = pygame.display.flip

    def broken() -> None:
        monkeypatch.setattr(pygame.display, "flip", flip)
        raise pygame.error("display Surface quit")

    monkeypatch.setattr(pygame.display, "flip", broken)
    player.play(BARE)
    assert player.stage.take_messages() == ["display 0 was lost; using display 0"]
    assert player.play(BARE) == 50


def test_no_display_at_all_mid_show_keeps_the_show_going(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    player.frame(50)
    player.play(BARE, 2.0)

    def nothing(*_: object, **__: object) -> None:
        raise pygame.error("no display")

    with monkeypatch.context() as broken:
        broken.setattr(pygame.display, "set_mode", nothing)
        pygame.display.quit()
        for _ in range(70):
            player.stage.present(View(BARE, RUNNING))
            assert player.stage.events() == []
    for _ in range(window.RETRY):
        player.stage.present(View(BARE, RUNNING))
    assert player.play(BARE) == 50


def test_a_server_without_a_screen_gives_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    # In a process of its own: SDL must find no display, and may take its driver "offscreen".
    script = (
        "import os\n"
        "for name in ('DISPLAY', 'WAYLAND_DISPLAY', 'SDL_VIDEODRIVER', 'XDG_RUNTIME_DIR'):\n"
        "    os.environ.pop(name, None)\n"
        "from visualizer.stage.window import NoDisplay, Window\n"
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


@pytest.mark.parametrize("driver", window.UNSEEN)
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


def test_a_picture_reaches_a_real_screen(real_screen: None) -> None:
    player = Player(windowed=False)
    show = replace(BARE, fullscreen=True)
    player.frame(77)
    assert player.play(show, 1.5) == 77
    player.stage.events()
    player.play(replace(show, fullscreen=False))
    assert (wall() == 77).all()
    player.stage.close()
    assert not pygame.display.get_init()
