"""Claims about the operator's window: the HUD goes there, and the wall stays clean."""

from __future__ import annotations

import gc
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pygame
import pytest
import segno

from visualizer.show.records import MappingMode
from visualizer.show.status import Status
from visualizer.show.view import View
from visualizer.stage.operator_window import SIZE, OperatorWindow
from visualizer.stage.plain_window import end_video

from .player import BARE, Player, wall

WITH_HUD = replace(BARE, hud=True, fullscreen=True)


@pytest.fixture
def two_displays(small_fullscreen: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pygame.display, "get_num_displays", lambda: 2)
    monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: [(480, 270)] * 2)


def shown(player: Player) -> int:
    """How many colours the wall has: one without the HUD."""
    return colours(wall())


def colours(pixels: npt.NDArray[np.uint8]) -> int:
    """How many there are, by one number each: numpy sorts rows of three a hundred times slower."""
    return len(np.unique(pixels.astype(np.int32) @ (1 << 16, 1 << 8, 1)))


def operator(player: Player) -> OperatorWindow | None:
    return player.stage._operator


def test_with_a_second_display_the_hud_is_in_a_window_and_the_wall_is_clean(
    two_displays: None,
) -> None:
    player = Player(windowed=False)
    player.frame(200)
    player.play(WITH_HUD, 3.0)
    assert shown(player) == 1
    opened = operator(player)
    assert opened is not None
    pixels = pygame.surfarray.array3d(opened._window.surface)
    assert (pixels == 200).all(axis=2).mean() > 0.1  # the preview
    assert colours(pixels) > 20  # the panel


def test_the_desks_code_is_in_the_operators_window_alone_and_can_be_read(
    two_displays: None,
) -> None:
    player = Player(windowed=False)
    player.frame(200)
    player.play(WITH_HUD, 3.0)
    opened = operator(player)
    assert opened is not None
    link = "http://192.168.1.9:9001/#token=" + "x" * 32
    rows = segno.make(link, micro=False).matrix_iter(border=2)
    code = tuple(tuple(bool(dot & 1) for dot in row) for row in rows)
    view = replace(View(WITH_HUD, Status()), desk_code=code)
    opened._frames = 0
    opened.draw(view, None, lambda surface, display, name: None)
    pixels = pygame.surfarray.array3d(opened._window.surface).swapaxes(0, 1)
    found, _, _ = cv2.QRCodeDetector().detectAndDecode(np.ascontiguousarray(pixels))
    assert found == link
    assert shown(player) == 1


def test_a_window_that_is_closed_gives_the_hud_back_to_the_wall(two_displays: None) -> None:
    player = Player(windowed=False)
    player.frame(200)
    player.play(WITH_HUD, 3.0)
    opened = operator(player)
    assert opened is not None
    pygame.event.post(pygame.event.Event(pygame.WINDOWCLOSE, window=opened._window._window))
    assert pygame.QUIT not in [event.type for event in player.stage.events()]
    player.play(WITH_HUD, 3.0)
    assert operator(player) is None
    assert shown(player) > 20


def test_closing_the_wall_ends_the_show_though_the_operators_window_is_open(
    two_displays: None,
) -> None:
    player = Player(windowed=False)
    player.play(WITH_HUD, 0.5)
    assert operator(player) is not None
    pygame.event.post(pygame.event.Event(pygame.WINDOWCLOSE, window=None))
    assert pygame.QUIT in [event.type for event in player.stage.events()]


@pytest.mark.parametrize(
    ("hud", "fullscreen", "displays", "opens"),
    [
        ("auto", True, 1, False),
        ("auto", False, 2, False),
        ("wall", True, 2, False),
        ("window", False, 1, True),
    ],
)
def test_where_the_hud_is_follows_the_option_and_the_displays(
    headless: None,
    monkeypatch: pytest.MonkeyPatch,
    hud: str,
    fullscreen: bool,
    displays: int,
    opens: bool,
) -> None:
    monkeypatch.setattr(pygame.display, "get_num_displays", lambda: displays)
    player = Player(windowed=not fullscreen, hud=hud)
    player.play(replace(WITH_HUD, fullscreen=fullscreen), 0.5)
    assert (operator(player) is not None) is opens


def test_a_display_that_is_pulled_takes_the_window_with_it(
    two_displays: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = Player(windowed=False)
    player.frame(200)
    player.play(WITH_HUD, 3.0)
    monkeypatch.setattr(pygame.display, "get_num_displays", lambda: 1)
    player.play(WITH_HUD, 3.0)
    assert operator(player) is None
    assert shown(player) > 20


def test_a_window_that_is_lost_gives_the_hud_back_to_the_wall(two_displays: None) -> None:
    player = Player(windowed=False)
    player.frame(200)
    player.play(WITH_HUD, 1.0)
    opened = operator(player)
    assert opened is not None
    opened._window._window.destroy()
    player.play(WITH_HUD, 0.2)
    assert shown(player) > 20
    assert any("operator's window" in line for line in player.stage.take_messages())


def test_a_display_that_is_opened_again_takes_the_window_along_and_has_it_again(
    two_displays: None,
) -> None:
    player = Player(windowed=False)
    player.frame(200)
    player.play(WITH_HUD, 1.0)
    opened = operator(player)
    assert opened is not None
    end_video()
    opened._frames = 0
    with pytest.raises(pygame.error, match="closed"):
        opened.draw(View(WITH_HUD, Status()), None, lambda surface, display, name: None)
    player.play(WITH_HUD, 3.0)
    again = operator(player)
    assert again is not None
    assert again is not opened
    del opened
    gc.collect()
    assert again._window.surface.get_size() == SIZE


def test_the_mapping_is_drawn_on_the_wall_itself(two_displays: None) -> None:
    player = Player(windowed=False)
    player.frame(200)
    player.play(WITH_HUD, 3.0)
    assert shown(player) == 1
    player.play(replace(WITH_HUD, mapping=MappingMode()))
    assert shown(player) > 20


def test_a_move_of_the_operators_window_moves_no_wall(two_displays: None) -> None:
    player = Player(windowed=False)
    player.play(WITH_HUD, 0.5)
    opened = operator(player)
    assert opened is not None
    event = pygame.event.Event(
        pygame.WINDOWDISPLAYCHANGED, display_index=1, window=opened._window._window
    )
    pygame.event.post(event)
    player.stage.events()
    assert player.stage._window.display == 0
