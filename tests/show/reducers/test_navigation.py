"""From prompt to prompt and from preset to preset, and the values that come and go with them."""

from __future__ import annotations

from visualizer.show.parameters import BY_NAME, DEFAULTS, RANDOM
from visualizer.show.play_actions import Prompt, Run, SelectPreset, Set
from visualizer.show.prompt_mix import alone
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.reducer import reduce, start
from visualizer.show.state import Show

from ..shows import ALL, FAST, RICH, after


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


def test_shuffled_is_another_order_at_each_visit_and_the_same_on_the_way_back() -> None:
    prompts = tuple(Cued(alone(str(i)), NO_VALUES) for i in range(20))
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
    assert after(again, Run("next_prompt"), Run("previous_prompt")).cue.text == again.cue.text


def test_a_preset_takes_its_values_with_it_when_it_goes() -> None:
    show = reduce(start(ALL), SelectPreset(1))
    assert (show.values["strength"], show.values["hold"]) == (0.7, 4.0)
    assert dict(reduce(show, SelectPreset(0)).values) == DEFAULTS


def test_what_the_hand_set_outlives_a_change_of_preset() -> None:
    show = after(start(ALL), SelectPreset(1), Set("strength", 0.9), SelectPreset(0))
    assert (show.values["strength"], show.values["hold"]) == (0.9, 20.0)


def test_a_prompt_takes_its_values_with_it_when_it_goes() -> None:
    show = start(ALL, 2)
    assert show.values["strength"] == 0.3
    assert reduce(show, Run("next_prompt")).values["strength"] == 0.5
    assert after(show, Run("next_prompt"), Run("next_prompt")).values["strength"] == 0.3
    assert reduce(show, SelectPreset(0)).values["strength"] == 0.6


def test_reset_gives_the_presets_values_and_keeps_the_seed() -> None:
    show = after(start(ALL, 1), Set("strength", 0.1), Set("blend", 0.9), Set("seed", 77.0))
    show = reduce(show, Run("reset"))
    assert dict(show.values) == {**DEFAULTS, **FAST.values, "seed": 77.0}


def test_after_a_reset_no_value_from_before_comes_back() -> None:
    show = after(start(ALL), Set("strength", 0.9), SelectPreset(2), Run("reset"))
    assert show.values["strength"] == 0.5
    assert reduce(show, Run("next_prompt")).values["strength"] == 0.5
    assert reduce(show, SelectPreset(0)).values["strength"] == 0.6


def test_a_negative_prompt_comes_and_goes_with_its_prompt() -> None:
    show = start((RICH,))
    assert show.cue.negative == "blurry"
    assert reduce(show, Run("next_prompt")).cue.negative == ""
    assert after(show, Run("next_prompt"), Run("next_prompt")).cue.negative == "text"


def test_a_typed_prompt_leads_away_from_what_the_preset_leads_away_from() -> None:
    assert reduce(start((RICH,)), Prompt("whale")).cue.negative == "blurry"
    assert reduce(start(ALL), Prompt("whale")).cue.negative == ""


def test_a_seed_that_a_preset_or_a_prompt_has_drawn_is_told_and_a_reset_draws_none() -> None:
    cues = Cued(alone("a"), NO_VALUES), Cued(alone("b"), {"seed": RANDOM})
    show = start((Preset("drawn", cues, values={"seed": RANDOM}),), chance=7)
    for command in (None, "next_prompt"):
        show = show if command is None else reduce(show, Run(command))
        assert 0.0 <= show.values["seed"] <= BY_NAME["seed"].high
        seeds = [m.text for m in show.messages if m.text.startswith("Seed")]
        assert seeds[-1] == f"Seed {show.values['seed']:.0f}, drawn at random"
    assert len(seeds) == 2
    again = reduce(show, Run("reset"))
    assert again.messages == show.messages
    assert again.values["seed"] == show.values["seed"]


def test_a_prompt_of_which_nothing_can_be_played_is_not_called_empty() -> None:
    for text, line in (
        (" ", "an empty prompt is ignored; the prompt stays"),
        ("<lora:x:1>", "nothing of the prompt can be played; the prompt stays"),
    ):
        show = reduce(start(ALL), Prompt(text))
        assert show.messages[-1].text == line
        assert show.cue.text == start(ALL).cue.text
