"""The show as a desk is told it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from visualizer.desk import desk_state
from visualizer.desk.told_messages import State
from visualizer.show.actions import Action
from visualizer.show.next_request import place
from visualizer.show.parameters import PARAMETERS
from visualizer.show.play_actions import Knob, KnobId, Prompt, Run, Set, Store
from visualizer.show.reducer import reduce
from visualizer.show.set_list import SetEntry, SetList
from visualizer.show.state import Show
from visualizer.show.status import NextPreview
from visualizer.show.system_actions import Live, SetLists, Tick
from visualizer.show.view import View

from ..show.shows import actions
from ..stage.shows import played
from .rig import STATUS


def state(show: Show) -> State:
    return desk_state.state(View(show, STATUS, 7.3), desk_state.cards(show.presets), 1)


def test_the_tables_have_a_row_for_all_that_can_be_played() -> None:
    tables = desk_state.tables()
    assert [row.name for row in tables.parameters] == [row.name for row in PARAMETERS]
    assert set(tables.most_played) <= {row.name for row in tables.parameters}
    assert len(tables.most_played) == 8


def test_now_and_next() -> None:
    show = played(Live(1), Tick(1.0))
    at_first = state(show)
    assert at_first.now.preset == at_first.now.prompt == 1
    taken = state(reduce(show, Run("next_prompt")))
    assert taken.now.text == at_first.next.text
    typed = state(reduce(show, Prompt("a lamp")))
    assert (typed.now.text, typed.now.prompt, typed.now.place) == ("a lamp", 0, "typed")


def test_a_preview_is_told_only_where_the_show_is_still_at_its_place() -> None:
    show = played(Live(1), Tick(1.0))
    here = place(show)
    assert here is not None
    for jpeg, making in ((b"", True), (b"a jpeg", False)):
        status = replace(STATUS, next_preview=NextPreview(here, jpeg))
        told = desk_state.state(View(show, status), (), 1).next
        assert (bool(told.preview), told.making) == (bool(jpeg), making)
        for action in (Run("next_prompt"), Run("restart"), Prompt("a lamp"), Run("next_preset")):
            elsewhere = View(reduce(show, action), status)
            later = desk_state.state(elsewhere, (), 1).next
            assert (later.preview, later.making) == ("", False)


def test_a_knob_that_waits_and_a_modulated_value_are_told_beside_the_values() -> None:
    knob = Knob(KnobId("pad", 1, "cc 20"), "strength", 0.95)
    show = played(Set("strength", 0.2), knob)
    assert state(show).waiting == {"strength": 0.95}
    assert state(show).values["strength"] == 0.2
    assert state(show).played == {}
    moved = played(Set("mod1_target", 1), Set("mod1_source", 1), Set("mod1_depth", 0.5), Tick(0.3))
    assert set(state(moved).played) == {"strength"}


def test_snapshots_and_switches() -> None:
    told = state(played(Store(3), Run("blackout")))
    assert [slot for slot, kept in enumerate(told.snapshots.kept, 1) if kept] == [3]
    assert told.on["blackout"]
    assert not told.on["freeze"]


def test_a_picture_of_a_text_that_is_not_there_any_more_is_forgotten() -> None:
    show = played()
    cards = desk_state.cards(show.presets)
    before, after = (
        desk_state.state(View(show, STATUS), cards, 1, pictures=pictures)
        for pictures in ({"1.1": "a-1", "1.2": "b-1"}, {"1.2": "b-1"})
    )
    assert desk_state.changes(before, after) == {"pictures": {"1.2": "b-1"}}


def test_entries_of_the_set_list_name_their_presets_by_number() -> None:
    names = played().presets[0].name.upper(), "1", "gone"
    entries = tuple(SetEntry(name, 2.0, "bars") for name in names)
    told = state(played(SetLists((SetList("Night", entries),))))
    assert [entry.number for entry in told.set_list.entries] == [1, 1, 0]


@given(st.lists(actions, max_size=20))
def test_whole_and_changes_together_are_the_state(performance: list[Action]) -> None:
    show = played()
    before = state(show)
    kept: dict[str, Any] = json.loads(before.model_dump_json())
    for action in performance:
        show = reduce(show, action)
        after = state(show)
        for name, value in desk_state.changes(before, after).items():
            plain = json.loads(json.dumps(value, default=lambda model: model.model_dump()))
            kept[name] = {**kept[name], **plain} if name in desk_state.MERGED else plain
        before = after
        assert kept == json.loads(after.model_dump_json())
