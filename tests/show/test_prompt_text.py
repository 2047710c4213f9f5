"""Claims about what the HUD says of the prompts."""

from __future__ import annotations

from visualizer.show import prompt_text
from visualizer.show.play_actions import Run, Set, Take, Type
from visualizer.show.records import Cued, Preset
from visualizer.show.reducer import reduce, start
from visualizer.show.state import Show
from visualizer.show.system_actions import Live, SetLists, Tick

from ..stage.shows import NONE, played
from .shows import SET, after, live


def test_it_tells_of_a_fade_then_of_what_comes() -> None:
    fading = prompt_text.of(played(Live(1), Run("next_prompt"), Tick(2.0)), 100)
    assert (fading.text, fading.fading, fading.filled) == ("whale", True, 50)
    assert (fading.caption, fading.other, fading.place) == ("From", "coral", "2 / 3")
    resting = prompt_text.of(played(Live(1), Run("next_prompt"), Tick(14.0)), 100)
    assert (resting.fading, resting.filled) == (False, 50)
    assert (resting.caption, resting.other) == ("Next in 10 s", "kelp")


def test_no_preset_and_a_typed_prompt_are_named_as_such() -> None:
    assert prompt_text.of(Show(), 100).preset == "No preset"
    typed = played(Live(1), Run("prompt"), Type("a fox"), Take(), Tick(10.0))
    seen = prompt_text.of(typed, 100)
    assert (seen.text, seen.place) == ("a fox", "typed")
    assert (seen.caption, seen.other) == ("Next", "whale")  # it stays: no countdown


def test_a_prompt_of_several_texts_is_one_prompt_and_no_fade() -> None:
    mixed = Cued((("coral", 0.75), ("gold", 0.25)), NONE)
    preset = Preset("Mixed", (mixed, Cued((("whale", 1.0),), NONE)))
    show = reduce(start((preset,)), Live(1))
    seen = prompt_text.of(reduce(show, Tick(1.0)), 100)
    assert (seen.text, seen.fading, seen.place) == ("coral + gold", False, "1 / 2")
    leaving = prompt_text.of(reduce(reduce(show, Run("next_prompt")), Tick(1.0)), 100)
    assert (leaving.text, leaving.fading, leaving.other) == ("whale", True, "coral + gold")


def test_what_comes_is_told_in_what_the_hold_is_counted_in() -> None:
    for counts, hold, caption in (
        (0, 6.0, "Next in 5 s"),
        (1, 12.0, "Next in 10 beats"),
        (2, 3.0, "Next in 3 bars"),
        (2, 1.0, "Next in 1 bar"),
        (1, 3.0, "Next in 1 beat"),
    ):
        lengths = (Set("hold_in", counts), Set("hold", hold), Set("crossfade", 0.0))
        seen = prompt_text.of(played(*lengths, Live(1), Tick(1.0)), 100)
        assert (seen.caption, seen.other) == (caption, "whale")


def test_the_bar_fills_in_beats_as_in_seconds() -> None:
    beats = (Set("crossfade_in", 1), Set("crossfade", 8.0), Set("hold_in", 2), Set("hold", 4.0))
    fading = prompt_text.of(played(*beats, Live(1), Run("next_prompt"), Tick(2.0)), 100)
    assert (fading.fading, fading.filled) == (True, 50)
    resting = prompt_text.of(played(*beats, Live(1), Run("next_prompt"), Tick(8.0)), 100)
    assert (resting.fading, resting.filled) == (False, 50)


def test_where_a_set_list_is_stands_before_its_preset() -> None:
    show = after(live(), SetLists((SET,), begins=True), Run("next_in_set"))
    assert prompt_text.of(show, 100).preset == "Night 2/3 · Fast"
    assert prompt_text.of(reduce(show, Run("set_list")), 100).preset == "Fast"
