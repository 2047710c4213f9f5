"""What a controller's LEDs show: what is on, which preset, what is stored, and the beat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

from visualizer.show.command_table import ON_OFF
from visualizer.show.files.preset import parse
from visualizer.show.leds import NAMES, led_states
from visualizer.show.parameters import SOURCES, TARGETS
from visualizer.show.records import Learning, MappingMode, Preset, Tempo
from visualizer.show.set_list import SetPlay, SetState
from visualizer.show.state import Show


def preset(name: str) -> Preset:
    return parse(f"name: {name}\nprompts: [a]", name)


SHOW = Show(presets=(preset("one"), preset("two")))

TOGGLES: dict[str, Callable[[bool], Show]] = {
    "generation": lambda on: replace(SHOW, generating=on),
    "freeze": lambda on: replace(SHOW, frozen=on),
    "blackout": lambda on: replace(SHOW, blackout=on),
    "fullscreen": lambda on: replace(SHOW, fullscreen=on),
    "hud": lambda on: replace(SHOW, hud=on),
    "help": lambda on: replace(SHOW, help=on),
    "record": lambda on: replace(SHOW, recording=1.0 if on else None),
    "test_card": lambda on: replace(SHOW, test_card=on),
    "mapping": lambda on: replace(SHOW, mapping=MappingMode() if on else None),
    "set_list": lambda on: replace(SHOW, sets=SetState(play=SetPlay() if on else None)),
    "unattended": lambda on: replace(SHOW, sets=SetState(unattended=on)),
}


def test_a_toggles_light_is_on_while_it_is() -> None:
    for on in (False, True):
        for name, turned in TOGGLES.items():
            assert led_states(turned(on))[name] is on


def test_every_command_that_is_on_or_off_has_an_led() -> None:
    assert {*TOGGLES, "learn"} == set(ON_OFF)
    assert set(led_states(SHOW)) <= set(NAMES)


def test_one_preset_is_lit() -> None:
    lit = led_states(replace(SHOW, preset=1))
    assert [name for name in lit if name.startswith("preset ")] == ["preset 2"]
    assert lit["preset 2"]
    assert not led_states(Show())["preset 1"]


def test_slots_that_hold_something_are_lit_for_the_preset_in_force() -> None:
    kept = MappingProxyType({"two": {3: {"zoom": 0.5}}})
    show = replace(SHOW, snapshots=kept)
    assert "snapshot 3" not in led_states(show)
    assert led_states(replace(show, preset=1))["snapshot 3"]


def test_the_beat_flashes_on_each_beat() -> None:
    show = replace(SHOW, tempo=Tempo(bpm=120.0, beats=0.0, at=1.0))
    lit = [led_states(replace(show, time=1.0 + n / 16))["beat"] for n in range(16)]
    assert lit == [True, True, *[False] * 6] * 2


def test_learning_blinks() -> None:
    show = replace(SHOW, learning=Learning())
    assert led_states(replace(show, time=10.1))["learn"]
    assert not led_states(replace(show, time=10.3))["learn"]
    assert not led_states(replace(SHOW, time=10.1))["learn"]


def test_modulation_is_lit_while_something_moves_the_focus() -> None:
    moved = {
        "mod2_target": float(TARGETS.index("zoom")),
        "mod2_source": float(SOURCES.index("saw")),
    }
    show = replace(SHOW, values=MappingProxyType({**SHOW.values, **moved}))
    assert led_states(replace(show, focus="zoom"))["modulate"]
    assert not led_states(replace(show, focus="blend"))["modulate"]
    assert not led_states(replace(show, focus="tempo"))["modulate"]
    off = MappingProxyType({**show.values, "mod2_source": 0.0})
    assert not led_states(replace(show, focus="zoom", values=off))["modulate"]
