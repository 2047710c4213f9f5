"""Claims about a second wall: the same picture, filled and mapped in its own way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pygame
import pytest

from visualizer.frame import Pixels
from visualizer.show.projection import PLAIN, Projection
from visualizer.stage import second_wall
from visualizer.stage.plain_window import end_video
from visualizer.stage.renderer import Moment
from visualizer.stage.second_wall import SecondWall, SecondWalls

from .player import BARE, Player
from .renderers import Make, on_screen


def surface_of(wall: SecondWall) -> npt.NDArray[np.uint8]:
    """What it shows, (width, height, 3)."""
    return np.asarray(pygame.surfarray.array3d(wall._window.surface), np.uint8)


def halves() -> Pixels:
    """Red to the left, blue to the right."""
    wall = np.zeros((90, 160, 3), np.uint8)
    wall[:, :80] = (250, 0, 0)
    wall[:, 80:] = (0, 0, 250)
    return wall


@pytest.mark.parametrize(
    ("projection", "left"),
    [(PLAIN, (250, 0, 0)), (replace(PLAIN, flip_h=True), (0, 0, 250))],
)
def test_it_shows_the_wall_filled_and_mapped(
    headless: None, projection: Projection, left: tuple[int, int, int]
) -> None:
    pygame.display.init()
    second = SecondWall(0, (60, 90))  # upright
    second.draw(halves, projection)
    pixels = surface_of(second)
    assert pixels.shape == (60, 90, 3)
    assert np.abs(pixels[5, 45].astype(int) - left).max() <= 2
    assert pixels.any(axis=2).all()  # no bars
    second.close()


def test_walls_follow_their_displays_each_with_its_own_mapping(
    headless: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["a", "b", "c"]
    monkeypatch.setattr(second_wall, "display_names", lambda: names)
    monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: [(80, 45)] * len(names))
    pygame.display.init()
    walls = SecondWalls()
    assert walls.open([1, 2]) == []
    walls.draw(halves, {"c": replace(PLAIN, flip_h=True)}, {})
    left = {name: tuple(surface_of(wall)[5, 20]) for name, wall in walls._walls.items()}
    assert left["b"][0] > 240
    assert left["c"][2] > 240
    names.pop()
    (line,) = walls.open([1, 2])
    assert line.startswith("no display 2 for a second wall")
    assert walls.open([1, 2]) == []  # said once
    assert walls._walls.keys() == {"b"}
    names.append("c")
    walls.open([1, 2])
    assert walls._walls.keys() == {"b", "c"}
    end_video()
    pygame.display.init()
    with pytest.raises(pygame.error, match="closed"):
        walls.draw(halves, {}, {})
    walls.open([1, 2])
    walls.draw(halves, {}, {})
    walls.open([])
    assert not walls._walls


def test_the_stage_shows_its_wall_on_the_other_displays_while_it_is_fullscreen(
    headless: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pygame.display, "get_num_displays", lambda: 2)
    monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: [(160, 90), (80, 45)])
    player = Player(windowed=False, also=(1,))
    show = replace(BARE, fullscreen=True)
    player.frame(200)
    player.play(show, 3.0)
    (second,) = player.stage._seconds._walls.values()
    assert (surface_of(second) == 200).all()
    assert player.stage._operator is None  # no display is left for it
    player.play(replace(show, fullscreen=False), 2.0)
    assert not player.stage._seconds._walls


def test_opengl_on_the_first_display_and_a_second_wall_leave_each_other_whole(gl: Make) -> None:
    """A window opened and drawn between two frames may take the GL context with it."""
    first = gl((160, 90))
    second = SecondWall(0, (80, 45))
    for level in (60, 200):
        grey = np.full((90, 160, 3), level, np.uint8)
        assert np.abs(on_screen(first, Moment(card=grey)) - level).max() <= 1
        second.draw(first.read)
        assert np.abs(surface_of(second).astype(int) - level).max() <= 1
    second.close()
    assert np.abs(on_screen(first, Moment(card=halves()))[45, 10] - (250, 0, 0)).max() <= 1
