"""The line that is typed into, and what becomes of what was typed: prompts, models, numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show.actions import Action
from visualizer.show.files.session import HISTORY
from visualizer.show.next_request import request
from visualizer.show.parameter import Parameter
from visualizer.show.parameters import BY_NAME, PARAMETERS
from visualizer.show.play_actions import (
    Compose,
    Digit,
    Drop,
    Erase,
    Move,
    Nudge,
    Prompt,
    Run,
    Take,
    Type,
)
from visualizer.show.records import TextEntry
from visualizer.show.reducer import reduce, start
from visualizer.show.reducers.navigation import LONGEST
from visualizer.show.state import Show
from visualizer.show.system_actions import Tick

from ..shows import ALL, after, live

lines = pytest.mark.parametrize("command", ["prompt", "model", "number"])
FAR = 1000


def line(show: Show) -> str | None:
    """What is typed; None where nothing can be."""
    return None if show.entry is None else show.entry.text


def asked(*texts: str) -> Show:
    """A show in which these prompts were typed."""
    show = start(ALL)
    for text in texts:
        show = after(show, Run("prompt"), Type(text), Take())
    return show


def number(name: str, *typed: str) -> Show:
    """A show in which a number was typed for a parameter."""
    show = replace(start(ALL), focus=name)
    return after(show, Run("number"), *(Type(text) for text in typed), Take())


def test_a_typed_prompt_is_taken() -> None:
    show = after(start(ALL), Run("prompt"), Type(" bleu"), Erase(), Type("e whale "))
    assert (line(show), show.cue.text) == (" blee whale ", "a")
    show = reduce(show, Take())
    assert (line(show), show.cue.text) == (None, "blee whale")


def test_a_paste_gone_wrong_is_cut() -> None:
    show = after(start(ALL), Run("prompt"), Type("ab"), Move(across=-1), Type("x" * 10**6))
    assert line(show) == "a" + "x" * (LONGEST - 2) + "b"
    assert line(reduce(show, Type("more"))) == line(show)
    assert reduce(start(ALL), Prompt("y" * 10**6)).cue.text == "y" * LONGEST


def test_the_line_says_what_it_is_for() -> None:
    assert reduce(start(ALL), Run("prompt")).entry == TextEntry("prompt")
    assert reduce(start(ALL), Run("model")).entry == TextEntry("model")
    assert reduce(start(ALL), Run("number")).entry == TextEntry("number")


@lines
def test_a_dropped_line_changes_nothing(command: str) -> None:
    assert after(start(ALL), Run(command), Type("whale"), Drop()) == start(ALL)


@lines
def test_enter_on_an_empty_line_changes_nothing(command: str) -> None:
    assert after(start(ALL), Run(command), Type("  "), Take()) == start(ALL)


@lines
def test_a_pad_does_not_wipe_what_is_being_typed(command: str) -> None:
    typing = after(start(ALL), Run(command), Type("abc"))
    pads = (Run("prompt", "midi"), Run("model", "midi"), Run("number", "midi"))
    assert after(typing, *pads) == typing


def test_without_an_open_entry_typing_does_nothing() -> None:
    for action in (
        Type("a"),
        Erase(),
        Erase(True),
        Take(),
        Drop(),
        Move(-1),
        Move(down=-1),
        Compose("a"),
    ):
        assert reduce(start(ALL), action) == start(ALL)


def test_after_a_typed_prompt_the_preset_goes_on_where_it_was() -> None:
    show = after(start(ALL), Run("next_prompt"), Prompt("whale"))
    assert reduce(show, Run("next_prompt")).cue.text == "c"


def test_after_a_typed_prompt_the_one_before_is_the_one_that_was_on() -> None:
    show = after(live(), Run("next_prompt"), Prompt("whale"), Run("previous_prompt"))
    assert show.cue.text == "b"


def test_a_typed_prompt_stays_until_the_next_is_asked_for() -> None:
    show = after(live(), Prompt("whale"), Tick(1e6))
    assert show.cue.text == "whale"
    assert after(show, Run("next_prompt"), Tick(24.0)).cue.text == "c"


def test_without_presets_a_prompt_stays() -> None:
    show = after(start(()), Prompt("whale"), Tick(1e6), Run("next_prompt"), Run("next_preset"))
    assert request(show).prompts == (("whale", 1.0),)


def test_text_goes_where_the_caret_is() -> None:
    show = after(start(ALL), Run("prompt"), Type("whle"), Move(-2), Type("a"))
    assert show.entry == TextEntry("prompt", "whale", 3)
    assert line(after(show, Erase())) == "whle"
    assert line(after(show, Erase(ahead=True))) == "whae"
    assert line(after(show, Move(-FAR), Erase(), Type("a "))) == "a whale"
    assert line(after(show, Move(FAR), Erase(ahead=True), Type("s"))) == "whales"


edits = st.one_of(
    st.text(max_size=3).map(Type),
    st.sampled_from([Erase(), Erase(True), Move(-FAR), Move(FAR), Digit("5"), Compose("a")]),
    st.builds(Move, st.integers(-3, 3), st.integers(-2, 2)),
)


@lines
@given(st.lists(edits, max_size=20))
def test_the_caret_never_leaves_the_line(command: str, done: list[Action]) -> None:
    show = after(asked("whale", "fox"), Run(command), *done)
    assert show.entry is not None
    assert 0 <= show.entry.caret <= len(show.entry.text)


def test_what_is_composed_is_no_part_of_the_line_until_it_is_settled() -> None:
    show = after(start(ALL), Run("prompt"), Type("a "), Compose("くじら"))
    assert show.entry == TextEntry("prompt", "a ", 2, "くじら")
    show = after(show, Type("鯨"))
    assert show.entry == TextEntry("prompt", "a 鯨", 3)
    assert after(show, Compose("く"), Compose("")) == show
    assert after(show, Compose("く"), Drop()).entry is None


def test_older_prompts_come_back_and_newer_ones_after_them() -> None:
    show = reduce(asked("whale", "fox"), Run("prompt"))
    seen = []
    for down in (-1, -1, -1, 1, 1, 1):
        show = reduce(show, Move(down=down))
        seen.append(show.entry)
    assert [entry and entry.text for entry in seen] == ["fox", "whale", "whale", "fox", "", ""]
    assert all(entry and entry.caret == len(entry.text) for entry in seen)


def test_a_line_that_was_begun_is_still_there_after_a_look_at_older_ones() -> None:
    show = after(asked("whale", "fox"), Run("prompt"), Type("ow"), Move(-FAR), Type("n"))
    show = after(show, Move(down=-1), Move(down=-1), Type("s"), Move(down=2))
    assert line(show) == "now"


def test_an_older_prompt_can_be_changed_and_taken() -> None:
    show = after(asked("whale"), Run("prompt"), Move(down=-1), Type(" at night"), Take())
    assert show.cue.text == "whale at night"
    assert show.history == ("whale", "whale at night")


def test_history_keeps_the_newest_prompts_and_each_once() -> None:
    assert asked("whale", "fox", "whale").history == ("fox", "whale")
    many = asked(*(str(n) for n in range(HISTORY + 5)))
    assert (len(many.history), many.history[0], many.history[-1]) == (HISTORY, "5", "54")


def test_only_typed_prompts_are_history() -> None:
    show = after(start(ALL), Prompt("whale"), Run("model"), Type("large"), Take())
    assert number("strength", "0.5").history == show.history == ()
    show = after(asked("whale"), Run("model"), Move(down=-1))
    assert line(show) == ""


def test_an_exact_value_can_be_typed() -> None:
    for name, typed, value in (
        ("strength", ".25", 0.25),
        ("strength", " 0,25 ", 0.25),
        ("steps", "12", 12.0),
        ("seed", "4711", 4711.0),
        ("zoom", "-0.5", -0.5),
        ("quantise", "bar", 2.0),
        ("quantise", "Beat", 1.0),
        ("quantise", "o", 0.0),
        ("quantise", "4", 3.0),  # the only name that begins so
        ("quantise", "2", 2.0),
        ("mod1_target", "zoom", 8.0),
    ):
        show = number(name, typed)
        assert show.values[name] == value
        assert (show.entry, show.messages) == (None, ())


def test_a_value_that_can_not_be_had_is_the_nearest_with_a_line_that_says_so() -> None:
    for name, typed, value, line in (
        ("strength", "5", 1.0, "Strength goes from 0 to 1; it is 1.00 now"),
        ("zoom", "-3", -1.0, "Zoom goes from -1 to 1; it is -1.00 /s now"),
        ("steps", "2.6", 3.0, "Steps takes whole numbers; it is 3 now"),
        ("quantise", "9", 3.0, "Quantise goes from 0 to 3; it is 4 bars now"),
    ):
        show = number(name, typed)
        assert show.values[name] == value
        assert [message.text for message in show.messages] == [line]


def test_what_is_no_value_is_one_line_and_changes_nothing() -> None:
    for name, typed, line in (
        ("strength", "1..5", "Strength must be a number, not '1..5'"),
        ("strength", "nan", "Strength must be a number, not 'nan'"),
        ("strength", "1e999", "Strength must be a number, not '1e999'"),
        ("quantise", "b", "Quantise must be one of off, beat, bar, 4 bars, not 'b'"),
    ):
        show = number(name, typed)
        assert show.values == start(ALL).values
        assert (show.entry, [message.text for message in show.messages]) == (None, [line])


@given(st.sampled_from(PARAMETERS), st.text(max_size=8))
def test_no_text_is_a_fault(row: Parameter, typed: str) -> None:
    show = number(row.name, typed)
    assert row.low <= show.values[row.name] <= row.high


@given(st.sampled_from(PARAMETERS), st.data())
def test_what_is_shown_of_a_choice_can_be_typed(row: Parameter, data: st.DataObject) -> None:
    for index, choice in enumerate(row.choices):
        assert row.parse(choice) == index
    value = data.draw(st.floats(row.low, row.high))
    if not row.choices:
        assert row.parse(repr(value)) == value


def test_a_digit_opens_a_line_for_the_parameter_in_focus() -> None:
    show = after(start(ALL), Nudge("guidance", 1), Digit("7"), Type("."), Type("5"))
    assert (show.entry, show.focus) == (TextEntry("number", "7.5", 3), "guidance")
    assert reduce(show, Take()).values["guidance"] == 7.5


def test_a_digit_leaves_a_line_for_something_else_alone() -> None:
    show = after(start(ALL), Run("prompt"), Type("whale"))
    assert reduce(show, Digit("7")) == show


def test_a_minus_goes_to_the_front_and_a_second_one_takes_it_away() -> None:
    show = after(start(ALL), Digit("4"), Type("5"), Type("-"))
    assert show.entry == TextEntry("number", "-45", 3)
    assert line(after(show, Type("-"))) == "45"
    assert line(after(show, Move(-FAR), Type("-"))) == "45"
    assert line(after(start(ALL), Digit("-"), Digit("4"))) == "-4"


def test_a_number_is_for_the_parameter_that_it_was_begun_for() -> None:
    show = after(start(ALL), Nudge("zoom", 1), Digit("1"), Nudge("strength", 1), Run("focus_next"))
    show = reduce(show, Take())
    assert show.values["zoom"] == 1.0
    assert show.values["strength"] == BY_NAME["strength"].clamp(
        start(ALL).values["strength"] + 0.05
    )
