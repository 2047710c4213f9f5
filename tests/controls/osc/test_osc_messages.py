"""OSC messages to actions by the tables, and the state that is sent back."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.controls.osc.osc_messages import PREFIX, decode, packet, state
from visualizer.show.actions import Action
from visualizer.show.command_table import COMMANDS, ON_OFF
from visualizer.show.parameters import BY_NAME, PARAMETERS
from visualizer.show.play_actions import (
    Nudge,
    Prompt,
    Recall,
    Run,
    SelectPreset,
    Set,
    Store,
    Switch,
)
from visualizer.show.prompt_mix import alone
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.reducer import reduce, start
from visualizer.show.reducers.navigation import LONGEST
from visualizer.show.state import Show
from visualizer.show.system_actions import Say

from .packets import a_show, sent


def asked(name: str, *arguments: object) -> list[Action]:
    return decode(PREFIX + name, arguments)


# What messages ask for.


def test_each_parameter_is_set_by_its_name() -> None:
    for row in PARAMETERS:
        value = 1 if row.whole else 0.25
        assert asked(row.name, value) == [Set(row.name, float(value), "osc")]


def test_a_choice_is_also_set_by_its_name() -> None:
    for row in [row for row in PARAMETERS if row.choices]:
        for place, choice in enumerate(row.choices):
            assert asked(row.name, choice.upper()) == [Set(row.name, float(place), "osc")]
        with pytest.raises(
            ValueError, match=f"{row.name} must be one of {row.choices[0]}, .*, not 'x'"
        ):
            asked(row.name, "x")


def test_each_command_is_done_without_an_argument() -> None:
    for name in [c.name for c in COMMANDS]:
        assert asked(name) == [Run(name, "osc")]


def test_an_on_off_command_is_brought_to_a_state_by_a_number() -> None:
    for name in ON_OFF:
        assert (
            asked(name, 1) == asked(name, 1.0) == asked(name, True) == [Switch(name, True, "osc")]
        )
        assert (
            asked(name, 0) == asked(name, 0.0) == asked(name, False) == [Switch(name, False, "osc")]
        )


def test_a_button_does_it_when_pressed_and_nothing_when_let_go() -> None:
    for name in ("tap", "preset/3", "snapshot/2", "store/8", "strength/up"):
        assert asked(name, 1.0) == asked(name) != []
        assert asked(name, 0.0) == []


def test_presets_snapshots_and_steps_go_by_number_from_1() -> None:
    assert asked("preset", 3) == asked("preset/3") == [SelectPreset(2, "osc")]
    assert asked("snapshot", 2.0) == asked("snapshot/2") == [Recall(2, "osc")]
    assert asked("store", 8) == asked("store/8") == [Store(8, "osc")]
    assert asked("preset", 0) == asked("preset", " 0 ") == []
    assert asked("zoom/down") == [Nudge("zoom", -1.0, source="osc")]


def test_a_prompt_is_taken_as_it_is_but_for_signs_that_cant_be_shown() -> None:
    assert asked("prompt", "rød røyk\n in\x00 rain") == [Prompt("rød røyk in rain", "osc")]
    assert asked("prompt", "family 👩\u200d👧\u200d") == [Prompt("family 👩\u200d👧", "osc")]
    assert asked("prompt") == [Run("prompt", "osc")]


def test_all_words_of_a_prompt_are_joined_by_blanks() -> None:
    assert asked("prompt", "red", "sea") == [Prompt("red sea", "osc")]
    assert asked("prompt", "in", 1984, None, 2.5, " fog ") == [Prompt("in 1984 2.5 fog", "osc")]


def test_an_empty_prompt_is_refused_with_a_line() -> None:
    for text in ("", " ", "\t\n", "\x00\u200b", "\u200d"):
        with pytest.raises(ValueError, match="/visualizer/prompt is empty; the prompt stays"):
            asked("prompt", text)
        show = reduce(start((Preset("one", (Cued(alone("red"), NO_VALUES),)),)), Prompt(text))
        assert show.cue.text == "red"
        assert [m.text for m in show.messages] == ["an empty prompt is ignored; the prompt stays"]


def test_a_preset_is_chosen_by_its_name_too_and_one_that_is_not_there_says_so() -> None:
    presets = tuple(Preset(n, (Cued(alone(n), NO_VALUES),)) for n in ("One", "Café", "7"))
    for asked_for, name in [
        ("café", "Café"), ("CAFE\u0301", "Café"), ("2", "Café"), ("7", "7"), (3, "7"),
    ]:  # fmt: skip
        (action,) = asked("preset", asked_for)
        show = reduce(start(presets), action)
        assert show.preset_now is not None
        assert show.preset_now.name == name
        assert not show.messages
    for asked_for, which in [
        ("fog", "'fog'"),
        ("9", "'9'"),
        (9, "9"),
        ("9" * 5000, f"'{'9' * 39}"),
    ]:
        (action,) = asked("preset", asked_for)
        show = reduce(start(presets), action)
        assert show.preset == 0
        (line,) = [m.text for m in show.messages]
        assert line.startswith(f"there is no preset {which}")
        assert line.endswith("; there are 3")


def test_a_preset_by_name_waits_for_its_beat_like_one_by_number() -> None:
    presets = tuple(Preset(name, (Cued(alone(name), NO_VALUES),)) for name in "ab")
    show = reduce(start(presets, settings={"quantise": 2}), SelectPreset(name="b"))
    assert show.preset == 0
    assert show.pending is not None
    assert isinstance(show.pending.action, SelectPreset)
    assert show.pending.action.index == 1


def test_a_number_is_read_as_text_too() -> None:
    assert asked("strength", "0.44") == [Set("strength", 0.44, "osc")]
    assert asked("blackout", "1") == [Switch("blackout", True, "osc")]
    assert asked("tap", "0") == []
    assert asked("snapshot", "2") == [Recall(2, "osc")]


def test_of_further_arguments_a_line_says_that_the_first_counts() -> None:
    line = Say("/visualizer/strength: only the first of 2 arguments is used", "osc")
    assert asked("strength", 0.3, 1.0) == [Set("strength", 0.3, "osc"), line]
    assert asked("next_prompt", 1, 1)[0] == Run("next_prompt", "osc")


def test_what_has_no_meaning_here_is_passed_over() -> None:
    assert asked("strength", None, 0.3) == [Set("strength", 0.3, "osc")]
    assert asked("tap", None) == [Run("tap", "osc")]


def test_a_value_out_of_range_is_clamped_with_a_line() -> None:
    show = reduce(Show(), *asked("strength", 3))
    assert show.values["strength"] == 1.0
    assert [m.text for m in show.messages] == ["Strength goes from 0 to 1; it is 1.00 now"]
    assert not reduce(Show(), Set("blend", struct.unpack("f", struct.pack("f", 0.98))[0])).messages
    assert not reduce(Show(), Set("steps", 2.6)).messages  # a fader's way to a whole number


def test_a_prompt_is_cut_where_no_model_reads_on_so_that_it_can_be_sent_back() -> None:
    (action,) = asked("prompt", "霧" * 30_000)
    show = reduce(Show(), action)
    assert show.cue.text == "霧" * LONGEST
    line = f"the prompt is cut at {LONGEST} characters; it has 30000"
    assert [m.text for m in show.messages] == [line]
    long = Preset("霧" * 30_000, (Cued(alone("霧" * 30_000), NO_VALUES),))
    assert max(len(packet(*each)) for each in state(start((long,))).items()) < 9000


@pytest.mark.parametrize("seed", [0, 10_001, 2**31, 2**32 - 1])
def test_a_seed_of_32_bits_is_sent_back_whole(seed: int) -> None:
    assert asked("seed", seed) == [Set("seed", float(seed), "osc")]
    show = Show().with_values({"seed": float(seed)})
    assert sent(show)["/visualizer/seed"] == seed


def test_what_cant_be_followed_is_one_line() -> None:
    for address, arguments, why in (
        ("/other/strength", [1], "/other/strength is unknown; addresses begin with /visualizer/"),
        ("/visualizer/", [1], "is unknown"),
        ("/visualizer/fog", [1], "nothing is named /visualizer/fog"),
        ("/visualizer/strength ", [1], "nothing is named /visualizer/strength "),
        ("/visualizer/preset/900", [], "nothing is named /visualizer/preset/900"),
        ("/visualizer/preset", [900], "presets go from 1 to 128"),
        ("/visualizer/preset", [" "], "/visualizer/preset takes a preset's name or number"),
        ("/visualizer/snapshot", [1.5], "snapshots go from 1 to 8"),
        ("/visualizer/strength", [], "/visualizer/strength takes a number"),
        ("/visualizer/strength", ["much"], "strength must be a number, not 'much'"),
        ("/visualizer/strength", [math.nan], "strength must be a number, not nan"),
        ("/visualizer/freeze", ["on"], "/visualizer/freeze takes a number"),
        ("/visualizer/prompt", [1], "/visualizer/prompt takes text"),
        ("/visualizer/strength", ["inf"], "strength must be a number, not 'inf'"),
        ("/visualizer/tap", [math.inf], "/visualizer/tap takes a number, not inf"),
    ):
        with pytest.raises(ValueError, match=why) as fault:
            decode(address, arguments)
        assert "\n" not in str(fault.value)


_ARGUMENTS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))
_NAMES = st.sampled_from([*BY_NAME, *(c.name for c in COMMANDS), "preset", "snapshot", "store"])


@given(
    _NAMES, st.sampled_from(["", "", " ", "/", "/up", "/3", "\n"]), st.lists(_ARGUMENTS, max_size=2)
)
def test_no_name_and_no_argument_does_harm(name: str, more: str, arguments: list[object]) -> None:
    try:
        actions = decode(PREFIX + name + more, arguments)
    except ValueError:
        return
    values = [action.value for action in actions if isinstance(action, Set)]
    assert all(math.isfinite(value) for value in values)


# The state that is sent back.


def test_the_state_can_be_sent_back_and_asks_for_what_it_is() -> None:
    for address, value in sent(a_show()).items():
        if address != f"{PREFIX}preset_name":
            assert decode(address, [value])


def test_the_state_names_preset_prompt_switches_and_all_values() -> None:
    told = state(a_show())
    assert told[f"{PREFIX}preset"] == 1
    assert told[f"{PREFIX}preset_name"] == "one"
    assert told[f"{PREFIX}prompt"] == "red flames"
    assert {f"{PREFIX}{name}" for name in (*BY_NAME, *ON_OFF)} < told.keys()
    assert state(Show())[f"{PREFIX}preset"] == 0
