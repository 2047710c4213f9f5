"""What of the last show is taken up where the options ask for something else."""

from __future__ import annotations

from dataclasses import replace

from visualizer.live.resume import as_asked
from visualizer.options import LiveOptions
from visualizer.show.files.session import Session
from visualizer.show.lora import Lora
from visualizer.show.reducer import start
from visualizer.show.reducers.remember import offered, remember, resumed

from ..show.shows import ALL

SHOW = replace(
    start(ALL, 1, {"hold": 16.0, "hold_in": 1.0, "seed": 77.0}, model="large"),
    blackout=True,
    frozen=True,
)
LEFT = remember(SHOW)


def asked(**options: object) -> Session:
    chosen = LiveOptions(**options)  # type: ignore[arg-type]
    first = 2 if chosen.preset else 0
    return as_asked(LEFT, chosen, start(ALL, first, chosen.settings, model=chosen.model or ""))


def test_without_an_option_all_is_as_it_was_left() -> None:
    assert asked() == replace(LEFT, blackout=False, frozen=False)


def test_a_show_that_was_restarted_is_dark_and_frozen_if_it_was() -> None:
    memory = asked(restarted=True)
    assert memory.blackout
    assert memory.frozen
    show = resumed(offered(start(ALL), memory))
    assert show.blackout
    assert show.frozen
    show = resumed(offered(start(ALL), asked()))
    assert not show.blackout
    assert not show.frozen


def test_a_setting_stands_over_a_value_and_its_unit() -> None:
    values = asked(settings={"hold": 30.0}).values
    assert (values["hold"], values["hold_in"]) == (30.0, 0.0)
    memory = asked(settings={"seed": 5.0})
    assert (memory.values["seed"], memory.seed) == (5.0, None)


def test_a_named_preset_stands_over_the_last_one_and_its_typed_prompt() -> None:
    memory = asked(preset="Calm")
    assert (memory.preset, memory.prompt, memory.values["strength"]) == ("", "", 0.3)
    assert memory.values["hold"] == 16.0


def test_named_loras_and_a_named_source_stay() -> None:
    memory = asked(lora=(Lora("film", 0.5),), source="sea.mp4")
    assert (memory.loras, memory.source) == ((Lora("film", 0.5),), "sea.mp4")


def test_a_named_model_and_a_window_stay() -> None:
    memory = asked(model="small", windowed=True)
    assert (memory.model, memory.fullscreen) == ("small", False)
