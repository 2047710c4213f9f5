"""A set list in a performer's hands: what is added, removed, saved and taken back."""

from __future__ import annotations

from visualizer.show.play_actions import Run, Set
from visualizer.show.reducer import start
from visualizer.show.set_list import SetEntry
from visualizer.show.setup_actions import AddToSet, GoInSet, MoveInSet, RemoveFromSet, SetLength
from visualizer.show.state import Show
from visualizer.show.system_actions import SetLists, SetSaved, Tick

from ..shows import ALL, SET, after
from .test_set_playing import playing


def names(show: Show) -> list[str]:
    assert show.sets.now is not None
    return [entry.preset for entry in show.sets.now.entries]


def test_a_preset_comes_at_the_end_as_long_as_the_one_before() -> None:
    show = playing(AddToSet(0))
    assert names(show) == ["Plain", "Fast", "Calm", "Plain"]
    assert show.sets.now is not None
    assert show.sets.now.entries[-1] == SetEntry("Plain", 1.0, "bars")
    assert "no preset 9" in after(show, AddToSet(8)).messages[-1].text


def test_the_first_preset_begins_a_set_list_where_there_is_none() -> None:
    show = after(start(ALL), AddToSet(1), AddToSet(2), GoInSet(1))
    assert names(show) == ["Fast", "Calm"]
    assert show.preset_now is ALL[2]
    assert show.sets.changed


def test_an_entry_is_removed_and_what_plays_or_waits_goes_on() -> None:
    show = playing(GoInSet(1), Set("quantise", 2.0), Tick(0.3), GoInSet(2), RemoveFromSet(0))
    assert names(show) == ["Fast", "Calm"]
    assert show.sets.entry is not None
    assert show.sets.entry.preset == "Fast"
    assert show.pending is not None
    assert show.pending.action == GoInSet(1)
    assert after(show, RemoveFromSet(1)).pending is None


def test_the_one_that_is_on_and_the_last_one_stay_with_a_line() -> None:
    show = playing(RemoveFromSet(0))
    assert names(show) == ["Plain", "Fast", "Calm"]
    assert show.messages[-1].text == "Plain is playing: go to another entry, then remove it"
    one = after(start(ALL), AddToSet(0), RemoveFromSet(0))
    assert names(one) == ["Plain"]
    assert "at least one" in one.messages[-1].text


def test_each_change_is_undone_and_done_again_and_what_plays_goes_on() -> None:
    show = playing(GoInSet(2))
    changed = after(
        show, RemoveFromSet(0), AddToSet(0), MoveInSet(0, 2), SetLength(1, 7.0, "minutes")
    )
    assert changed.sets.now is not None
    assert [entry.words for entry in changed.sets.now.entries] != [e.words for e in SET.entries]
    undone = after(changed, *[Run("undo")] * 4)
    assert undone.sets.now == SET
    assert undone.sets.play is not None
    assert undone.sets.play.place == 2
    assert undone.messages[-1].text == "undone: a change of the set list Night"
    redone = after(undone, *[Run("redo")] * 4)
    assert redone.sets.now == changed.sets.now
    assert redone.sets.play == changed.sets.play
    assert "nothing to undo" in after(undone, Run("undo"), Run("undo")).messages[-1].text


def test_values_and_the_set_list_are_undone_in_their_order() -> None:
    show = playing(Set("zoom", 0.9), Tick(2.0), AddToSet(0))
    once = after(show, Run("undo"))
    assert (once.sets.now, once.values["zoom"]) == (SET, 0.9)
    assert after(once, Run("undo")).values["zoom"] != 0.9


def test_it_is_changed_until_it_is_saved() -> None:
    show = after(start(ALL), SetLists((SET,)))
    assert not show.sets.changed
    show = after(show, AddToSet(0), Run("save_set"))
    assert (show.sets.changed, show.sets.saves) == (True, 1)
    assert show.sets.now is not None
    show = after(show, SetSaved(show.sets.now))
    assert not show.sets.changed
    assert after(show, Run("undo")).sets.changed
    assert "no set list to save" in after(start(ALL), Run("save_set")).messages[-1].text
