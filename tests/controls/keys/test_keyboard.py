"""The keyboard while playing: the tables' keys do what the tables say, once a press."""

from __future__ import annotations

from functools import reduce as fold

import pygame
from hypothesis import given
from hypothesis import strategies as st

from visualizer.controls.keys.key_table import DIGITS
from visualizer.controls.keys.keyboard import FASTEST, PACE, Keyboard
from visualizer.show.command_table import COMMANDS
from visualizer.show.parameters import PARAMETERS
from visualizer.show.play_actions import Digit, Nudge, Recall, Run, SelectPreset, Store
from visualizer.show.reducer import reduce
from visualizer.show.state import Show

from .keystrokes import CTRL, down, press, press_of, up

DESKTOPS = [pygame.KMOD_LALT, pygame.KMOD_LMETA, CTRL | pygame.KMOD_LALT, CTRL | pygame.KMOD_LMETA]


WITH_KEYS = [row for row in PARAMETERS if row.keys]


def test_a_parameters_keys_step_it_down_and_up() -> None:
    for row in WITH_KEYS:
        for key, steps in zip(row.keys, (-1, 1), strict=True):
            assert press(press_of(key)) == [Nudge(row.name, steps, source="keyboard")]


def test_with_shift_a_parameters_keys_take_fine_steps() -> None:
    for row in WITH_KEYS:
        for key, steps in zip(row.keys, (-1, 1), strict=True):
            event = press_of(key, pygame.KMOD_LSHIFT)
            assert press(event) == [Nudge(row.name, steps, True, "keyboard")]


def test_a_commands_keys_run_it() -> None:
    for command in COMMANDS:
        for key in command.keys:
            assert press(press_of(key)) == [Run(command.name, "keyboard")]


def test_digits_select_presets() -> None:
    for index, digit in enumerate(DIGITS):
        assert press(down(digit)) == [SelectPreset(index, "keyboard")]


def test_the_keypad_types_numbers_and_plays_the_parameter_in_focus() -> None:
    for name, typed in [(f"kp {digit}", digit) for digit in DIGITS] + [("kp period", ".")]:
        for unicode in (typed, ""):  # Num Lock on and off
            assert press(down(name, typed=unicode)) == [Digit(typed, "keyboard")]
    assert press(down("kp minus", typed="-")) == [Nudge("", -1, source="keyboard")]
    assert press(down("kp plus", typed="+")) == [Nudge("", 1, source="keyboard")]
    fine = press(down("kp plus", pygame.KMOD_LSHIFT, "+"))
    assert fine == [Nudge("", 1, True, "keyboard")]


def test_ctrl_with_a_digit_brings_a_snapshot_back_and_with_shift_stores_it() -> None:
    for slot in range(1, 9):
        assert press(press_of(f"ctrl {slot}")) == [Recall(slot, "keyboard")]
        assert press(press_of(f"ctrl {slot}", pygame.KMOD_LSHIFT)) == [Store(slot, "keyboard")]


def test_a_held_key_repeats_steps_but_never_a_command_a_preset_or_a_snapshot() -> None:
    assert press(down("q"), down("q"), down("q")) == [Nudge("strength", 1, source="keyboard")] * 3
    assert press(down("b"), down("b"), down("b")) == [Run("blackout", "keyboard")]
    assert press(down("2"), down("2")) == [SelectPreset(1, "keyboard")]
    turned = press_of("ctrl q")
    assert press(turned, turned) == [Nudge("zoom", 1, source="keyboard")] * 2
    assert press(press_of("ctrl 2"), press_of("ctrl 2")) == [Recall(2, "keyboard")]


def test_the_focus_goes_on_through_the_table_while_its_key_is_held() -> None:
    assert press(down("end"), down("end")) == [Run("focus_next", "keyboard")] * 2


def test_a_held_key_goes_faster_and_begins_slowly_again_when_pressed_anew() -> None:
    for key in ("q", "a", "v", "kp minus"):
        last, _ = PACE[-1]
        *steps, anew = (
            abs(action.steps)
            for action in press(*[down(key)] * (last + 3), up(key), down(key))
            if isinstance(action, Nudge)
        )
        assert steps == sorted(steps)
        assert [steps[most] for most, _ in PACE] == [pace for _, pace in PACE]
        assert (steps[0], steps[-1], anew) == (1, FASTEST, 1)


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


def test_closing_the_window_asks_as_escape_does() -> None:
    close = [pygame.Event(pygame.WINDOWCLOSE), pygame.Event(pygame.QUIT)]  # what SDL sends
    for typing in (False, True):
        actions = press(*close, typing=typing)
        assert actions == [Run("quit", "window")]
        asking = fold(reduce, actions, Show())
        assert asking.quit_pending
        assert not asking.over
        assert fold(reduce, actions, asking).over


def test_a_held_commands_key_with_ctrl_runs_it_once() -> None:
    held = press_of("ctrl z")
    assert press(held, held, up("z"), held) == [Run("undo", "keyboard")] * 2


def test_a_performers_own_keys_play_as_the_built_in_ones_do() -> None:
    keyboard = Keyboard(keys={"b": "strength up", "ctrl b": "snapshot 3", "q": ""})
    shift = pygame.KMOD_LSHIFT
    played = [
        keyboard.actions(event, typing=False)
        for event in (down("b"), down("q"), up("b"), press_of("ctrl b", shift))
    ]
    assert played == [[Nudge("strength", 1, source="keyboard")], [], [], [Store(3, "keyboard")]]
    assert press(down("b")) == [Run("blackout", "keyboard")]


def test_alt_and_command_are_the_desktops() -> None:
    for key in ("b", "q", "-", "1", "tab", "return", "f1"):
        for mod in DESKTOPS:
            assert press(down(key, mod)) == []


def test_a_key_without_a_meaning_with_ctrl_does_nothing() -> None:
    for key in ("f", "9", "x", "tab", "return", "escape", "f1", "kp 5"):
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


@given(
    st.integers(0, 2**31),
    st.integers(0, 0xFFFF),
    st.characters() | st.just(""),
    st.integers(0, 511),
    st.booleans(),
    st.booleans(),
)
def test_no_key_is_a_fault(
    key: int, mod: int, typed: str, place: int, typing: bool, choosing: bool
) -> None:
    events = (down(key, mod, typed, place), up(key))
    assert len(press(*events, typing=typing, choosing=choosing)) <= 1
