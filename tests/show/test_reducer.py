"""The reducer: what each action makes of a show, alone and in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import FrozenInstanceError
from itertools import pairwise
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show.actions import (
    COMMANDS,
    Action,
    Drop,
    End,
    Erase,
    Knob,
    Live,
    Nudge,
    Prompt,
    Run,
    Say,
    SelectPreset,
    Set,
    Take,
    Tick,
    Type,
    Unplugged,
)
from visualizer.show.cueing import MOST
from visualizer.show.parameters import BY_NAME, DEFAULTS, check
from visualizer.show.preset import NO_VALUES, Cued, Preset
from visualizer.show.reducer import MESSAGE_STAYS, MESSAGES, reduce, start
from visualizer.show.state import HUD_AT_START, QUIT_WITHIN, Show, describe, request


def _preset(
    name: str, texts: str, order: str = "in turn", *, calm: float | None = None, **values: float
) -> Preset:
    """A preset with a prompt for each letter; calm: the first prompt's own strength."""
    first = NO_VALUES if calm is None else MappingProxyType({"strength": calm})
    prompts = tuple(Cued(text, first if i == 0 else NO_VALUES) for i, text in enumerate(texts))
    return Preset(name, prompts, order, MappingProxyType(values))


PLAIN = _preset("Plain", "abc")
FAST = _preset("Fast", "defg", "shuffled", hold=4.0, crossfade=1.0, strength=0.7)
CALM = _preset("Calm", "hi", calm=0.3, strength=0.5)
ALL = (PLAIN, FAST, CALM)


def _after(show: Show, *actions: Action) -> Show:
    for action in actions:
        show = reduce(show, action)
    return show


def live() -> Show:
    """A show that has its first frame."""
    return reduce(start(ALL), Live(1))


names = st.sampled_from([*BY_NAME, "glow"])
numbers = st.floats() | st.sampled_from([0.0, 0.5, 1.0, 20.0, 1e9])
parts = st.floats(0.0, 1.0) | st.just(float("nan"))
texts = st.text(max_size=5) | st.sampled_from("abcxyz")
actions = st.one_of(
    st.builds(Set, names, numbers),
    st.builds(Nudge, names, st.integers(-1000, 1000), st.booleans()),
    st.builds(Knob, st.sampled_from(["nano:0:1", "nano:0:2", "korg:0:1"]), names, parts),
    st.builds(Unplugged, st.sampled_from(["nano", "korg"])),
    st.builds(Run, st.sampled_from([*(c.name for c in COMMANDS if c.name != "quit"), "dance"])),
    st.builds(SelectPreset, st.integers(-2, 5)),
    st.builds(Type, texts),
    st.builds(Erase),
    st.builds(Take),
    st.builds(Drop),
    st.builds(Prompt, texts),
    st.builds(Say, texts),
    st.builds(Tick, st.floats(0.0, 30.0)),
)
performances = st.lists(actions, max_size=25)
banks = st.sampled_from([(), (PLAIN,), ALL])
shows = st.builds(lambda presets, done: _after(start(presets), *done), banks, performances)


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
        if show.cue.text.strip():
            assert sum(weight for _, weight in wanted) == pytest.approx(1.0)
        else:
            assert wanted == ()
        describe(last, action, show)


@given(performances)
def test_the_same_actions_always_play_the_same_show(done: Sequence[Action]) -> None:
    assert _after(start(ALL), *done) == _after(start(ALL), *done)


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
    if after.values["crossfade"] > 0 and show.cue.text.strip():
        assert dict(request(after).prompts) == pytest.approx(dict(request(show).prompts))


def test_the_show_begins_with_its_first_prompt_at_full_weight() -> None:
    assert request(start(ALL)).prompts == (("a", 1.0),)
    assert request(start(ALL, preset=2)).prompts == (("h", 1.0),)
    assert request(start(())).prompts == ()


def test_settings_stand_over_what_the_preset_says() -> None:
    show = start(ALL, 1, {"strength": 0.9, "hold": 99.0})
    assert (show.values["strength"], show.values["hold"]) == (0.9, 99.0)
    assert show.values["crossfade"] == 1.0


@pytest.mark.parametrize(
    ("action", "name", "value"),
    [
        (Set("strength", 0.25), "strength", 0.25),
        (Set("strength", 7.0), "strength", 1.0),
        (Set("steps", 2.4), "steps", 2.0),
        (Set("strength", float("nan")), "strength", 0.6),
        (Set("strength", float("-inf")), "strength", 0.0),
        (Nudge("hold", 2), "hold", 30.0),
        (Nudge("hold", -1, fine=True), "hold", 19.0),
        (Nudge("hold", -100), "hold", 0.0),
        (Nudge("seed", -5), "seed", 0.0),
    ],
)
def test_a_value_is_set_or_nudged_within_its_range(action: Action, name: str, value: float) -> None:
    assert reduce(Show(), action).values[name] == value


@pytest.mark.parametrize(
    "action",
    [Set("glow", 1.0), Nudge("glow", 1), Run("dance"), SelectPreset(-1), SelectPreset(3)],
)
def test_what_is_not_there_changes_nothing(action: Action) -> None:
    assert reduce(start(ALL), action) == start(ALL)


def test_a_prompt_gives_way_after_its_crossfade_and_its_hold() -> None:
    show = _after(live(), Set("crossfade", 2.0), Set("hold", 10.0), Tick(11.9))
    assert show.cue.text == "a"
    show = reduce(show, Tick(0.2))
    assert (show.cue.text, request(show).prompts) == ("b", (("a", 1.0),))
    show = reduce(show, Tick(1.0))
    assert dict(request(show).prompts) == {"a": 0.5, "b": 0.5}
    assert request(reduce(show, Tick(1.0))).prompts == (("b", 1.0),)


def test_a_hold_of_zero_stays_for_ever() -> None:
    assert _after(live(), Set("hold", 0.0), Tick(1e6)).cue.text == "a"


def test_prompts_wait_while_generation_is_off() -> None:
    show = _after(live(), Tick(5.0), Run("generation"), Tick(1000.0))
    assert (show.cue.text, show.cue.age) == ("a", 5.0)
    assert not request(show).wants_frame
    show = _after(show, Run("generation"), Tick(20.0))
    assert show.cue.text == "b"
    assert request(show).wants_frame


def test_prompts_wait_for_the_first_frame() -> None:
    assert _after(start(ALL), Tick(1e6)).cue.text == "a"


def test_after_a_typed_prompt_the_one_before_is_the_one_that_was_on() -> None:
    show = _after(live(), Run("next_prompt"), Prompt("whale"), Run("previous_prompt"))
    assert show.cue.text == "b"


def test_shuffled_is_another_order_at_each_visit_and_the_same_on_the_way_back() -> None:
    prompts = tuple(Cued(str(i), NO_VALUES) for i in range(20))
    show = start((Preset("many", prompts, "shuffled"),))

    def order(show: Show) -> list[str]:
        texts = []
        for _ in range(20):
            texts.append(show.cue.text)
            show = reduce(show, Run("next_prompt"))
        return texts

    again = reduce(show, SelectPreset(0))
    assert sorted(order(show)) == sorted(order(again))
    assert order(show) != order(again)
    assert _after(again, Run("next_prompt"), Run("previous_prompt")).cue.text == again.cue.text


def test_seed_keys_go_on_from_the_seed_in_force() -> None:
    show = _after(start(ALL), Live(900), Nudge("seed", 1))
    assert show.values["seed"] == 901.0


def test_esc_on_the_help_page_only_closes_it() -> None:
    show = _after(start(ALL), Run("help"), Run("quit"))
    assert (show.help, show.quit_pending, show.over) == (False, False, False)


def test_a_closed_window_ends_the_show_at_once() -> None:
    assert reduce(start(ALL), End()).over


def test_enter_on_an_empty_line_changes_nothing() -> None:
    show = _after(start(ALL), Run("prompt"), Type("  "), Take())
    assert show == start(ALL)


def test_a_pad_does_not_wipe_what_is_being_typed() -> None:
    show = _after(start(ALL), Run("prompt"), Type("abc"), Run("prompt", "midi"))
    assert show.entry == "abc"


def test_the_next_prompt_and_back_again_is_the_same() -> None:
    for preset in range(len(ALL)):
        show = start(ALL, preset)
        there = [show.cue.text]
        for _ in range(9):
            show = reduce(show, Run("next_prompt"))
            there.append(show.cue.text)
        back = [show.cue.text]
        for _ in range(9):
            show = reduce(show, Run("previous_prompt"))
            back.append(show.cue.text)
        assert back == there[::-1]


def test_presets_go_round() -> None:
    show = start(ALL)
    seen = [show.preset]
    for command in ("next_preset", "next_preset", "next_preset", "previous_preset"):
        show = reduce(show, Run(command))
        seen.append(show.preset)
    assert seen == [0, 1, 2, 0, 2]


def test_a_preset_takes_its_values_with_it_when_it_goes() -> None:
    show = reduce(start(ALL), SelectPreset(1))
    assert (show.values["strength"], show.values["hold"]) == (0.7, 4.0)
    assert dict(reduce(show, SelectPreset(0)).values) == DEFAULTS


def test_what_the_hand_set_outlives_a_change_of_preset() -> None:
    show = _after(start(ALL), SelectPreset(1), Set("strength", 0.9), SelectPreset(0))
    assert (show.values["strength"], show.values["hold"]) == (0.9, 20.0)


def test_a_prompt_takes_its_values_with_it_when_it_goes() -> None:
    show = start(ALL, 2)
    assert show.values["strength"] == 0.3
    assert reduce(show, Run("next_prompt")).values["strength"] == 0.5
    assert _after(show, Run("next_prompt"), Run("next_prompt")).values["strength"] == 0.3
    assert reduce(show, SelectPreset(0)).values["strength"] == 0.6


def test_reset_gives_the_presets_values_and_keeps_the_seed() -> None:
    show = _after(start(ALL, 1), Set("strength", 0.1), Set("blend", 0.9), Set("seed", 77.0))
    show = reduce(show, Run("reset"))
    assert dict(show.values) == {**DEFAULTS, **FAST.values, "seed": 77.0}


def test_after_a_reset_no_value_from_before_comes_back() -> None:
    show = _after(start(ALL), Set("strength", 0.9), SelectPreset(2), Run("reset"))
    assert show.values["strength"] == 0.5
    assert reduce(show, Run("next_prompt")).values["strength"] == 0.5
    assert reduce(show, SelectPreset(0)).values["strength"] == 0.6


def test_a_new_seed_is_far_off_and_does_not_come_again_soon() -> None:
    show, seeds = Show(), [int(Show().values["seed"])]
    for _ in range(10_000):
        show = reduce(show, Run("new_seed"))
        seeds.append(int(show.values["seed"]))
    assert len(set(seeds)) == len(seeds)
    assert all(abs(a - b) > 1000 for a, b in pairwise(seeds))


@pytest.mark.parametrize(
    ("between", "over"),
    [(0.0, True), (QUIT_WITHIN, True), (QUIT_WITHIN + 0.1, False)],
)
def test_the_show_ends_only_when_quit_comes_twice_soon(between: float, over: bool) -> None:
    once = _after(Show(), Tick(100.0), Run("quit"))
    assert once.quit_pending
    assert not once.over
    assert _after(once, Tick(between), Run("quit")).over is over


def test_a_late_second_quit_counts_as_a_first() -> None:
    show = _after(Show(), Run("quit"), Tick(9.0), Run("quit"))
    assert show.quit_pending
    assert _after(show, Tick(1.0), Run("quit")).over


@pytest.mark.parametrize(
    ("command", "name", "values"),
    [
        ("generation", "generating", [True, False, True]),
        ("freeze", "frozen", [False, True, False]),
        ("blackout", "blackout", [False, True, False]),
        ("fullscreen", "fullscreen", [True, False, True]),
        ("fit", "fill", [True, False, True]),
        ("help", "help", [False, True, False]),
        ("hud", "hud_on", [False, True, False]),
        ("restart", "restarts", [0, 1, 2]),
    ],
)
def test_a_switch_switches_on_and_off(command: str, name: str, values: list[object]) -> None:
    once = reduce(Show(), Run(command))
    twice = reduce(once, Run(command))
    assert [getattr(show, name) for show in (Show(), once, twice)] == values


def test_the_hud_goes_by_itself_unless_it_is_asked_for() -> None:
    show = _after(Show(), Tick(60.0), Live(7), Tick(HUD_AT_START - 1.0), Live(7))
    assert show.hud_on
    assert not reduce(show, Tick(1.0)).hud_on
    assert _after(show, Tick(1.0), Run("hud"), Tick(1e6)).hud_on
    assert not _after(show, Run("hud")).hud_on


def test_a_typed_prompt_is_taken() -> None:
    show = _after(start(ALL), Run("prompt"), Type(" bleu"), Erase(), Type("e whale "))
    assert (show.entry, show.cue.text) == (" blee whale ", "a")
    show = reduce(show, Take())
    assert (show.entry, show.cue.text) == (None, "blee whale")


def test_a_dropped_prompt_changes_nothing() -> None:
    assert _after(start(ALL), Run("prompt"), Type("whale"), Drop()) == start(ALL)


@pytest.mark.parametrize("action", [Type("a"), Erase(), Take(), Drop()])
def test_without_an_open_entry_typing_does_nothing(action: Action) -> None:
    assert reduce(start(ALL), action) == start(ALL)


def test_after_a_typed_prompt_the_preset_goes_on_where_it_was() -> None:
    show = _after(start(ALL), Run("next_prompt"), Prompt("whale"))
    assert reduce(show, Run("next_prompt")).cue.text == "c"


def test_a_typed_prompt_stays_until_the_next_is_asked_for() -> None:
    show = _after(live(), Prompt("whale"), Tick(1e6))
    assert show.cue.text == "whale"
    assert _after(show, Run("next_prompt"), Tick(24.0)).cue.text == "c"


def test_without_presets_a_prompt_stays() -> None:
    show = _after(start(()), Prompt("whale"), Tick(1e6), Run("next_prompt"), Run("next_preset"))
    assert request(show).prompts == (("whale", 1.0),)


def test_a_message_stays_its_time_and_a_repeated_one_is_one_line() -> None:
    show = _after(Show(), Say("no MIDI"), Say("slow"), Tick(MESSAGE_STAYS - 1), Say("no MIDI"))
    assert [message.text for message in show.messages] == ["slow", "no MIDI"]
    show = reduce(show, Tick(1.0))
    assert [message.text for message in show.messages] == ["no MIDI"]
    assert reduce(show, Tick(MESSAGE_STAYS)).messages == ()


def test_of_many_messages_the_newest_stay() -> None:
    show = _after(Show(), *(Say(str(i)) for i in range(9)))
    assert [message.text for message in show.messages] == ["4", "5", "6", "7", "8"]


def test_a_request_says_all_that_the_engine_needs() -> None:
    wanted = request(_after(start(ALL), Set("steps", 4), Run("restart")))
    values = {name: getattr(wanted, name) for name in DEFAULTS if hasattr(wanted, name)}
    assert values == {name: DEFAULTS[name] for name in values} | {"steps": 4}
    assert DEFAULTS.keys() - values.keys() == {"hold", "crossfade", "smoothing"}
    assert all(isinstance(values[name], int) for name in values if BY_NAME[name].whole)
    assert (wanted.restarts, wanted.generating) == (1, True)
    hash(wanted)


@pytest.mark.parametrize(
    ("done", "line"),
    [
        (Set("strength", 0.75, "midi"), "strength 0.60 → 0.75 (midi)"),
        (Nudge("hold", -1, source="keyboard"), "hold 20.00 s → 15.00 s (keyboard)"),
        (Set("strength", 0.6, "cli"), "set (cli)"),
        (Live(7), "first frame (engine)"),
        (Tick(100.0), None),
        (Knob("nano:0:20", "strength", 0.1), "strength 0.60, its knob at 0.10 (midi)"),
        (Knob("nano:0:20", "strength", 0.6), "strength 0.60, its knob at 0.60 (midi)"),
        (Run("blackout", "midi"), "blackout (midi)"),
        (Run("next_prompt"), "next_prompt, prompt 'b'"),
        (Run("new_seed"), "new_seed, seed 1 → 6182"),
        (
            SelectPreset(2, "keyboard"),
            "strength 0.60 → 0.30, preset Calm, prompt 'h' (keyboard)",
        ),
        (Prompt("whale", "cli"), "prompt 'whale' (cli)"),
        (Say("no MIDI"), "no MIDI"),
        (Unplugged("nano"), "unplugged (midi)"),
        (Type("a"), "type (keyboard)"),
    ],
)
def test_an_action_is_told_in_a_line(done: Action, line: str | None) -> None:
    before = start(ALL)
    assert describe(before, done, reduce(before, done)) == line
