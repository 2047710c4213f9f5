"""The presets that come along: enough for a night, in words that the built-in model knows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from visualizer.show import durations
from visualizer.show.files.preset import load, load_folder
from visualizer.show.parameters import BY_NAME, DEFAULTS, REFERENCE, SLOTS, TARGETS
from visualizer.show.reducer import start
from visualizer.show.tempo import BAR

SHIPPED = Path(__file__).parents[2] / "presets"
PRESETS = load_folder(SHIPPED)[0]

FASTEST = {"zoom": 0.75, "rotate": 30.0, "pan_x": 0.2, "pan_y": 0.2, "swirl": 100.0, "ripple": 0.8}
"""The most that a shipped preset moves: a show is watched for hours."""


STILL = ("zoom", "rotate", "pan_x", "pan_y", "swirl", "ripple")


def test_a_shipped_preset_never_stands_still() -> None:
    for preset in PRESETS:
        if preset.name == "Reference loop":
            continue
        for cued in preset.prompts:
            values = {**DEFAULTS, **preset.values, **cued.values}
            assert any(values[name] for name in STILL), cued.text


def test_there_are_presets_for_a_whole_night() -> None:
    presets, faults = load_folder(SHIPPED)
    assert faults == ()
    assert len(presets) >= 10
    assert len({preset.name for preset in presets}) == len(presets)


def test_a_shipped_preset_is_worth_a_while() -> None:
    for preset in PRESETS:
        texts = [text for cued in preset.prompts for text, _ in cued.parts]
        assert len({cued.text for cued in preset.prompts}) == len(preset.prompts) >= 7
        assert all(len(text.split()) <= 16 for text in texts), (
            "a prompt that can be read at a glance"
        )


def _reach(values: Mapping[str, float], name: str) -> tuple[float, float]:
    """The least and the most that a parameter is, with all that moves it."""
    row, target = BY_NAME[name], TARGETS.index(name)
    on = [slot for slot in SLOTS if values[f"mod{slot}_target"] == target]
    swing = sum(abs(values[f"mod{slot}_depth"]) for slot in on)
    at = row.position(values[name])
    return row.at(at - swing), row.at(at + swing)


def test_a_shipped_preset_generates_and_moves_within_good_measure() -> None:
    for preset in PRESETS:
        for cued in preset.prompts:
            values = {**DEFAULTS, **preset.values, **cued.values}
            if preset.name != "Reference loop":
                least, most = _reach(values, "strength")
                assert 0.45 <= least <= most <= 0.75
            for name, fastest in FASTEST.items():
                least, most = _reach(values, name)
                assert -fastest <= least <= most <= fastest


def test_a_preset_for_the_beat_changes_each_few_bars() -> None:
    for name, bars in (("Op art", 2), ("Machine", 8)):
        (preset,) = (preset for preset in PRESETS if preset.name == name)
        show = start((preset,))
        assert show.values["quantise"] == BY_NAME["quantise"].choices.index("bar")
        together = durations.seconds(show, "hold") + durations.seconds(show, "crossfade")
        assert together == durations.beats_in_seconds(show, bars * BAR)


def test_the_last_preset_is_the_loop_of_the_reference() -> None:
    assert PRESETS[-1] == load(SHIPPED / "13-reference-loop.yaml")
    assert PRESETS[-1].values.items() >= REFERENCE.items()


def test_the_built_in_model_knows_the_first_words_of_every_shipped_prompt() -> None:
    scenes = pytest.importorskip("training.data.scenes").SCENES
    palettes = pytest.importorskip("training.data.palettes").PALETTES
    colours = [word for row in palettes for word in (*row.adjectives, *row.nouns)]
    texts = [text for preset in PRESETS for cued in preset.prompts for text, _ in cued.parts]
    for text in texts:
        opening = " ".join(text.split()[:9])
        assert any(name in opening for row in scenes for name in row.names), text
        assert any(word in opening for word in colours), text
