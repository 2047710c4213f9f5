"""Typing a line: letters, keys that edit it, input methods, and pasting."""

from __future__ import annotations

import pygame
from hypothesis import given
from hypothesis import strategies as st

from visualizer.controls.keys.keyboard import FAR, Keyboard
from visualizer.show.play_actions import Compose, Drop, Erase, Move, Run, Take, Type
from visualizer.show.records import TextEntry
from visualizer.show.state import Show

from .keystrokes import CTRL, composed, down, line, played, press, text, up


def test_the_keypads_enter_is_an_enter() -> None:
    assert press(down(pygame.K_KP_ENTER)) == [Run("prompt", "keyboard")]
    assert press(down(pygame.K_KP_ENTER), typing=True) == [Take()]


def test_typed_letters_are_text_and_nothing_else() -> None:
    assert press(down("b"), text("b"), down("q"), text("q"), typing=True) == [Type("b"), Type("q")]
    assert press(down("f1"), down("tab"), down("page up"), typing=True) == []
    assert press(text("b"), typing=False) == []


def test_enter_takes_escape_drops() -> None:
    assert press(down("return"), typing=True) == [Take()]
    assert press(down("escape"), typing=True) == [Drop()]


def test_keys_that_edit_the_line_repeat() -> None:
    for key, action in (
        ("backspace", Erase()),
        ("delete", Erase(ahead=True)),
        ("left", Move(-1)),
        ("right", Move(1)),
        ("home", Move(-FAR)),
        ("end", Move(FAR)),
        ("up", Move(down=-1)),
        ("down", Move(down=1)),
    ):
        assert press(down(key), down(key), typing=True) == [action, action]


def test_the_key_that_opened_the_line_types_nothing_into_it_however_long_it_is_held() -> None:
    for key, first in (("kp 5", "5"), ("x", "")):
        typed = key[-1]
        held = (down(key, typed=typed), text(typed), down(key, typed=typed), text(typed))
        show = played(Show(), *held)
        assert show.entry == TextEntry("number", first, len(first))
        assert line(played(show, down("7"), text("7"))) == f"{first}7"


def test_a_key_pressed_before_the_one_that_opened_the_line_is_let_go_is_typed() -> None:
    show = played(Show(), down("return"), down("w"), text("w"), up("return"), up("w"))
    assert line(show) == "w"


def test_text_that_comes_without_a_key_is_typed() -> None:
    assert line(played(Show(), down("return"), up("return"), text("鯨"))) == "鯨"


def test_with_num_lock_off_the_keypad_still_types_numbers() -> None:
    show = played(Show(), down("kp 4", typed=""), up("kp 4"), down("kp 2", typed=""), up("kp 2"))
    assert line(show) == "42"
    assert press(down("kp 2", typed="2"), text("2"), typing=True) == [Type("2")]


def test_what_an_input_method_composes_is_told_until_it_is_settled() -> None:
    events = (composed("くじ"), composed("くじら"), text("鯨"), composed(""))
    assert press(*events, typing=True) == [
        Compose("くじ"),
        Compose("くじら"),
        Type("鯨"),
        Compose(""),
    ]
    assert press(composed("くじ"), typing=False) == []


def test_keys_are_the_input_methods_while_it_composes() -> None:
    for settled in (text("鯨"), composed("")):
        for key in ("return", "escape", "backspace", "left", "down", "kp enter"):
            keyboard = Keyboard()
            keyboard.actions(composed("くじら"), typing=True)
            assert keyboard.actions(down(key), typing=True) == []
            keyboard.actions(up(key), typing=True)
            keyboard.actions(settled, typing=True)
            assert len(keyboard.actions(down(key), typing=True)) == 1


def test_what_was_composed_is_gone_with_the_focus_and_with_the_line() -> None:
    lost = pygame.Event(pygame.WINDOWFOCUSLOST)
    assert press(composed("く"), lost, lost, down("escape"), typing=True) == [
        Compose("く"),
        Compose(""),
        Drop(),
    ]
    keyboard = Keyboard()
    keyboard.actions(composed("く"), typing=True)
    keyboard.actions(up("a"), typing=False)
    assert keyboard.actions(down("escape"), typing=True) == [Drop()]


def test_the_enter_that_opened_the_entry_does_not_take_it() -> None:
    keyboard = Keyboard()
    assert keyboard.actions(down("return"), typing=False) == [Run("prompt", "keyboard")]
    for event in (text("\r"), down("return"), down("return")):
        assert keyboard.actions(event, typing=True) == []
    assert keyboard.actions(up("return"), typing=True) == []
    assert keyboard.actions(down("return"), typing=True) == [Take()]


def test_the_escape_that_dropped_the_entry_does_not_quit() -> None:
    keyboard = Keyboard()
    assert keyboard.actions(down("escape"), typing=True) == [Drop()]
    assert keyboard.actions(down("escape"), typing=False) == []


def test_ctrl_v_pastes_as_one_line_and_only_while_typing() -> None:
    for event in (
        down("v", CTRL, "\x16", pygame.KSCAN_V),
        down("v", pygame.KMOD_LMETA, "", pygame.KSCAN_V),
        down(0x43C, CTRL, "м", pygame.KSCAN_V),  # Russian
    ):
        keyboard = Keyboard(paste=lambda: "a whale\r\nat\x00 night")
        played = keyboard.actions(event, typing=False)
        assert not any(isinstance(action, Type) for action in played)
        keyboard.actions(up(event.key), typing=False)
        assert keyboard.actions(event, typing=True) == [Type("a whale at night")]
        assert keyboard.actions(event, typing=True) == []


codes = st.sampled_from(["x", "7", "kp 5", "return", "escape", "left", "f2", "backspace", "q"])
events = st.one_of(
    codes.map(down), codes.map(up), st.text(max_size=3).map(text), st.text(max_size=3).map(composed)
)


@given(st.lists(events, max_size=30))
def test_whatever_is_pressed_the_caret_stays_in_the_line(pressed: list[pygame.Event]) -> None:
    show = played(Show(), *pressed)
    assert show.entry is None or 0 <= show.entry.caret <= len(show.entry.text)
