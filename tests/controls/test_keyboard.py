"""The keyboard: the tables' keys do what the tables say, once a press, and letters can be typed."""

from __future__ import annotations

from collections import Counter
from functools import reduce as fold

import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.controls.keyboard import DIGITS, WITH_CTRL, Keyboard, key_code
from visualizer.show.actions import (
    COMMANDS,
    Action,
    Command,
    Drop,
    End,
    Erase,
    Nudge,
    Run,
    SelectPreset,
    Take,
    Type,
)
from visualizer.show.parameters import PARAMETERS, Parameter
from visualizer.show.reducer import reduce
from visualizer.show.state import Show

SHIFTED = dict(zip("[]-=,.;'", '{}_+<>:"', strict=True))
"""What a US keyboard types with shift."""


CTRL = pygame.KMOD_LCTRL
DESKTOPS = [pygame.KMOD_LALT, pygame.KMOD_LMETA, CTRL | pygame.KMOD_LALT, CTRL | pygame.KMOD_LMETA]


def down(key: int | str, mod: int = 0, typed: str | None = None, place: int = 0) -> pygame.Event:
    """A key goes down; a printable one types itself unless told otherwise."""
    code = key_code(key) if isinstance(key, str) else key
    if typed is None:
        typed = key if isinstance(key, str) and len(key) == 1 else ""
    return pygame.Event(pygame.KEYDOWN, key=code, mod=mod, unicode=typed, scancode=place)


def up(key: int | str) -> pygame.Event:
    code = key_code(key) if isinstance(key, str) else key
    return pygame.Event(pygame.KEYUP, key=code, mod=0, unicode="", scancode=0)


def text(typed: str) -> pygame.Event:
    return pygame.Event(pygame.TEXTINPUT, text=typed)


def press_of(name: str, mod: int = 0) -> pygame.Event:
    """A key as the tables name it goes down, on a US keyboard, with Ctrl where they say so."""
    key = name.removeprefix(WITH_CTRL)
    typed = key if len(key) == 1 else ""
    if mod & pygame.KMOD_SHIFT:
        typed = SHIFTED.get(typed, typed.upper())
    if key != name:
        mod |= CTRL
        typed = chr(ord(typed) & 31) if typed.isalpha() else ""  # symbols: X11 types them too
    return down(key, mod, typed)


def press(*events: pygame.Event, typing: bool = False) -> list[Action]:
    keyboard = Keyboard()
    return [a for event in events for a in keyboard.actions(event, typing=typing)]


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row.name)
def test_a_parameters_keys_step_it_down_and_up(row: Parameter) -> None:
    assert press(press_of(row.keys[0])) == [Nudge(row.name, -1, source="keyboard")]
    assert press(press_of(row.keys[1])) == [Nudge(row.name, 1, source="keyboard")]


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row.name)
def test_with_shift_a_parameters_keys_take_fine_steps(row: Parameter) -> None:
    for key, steps in zip(row.keys, (-1, 1), strict=True):
        event = press_of(key, pygame.KMOD_LSHIFT)
        assert press(event) == [Nudge(row.name, steps, True, "keyboard")]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_commands_keys_run_it(command: Command) -> None:
    for key in command.keys:
        assert press(press_of(key)) == [Run(command.name, "keyboard")]


def test_digits_select_presets_on_both_rows() -> None:
    for index, digit in enumerate("1234567890"):
        keypad = getattr(pygame, f"K_KP{digit}")
        assert press(down(digit)) == [SelectPreset(index, "keyboard")]
        assert press(down(keypad)) == [SelectPreset(index, "keyboard")]
        assert press(down(keypad, typed=digit)) == [SelectPreset(index, "keyboard")]


def test_no_key_has_two_meanings() -> None:
    names = [key for row in PARAMETERS for key in row.keys]
    names += [key for command in COMMANDS for key in command.keys]
    assert [name for name, count in Counter([*names, *DIGITS]).items() if count > 1] == []
    assert all(key_code(name.removeprefix(WITH_CTRL)) for name in names)


def test_a_held_key_repeats_steps_but_never_a_command_or_a_preset() -> None:
    assert press(down("q"), down("q"), down("q")) == [Nudge("strength", 1, source="keyboard")] * 3
    assert press(down("b"), down("b"), down("b")) == [Run("blackout", "keyboard")]
    assert press(down("2"), down("2")) == [SelectPreset(1, "keyboard")]
    turned = press_of("ctrl q")
    assert press(turned, turned) == [Nudge("zoom", 1, source="keyboard")] * 2


def test_a_key_let_go_can_be_pressed_again() -> None:
    assert press(down("b"), up("b"), down("b")) == [Run("blackout", "keyboard")] * 2


def test_a_held_escape_does_not_end_the_show() -> None:
    show = fold(reduce, press(down("escape"), down("escape"), down("escape")), Show())
    assert show.quit_pending
    assert not show.over
    twice = press(down("escape"), up("escape"), down("escape"))
    assert fold(reduce, twice, Show()).over


def test_losing_the_focus_lets_go_of_all_keys() -> None:
    lost = pygame.Event(pygame.WINDOWFOCUSLOST)
    assert press(down("b"), lost, down("b")) == [Run("blackout", "keyboard")] * 2


@pytest.mark.parametrize("kind", [pygame.QUIT, pygame.WINDOWCLOSE])
@pytest.mark.parametrize("typing", [False, True])
def test_closing_the_window_ends_the_show_at_once(kind: int, typing: bool) -> None:
    actions = press(pygame.Event(kind), typing=typing)
    assert actions == [End("window")]
    assert fold(reduce, actions, Show()).over


def test_a_held_commands_key_with_ctrl_runs_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    bound = {pygame.K_F7: Run("blackout", "keyboard")}
    monkeypatch.setattr("visualizer.controls.keyboard.CTRL", bound)
    held = press_of("ctrl f7")
    assert press(held, held, up("f7"), held) == [Run("blackout", "keyboard")] * 2


@pytest.mark.parametrize("mod", DESKTOPS)
@pytest.mark.parametrize("key", ["b", "q", "-", "1", "tab", "return", "f1"])
def test_alt_and_command_are_the_desktops(key: str, mod: int) -> None:
    assert press(down(key, mod)) == []


@pytest.mark.parametrize("key", ["b", "1", "[", "tab", "return", "escape", "f1"])
def test_a_key_without_a_meaning_with_ctrl_does_nothing(key: str) -> None:
    assert press(down(key, CTRL)) == []


def test_ctrl_q_is_played_and_never_ends_the_show() -> None:
    event = down("q", CTRL, "\x11")
    show = fold(reduce, press(event, up("q"), event, up("q"), event), Show())
    assert show.values["zoom"] > 0
    assert not show.quit_pending
    assert press(event, typing=True) == []


def test_a_letter_stays_a_key_when_ctrl_comes_to_it_while_it_is_held() -> None:
    names = [a.parameter for a in press(down("q"), press_of("ctrl q")) if isinstance(a, Nudge)]
    assert names == ["strength", "zoom"]


def test_the_keypads_enter_is_an_enter() -> None:
    assert press(down(pygame.K_KP_ENTER)) == [Run("prompt", "keyboard")]
    assert press(down(pygame.K_KP_ENTER), typing=True) == [Take()]


def test_typed_letters_are_text_and_nothing_else() -> None:
    assert press(down("b"), text("b"), down("q"), text("q"), typing=True) == [Type("b"), Type("q")]
    assert press(down("f1"), down("tab"), down("left"), typing=True) == []
    assert press(text("b"), typing=False) == []


def test_enter_takes_escape_drops_and_backspace_repeats() -> None:
    assert press(down("return"), typing=True) == [Take()]
    assert press(down("escape"), typing=True) == [Drop()]
    assert press(down("backspace"), down("backspace"), typing=True) == [Erase(), Erase()]


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


@pytest.mark.parametrize(
    "event",
    [
        down("v", CTRL, "\x16", pygame.KSCAN_V),
        down("v", pygame.KMOD_LMETA, "", pygame.KSCAN_V),
        down(0x43C, CTRL, "м", pygame.KSCAN_V),  # Russian
    ],
)
def test_ctrl_v_pastes_as_one_line_and_only_while_typing(event: pygame.Event) -> None:
    keyboard = Keyboard(paste=lambda: "a whale\r\nat\x00 night")
    assert keyboard.actions(event, typing=False) == []
    keyboard.actions(up(event.key), typing=False)
    assert keyboard.actions(event, typing=True) == [Type("a whale at night")]
    assert keyboard.actions(event, typing=True) == []


@given(
    st.integers(0, 2**31),
    st.integers(0, 0xFFFF),
    st.characters() | st.just(""),
    st.integers(0, 511),
    st.booleans(),
)
def test_no_key_is_a_fault(key: int, mod: int, typed: str, place: int, typing: bool) -> None:
    assert len(press(down(key, mod, typed, place), up(key), typing=typing)) <= 1
