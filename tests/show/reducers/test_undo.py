"""Undo: what a hand changed is taken back, and no more than that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show.actions import Action
from visualizer.show.command_table import COMMANDS
from visualizer.show.parameters import BY_NAME
from visualizer.show.play_actions import (
    Digit,
    Knob,
    KnobId,
    Nudge,
    Prompt,
    Recall,
    Run,
    SelectPreset,
    Set,
    Store,
    Take,
)
from visualizer.show.reducer import reduce, start
from visualizer.show.reducers.remember import remember
from visualizer.show.reducers.undo import MOST, TOGETHER
from visualizer.show.state import Show
from visualizer.show.system_actions import Heard, Live, Offer, Sync, Tick

from ..shows import ALL, CALM, FAST, PLAIN, after

UNDO, REDO = Run("undo"), Run("redo")
KNOB = KnobId("nano", 1, "cc 1")


def line(show: Show) -> str:
    return show.messages[-1].text


def test_the_last_change_is_taken_back_and_done_again() -> None:
    show = after(start(ALL), Set("zoom", 0.5), Set("noise", 0.1))
    show = reduce(show, UNDO)
    assert (show.values["zoom"], show.values["noise"]) == (0.5, BY_NAME["noise"].default)
    assert line(show) == "undone: Noise 0.020"
    show = reduce(show, UNDO)
    assert show.values == start(ALL).values
    show = after(show, REDO, REDO)
    assert (show.values["zoom"], show.values["noise"]) == (0.5, 0.1)
    assert line(show) == "redone: Noise 0.100"


def test_where_there_is_nothing_to_take_back_a_line_says_so() -> None:
    show = start(ALL)
    assert line(reduce(show, UNDO)) == "nothing to undo"
    assert line(reduce(show, REDO)) == "nothing to redo"
    assert reduce(show, UNDO).values == show.values


def test_one_turn_of_a_knob_is_one_change_and_a_pause_ends_it() -> None:
    turn = [Knob(KNOB, "blend", place / 10, pickup="none") for place in range(5)]
    show = start(ALL)
    for knob in turn:
        show = after(show, knob, Tick(TOGETHER * 0.9))
    assert len(show.undo.past) == 1
    show = after(show, Tick(TOGETHER), Knob(KNOB, "blend", 0.9, pickup="none"))
    assert len(show.undo.past) == 2
    assert after(show, UNDO, UNDO).values == start(ALL).values


def test_a_key_held_down_is_one_change_but_each_parameter_one_of_its_own() -> None:
    show = after(start(ALL), *[Nudge("zoom", 1.0)] * 5, *[Nudge("noise", 1.0)] * 5)
    assert len(show.undo.past) == 2
    assert reduce(show, UNDO).values["zoom"] == show.values["zoom"]


def test_two_knobs_turned_at_once_are_two_changes() -> None:
    show = start(ALL)
    for place in range(20):
        for name in ("zoom", "noise"):
            knob = Knob(KnobId("nano", 1, name), name, place / 20, pickup="none")
            show = after(show, knob, Tick(TOGETHER / 4))
    assert [set(change.values) for change in show.undo.past] == [{"zoom"}, {"noise"}]
    assert after(show, UNDO, UNDO).values == start(ALL).values


def test_a_turn_that_goes_on_after_something_else_has_moved_its_value_is_another() -> None:
    turn = [Knob(KNOB, "zoom", place, pickup="none") for place in (0.8, 0.9)]
    show = after(start(ALL), turn[0], Run("reset"), turn[1])
    assert len(show.undo.past) == 3
    show = after(start(ALL), turn[0], Set("zoom", 0.1, "osc"), turn[1])
    assert len(show.undo.past) == 3
    assert reduce(show, UNDO).values["zoom"] == 0.1


def test_a_series_of_taps_is_one_change_and_undoing_it_sets_the_tempo_back() -> None:
    taps: list[Action] = [Run("tap"), Tick(0.4)] * 5
    show = after(start(ALL), *taps)
    assert show.values["tempo"] == pytest.approx(150.0)
    show = reduce(show, UNDO)
    assert (show.values["tempo"], show.tempo.bpm) == (120.0, 120.0)


def test_pressing_the_same_button_twice_is_two_changes() -> None:
    show = after(start(ALL), Run("new_seed"), Run("new_seed"), UNDO)
    assert show.values["seed"] == reduce(start(ALL), Run("new_seed")).values["seed"]


def test_a_new_change_drops_what_was_taken_back() -> None:
    show = after(start(ALL), Set("zoom", 0.5), UNDO, Set("noise", 0.1), REDO)
    assert line(show) == "nothing to redo"
    assert show.values["zoom"] == 0.0


def test_a_knob_that_was_turned_there_and_back_costs_no_undo() -> None:
    show = after(start(ALL), Set("zoom", 0.5), Set("noise", 0.4), Set("noise", 0.02), UNDO)
    assert show.values["zoom"] == 0.0


def test_a_presets_values_are_taken_back_and_the_preset_stays() -> None:
    show = after(start(ALL), SelectPreset(1), UNDO)
    assert (show.values, show.preset) == (start(ALL).values, 1)
    assert line(show) == "undone: 3 values"


def test_a_reset_and_a_typed_number_are_taken_back() -> None:
    show = after(start(ALL), Set("zoom", 0.5))
    assert after(show, Run("reset"), UNDO).values == show.values
    typed = after(replace(show, focus="zoom"), Digit("1"), Take())
    assert typed.values["zoom"] == 1.0
    assert reduce(typed, UNDO).values == show.values


def test_a_recalled_snapshot_is_taken_back_also_while_it_comes_in() -> None:
    show = after(start(ALL), Set("zoom", 1.0), Store(1), Tick(2.0), Set("zoom", 0.0), Recall(1))
    for seconds in (0.0, 1.0, 5.0):
        back = after(show, Tick(seconds), UNDO)
        assert (back.values["zoom"], back.morph) == (0.0, None)
        assert reduce(back, Tick(5.0)).values["zoom"] == 0.0
        assert reduce(back, REDO).values["zoom"] == 1.0  # where it was going


def test_a_hand_within_a_morph_is_taken_back_without_the_morph() -> None:
    show = after(start(ALL), Set("zoom", 1.0), Set("noise", 0.5), Store(1))
    show = after(show, Set("zoom", 0.0), Set("noise", 0.0), Recall(1), Tick(1.0))
    show = after(show, Set("zoom", -1.0), UNDO)
    assert show.values["zoom"] == 1.0  # where it was going
    assert reduce(show, Tick(2.0)).values["noise"] == 0.5


def test_what_waited_for_its_beat_is_taken_back_like_any_other() -> None:
    show = after(start(ALL), Live(1), Set("quantise", 1), Tick(0.1), SelectPreset(1))
    assert show.preset == 0
    came = after(show, Tick(0.5))
    assert came.preset == 1
    assert len(came.undo.past) == len(show.undo.past) + 1
    assert reduce(came, UNDO).values == show.values


def test_what_comes_with_a_prompt_is_no_change_of_a_hand() -> None:
    show = after(start((CALM,)), Run("next_prompt"))
    assert show.values["strength"] == 0.5
    assert line(reduce(show, UNDO)) == "nothing to undo"
    assert line(after(show, Prompt("whale"), UNDO)) == "nothing to undo"


def test_prompts_keep_their_values_when_an_older_change_is_taken_back() -> None:
    show = after(start((CALM,)), Set("zoom", 0.5), Run("next_prompt"), UNDO)
    assert (show.values["zoom"], show.values["strength"]) == (0.0, 0.5)


def test_a_clock_and_the_sound_are_not_taken_back() -> None:
    show = after(start(ALL), Heard(0, 0, 0, 0, bpm=126.0), Set("zoom", 0.5), Sync(140.0, 0.0))
    show = reduce(show, UNDO)
    assert (show.values["tempo"], show.values["zoom"]) == (140.0, 0.0)
    assert line(reduce(show, UNDO)) == "nothing to undo"


def test_a_show_taken_up_is_one_change() -> None:
    earlier = remember(after(start(ALL), Set("zoom", 0.5), Set("noise", 0.3)))
    show = after(start(ALL), Offer(earlier), Run("resume"))
    assert (show.values["zoom"], show.values["noise"]) == (0.5, 0.3)
    assert reduce(show, UNDO).values == start(ALL).values


def test_no_more_changes_are_kept_than_anyone_takes_back() -> None:
    show = start(ALL)
    for seed in range(2, MOST + 20):
        show = after(show, Set("seed", float(seed)), Tick(TOGETHER * 2))
    assert len(show.undo.past) == MOST


names = st.sampled_from(sorted(BY_NAME))
places = st.floats(0.0, 1.0)
hands = st.one_of(
    st.builds(lambda name, at: Set(name, BY_NAME[name].at(at)), names, places),
    st.builds(Nudge, names, st.integers(-20, 20)),
    st.builds(Knob, st.sampled_from([KNOB, KnobId("korg", 1, "cc 2")]), names, places),
    st.builds(
        Run,
        st.sampled_from([c.name for c in COMMANDS if c.name not in ("quit", "undo", "redo")]),
    ),
    st.builds(SelectPreset, st.integers(0, 1)),
    st.builds(Store, st.integers(1, 3)),
    st.builds(Recall, st.integers(1, 3)),
    st.builds(Tick, st.floats(0.0, 3.0)),
)


@given(st.lists(hands, max_size=30))
def test_all_undone_is_the_start_and_all_done_again_is_the_end(done: Sequence[Action]) -> None:
    """The presets' prompts have no values of their own: those come and go with them."""
    begin = start((PLAIN, FAST))
    # What waits for its beat is done, and then what still morphs comes in.
    end = after(begin, *done, Tick(60.0), Tick(60.0))
    show = end
    for _ in range(len(done) + 1):
        show = reduce(show, UNDO)
    assert show.values == begin.values
    for _ in range(len(done) + 1):
        show = reduce(show, REDO)
    assert show.values == end.values
