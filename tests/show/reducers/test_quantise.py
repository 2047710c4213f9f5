"""Waiting for the beat: what is held back, until when, and what lands on the wall by then."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.show.actions import Action
from visualizer.show.parameters import BY_NAME
from visualizer.show.play_actions import Prompt, Recall, Run, SelectPreset, Set, Store
from visualizer.show.reducer import reduce, start
from visualizer.show.reducers.quantise import BEATS
from visualizer.show.state import Show
from visualizer.show.system_actions import Live, Sync, Tick

from ..shows import PLAIN, after, live, preset, shows

BEAT, BAR, FOUR_BARS = 1, 2, 3
NEXT, BACK = Run("next_prompt"), Run("previous_prompt")
FRAME = 1 / 60

waiting_actions = st.sampled_from(
    [NEXT, BACK, Run("next_preset"), Run("previous_preset"), SelectPreset(1), Recall(1)]
)
quantises = st.sampled_from([BEAT, BAR, FOUR_BARS])
periods = st.floats(0.0, 2.0)
bpms = st.floats(40.0, 200.0)


def _quantised(quantise: int = BAR, bpm: float = 120.0, period: float = 0.0) -> Show:
    """A live show some way into a bar, whose prompts stay."""
    actions = Set("quantise", quantise), Set("tempo", bpm), Set("hold", 0), Live(1, period)
    return after(live(), Store(1), *actions, Tick(0.3))


def _landing(show: Show) -> float:
    """The beat at which a picture that is asked for now is on the wall."""
    return show.tempo.beats_at(show.time + show.period)


def _until_done(show: Show) -> Show:
    """The show in the display frame in which nothing waits any more."""
    while show.pending is not None or show.pending_recall is not None:
        show = reduce(show, Tick(FRAME))
    return show


def test_there_is_a_number_of_beats_for_each_choice() -> None:
    assert len(BEATS) == len(BY_NAME["quantise"].choices)


@given(waiting_actions, quantises, bpms, periods)
def test_a_change_waits_and_its_picture_lands_on_the_beat(
    action: Action, quantise: int, bpm: float, period: float
) -> None:
    before = _quantised(quantise, bpm, period)
    show = reduce(before, action)
    assert (show.preset, show.turn, show.cue.text) == (before.preset, 0, before.cue.text)
    done = _until_done(show)
    late = _landing(done) % BEATS[quantise]
    assert late <= FRAME * bpm / 60 + 1e-6
    assert _landing(done) - _landing(show) <= BEATS[quantise] + FRAME * bpm / 60 + 1e-6


@given(st.sampled_from([Run("tap"), Run("freeze"), Set("zoom", 0.5), Prompt("now")]), quantises)
def test_all_else_happens_at_once(action: Action, quantise: int) -> None:
    show = reduce(_quantised(quantise), action)
    assert show.pending is None


@given(shows, waiting_actions)
def test_nothing_waits_with_quantise_off(show: Show, action: Action) -> None:
    show = reduce(show, Set("quantise", 0))
    pending = show.pending
    assert reduce(show, action).pending == pending


def test_steps_add_up_and_a_step_back_takes_one_away() -> None:
    show = _quantised()
    assert _until_done(after(show, NEXT, NEXT)).turn == 2
    assert _until_done(after(show, NEXT, NEXT, BACK)).turn == 1
    assert _until_done(after(show, BACK, BACK)).turn == -2
    assert after(show, NEXT, BACK).pending is None
    assert _until_done(after(show, *[Run("next_preset")] * 2)).preset == 2
    assert after(show, Run("next_preset"), Run("previous_preset")).pending is None


def test_no_more_steps_wait_than_go_once_round() -> None:
    show = _quantised()
    assert _until_done(after(show, *[NEXT] * 1000)).turn == len(PLAIN.prompts)
    assert _until_done(after(show, *[BACK] * 1000, NEXT)).turn == 1 - len(PLAIN.prompts)


def test_a_snapshot_waits_beside_a_prompt_or_preset_and_both_come() -> None:
    show = after(_quantised(), Set("zoom", 0.5), Store(2), Set("zoom", 0.0), Set("morph", 0.0))
    for done in (after(show, NEXT, Recall(1), Recall(2)), after(show, Recall(2), NEXT)):
        done = _until_done(done)
        assert (done.turn, done.values["zoom"]) == (1, 0.5)
    done = _until_done(after(show, SelectPreset(2), Recall(2)))
    assert (done.preset, done.values["zoom"], done.values["strength"]) == (2, 0.5, 0.3)
    assert done.messages[-1].text == "snapshot 2", "it was one of the preset that was on"


def test_an_empty_slot_is_told_at_once_and_leaves_what_waits() -> None:
    show = after(_quantised(), NEXT, Recall(1))
    empty = reduce(show, Recall(7))
    assert (empty.pending, empty.pending_recall) == (show.pending, show.pending_recall)
    assert empty.messages[-1].text == "snapshot 7 is empty"


def test_a_snapshot_that_waits_outlives_a_typed_prompt() -> None:
    show = after(_quantised(), NEXT, Recall(1), Prompt("typed"))
    assert show.pending is None
    assert show.pending_recall is not None


def test_a_step_goes_on_from_the_preset_that_waits() -> None:
    show = _quantised()
    assert _until_done(after(show, SelectPreset(1), Run("next_preset"))).preset == 2
    assert _until_done(after(show, SelectPreset(2), Run("next_preset"), NEXT)).turn == 1


def test_a_preset_that_is_passed_over_is_never_chosen() -> None:
    show = _quantised()
    assert _until_done(after(show, *[Run("next_preset")] * 2)).visits == show.visits + 1


@given(st.lists(waiting_actions, min_size=1, max_size=5))
def test_the_newest_wins(actions: list[Action]) -> None:
    show = after(_quantised(), *actions, SelectPreset(2))
    assert _until_done(show).preset == 2


def test_a_preset_that_is_not_there_does_not_wait() -> None:
    assert reduce(_quantised(), SelectPreset(9)).pending is None
    empty = reduce(start(()), Set("quantise", BAR))
    assert reduce(empty, Run("next_preset")).pending is None


def test_what_waits_comes_at_once_when_quantise_is_turned_off() -> None:
    show = after(_quantised(), NEXT, Set("quantise", 0), Tick(FRAME))
    assert (show.pending, show.turn) == (None, 1)


def test_what_waits_comes_sooner_when_it_waits_for_less() -> None:
    show = after(_quantised(FOUR_BARS), NEXT, Set("quantise", BEAT), Tick(FRAME))
    assert show.pending is not None
    assert show.pending.beat == 1.0


def test_a_clock_that_starts_anew_does_not_leave_a_change_waiting_for_its_old_song() -> None:
    show = after(_quantised(), Sync(120.0, 1000.5), NEXT, Sync(120.0, 0.1), Tick(FRAME))
    assert show.pending is not None
    assert show.pending.beat == 4.0


@given(st.sampled_from(range(4)), bpms)
def test_the_choices_of_quantise_go_round(quantise: int, bpm: float) -> None:
    show = _quantised(quantise, bpm)
    assert reduce(show, Run("next_quantise")).values["quantise"] == (quantise + 1) % 4
    assert after(show, *[Run("next_quantise")] * 4).values == show.values


@settings(max_examples=25)
@given(st.sampled_from([BEAT, BAR]), bpms, st.floats(0.01, 0.3), st.integers(1, 2), st.integers())
def test_prompts_that_turn_over_by_themselves_never_leave_the_beat(
    quantise: int, bpm: float, period: float, rounds: int, seed: int
) -> None:
    chance = random.Random(seed)
    unit = BEATS[quantise]
    held = preset("Held", "abc", hold=rounds * unit - 0.5, crossfade=0.5, hold_in=1, crossfade_in=1)
    show = after(live((held,)), Set("quantise", quantise), Set("tempo", bpm), Live(1, period))
    landings: list[float] = []
    while len(landings) < 5:
        turn = show.turn
        shaken = Live(1, period * chance.uniform(0.95, 1.05))
        show = after(show, shaken, Tick(FRAME * chance.uniform(0.5, 2.0)))
        landings += [_landing(show)] * (show.turn - turn)
    late = (2 * FRAME + 0.1 * period) * bpm / 60 + 1e-6
    assert all(landing % unit <= late for landing in landings)
    steps = [round((b - a) / unit) for a, b in pairwise(landings)]
    assert steps == [rounds] * 4


def test_a_prompt_turns_over_at_the_bar_nearest_to_its_holds_end() -> None:
    for hold, bars in ((9.0, 2), (11.0, 3)):
        show = after(live(), Set("quantise", BAR), Set("crossfade", 0))
        show = after(show, Set("hold", hold), Set("hold_in", 1))
        while show.turn == 0:
            show = reduce(show, Tick(FRAME))
        assert _landing(show) == pytest.approx(bars * 4, abs=0.05)


def _about_to_turn() -> Show:
    """A show whose prompt waits for its beat to turn over."""
    show = after(live(), Set("quantise", BAR), Set("hold", 3), Set("crossfade", 0), Tick(2.1))
    assert show.pending is not None
    assert show.pending.by_itself
    return show


def test_a_hand_that_asks_for_the_same_meanwhile_gets_one_step() -> None:
    assert _until_done(reduce(_about_to_turn(), NEXT)).turn == 1
    assert _until_done(reduce(_about_to_turn(), BACK)).turn == -1


def test_a_prompt_that_is_over_gives_way_to_what_a_hand_has_asked_for() -> None:
    show = after(_about_to_turn(), SelectPreset(2), Tick(FRAME))
    assert show.pending is not None
    assert show.pending.action == SelectPreset(2)


def test_a_prompt_that_is_to_stay_after_all_stays() -> None:
    for action in (Set("hold", 60), Set("hold", 0), Prompt("typed")):
        show = after(_about_to_turn(), action, Tick(FRAME))
        assert show.pending is None
        assert after(show, *[Tick(0.1)] * 30).turn == 0


@given(shows, st.lists(waiting_actions, max_size=6))
def test_whatever_is_asked_for_waits_no_longer_than_its_unit(
    show: Show, actions: list[Action]
) -> None:
    show = after(show, Set("quantise", BAR), Set("hold", 0), *actions)
    bar = 4 * 60 / show.values["tempo"]
    assert after(show, Tick(bar), Tick(0.0)).pending is None


def test_with_one_preset_there_is_no_other_to_wait_for() -> None:
    show = after(live((PLAIN,)), Set("quantise", BAR), Run("next_preset"))
    assert show.pending is None
