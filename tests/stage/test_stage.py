"""Claims about the stage: start screen, crossfade, freeze, blackout and pace."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pygame
import pytest

from visualizer.frame import Pixels
from visualizer.show import modulation
from visualizer.show.parameters import DEFAULTS, SOURCES, TARGETS
from visualizer.show.projection import Projection
from visualizer.show.records import DisplayChoice, MappingMode
from visualizer.stage.gl_renderer import GLRenderer
from visualizer.stage.pacing import PERIOD

from .player import BARE, Player, wall

LEFT_HALF = Projection(((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)))

BLACKOUT_FADE = DEFAULTS["blackout_fade"]


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


def test_a_smoothing_that_is_modulated_is_played_as_it_moves(player: Player) -> None:
    target, square = TARGETS.index("smoothing"), SOURCES.index("square")
    moved = {"mod1_target": target, "mod1_source": square, "mod1_depth": -1.0, "smoothing": 1.0}
    show = BARE.with_values(moved)  # a square begins at its depth's end: 0
    assert modulation.played(show)["smoothing"] == 0.0
    player.frame(0)
    player.play(BARE, 2.0)
    player.frame(200)
    assert player.play(show) == 200


def slopes(size: int, turned: bool = False) -> Pixels:
    """A picture with detail in every pixel, so that its size tells."""
    noise = np.random.default_rng(7).integers(60, 200, (size, size, 3), dtype=np.uint8)
    return np.ascontiguousarray(noise[::-1]) if turned else noise


@pytest.mark.parametrize("sizes", [(32, 16), (32, 33)])
def test_a_model_that_makes_another_size_fades_in_like_any_frame(
    player: Player, sizes: tuple[int, int]
) -> None:
    before, after = sizes
    for turned in (False, True):  # so that the pace is known
        player.picture(slopes(before, turned))
        player.play(BARE, 0.4)
    player.play(BARE, 2.0)
    seen = [wall()[::4, ::4].astype(int)]
    player.picture(slopes(after))
    for _ in range(30):
        player.play(BARE)
        seen.append(wall()[::4, ::4].astype(int))
    player.picture(slopes(after, turned=True))
    for _ in range(30):
        player.play(BARE)
        seen.append(wall()[::4, ::4].astype(int))
    steps = [float(np.abs(b - a).mean()) for a, b in pairwise(seen)]
    assert max(steps) < 9  # of some 45 from the one picture to the other
    assert sum(steps[:30]) > 10
    assert all(moment.min() > 30 for moment in seen)  # no black flash
    assert seen[-1].std() > 5


def test_a_push_of_another_size_in_the_middle_of_a_fade_does_not_jump(player: Player) -> None:
    player.frame(100, size=16)
    player.play(BARE, 2.0)
    for level, size in ((200, 32), (60, 24), (180, 64), (90, 16)):
        held = int(wall()[5, 5, 0])
        player.frame(level, size)
        assert abs(player.play(BARE) - held) < 25
        player.play(BARE, 0.07)
    assert player.play(BARE, 2.0) == 90


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


def test_the_wall_is_handed_out_without_start_screen_and_hud(player: Player) -> None:
    walls: list[Pixels] = []
    player.stage.on_wall = walls.append
    player.play(BARE)
    assert walls == []  # there is no picture yet
    player.frame(200)
    player.play(replace(BARE, hud=True))
    assert (wall() != 200).any()
    assert len(walls) == 1
    assert walls[0].shape == (*wall().shape[1::-1], 3)
    assert (walls[0] == 200).all()
    player.stage.on_wall = None
    player.play(BARE)
    assert len(walls) == 1


def test_a_wall_that_cant_be_read_is_one_line_and_the_show_goes_on(player: Player) -> None:
    def fail(pixels: Pixels) -> None:
        raise MemoryError("no room")

    player.stage.on_wall = fail
    player.frame(200)
    assert player.play(BARE, 2.0) == 200
    assert player.stage.take_messages() == ["the wall can't be read, the show goes on: no room"]


def on_screen(player: Player) -> npt.NDArray[np.uint8]:
    """What the window shows, (width, height, 3)."""
    renderer = player.stage._renderer
    if not isinstance(renderer, GLRenderer):
        return wall()
    renderer.finish()  # after a flip, what the window's buffer holds is anyone's guess
    return renderer.screen_pixels().transpose(1, 0, 2)


@pytest.mark.parametrize("renderer", ["gl", "software"])
def test_a_window_that_is_lost_resized_or_minimised_shows_the_mapped_picture_again(
    real_screen: None, small_window: None, renderer: str
) -> None:
    player = Player(renderer=renderer)
    if player.stage.renderer != ("OpenGL" if renderer == "gl" else "software"):
        pytest.skip(f"no OpenGL here: {player.stage.take_messages()}")
    kept = MappingProxyType({player.stage.display: LEFT_HALF})
    show = replace(BARE, display=player.stage.display, projections=kept)
    player.frame(200)
    for _ in range(3):
        player.play(show)
        player.now += 1.0  # few pictures, as OpenGL draws on the processor here
    window = player.stage._window

    def lose() -> None:
        pygame.display.quit()

    def minimise() -> None:
        pygame.display.iconify()
        player.play(show)
        for kind in (pygame.WINDOWMINIMIZED, pygame.WINDOWRESTORED):
            window.watch(pygame.event.Event(kind))

    for change in (lambda: None, window._reopen, minimise, lose):
        change()
        player.play(show)
        player.play(show)
        screen = on_screen(player)
        width = screen.shape[0]
        assert (screen[: width // 2 - 1] == 200).all(), change
        assert not screen[width // 2 + 1 :].any()


def test_the_mapping_mode_draws_its_grid_over_the_wall_and_shows_the_cursor(
    player: Player,
) -> None:
    player.frame(90)
    player.play(BARE, 2.0)
    assert (wall() == 90).all()
    mode = replace(BARE, mapping=MappingMode(), fullscreen=True)
    player.play(mode)
    assert (wall() != 90).any(axis=2).mean() > 0.05
    assert pygame.mouse.get_visible()
    player.play(replace(mode, mapping=None))
    assert (wall() == 90).all()
    assert not pygame.mouse.get_visible()


def test_a_display_is_asked_for_once_for_each_request(player: Player) -> None:
    player.play(replace(BARE, display_choice=DisplayChoice(1)), 0.1)
    lines = player.stage.take_messages()
    assert lines == [f"{player.stage.display} is the only display"]
    player.play(replace(BARE, display_choice=DisplayChoice(2, "BenQ")))
    assert player.stage.take_messages() == [
        f"display BenQ is not connected; using {player.stage.display}"
    ]
    assert player.stage.chosen_display == "BenQ"
