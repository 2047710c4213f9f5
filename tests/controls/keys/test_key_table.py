"""What keys do: each key of the tables has one meaning, and a performer's own go over them."""

from __future__ import annotations

import contextlib
from collections import Counter

import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.controls.keys.key_table import DIGITS, key_action, key_code, key_table
from visualizer.show import targets
from visualizer.show.command_table import COMMANDS
from visualizer.show.parameter import CTRL
from visualizer.show.parameters import FOCUS_KEYS, PARAMETERS
from visualizer.show.play_actions import Nudge, Recall, Run, SelectPreset, Store
from visualizer.show.targets import LEARNABLE

NAMES = [
    *(key for row in PARAMETERS for key in row.keys),
    *(key for command in COMMANDS for key in command.keys),
    *(key for keys in FOCUS_KEYS for key in keys),
    *DIGITS,
    *(f"ctrl {slot}" for slot in range(1, targets.SNAPSHOTS + 1)),
    *(f"kp {digit}" for digit in DIGITS),
    "kp period",
]


def test_no_key_has_two_meanings() -> None:
    places = Counter((name.startswith(CTRL), key_code(name)) for name in NAMES)
    assert [place for place, count in places.items() if count > 1] == []


def test_every_parameter_and_every_named_key_is_within_reach_of_one_hand_without_ctrl() -> None:
    alone = key_table().alone
    for steps, key in zip((-1, 1), FOCUS_KEYS[0], strict=True):
        assert alone[key_code(key)] == Nudge("", steps, source="keyboard")
    commands = {action.command for action in alone.values() if isinstance(action, Run)}
    assert {"focus_previous", "focus_next", "number"} <= commands


def test_keys_are_named_as_in_the_tables() -> None:
    for name, code in (
        ("q", pygame.K_q),
        ("Q", pygame.K_q),
        ("?", pygame.K_QUESTION),
        ("ä", 0xE4),
        ("f12", pygame.K_F12),
        ("page down", pygame.K_PAGEDOWN),
        ("kp plus", pygame.K_KP_PLUS),
        ("kp 5", pygame.K_KP5),
        ("kp5", pygame.K_KP5),
        ("ctrl f12", pygame.K_F12),
        (" Ctrl  F12 ", pygame.K_F12),
    ):
        assert key_code(name) == code


def test_a_key_that_there_is_not_is_one_clear_line() -> None:
    for name in ("", " ", "ctrl", "ctrl ", "qq", "unknown", "shift q", "f99", "__class__", "\n"):
        with pytest.raises(
            ValueError, match=r"^no key is named '.*'; keys are named as in q, .*12$"
        ):
            key_code(name)


@given(st.text(max_size=12))
def test_no_name_is_a_fault(name: str) -> None:
    with contextlib.suppress(ValueError):
        assert key_code(name) > 0


def test_a_key_plays_a_target() -> None:
    for target, action in (
        ("strength up", Nudge("strength", 1, source="keyboard")),
        ("strength down", Nudge("strength", -1, source="keyboard")),
        ("next_preset", Run("next_preset", "keyboard")),
        ("preset 3", SelectPreset(2, "keyboard")),
        ("snapshot 2", Recall(2, "keyboard")),
        ("store 2", Store(2, "keyboard")),
        ("", None),
    ):
        assert key_action(target) == action


def test_a_key_can_play_all_that_can_be_learned_but_for_where_a_value_stands() -> None:
    parameters = {row.name for row in PARAMETERS}
    assert all(key_action(target) for target in LEARNABLE if target not in parameters)


def test_a_key_for_a_value_says_which_two_there_are() -> None:
    with pytest.raises(ValueError, match="write 'strength up' or 'strength down'"):
        key_action("strength")


def test_a_performers_own_keys_go_over_the_built_in_ones() -> None:
    table = key_table({"Q": "zoom up", "ctrl f12": "next_preset", "g": "", "ctrl 3": "store 1"})
    assert table.alone[pygame.K_q] == Nudge("zoom", 1, source="keyboard")
    assert table.ctrl[pygame.K_F12] == Run("next_preset", "keyboard")
    assert table.alone[pygame.K_F12] == key_table().alone[pygame.K_F12]
    assert pygame.K_g not in table.alone
    assert table.ctrl[pygame.K_3] == Store(1, "keyboard")
    assert table.alone[pygame.K_a] == key_table().alone[pygame.K_a]


def test_a_bad_key_or_target_of_ones_own_is_a_line() -> None:
    for own in ({"qq": "next_prompt"}, {"q": "glow"}, {"q": "strength"}):
        with pytest.raises(ValueError, match=r"\w+"):
            key_table(own)
