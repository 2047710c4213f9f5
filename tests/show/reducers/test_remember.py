"""The last show taken up: its values, prompts, model and set lists, as it left them."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given

from visualizer.show.files.session import HISTORY, Session, parse, to_text
from visualizer.show.files.yaml_faults import Fault
from visualizer.show.lora import Lora
from visualizer.show.parameters import DEFAULTS
from visualizer.show.play_actions import Prompt, Recall, Run, SelectPreset, Set, Store
from visualizer.show.reducer import reduce, start
from visualizer.show.reducers.remember import SETTLED, remember, settled
from visualizer.show.reducers.snapshots import aims
from visualizer.show.set_list import SetEntry, SetList
from visualizer.show.setup_actions import AddToSet, GoInSet, MoveInSet, RemoveFromSet, SetLength
from visualizer.show.state import Show
from visualizer.show.system_actions import Engine, Heard, Live, Offer, SetLists, SetSaved, Tick

from ..shows import ALL, PLAIN, RESUME, RICH, SET, after, shows, taken_up


def line(show: Show) -> str:
    return show.messages[-1].text


@given(shows)
def test_a_show_taken_up_is_where_the_last_one_ended(last: Show) -> None:
    memory = remember(last)
    show = taken_up(memory, start(last.presets))
    assert show.offer is None
    seed = last.values["seed"] if last.seed is None else last.seed
    by_sound = last.tempo.source == "sound"
    tempo = start(last.presets).values["tempo"] if by_sound else last.values["tempo"]
    assert show.values == {**aims(last), "seed": seed, "tempo": tempo}
    assert (show.preset, show.fullscreen, show.fit) == (last.preset, last.fullscreen, last.fit)
    assert show.history == last.history
    if last.presets:
        assert (show.turn, show.visits) == (last.turn, last.visits)
        assert show.prompt_index == last.prompt_index
    if not last.cue.stays:
        assert show.cue.text == last.cue.text


def test_a_shuffled_preset_goes_on_in_the_same_order() -> None:
    last = after(start(ALL), SelectPreset(1), SelectPreset(1), SelectPreset(1), Run("next_prompt"))
    show = taken_up(remember(last))
    for _ in range(8):
        last, show = reduce(last, Run("next_prompt")), reduce(show, Run("next_prompt"))
        assert show.cue.text == last.cue.text


def test_a_prompt_typed_by_hand_is_on_again_and_stays() -> None:
    last = after(start(ALL, 1), Run("next_prompt"), Prompt("a whale"))
    show = taken_up(remember(last))
    assert (show.cue.text, show.cue.stays) == ("a whale", True)
    assert (
        reduce(show, Run("previous_prompt")).cue.text
        == last.presets[1].prompts[last.prompt_index].text
    )


def test_a_snapshot_that_was_coming_in_is_there() -> None:
    last = after(start(ALL), Set("zoom", 1.0), Store(1), Set("zoom", 0.0), Recall(1), Tick(0.5))
    assert taken_up(remember(last)).values["zoom"] == 1.0


def test_the_dreaming_goes_on_from_the_seed_in_force() -> None:
    last = after(start(ALL), Live(1), Set("seed", 70.0), Live(75))
    assert taken_up(remember(last)).values["seed"] == 75.0


def test_a_presets_values_still_go_when_it_goes() -> None:
    last = after(start(ALL, 1), Set("blend", 0.4))
    show = reduce(taken_up(remember(last)), SelectPreset(0))
    assert (show.values["strength"], show.values["blend"]) == (DEFAULTS["strength"], 0.4)


def test_the_last_shows_model_is_asked_for_unless_it_runs_already() -> None:
    memory = Session(DEFAULTS, preset="Plain", model="large")
    show = taken_up(memory)
    assert (show.model.wanted, show.model.asks) == ("large", 1)
    runs = reduce(start(ALL), Engine("large", ("large",)))
    assert taken_up(memory, runs).model.asks == 0


def test_the_tempo_is_the_last_shows() -> None:
    show = taken_up(remember(after(start(ALL), Set("tempo", 93.0))))
    assert (show.tempo.bpm, show.values["tempo"]) == (93.0, 93.0)


def test_a_preset_that_is_gone_is_told_and_the_values_come_all_the_same() -> None:
    memory = Session(MappingProxyType({"zoom": 0.5}), preset="Lost", turn=3)
    show = taken_up(memory)
    assert (show.preset, show.turn, show.values["zoom"]) == (0, 0, 0.5)
    assert "preset Lost no longer exists" in [message.text for message in show.messages]


def test_loras_and_a_source_given_by_hand_go_on() -> None:
    loras = Lora("film.safetensors", 0.8), Lora("owner/grain")
    left = remember(start(ALL, model="a/model", loras=loras, source="sea.mp4"))
    left = parse(to_text(left), "x.yaml", pytest.fail)
    assert (left.loras, left.source) == (loras, "sea.mp4")
    now = after(start(ALL), Engine("a/model", ()), Tick(3.0))
    show = taken_up(left, now)
    assert (show.model.asked, show.source) == (
        "a/model +lora film.safetensors:0.8 +lora owner/grain",
        "sea.mp4",
    )
    assert (show.model.asks, show.source_since) == (1, 3.0)
    same = taken_up(left, start(ALL, model="a/model", loras=loras, source="sea.mp4"))
    assert (same.model.asks, same.source_since) == (1, 0.0), "all of it is there already"
    older = parse("model: a/model", "x.yaml")  # of a version that has no word of LoRAs
    assert taken_up(older, start(ALL, model="a/model", loras=loras)).model.loras == loras
    with pytest.raises(Fault, match=r"x\.yaml:1: loras: 'a:9': a LoRA's weight goes"):
        parse("loras: ['a:9']", "x.yaml")


def test_parameters_that_the_last_show_did_not_have_stay() -> None:
    show = reduce(start(ALL), Set("noise", 0.4))
    assert taken_up(Session(MappingProxyType({"zoom": 0.5})), show).values["noise"] == 0.4


def test_prompts_typed_before_and_since_are_all_in_the_history() -> None:
    show = replace(start(ALL), history=("b", "new"))
    assert taken_up(Session(history=("a", "b")), show).history == ("a", "b", "new")
    many = tuple(str(i) for i in range(HISTORY))
    assert taken_up(Session(history=many), show).history == (*many[2:], "b", "new")


def test_without_an_offer_there_is_nothing_to_take_up() -> None:
    show = reduce(start(ALL), RESUME)
    assert (show.values, line(show)) == (start(ALL).values, "there is no last show to resume")
    twice = reduce(taken_up(Session(MappingProxyType({"zoom": 0.5}))), RESUME)
    assert line(twice) == "there is no last show to resume"


def test_a_show_takes_the_place_of_one_that_was_offered_only_after_a_while() -> None:
    assert settled(start(ALL))
    offered = reduce(start(ALL), Offer(Session()))
    assert not settled(reduce(offered, Tick(1000.0)))  # nothing was to be seen yet
    seen = after(offered, Live(1), Tick(SETTLED - 1.0))
    assert not settled(seen)
    assert settled(reduce(seen, Tick(1.0)))
    assert settled(reduce(seen, RESUME))


def test_a_set_list_that_was_edited_and_not_saved_is_as_it_was_left() -> None:
    files = SetLists((SetList("Day", (SetEntry("Calm", 1.0),)), SET), 1, begins=True)
    edits = GoInSet(1), AddToSet(0), MoveInSet(1, 3), SetLength(0, 7.0, "minutes")
    last = after(start(ALL), files, Live(1), *edits)
    memory = remember(last)
    assert memory.unsaved_sets == (last.sets.now,)
    again = taken_up(memory, after(start(ALL), replace(files, begins=False)))
    assert again.sets.now == last.sets.now
    assert again.sets.changed, "it can still be saved"
    assert again.sets.play is not None
    assert last.sets.play is not None
    assert again.sets.play.place == last.sets.play.place == 3
    assert [each.name for each in again.sets.lists] == ["Day", "Night"]
    said = [message.text for message in again.messages]
    assert "set list Night has changes that are not saved" in said
    assert last.sets.now is not None
    saved = reduce(last, SetSaved(last.sets.now))
    assert remember(saved).unsaved_sets == ()


def test_one_that_was_saved_after_all_is_not_said_to_be_unsaved_and_none_else_is_chosen() -> None:
    lists = (SetList("Day", (SetEntry("Calm", 1.0),)), SET)
    last = after(start(ALL), SetLists(lists, 0, begins=False), AddToSet(1))
    edited = last.sets.now
    assert edited is not None
    on_disk = SetLists((edited, SET), 1, begins=False)
    again = taken_up(remember(last), after(start(ALL), on_disk))
    assert again.sets.unsaved == ()
    assert not [m for m in again.messages if "not saved" in m.text]
    other = replace(last, sets=replace(last.sets, chosen=1))
    again = taken_up(remember(other), after(start(ALL), SetLists(lists, 1, begins=False)))
    assert [each.name for each in again.sets.unsaved] == ["Day"]
    assert again.sets.now == SET, "it was chosen, and Day not"


def test_a_set_list_that_was_begun_and_not_saved_is_there_though_none_played() -> None:
    last = after(start(ALL), AddToSet(1), AddToSet(2))
    again = taken_up(remember(last), after(start(ALL), SetLists((SET,), 0, begins=False)))
    assert [each.name for each in again.sets.lists] == ["Night", "My set"]
    assert again.sets.now == last.sets.now
    assert again.sets.play is None


def test_a_set_list_that_the_command_line_names_plays_as_it_was_edited() -> None:
    last = after(start(ALL), SetLists((SET,), 0, begins=False), Live(1), RemoveFromSet(1))
    begun = after(start(ALL), SetLists((SET,), 0, begins=True))
    again = taken_up(remember(last), begun)
    assert again.sets.now == last.sets.now
    assert again.sets.play is not None


def test_a_set_list_that_is_gone_is_stopped_with_a_line() -> None:
    show = taken_up(replace(remember(start(ALL)), set_list="My set"))
    assert show.sets.play is None
    said = "set list My set no longer exists; it is stopped"
    assert said in [message.text for message in show.messages]


def test_a_tempo_that_the_sound_has_found_is_found_anew() -> None:
    last = reduce(start(ALL), Heard(0, 0, 0, 0, bpm=126.0))
    assert last.values["tempo"] == 126.0
    show = taken_up(remember(last))
    assert show.values["tempo"] == 120.0
    assert reduce(show, Heard(0, 0, 0, 0, bpm=98.0)).values["tempo"] == 98.0


def test_the_last_shows_seed_is_taken_up_without_a_line_about_one_drawn() -> None:
    drawn = replace(PLAIN, values=MappingProxyType({"seed": -1.0}))
    memory = remember(after(start((drawn,)), Set("seed", 77.0)))
    show = after(start((RICH, drawn)), Offer(memory), RESUME)
    assert show.values["seed"] == 77.0
    assert [message.text for message in show.messages] == ["the last show is resumed"]
