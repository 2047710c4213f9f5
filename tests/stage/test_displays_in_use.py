"""The display that the wall is on: chosen, gone to, lost, and come back to."""

from __future__ import annotations

import pygame
import pytest

from visualizer.stage import window
from visualizer.stage.displays import display_names
from visualizer.stage.plain_window import CENTRED
from visualizer.stage.window import Window

from .simulated_displays import SIZES, Displays, flip


def size(opened: Window) -> tuple[int, int]:
    """Of what there is to draw on."""
    assert opened.surface is not None
    return opened.surface.get_size()


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


def test_a_display_that_is_not_there_gives_a_line_and_display_0(headless: None) -> None:
    opened = Window(display=3, windowed=True)
    assert opened.messages == ["no display 3; using display 0"]
    assert opened.surface is not None
