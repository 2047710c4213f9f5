"""Which model is wanted: by command, by typing, by preset, and again after a failure."""

from __future__ import annotations

import pytest

from visualizer.show.action_log import describe
from visualizer.show.lora import Lora
from visualizer.show.play_actions import Run, SelectPreset, Take, Type
from visualizer.show.records import NO_VALUES, Cued, ModelChoice, Preset
from visualizer.show.reducer import reduce, start
from visualizer.show.reducers.model_choice import named
from visualizer.show.setup_actions import AskModel
from visualizer.show.state import Show
from visualizer.show.system_actions import Engine, Tick

from ..shows import ALL, PLAIN, RICH, after

HERE = ("builtin", "stabilityai/sd-turbo", "stabilityai/sdxl-turbo")


def running(model: str = "builtin", models: tuple[str, ...] = HERE) -> Show:
    """A show whose engine has said what runs and what is there."""
    return reduce(start(ALL), Engine(model, models))


def test_at_first_no_model_is_asked_for() -> None:
    show = start(ALL)
    assert show.model == ModelChoice()


def test_the_engine_says_what_runs_and_what_is_there() -> None:
    assert running().model == ModelChoice(running="builtin", available=HERE)


def test_the_next_model_goes_round_all_on_this_machine() -> None:
    show, asked = running(HERE[1]), []
    for _ in range(4):
        show = reduce(show, Run("next_model"))
        asked.append(show.model.wanted)
    assert asked == [HERE[2], HERE[0], HERE[1], HERE[2]]
    assert show.model.asks == 4


def test_the_next_model_goes_on_from_the_one_that_is_coming() -> None:
    coming = Engine("builtin", HERE, coming=HERE[1])
    assert after(running(), Run("next_model"), coming, Run("next_model")).model.wanted == HERE[2]
    by_itself = after(running(), coming, Run("next_model"))
    assert by_itself.model.wanted == HERE[2], "whoever asked for it"


def test_a_model_that_could_not_be_had_is_no_longer_the_one_in_force() -> None:
    coming = (Run("next_model"), Engine("builtin", HERE, coming=HERE[1]))
    failed = after(running(), *coming, Engine("builtin", HERE))
    assert failed.model.wanted == ""
    assert reduce(failed, Run("next_model")).model.wanted == HERE[1]
    again = after(start((PLAIN, RICH)), SelectPreset(1), Engine("builtin", HERE), SelectPreset(1))
    assert (again.model.wanted, again.model.asks) == ("large", 2)


def test_before_a_model_runs_the_one_that_was_asked_for_stays_in_force() -> None:
    assert reduce(start((RICH,)), Engine("", HERE)).model.wanted == "large"


def test_from_a_model_that_is_not_in_the_list_the_next_is_the_first() -> None:
    assert reduce(running("/models/mine"), Run("next_model")).model.wanted == HERE[0]


@pytest.mark.parametrize("models", [(), ("builtin",)])
def test_where_there_is_no_other_model_that_is_said(models: tuple[str, ...]) -> None:
    show = reduce(running(models=models), Run("next_model"))
    assert [message.text for message in show.messages] == ["no other model on this machine"]
    assert (show.model.wanted, show.model.asks) == ("", 0)


def test_a_typed_model_is_asked_for_and_the_prompt_stays() -> None:
    show = after(running(), Run("model"), Type(" my/own "), Take())
    assert (show.model.wanted, show.model.asks) == ("my/own", 1)
    assert (show.entry, show.cue.text) == (None, "a")


def test_the_same_model_can_be_asked_for_again() -> None:
    once = after(running(), Run("model"), Type("my/own"), Take())
    again = after(once, Tick(60.0), Run("model"), Type("my/own"), Take())
    assert (again.model.wanted, again.model.asks) == ("my/own", 2)
    assert describe(once, Take(), again) == "model my/own (keyboard)"


def test_a_part_of_one_name_means_that_model() -> None:
    for typed, model in (
        ("sdxl", "stabilityai/sdxl-turbo"),
        ("SD-Turbo", "stabilityai/sd-turbo"),
        ("builtin", "builtin"),
        ("turbo", "turbo"),
        ("./folder", "./folder"),
        ("Lykon/dreamshaper-8-lcm", "Lykon/dreamshaper-8-lcm"),
    ):
        assert named(typed, HERE) == model


def test_a_whole_name_is_never_taken_for_a_part_of_another() -> None:
    assert named("a/b", ("a/b", "a/bc")) == "a/b"
    assert named("a/b", ("a/bc",)) == "a/b"


def test_no_text_means_the_default() -> None:
    assert named("", ("a/b",)) == ""


def test_a_preset_asks_for_its_model_when_it_is_chosen() -> None:
    show = reduce(start((PLAIN, RICH)), SelectPreset(1))
    assert (show.model.wanted, show.model.asks) == ("large", 1)
    assert start((RICH,)).model.wanted == "large"
    assert reduce(show, SelectPreset(0)).model.wanted == "large"


def test_a_model_given_at_the_start_stands_over_that_of_the_first_preset() -> None:
    show = start((RICH,), model="my/own")
    assert (show.model.wanted, show.model.asks) == ("my/own", 1)
    assert reduce(show, SelectPreset(0)).model.wanted == "large"


def test_a_preset_does_not_ask_for_a_model_that_is_there_or_coming() -> None:
    coming = reduce(start((PLAIN, RICH)), SelectPreset(1))
    assert after(coming, SelectPreset(0), SelectPreset(1)).model.asks == 1
    there = reduce(start((PLAIN, RICH)), Engine("large", ("large",)))
    assert reduce(there, SelectPreset(1)).model.asks == 0


def test_a_preset_keeps_its_model_while_another_is_coming() -> None:
    show = after(start((PLAIN, RICH)), Engine("large", ("large", "larger")), Run("next_model"))
    assert show.model.wanted == "larger"
    show = reduce(show, SelectPreset(1))
    assert (show.model.wanted, show.model.asks) == ("large", 2)


FILM, GRAIN = Lora("film.safetensors", 0.8), Lora("owner/grain")


def test_a_preset_changes_the_loras_and_stays_with_the_model() -> None:
    presets = tuple(
        Preset(name, (Cued((("a", 1.0),), NO_VALUES),), loras=loras)
        for name, loras in (("film", (FILM,)), ("any", None), ("both", (FILM, GRAIN)), ("off", ()))
    )
    show = reduce(start(presets, 1), Engine("a/model", HERE))
    assert show.model.asks == 0
    for index, loras, asks in ((0, (FILM,), 1), (1, (FILM,), 1), (2, (FILM, GRAIN), 2), (3, (), 3)):
        show = reduce(show, SelectPreset(index))
        assert (show.model.in_force, show.model.loras) == ("a/model", loras)
        assert show.model.asks == asks
        show = reduce(show, Engine("a/model", HERE))  # it plays
        assert reduce(show, SelectPreset(index)).model == show.model, "nothing new is asked for"


def test_loras_come_with_any_model_that_is_asked_for() -> None:
    preset = Preset("film", (Cued((("a", 1.0),), NO_VALUES),), loras=(FILM,))
    show = start((preset,))
    assert (show.model.wanted, show.model.asks) == ("", 0), "the start screen asks for a model"
    assert show.model.loras == (FILM,)
    show = start((preset,), loras=(GRAIN,), model="a/model")
    assert show.model.asked == "a/model +lora owner/grain", "options stand over presets"
    show = after(show, Engine("a/model", HERE), Run("next_model"))
    assert show.model.asked == f"{show.model.wanted} +lora owner/grain"
    assert show.model.wanted in HERE


def test_from_elsewhere_only_a_model_that_is_there_can_be_asked_for() -> None:
    assert reduce(running(), AskModel(HERE[1])).model.wanted == HERE[1]
    for name in ("", "/etc/passwd", "someone/else", "../builtin"):
        refused = reduce(running(), AskModel(name))
        assert refused.model == running().model
        assert "no model on this machine is named" in refused.messages[-1].text
