"""Claims about moves to a prompt of a preset."""

from __future__ import annotations

from visualizer.show.play_actions import SelectPreset, Set
from visualizer.show.prompt_mix import alone
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.reducer import reduce, start
from visualizer.show.time_text import of

TEXTS = ("a", "b", "c", "d")
PRESETS = tuple(
    Preset(name, tuple(Cued(alone(f"{name}{text}"), NO_VALUES) for text in TEXTS), order=order)
    for name, order in (("one", "in turn"), ("two", "shuffled"))
)


def test_every_prompt_can_be_gone_to_in_whatever_order_the_preset_plays() -> None:
    show = start(PRESETS)
    for index, preset in enumerate(PRESETS):
        for prompt, text in enumerate(TEXTS):
            show = reduce(show, SelectPreset(index, prompt=prompt))
            assert show.cue.text == f"{preset.name}{text}"
            assert show.prompt_index == prompt


def test_another_prompt_of_the_preset_that_is_on_leaves_what_a_hand_has_set() -> None:
    show = reduce(start(PRESETS), Set("strength", 0.21))
    show = reduce(show, SelectPreset(0, prompt=2))
    assert show.values["strength"] == 0.21
    assert show.visits == start(PRESETS).visits


def test_a_prompt_that_is_not_there_is_one_line_and_changes_nothing() -> None:
    show = reduce(start(PRESETS), SelectPreset(1, prompt=4))
    assert show.cue.text == "onea"
    assert [m.text for m in show.messages] == ["two has no prompt 5; it has 4"]


def test_a_prompt_waits_for_its_beat_as_a_preset_does() -> None:
    show = reduce(start(PRESETS, settings={"quantise": 2}), SelectPreset(0, prompt=1))
    assert show.cue.text == "onea"
    assert of(show, 120.0).pending == "oneb on the bar"
