"""Claims about the stage: freeze, blackout, start screen, pace, and what faults leave standing."""

from __future__ import annotations

import math
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
from visualizer.stage.hud import Hud
from visualizer.stage.pacing import PERIOD
from visualizer.stage.stage import BLACKOUT_FADE, Stage

RUNNING = Status(Phase.RUNNING, model="tiny", device="cpu")
BARE = replace(Show(), hud=False, fullscreen=False)


class Player:
    """A stage with a clock that moves only when the stage waits."""

    def __init__(self, **options: bool) -> None:
        self.now = 100.0
        self.number = 0
        self.waits: list[float] = []
        options = {"windowed": True, **options}
        self.stage = Stage(**options, clock=lambda: self.now, wait=self._wait)

    def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)
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


def test_with_vsync_the_flip_has_the_last_half_of_a_period_to_wait_for_the_display(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    player.stage._window.vsync = True
    start = player.now
    after = 0.2 * PERIOD  # the display's beat comes so long after ours

    def blocking() -> None:
        beats = math.floor((player.now - start - after) / PERIOD + 1e-6) + 1
        player.now = start + after + beats * PERIOD

    monkeypatch.setattr(pygame.display, "flip", blocking)
    player.play(BARE, 1.0)
    assert player.now - start == pytest.approx(1.0, abs=2 * PERIOD)
    assert player.stage.late_frames == 0
    assert 0.0 < max(player.waits) < PERIOD / 2


def test_with_vsync_a_flip_that_does_not_wait_makes_no_more_than_60_pictures(
    player: Player,
) -> None:
    player.stage._window.vsync = True
    start = player.now
    player.play(BARE, 2.0)
    assert player.now - start == pytest.approx(2.0, abs=2 * PERIOD)


def test_a_fault_in_drawing_is_raised_at_the_pace_of_the_wall(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("drawing")

    player.frame(50)
    player.play(BARE, 2.0)
    with monkeypatch.context() as fault:
        fault.setattr(player.stage._renderer, "draw", broken)
        start = player.now
        for _ in range(60):
            with pytest.raises(RuntimeError, match="drawing"):
                player.play(BARE)
    assert player.now - start == pytest.approx(1.0, abs=2 * PERIOD)
    assert player.stage.display_fps == pytest.approx(60, abs=0.1)
    assert player.play(BARE) == 50


def test_a_fault_in_the_hud_leaves_the_picture_and_is_told_once(
    player: Player, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bad message")

    show = replace(BARE, hud=True)
    player.frame(50)
    player.play(show, 2.0)
    with monkeypatch.context() as fault:
        fault.setattr(Hud, "draw", broken)
        player.frame(200)
        player.play(show, 2.0)
        assert (wall() == 200).all()
        assert player.stage.take_messages() == [
            "the HUD can't be drawn, the show goes on: a bad message"
        ]
        player.play(show, 1.0)
    assert player.stage.take_messages() == []
    assert capsys.readouterr().err.count("RuntimeError: a bad message") == 1
    player.play(show)
    assert not (wall() == 200).all()


def test_the_clipboard_gives_the_text_that_was_copied_or_none(player: Player) -> None:
    assert player.stage.clipboard() == ""
    pygame.scrap.put_text("静かな海, a wäle")
    assert player.stage.clipboard() == "静かな海, a wäle"


def test_a_clipboard_that_cannot_be_read_gives_no_text(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise pygame.error("no clipboard")

    monkeypatch.setattr(pygame.scrap, "get_text", broken)
    assert player.stage.clipboard() == ""


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
