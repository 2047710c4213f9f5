"""Keys while a list is open, and in the mapping mode."""

from __future__ import annotations

import pygame

from visualizer.controls.keys.key_table import key_code, key_table
from visualizer.controls.keys.keyboard import PAGE, Keyboard
from visualizer.show.actions import Action
from visualizer.show.play_actions import Move, Run, Switch
from visualizer.show.setup_actions import ChooseCorner, GrabCorner, MoveCorner, Reproject
from visualizer.show.state import Show

from .keystrokes import CTRL, down, played, press, up


def test_arrows_and_page_keys_go_through_an_open_list_and_repeat() -> None:
    for key, rows in (("up", -1), ("down", 1), ("page up", -PAGE), ("page down", PAGE)):
        assert press(down(key), down(key), choosing=True) == [Move(down=rows)] * 2


def test_all_other_keys_play_while_a_list_is_open() -> None:
    table = key_table().alone
    listed = {key_code(key) for key in ("up", "down", "page up", "page down")}
    for code, action in table.items():
        typed = chr(code) if code < 128 else ""
        if code not in listed:
            assert press(down(code, typed=typed), choosing=True) == [action]


def test_escape_closes_the_list_and_is_no_wish_to_quit() -> None:
    show = played(Show(), down("f2"), up("f2"))
    assert show.learning is not None
    show = played(show, down("escape"), down("escape"), up("escape"))
    assert show.learning is None
    assert not show.quit_pending
    assert played(show, down("f2"), up("f2"), down("f2")).learning is None


def mapped(*events: pygame.Event, typing: bool = False) -> list[Action]:
    """What events ask for in the mapping mode, on a screen of 1000 by 500 pixels."""
    keyboard = Keyboard(size=lambda: (1000, 500))
    return [
        action
        for event in events
        for action in keyboard.actions(event, typing=typing, mapping=True)
    ]


def test_in_the_mapping_mode_keys_move_corners_and_the_others_play_as_ever() -> None:
    shift, leave = pygame.KMOD_LSHIFT, Switch("mapping", False, "keyboard")
    for event, action in (
        (down("2"), ChooseCorner(1)),
        (down("é", typed="é", place=pygame.KSCAN_2), ChooseCorner(1)),  # French
        (down("tab"), ChooseCorner(-1)),
        (down("left"), MoveCorner(-0.001, 0.0)),
        (down("down"), MoveCorner(0.0, 0.002)),
        (down("right", shift), MoveCorner(0.01, 0.0)),
        (down("r"), Reproject("rotate")),
        (down("h"), Reproject("flip_h")),
        (down("v"), Reproject("flip_v")),
        (down("backspace"), Reproject("reset")),
        (down("escape"), Run("quit", "keyboard")),  # leaves all that is open at once
        (down("return"), leave),
        (down("f6"), Run("mapping", "keyboard")),
        (down("b"), Run("blackout", "keyboard")),
        (down("z", CTRL), Run("undo", "keyboard")),
    ):
        assert mapped(event) == [action]
        moves = isinstance(action, MoveCorner)
        assert mapped(event, event) == [action] * (2 if moves else 1)  # held
        assert not any(isinstance(a, MoveCorner) for a in press(event))


def test_in_the_mapping_mode_the_mouse_drags_the_nearest_corner() -> None:
    taken = pygame.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=(500, 100))
    dragged = pygame.Event(pygame.MOUSEMOTION, buttons=(1, 0, 0), pos=(510, 95), rel=(10, -5))
    passing = pygame.Event(pygame.MOUSEMOTION, buttons=(0, 0, 0), pos=(510, 95), rel=(10, -5))
    right = pygame.Event(pygame.MOUSEBUTTONDOWN, button=3, pos=(500, 100))
    acts = mapped(taken, dragged, passing, right)
    assert acts == [GrabCorner(0.5, 0.2), MoveCorner(0.01, -0.01, "mouse")]
    assert press(taken, dragged) == []
    assert mapped(taken, down("left"), typing=True) == [Move(-1)]
