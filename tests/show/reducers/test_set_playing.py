"""Set lists: what plays when, what a hand changes of it, and that it goes round all night."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from visualizer.show.actions import Action
from visualizer.show.play_actions import Run, SelectPreset, Set, Switch
from visualizer.show.reducer import reduce, start
from visualizer.show.reducers import set_playing
from visualizer.show.reducers.remember import remember
from visualizer.show.set_list import SetEntry, SetList
from visualizer.show.setup_actions import ChooseSet, GoInSet, MoveInSet, SetLength
from visualizer.show.state import Show
from visualizer.show.system_actions import Live, Offer, SetLists, Sync, Tick
from visualizer.show.time_text import of

from ..shows import ALL, SET, after, live, performances

BAR = 2.0  # seconds at 120 BPM
FRAME = 1 / 60


def playing(*actions: Action, loops: bool = False) -> Show:
    """A live show that plays SET (2 bars, 6 seconds, 1 bar) from its beginning."""
    show = start(ALL, settings={"hold": 0.0, "tempo": 120.0})
    lists = (replace(SET, loops=loops), SetList("Other", (SetEntry("Calm", 1.0),)))
    return after(show, SetLists(lists, begins=True), Live(1), *actions)


def name(show: Show) -> str:
    preset = show.preset_now
    return preset.name if preset else ""


def heard(show: Show, seconds: float) -> list[tuple[float, str]]:
    """The show's presets as they change, with their times."""
    found: list[tuple[float, str]] = [(show.time, name(show))]
    while show.time < seconds:
        show = reduce(show, Tick(FRAME))
        if name(show) != found[-1][1]:
            found.append((round(show.time, 1), name(show)))
    return found


def test_presets_come_in_order_each_after_its_length_and_the_last_one_stays() -> None:
    show = playing()
    assert heard(show, 20.0) == [(0.0, "Plain"), (4.0, "Fast"), (10.0, "Calm")]
    for _ in range(1000):
        show = reduce(show, Tick(FRAME))
    assert (name(show), show.sets.play) == ("Calm", None)
    assert "has ended" in show.messages[-1].text


def test_one_that_loops_begins_again_and_so_does_any_that_is_unattended() -> None:
    wanted = [(0.0, "Plain"), (4.0, "Fast"), (10.0, "Calm"), (12.0, "Plain"), (16.0, "Fast")]
    assert heard(playing(loops=True), 17.0) == wanted
    assert heard(playing(Run("unattended")), 17.0) == wanted


def test_an_entry_in_bars_ends_on_a_bar_wherever_it_began() -> None:
    show = playing(Run("set_list"), Tick(0.7), Run("set_list"))
    assert heard(show, 8.0) == [(0.7, "Plain"), (4.0, "Fast")]


def test_with_quantise_on_each_change_waits_for_its_beat_and_says_so() -> None:
    show = playing(Set("quantise", 2.0), Tick(0.3), Run("next_in_set"))
    assert name(show) == "Plain"
    assert of(show, 120.0).pending == "Fast on the bar"
    assert of(reduce(show, Run("next_in_set")), 120.0).pending == "Calm on the bar"
    assert heard(show, 3.0)[-1] == (2.0, "Fast")


def test_a_change_has_the_crossfade_of_presets() -> None:
    show = playing()
    before = show.cue.parts
    while name(show) == "Plain":
        show = reduce(show, Tick(FRAME))
    assert show.cue.outgoing == before


def test_another_preset_is_an_interlude_and_the_next_entry_comes_in_time() -> None:
    show = playing(Tick(1.0), SelectPreset(2))
    assert heard(show, 5.0) == [(1.0, "Calm"), (4.0, "Fast")]


def test_a_clock_that_starts_anew_neither_skips_nor_repeats() -> None:
    show = playing(Tick(1.0), Sync(120.0, 0.0), Sync(120.0, 0.0))
    assert [each for _, each in heard(show, 9.0)] == ["Plain", "Fast"]
    assert set_playing.left(show) == pytest.approx(3.0)


def test_the_order_changes_while_it_plays_and_so_do_lengths() -> None:
    show = playing(MoveInSet(0, 2))
    assert [entry.preset for entry in show.sets.now.entries] == ["Fast", "Calm", "Plain"]  # type: ignore[union-attr]
    assert show.sets.entry is not None
    assert show.sets.entry.preset == "Plain"
    show = after(show, SetLength(2, 3.0, "bars"), Tick(1.0))
    assert set_playing.left(show) == pytest.approx(5.0)
    show = after(show, SetLength(2, 1.0, "minutes"))
    assert set_playing.left(show) == pytest.approx(59.0)


def test_it_is_stopped_and_another_is_chosen_and_one_step_leads_back() -> None:
    show = playing(Tick(1.0), Switch("set_list", False))
    assert (name(show), set_playing.is_on(show)) == ("Plain", False)
    show = after(show, ChooseSet(1), Run("set_list"))
    assert name(show) == "Calm"
    show = after(show, ChooseSet(0), GoInSet(1), Run("previous_in_set"))
    assert name(show) == "Plain"
    assert name(reduce(show, Run("previous_in_set"))) == "Calm"


def test_without_one_a_line_says_where_they_lie() -> None:
    for command in ("set_list", "next_in_set", "previous_in_set", "unattended"):
        show = after(start(ALL), Run(command))
        assert "there is no set list" in show.messages[-1].text
        assert not set_playing.is_on(show)


def test_a_preset_that_is_not_there_is_left_out_and_said() -> None:
    gone = SetList("Gone", (SetEntry("gone", 1.0), SetEntry("Calm", 1.0)))
    show = after(start(ALL), SetLists((gone,), begins=True))
    assert name(show) == "Calm"
    assert "gone does not exist" in show.messages[-1].text


def test_one_that_does_not_loop_ends_before_what_is_not_there() -> None:
    entries = (*SET.entries, SetEntry("gone", 1.0, "bars"))
    show = after(playing(), SetLists((replace(SET, entries=entries),), begins=True))
    assert set_playing.following(after(show, GoInSet(2))) is None
    while show.sets.play is not None:
        show = reduce(show, Tick(FRAME))
    assert name(show) == "Calm"
    assert [m.text for m in show.messages] == [
        "preset gone does not exist; its entry is skipped",
        "set list Night has ended; its last preset stays",
    ]


def test_steps_and_time_pass_over_what_is_not_there_both_ways() -> None:
    entries = (SET.entries[0], SetEntry("gone", 1.0, "bars"), SET.entries[2])
    show = after(playing(), SetLists((replace(SET, entries=entries),), begins=True))
    assert heard(show, 5.0) == [(0.0, "Plain"), (4.0, "Calm")]
    show = after(show, Run("next_in_set"))
    assert name(show) == "Calm"
    assert name(after(show, Run("previous_in_set"))) == "Plain"


def test_what_a_hand_asked_for_still_comes_when_the_order_changes_before_its_beat() -> None:
    show = playing(Set("quantise", 2.0), Tick(0.3), GoInSet(1, "desk"), MoveInSet(1, 2))
    assert of(show, 120.0).pending == "Fast on the bar"
    show = after(show, SetLength(0, 3.0, "bars"))
    assert heard(show, 3.0)[-1] == (2.0, "Fast")
    due = playing(Set("quantise", 2.0), Tick(3.5))
    assert due.pending is not None
    assert after(due, SetLength(0, 9.0, "bars")).pending is None  # it is not over yet


@pytest.mark.parametrize("begin", [Run("unattended"), Switch("unattended", True)])
def test_a_night_unattended_begins_on_its_beat_as_any_other_change(begin: Action) -> None:
    show = after(live(), SetLists((SET,)), Set("quantise", 2.0), Tick(0.3), begin)
    assert (show.sets.play, show.sets.unattended) == (None, True)
    assert of(show, 120.0).pending == "Plain on the bar"
    assert after(show, Tick(1.6)).sets.play is None
    assert after(show, Tick(1.75)).sets.play is not None
    at_once = after(live(), SetLists((SET,)), begin)
    assert at_once.sets.play is not None
    assert at_once.sets.unattended
    assert not after(show, Switch("set_list", False)).sets.unattended


def test_another_list_stops_the_one_that_plays_and_says_so() -> None:
    show = playing(Run("unattended"), ChooseSet(1))
    assert (show.sets.play, show.sets.unattended) == (None, False)
    assert show.messages[-1].text == "set list Night is stopped; its preset stays"


def test_it_goes_on_in_the_next_show_with_the_entry_that_was_on() -> None:
    last = playing(Run("unattended"), GoInSet(1), Tick(1.0))
    fresh = after(start(ALL), SetLists((SET,)), Offer(remember(last)), Run("resume"))
    assert fresh.sets.play is not None
    assert (fresh.sets.play.place, name(fresh), fresh.sets.unattended) == (1, "Fast", True)
    moved = after(last, MoveInSet(1, 0), Tick(1.0))
    again = after(start(ALL), SetLists((SET,)), Offer(remember(moved)), Run("resume"))
    assert again.sets.entry == SET.entries[1]
    other = (SetList("Other", (SetEntry("Calm", 1.0),)), SET)
    asked = after(start(ALL), SetLists(other, begins=True), Offer(remember(last)), Run("resume"))
    assert asked.sets.entry == other[0].entries[0]


@settings(max_examples=50)
@given(performances)
def test_whatever_is_done_its_place_is_one_that_there_is(done: list[Action]) -> None:
    show = playing(loops=True)
    for action in done:
        show = reduce(show, action)
        assert show.sets.play is None or show.sets.entry is not None
        assert set_playing.left(show) == set_playing.left(show)  # a number


def test_a_night_of_it_is_as_its_file_says() -> None:
    show = playing(loops=True)
    counts: dict[str, int] = {}
    before = show.visits
    for _ in range(3600):  # an hour, in coarse ticks
        show = reduce(show, Tick(1.0))
        if show.visits != before:
            before = show.visits
            counts[name(show)] = counts.get(name(show), 0) + 1
    assert set(counts) == {"Plain", "Fast", "Calm"}
    assert max(counts.values()) - min(counts.values()) <= 1
    assert sum(counts.values()) > 700
