"""Claims about a second wall: the same picture, filled and mapped in its own way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pygame
import pytest

from visualizer.frame import Frame, Pixels
from visualizer.show.next_request import request
from visualizer.show.projection import PLAIN, Projection
from visualizer.show.records import DisplayChoice
from visualizer.show.view import View
from visualizer.stage import second_wall, window
from visualizer.stage.pacing import LONGEST_RETURN, PERIOD
from visualizer.stage.plain_window import end_video
from visualizer.stage.renderer import Moment
from visualizer.stage.second_wall import SecondWall, SecondWalls

from .player import BARE, Player
from .renderers import Make, on_screen
from .shows import RUNNING


def surface_of(wall: SecondWall) -> npt.NDArray[np.uint8]:
    """What it shows, (width, height, 3)."""
    return np.asarray(pygame.surfarray.array3d(wall._window.surface), np.uint8)


def unlabelled(surface: pygame.Surface, display: int, name: str) -> None:
    raise AssertionError("nobody asked for names")


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
    view = View(replace(BARE, projections={"c": replace(PLAIN, flip_h=True)}), RUNNING)
    walls.draw(halves, {}, view, 0.0, 0.0, unlabelled)
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
        walls.draw(halves, {}, view, 0.0, 0.0, unlabelled)
    walls.open([1, 2])
    walls.draw(halves, {}, view, 0.0, 0.0, unlabelled)
    walls.open([])
    assert not walls._walls


def test_the_stage_shows_its_wall_on_the_other_displays_while_it_is_fullscreen(
    small_fullscreen: None, monkeypatch: pytest.MonkeyPatch
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


def test_a_wall_with_frames_of_its_own_shows_them_with_looks_and_fades_and_again_when_it_is_back(
    small_fullscreen: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = [(160, 90), (80, 45), (80, 45)]
    monkeypatch.setattr(pygame.display, "get_num_displays", lambda: len(sizes))
    monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: sizes)
    player = Player(windowed=False, also=(1, 2))
    show = replace(BARE, fullscreen=True)
    player.frame(200)
    player.play(show, 2.0)

    def own(level: int) -> None:
        pixels = np.full((16, 16, 3), level, np.uint8)
        player.stage.show_on(1, Frame(1, player.now, 0.1, pixels, 1, request(BARE)))

    def shown() -> dict[int, int]:
        walls = player.stage._seconds._walls.values()
        return {wall.display: int(surface_of(wall)[40, 20, 0]) for wall in walls}

    assert shown() == {1: 200, 2: 200}
    own(60)
    player.play(show, 2.0)
    assert shown() == {1: 60, 2: 200}, "the other goes on showing the first wall"
    own(100)
    player.play(show, 0.1)
    assert 60 < shown()[1] < 100, "it fades"
    player.play(show, 2.0)
    assert player.play(show.with_values({"invert": 1.0}), 2.0) == 55
    assert shown() == {1: 155, 2: 55}, "with the show's looks"
    player.play(replace(show, fullscreen=False), 2.0)
    assert shown() == {}
    player.play(show, 2.0)
    assert shown() == {1: 100, 2: 200}
    dark = replace(show, blackout=True)
    player.play(dark, 5.0)
    assert shown() == {1: 0, 2: 0}
    player.stage._seconds.open([])  # as where a cable is pulled
    for _ in range(90):
        player.play(dark)
        assert set(shown().values()) <= {0}, "opened again, it is dark from its first moment on"
    assert shown() == {1: 0, 2: 0}


@pytest.mark.parametrize("smoothing", [0.0, 1.0])
def test_a_wall_fades_from_one_engines_pictures_to_anothers_and_back(
    small_fullscreen: None, monkeypatch: pytest.MonkeyPatch, smoothing: float
) -> None:
    monkeypatch.setattr(pygame.display, "get_num_displays", lambda: 2)
    monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: [(160, 90), (80, 45)])
    player = Player(windowed=False, also=(1,))
    show = replace(BARE, fullscreen=True).with_values({"smoothing": smoothing})
    player.frame(200)

    def played(level: int, origin: int, frames: int) -> list[int]:
        """What the wall shows from display frame to display frame, at ten frames a second."""
        pixels, shown = np.full((16, 16, 3), level, np.uint8), []
        for number in range(6 * frames):
            if number % 6 == 0:
                frame = Frame(1, player.now, 0.1, pixels, 1, request(BARE), origin)
                player.stage.show_on(1, frame)
            player.play(show)
            for second in player.stage._seconds._walls.values():
                shown.append(int(surface_of(second)[40, 20, 0]))
        return shown

    assert played(40, 1, frames=20)[-1] == 40
    levels = played(200, 2, frames=20) + played(40, 3, frames=20)
    assert max(levels) == 200, "the first wall's picture, whole"
    assert levels[-1] == 40, "its own again"
    bound = 160 * PERIOD / LONGEST_RETURN + 2  # two levels for what is rounded
    assert np.abs(np.diff([40, *levels])).max() <= bound


@pytest.fixture
def three_displays(headless: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them are the one that there is."""
    sizes = [(160, 90)] * 3
    set_mode = window._set_mode
    monkeypatch.setattr(pygame.display, "get_num_displays", lambda: len(sizes))
    monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: sizes)
    monkeypatch.setattr(
        window, "_set_mode", lambda size, flags, display, vsync=0: set_mode(size, flags, 0, vsync)
    )


def test_a_wall_that_is_moved_onto_anothers_display_swaps_with_it(three_displays: None) -> None:
    player = Player(windowed=False, also=(1,))
    show = replace(BARE, fullscreen=True)
    player.frame(200)

    def own(level: int) -> None:
        pixels = np.full((16, 16, 3), level, np.uint8)
        player.stage.show_on(1, Frame(1, player.now, 0.1, pixels, 1, request(BARE)))

    def shown() -> dict[int, int]:
        walls = player.stage._seconds._walls.values()
        return {wall.display: int(surface_of(wall)[40, 20, 0]) for wall in walls}

    own(60)
    player.play(show, 2.0)
    assert shown() == {1: 60}
    player.stage.take_messages()
    for number, (display, other) in enumerate([(1, 0), (2, 0), (0, 2)], start=1):
        asked = replace(show, display_choice=DisplayChoice(number))
        assert player.play(asked) == 200
        assert player.stage._window.display == display
        assert shown() == {other: 60}, "at once, with its own picture"
        lines = player.stage.take_messages()
        assert lines[1:] == {
            1: ["the wall that was there is on display 0"], 2: [],
            3: ["the wall that was there is on display 2"],
        }[number]  # fmt: skip
    own(100)
    player.play(asked, 2.0)
    assert shown() == {2: 100}


def test_a_wall_that_began_on_anothers_display_swaps_with_none(three_displays: None) -> None:
    player = Player(windowed=False, display=1, also=(1, 2))
    show = replace(BARE, fullscreen=True)
    player.frame(200)
    for number, (display, other) in enumerate([(1, 2), (2, 1)]):
        player.play(replace(show, display_choice=DisplayChoice(number)), 2.0)
        assert player.stage._window.display == display
        assert [wall.display for wall in player.stage._seconds._walls.values()] == [other]
    assert not [line for line in player.stage.take_messages() if "the wall that was there" in line]


def test_a_wall_that_fails_takes_no_other_with_it(
    headless: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_wall, "display_names", lambda: ["a", "b", "c"])
    monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: [(80, 45)] * 3)
    pygame.display.init()
    real = SecondWall.__init__

    def init(self: SecondWall, display: int, *more: Any) -> None:
        if display == 1:
            raise pygame.error("no such mode")
        real(self, display, *more)

    with monkeypatch.context() as broken:
        broken.setattr(SecondWall, "__init__", init)
        walls = SecondWalls()
        assert walls.open([1, 2]) == ["a second wall on b can't be opened: no such mode"]
        assert walls.open([1, 2]) == []  # said once
        assert walls._walls.keys() == {"c"}
    walls.open([])


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
