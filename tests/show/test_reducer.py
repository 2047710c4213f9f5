"""The reducer: what actions make of a show, alone and in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show.action_log import describe
from visualizer.show.actions import Action
from visualizer.show.next_request import AHEAD, request
from visualizer.show.notices import MESSAGE_STAYS, MESSAGES
from visualizer.show.parameters import DEFAULTS, check
from visualizer.show.play_actions import Nudge, Run, Set
from visualizer.show.prompt_mix import MOST
from visualizer.show.records import Preset
from visualizer.show.reducer import reduce, start
from visualizer.show.state import Show
from visualizer.show.system_actions import End, Engine, Live, Say, Tick

from .shows import ALL, actions, after, banks, live, performances, shows


@given(banks, performances)
def test_whatever_is_done_the_show_stays_sound(
    presets: tuple[Preset, ...], done: Sequence[Action]
) -> None:
    show = start(presets)
    for action in done:
        last, show = show, reduce(show, action)
        assert show.values.keys() == DEFAULTS.keys()
        for name, value in show.values.items():
            assert check(name, value) == value
        assert 0 <= show.preset < max(len(presets), 1)
        assert len(show.messages) <= MESSAGES
        assert show.time >= last.time
        assert not show.over
        wanted = request(show).prompts
        assert len(wanted) <= MOST
        if show.cue.parts:
            assert sum(weight for _, weight in wanted) == pytest.approx(1.0)
        else:
            assert wanted == ()
        assert len(request(show).ahead) <= AHEAD
        assert last.model.asks <= show.model.asks <= last.model.asks + 1
        told = isinstance(action, Engine)
        same = show.model.wanted == last.model.wanted
        assert told or same or show.model.asks > last.model.asks
        assert show.entry is None or show.entry.purpose in ("prompt", "model", "number")
        describe(last, action, show)


@given(performances)
def test_the_same_actions_always_play_the_same_show(done: Sequence[Action]) -> None:
    assert after(start(ALL), *done) == after(start(ALL), *done)


@given(shows, actions)
def test_no_action_changes_the_show_that_was(show: Show, action: Action) -> None:
    kept = (dict(show.values), dict(show.knobs), show.cue, show.messages)
    reduce(show, action)
    assert (dict(show.values), dict(show.knobs), show.cue, show.messages) == kept


def test_a_show_is_frozen() -> None:
    show = start(ALL)
    with pytest.raises(FrozenInstanceError):
        show.preset = 1  # type: ignore[misc]
    with pytest.raises(TypeError):
        show.values["strength"] = 1.0  # type: ignore[index]


@given(shows, st.sampled_from(["next_prompt", "previous_prompt", "next_preset", "previous_preset"]))
def test_nothing_jumps_when_a_prompt_or_preset_comes_in(show: Show, command: str) -> None:
    after = reduce(show, Run(command))
    if after.values["crossfade"] > 0 and show.cue.parts:
        assert dict(request(after).prompts) == pytest.approx(dict(request(show).prompts))


def test_the_show_begins_with_its_first_prompt_at_full_weight() -> None:
    assert request(start(ALL)).prompts == (("a", 1.0),)
    assert request(start(ALL, preset=2)).prompts == (("h", 1.0),)
    assert request(start(())).prompts == ()


def test_settings_stand_over_what_the_preset_says() -> None:
    show = start(ALL, 1, {"strength": 0.9, "hold": 99.0})
    assert (show.values["strength"], show.values["hold"]) == (0.9, 99.0)
    assert show.values["crossfade"] == 1.0


def test_a_value_is_set_or_nudged_within_its_range() -> None:
    for action, name, value in (
        (Set("strength", 0.25), "strength", 0.25),
        (Set("strength", 7.0), "strength", 1.0),
        (Set("steps", 2.4), "steps", 2.0),
        (Set("strength", float("nan")), "strength", 0.6),
        (Set("strength", float("-inf")), "strength", 0.0),
        (Nudge("hold", 2), "hold", 30.0),
        (Nudge("hold", -1, fine=True), "hold", 19.0),
        (Nudge("hold", -100), "hold", 0.0),
        (Nudge("seed", -5), "seed", 0.0),
    ):
        assert reduce(Show(), action).values[name] == value


def test_what_is_not_there_changes_nothing() -> None:
    for action in (Set("glow", 1.0), Nudge("glow", 1), Run("dance")):
        assert reduce(start(ALL), action) == start(ALL)


def test_seed_keys_go_on_from_the_seed_in_force() -> None:
    show = after(start(ALL), Live(900), Nudge("seed", 1))
    assert show.values["seed"] == 901.0


def test_a_prompt_gives_way_after_its_crossfade_and_its_hold() -> None:
    show = after(live(), Set("crossfade", 2.0), Set("hold", 10.0), Tick(11.9))
    assert show.cue.text == "a"
    show = reduce(show, Tick(0.2))
    assert (show.cue.text, request(show).prompts) == ("b", (("a", 1.0),))
    show = reduce(show, Tick(1.0))
    assert dict(request(show).prompts) == {"a": 0.5, "b": 0.5}
    assert request(reduce(show, Tick(1.0))).prompts == (("b", 1.0),)


def test_a_hold_of_zero_stays_for_ever() -> None:
    assert after(live(), Set("hold", 0.0), Tick(1e6)).cue.text == "a"


def test_prompts_wait_while_generation_is_off() -> None:
    show = after(live(), Tick(5.0), Run("generation"), Tick(1000.0))
    assert (show.cue.text, show.cue.age) == ("a", 5.0)
    assert not request(show).wants_frame
    show = after(show, Run("generation"), Tick(20.0))
    assert show.cue.text == "b"
    assert request(show).wants_frame


def test_prompts_wait_for_the_first_frame() -> None:
    assert after(start(ALL), Tick(1e6)).cue.text == "a"


def test_a_closed_window_ends_the_show_at_once() -> None:
    assert reduce(start(ALL), End()).over


def test_a_message_stays_its_time_and_a_repeated_one_is_one_line() -> None:
    show = after(Show(), Say("no MIDI"), Say("slow"), Tick(MESSAGE_STAYS - 1), Say("no MIDI"))
    assert [message.text for message in show.messages] == ["slow", "no MIDI"]
    show = reduce(show, Tick(1.0))
    assert [message.text for message in show.messages] == ["no MIDI"]
    assert reduce(show, Tick(MESSAGE_STAYS)).messages == ()


def test_of_many_messages_the_newest_stay() -> None:
    show = after(Show(), *(Say(str(i)) for i in range(9)))
    assert [message.text for message in show.messages] == ["4", "5", "6", "7", "8"]


@pytest.mark.parametrize("unseen", ["hud", "help"])
def test_a_message_that_nobody_could_read_waits_until_it_can_be(unseen: str) -> None:
    show = replace(Show(live_since=0.0), hud=True)
    hidden = after(show, Run(unseen), Say("out of memory"), Tick(100.0))
    assert [message.text for message in hidden.messages] == ["out of memory"]
    shown = after(hidden, Run(unseen), Tick(MESSAGE_STAYS - 1))
    assert [message.text for message in shown.messages] == ["out of memory"]
    assert reduce(shown, Tick(1.0)).messages == ()


def test_the_start_screen_shows_messages_for_their_time() -> None:
    assert after(Show(), Say("no MIDI"), Tick(MESSAGE_STAYS)).messages == ()
