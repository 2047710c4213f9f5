"""The keyboard: the tables' keys do what the tables say, once a press, and letters can be typed."""

from __future__ import annotations

from functools import reduce as fold

import pygame
from hypothesis import given
from hypothesis import strategies as st

from visualizer.controls.keys.key_table import DIGITS, key_code, key_table
from visualizer.controls.keys.keyboard import FAR, FASTEST, PACE, PAGE, Keyboard
from visualizer.show import parameter
from visualizer.show.actions import Action
from visualizer.show.command_table import COMMANDS
from visualizer.show.parameters import PARAMETERS
from visualizer.show.play_actions import (
    Compose,
    Digit,
    Drop,
    Erase,
    Move,
    Nudge,
    Recall,
    Run,
    SelectPreset,
    Store,
    Switch,
    Take,
    Type,
)
from visualizer.show.records import TextEntry
from visualizer.show.reducer import reduce
from visualizer.show.setup_actions import ChooseCorner, GrabCorner, MoveCorner, Reproject
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
    key = name.removeprefix(parameter.CTRL)
    typed = key if len(key) == 1 else ""
    if mod & pygame.KMOD_SHIFT:
        typed = SHIFTED.get(typed, typed.upper())
    if key != name:
        mod |= CTRL
        typed = chr(ord(typed) & 31) if typed.isalpha() else ""  # symbols: X11 types them too
    return down(key, mod, typed)


def composed(typed: str) -> pygame.Event:
    return pygame.Event(pygame.TEXTEDITING, text=typed, start=len(typed), length=0)


def press(*events: pygame.Event, typing: bool = False, choosing: bool = False) -> list[Action]:
    keyboard = Keyboard()
    return [
        action
        for event in events
        for action in keyboard.actions(event, typing=typing, choosing=choosing)
    ]


def line(show: Show) -> str | None:
    """What is typed; None where nothing can be."""
    return None if show.entry is None else show.entry.text


def played(show: Show, *events: pygame.Event) -> Show:
    """The show after events that each see what the ones before did, as in the app."""
    keyboard = Keyboard()
    for event in events:
        typing, choosing = show.entry is not None, show.learning is not None
        for action in keyboard.actions(event, typing=typing, choosing=choosing):
            show = reduce(show, action)
    return show


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


codes = st.sampled_from(["x", "7", "kp 5", "return", "escape", "left", "f2", "backspace", "q"])
events = st.one_of(
    codes.map(down), codes.map(up), st.text(max_size=3).map(text), st.text(max_size=3).map(composed)
)


@given(st.lists(events, max_size=30))
def test_whatever_is_pressed_the_caret_stays_in_the_line(pressed: list[pygame.Event]) -> None:
    show = played(Show(), *pressed)
    assert show.entry is None or 0 <= show.entry.caret <= len(show.entry.text)


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
