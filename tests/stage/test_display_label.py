"""Claims about naming displays: each window shows its own, and only while that is asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pygame
import pytest

from visualizer.frame import Pixels
from visualizer.show.play_actions import Run
from visualizer.show.reducer import reduce
from visualizer.show.state import IDENTIFY_SECONDS
from visualizer.stage import display_label, operator_window, second_wall
from visualizer.stage.stage import Stage

from .player import BARE, Player, wall
from .shows import texts

SIZES = [(320, 180), (200, 120), (200, 120)]
NAMES = ["projector", "balcony", "laptop"]


def windows(stage: Stage) -> list[npt.NDArray[np.uint8]]:
    """What the wall, the second wall and the operator's window show."""
    (second,) = stage._seconds._walls.values()
    assert stage._operator is not None
    others = second.surface, stage._operator._window.surface
    return [wall(), *(pygame.surfarray.array3d(each) for each in others)]


@pytest.fixture
def three_displays(headless: None, monkeypatch: pytest.MonkeyPatch) -> Player:
    """A stage fullscreen on the first, a second wall on the next, the operator's window on the
    last."""
    monkeypatch.setattr(pygame.display, "get_num_displays", lambda: 3)
    monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: SIZES)
    for module in (second_wall, operator_window):
        monkeypatch.setattr(module, "display_names", lambda: NAMES)
    return Player(windowed=False, also=(1,))


def test_each_window_names_its_display_while_that_is_asked_for_and_recordings_stay_clean(
    three_displays: Player,
) -> None:
    player = three_displays
    recorded: list[Pixels] = []
    player.stage.on_wall = lambda pixels: recorded.append(pixels.copy())
    show = replace(BARE, fullscreen=True)
    player.frame(200)
    player.play(show, 3.0)
    before = windows(player.stage)
    recorded.clear()
    asked = reduce(show, Run("identify"))
    lines = texts(player.stage._letters, lambda: player.play(asked, 0.2))
    for number, name in enumerate(NAMES[1:], 1):
        assert lines[lines.index(name) - 1] == str(number)
    assert "0" in lines
    for old, new in zip(before, windows(player.stage), strict=True):
        assert old.shape == new.shape
        assert (old != new).any(axis=2).mean() > 0.05
    assert {int(level) for pixels in recorded for level in (pixels.min(), pixels.max())} == {200}
    player.play(replace(asked, time=show.time + IDENTIFY_SECONDS), 0.2)
    for old, new in zip(before, windows(player.stage), strict=True):
        assert (old == new).all()


def test_displays_are_named_before_the_first_frame_and_nothing_is_recorded(
    three_displays: Player,
) -> None:
    player = three_displays
    recorded: list[Pixels] = []
    player.stage.on_wall = recorded.append
    player.play(replace(BARE, fullscreen=True), 1.0)
    assert not player.stage._seconds._walls
    asked = reduce(replace(BARE, fullscreen=True), Run("identify"))
    lines = texts(player.stage._letters, lambda: player.play(asked, 0.2))
    assert {"0", "1", "2", *NAMES[1:]} <= set(lines)
    player.play(replace(asked, time=asked.time + IDENTIFY_SECONDS), 0.2)
    assert not windows(player.stage)[1].any(), "the second wall is black until there is a frame"
    assert recorded == []


def test_where_displays_can_not_be_named_a_line_says_it_and_all_windows_go_on(
    three_displays: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("no such glyph")

    monkeypatch.setattr(display_label, "draw", broken)
    player = three_displays
    show = replace(BARE, fullscreen=True)
    player.frame(200)
    player.play(show, 2.0)
    player.frame(90)
    player.play(reduce(show, Run("identify")), 2.0)
    assert [int(window[5, 5, 0]) for window in windows(player.stage)[:2]] == [90, 90]
    assert player.stage._operator is not None
    said = "a display can't be named, the show goes on: no such glyph"
    assert player.stage.take_messages() == [said]


def test_a_display_is_named_in_a_blackout_too(player: Player) -> None:
    player.frame(200)
    dark = replace(BARE, blackout=True)
    player.play(dark, 5.0)
    assert not wall().any()
    player.play(reduce(dark, Run("identify")), 0.2)
    assert wall().any()
