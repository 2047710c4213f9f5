"""Preset files: what they may say, and how a fault is told."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from visualizer.show import durations
from visualizer.show.files import preset as preset_module
from visualizer.show.files.preset import PresetError, load_folder, parse
from visualizer.show.lora import Lora
from visualizer.show.parameters import PARAMETERS, REFERENCE, SLOTS, SOURCES, TARGETS
from visualizer.show.play_actions import Run
from visualizer.show.prompt_mix import alone
from visualizer.show.records import Cued, Preset
from visualizer.show.reducer import reduce, start

DOCS = (Path(__file__).parents[3] / "docs" / "presets.md").read_text(encoding="utf-8")


def test_a_preset_says_prompts_and_values() -> None:
    preset = parse(
        """
name: Deep sea
order: shuffled
hold: 20
prompts:
  - coral reef, glowing blue
  - text: whale
    strength: 0.7
""",
        "deep.yaml",
    )
    assert preset == Preset(
        "Deep sea",
        (Cued(alone("coral reef, glowing blue"), {}), Cued(alone("whale"), {"strength": 0.7})),
        "shuffled",
        {"hold": 20.0, "hold_in": 0.0},
    )


def test_a_preset_without_a_name_is_called_by_its_file() -> None:
    assert parse("prompts: [a]", "shows/deep-sea_two.yaml").name == "deep sea two"


def test_blanks_round_a_prompt_are_dropped() -> None:
    assert parse("prompts: ['  a  ']", "a.yaml").prompts == (Cued(alone("a"), {}),)


def test_a_prompt_may_mix_texts_by_weight() -> None:
    preset = parse(
        """
prompts:
  - text: {coral reef at night: 2, " golden mandala": 1, eye: 0.5, gold: 0.5}
    strength: 0.7
""",
        "a.yaml",
    )
    (cued,) = preset.prompts
    weights = {"coral reef at night": 0.5, "golden mandala": 0.25, "eye": 0.125, "gold": 0.125}
    assert dict(cued.parts) == weights
    assert cued.text == "coral reef at night + golden mandala + eye + gold"
    assert cued.values == {"strength": 0.7}


def test_a_prompts_own_negative_wins_over_the_presets() -> None:
    preset = parse(
        """
negative: blurry
prompts:
  - a
  - {text: b, negative: text}
  - {text: c, negative: ""}
""",
        "a.yaml",
    )
    assert preset.negative == "blurry"
    assert [cued.negative for cued in preset.prompts] == ["blurry", "text", ""]


def test_the_reference_loop_lies_under_the_presets_own_values() -> None:
    preset = parse("loop: reference\nblend: 0.3\nhold: 5\nprompts: [a]", "a.yaml")
    assert preset.values == {**REFERENCE, "blend": 0.3, "hold": 5.0, "hold_in": 0.0}
    assert parse("loop: own\nblend: 0.3\nprompts: [a]", "a.yaml").values == {"blend": 0.3}


def test_a_lora_that_is_nowhere_is_missed_in_the_presets_folder(tmp_path: Path) -> None:
    found = parse("prompts: [a]\nlora: film.safetensors", str(tmp_path / "x.yaml")).loras
    assert found == (Lora(str(tmp_path / "film.safetensors")),)


def test_a_lora_in_the_presets_folder_stands_over_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / "loras").mkdir()
    file = tmp_path / "loras" / "film.safetensors"
    file.touch()
    text = f"prompts: [a]\nlora: [loras/film.safetensors:0.5, owner/repo, {'x' * 5000}]"
    found = parse(text, str(tmp_path / "x.yaml")).loras
    assert found == (Lora(str(file), 0.5), Lora("owner/repo"), Lora("x" * 5000))


@pytest.mark.parametrize(
    ("written", "loras"),
    [
        ("", None),
        ("lora: []", ()),
        ("lora: film.safetensors", (Lora("film.safetensors"),)),
        ("LoRA: film.safetensors:0.8", (Lora("film.safetensors", 0.8),)),
        (
            "lora:\n- a/b:-1,5\n- C:\\x.safetensors\n- 1984",
            (Lora("a/b", -1.5), Lora("C:\\x.safetensors"), Lora("1984")),
        ),
    ],
)
def test_a_preset_may_name_loras(written: str, loras: tuple[Lora, ...] | None) -> None:
    assert parse(f"prompts: [a]\n{written}", "x.yaml").loras == loras


def test_a_preset_may_name_a_model() -> None:
    assert parse("model: ' a/b '\nprompts: [a]", "a.yaml").model == "a/b"
    assert parse("prompts: [a]", "a.yaml").model == ""


def test_a_source_is_found_beside_the_preset(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "1984").write_bytes(b"")
    told: list[str] = []
    file = str(tmp_path / "a.yaml")
    for source, wanted in (
        ("clips/1984", str(tmp_path / "clips" / "1984")),
        (str(tmp_path / "clips" / "1984"), str(tmp_path / "clips" / "1984")),
        ("camera:2", "camera:2"),
        ("''", ""),
    ):
        assert parse(f"source: {source}\nprompts: [a]", file, told.append).source == wanted
    assert parse("prompts: [a]", file).source == ""
    assert told == []


def test_a_source_that_is_not_there_is_told_and_the_preset_plays() -> None:
    """It may be on a disk that is plugged in later."""
    told: list[str] = []
    preset = parse("prompts: [a]\nsource: gone.mp4", "sets/a.yaml", told.append)
    assert preset.source == str(Path("sets/gone.mp4"))
    (line,) = told
    assert line.startswith(f"sets/a.yaml:2: source: {preset.source}: no such file")


def test_a_length_may_be_given_in_seconds_beats_and_bars() -> None:
    for written, values in (
        ("20", {"hold": 20.0, "hold_in": 0.0}),
        ("20 s", {"hold": 20.0, "hold_in": 0.0}),
        ("1 second", {"hold": 1.0, "hold_in": 0.0}),
        ("16 beats", {"hold": 16.0, "hold_in": 1.0}),
        ("1 bar", {"hold": 1.0, "hold_in": 2.0}),
        ("' .5bars '", {"hold": 0.5, "hold_in": 2.0}),
    ):
        preset = parse(f"hold: {written}\nprompts:\n  - {{text: a, hold: {written}}}", "a.yaml")
        assert preset.values == preset.prompts[0].values == values


def test_a_plain_number_of_a_length_counts_what_is_given_beside_it() -> None:
    assert parse("hold: 2\nhold_in: bars\nprompts: [a]", "a.yaml").values == {
        "hold": 2.0,
        "hold_in": 2.0,
    }


def test_a_choice_may_be_given_by_its_name() -> None:
    for row in PARAMETERS:
        for number, name in enumerate(row.choices):  # a bare off among them, to YAML false
            assert parse(f"{row.name}: {name}\nprompts: [a]", "a.yaml").values == {row.name: number}


def test_modulations_take_the_slots_in_turn_and_leave_the_others_off() -> None:
    preset = parse(
        """
modulate:
  - {parameter: strength, by: saw, depth: -0.3, every: 1 bar}
  - parameter: zoom
prompts:
  - a
  - {text: b, modulate: []}
  - {text: c, mod2_every: 2 s}
""",
        "a.yaml",
    )
    strength, zoom = TARGETS.index("strength"), TARGETS.index("zoom")
    first = {"target": strength, "source": SOURCES.index("saw"), "depth": -0.3, "every": 1, "in": 2}
    second = {"target": zoom, "source": SOURCES.index("sine"), "depth": 0.25, "every": 4, "in": 1}
    assert preset.values == {
        **{f"mod1_{name}": value for name, value in first.items()},
        **{f"mod2_{name}": value for name, value in second.items()},
        "mod3_target": 0,
        "mod4_target": 0,
    }
    assert [cued.values for cued in preset.prompts] == [
        {},
        {f"mod{slot}_target": 0 for slot in SLOTS},
        {"mod2_every": 2, "mod2_in": 0},
    ]


def test_a_plain_length_beside_a_prompt_is_seconds_in_a_preset_that_counts_beats() -> None:
    preset = parse("hold: 16 beats\nprompts:\n  - {text: a, hold: 5}\n  - b", "a.yaml")
    show = reduce(start((preset,)), Run("count_in"))
    assert durations.seconds(start((preset,)), "hold") == 5.0
    assert (show.values["hold"], show.values["hold_in"]) == (5.0, 1)  # for the moment
    show = reduce(start((preset,)), Run("next_prompt"))
    assert (show.values["hold"], show.values["hold_in"]) == (16.0, 1)


def test_every_parameter_may_stand_in_a_preset_and_beside_a_prompt() -> None:
    for row in PARAMETERS:
        name, value = row.name, row.high
        preset = parse(f"{name}: {value}\nprompts:\n  - {{text: a, {name}: {value}}}", "a.yaml")
        seconds = {f"{name}_in": 0.0} if name in ("hold", "crossfade") else {}
        assert preset.values == {name: value, **seconds}
        assert preset.prompts[0].values == preset.values


def test_words_that_yaml_takes_for_something_else_are_text_where_text_stands() -> None:
    words = [
        "on",
        "No",
        "1984",
        "1.50",
        "~",
        "null",
        "2020-13-45",
        "12:30",
        "0x10",
        "True",
        "!!int b",
    ]
    text = "name: 1984\nnegative: off\nprompts:\n" + "".join(f"- {word}\n" for word in words)
    preset = parse(text + "- text: no\n  negative: 7\n- text: {on: 2, 1984: 1}", "x.yaml")
    assert [cued.text for cued in preset.prompts] == [*words[:-1], "b", "no", "on + 1984"]
    assert (preset.name, preset.negative, preset.prompts[-2].negative) == ("1984", "off", "7")


def test_anchors_may_stand_under_keys_of_their_own_and_the_name_may_be_empty() -> None:
    preset = parse(
        """
X-Calm: &calm {Strength: 0.2, zoom: 0.1}
x-sea: &sea on
name:
prompts:
  - *sea
  - <<: *calm
    text: whale
    zoom: 0.3
""",
        "deep-sea.yaml",
    )
    assert preset.name == "deep sea"
    assert [cued.text for cued in preset.prompts] == ["on", "whale"]
    assert preset.prompts[1].values == {"strength": 0.2, "zoom": 0.3}
    assert parse("name: ''\nprompts: [a]", "sea.yaml").name == "sea"


def test_keys_may_have_any_capitals_but_texts_stay_as_they_are() -> None:
    preset = parse(
        """
NAME: Deep Sea
Order: Shuffled
Hold: 16 Beats
Modulate:
  - {Parameter: Zoom, By: Saw}
Prompts:
  - Text: {Zoom: 2, Blue: 1}
    Negative: Text
""",
        "x.yaml",
    )
    assert (preset.name, preset.order) == ("Deep Sea", "shuffled")
    assert preset.values["hold"] == 16.0
    assert preset.values["mod1_source"] == SOURCES.index("saw")
    assert preset.prompts[0].text == "Zoom + Blue"
    assert preset.prompts[0].negative == "Text"


def test_a_folder_keeps_its_good_files_in_order_and_tells_the_faults_of_the_others(
    tmp_path: Path,
) -> None:
    (tmp_path / "2.yaml").write_text("name: Two\nprompts: [a]")
    (tmp_path / "1.yml").write_text("name: One\nprompts: [a]")
    (tmp_path / "3.yaml").write_text("name: Three\nprompts: []")
    (tmp_path / "4.yaml").mkdir()
    (tmp_path / "notes.md").write_text("prompts: none")
    presets, faults = load_folder(tmp_path)
    assert [preset.name for preset in presets] == ["One", "Two"]
    assert [str(fault).removeprefix(str(tmp_path)) for fault in faults] == [
        "/3.yaml:2: prompts: there is no prompt in it",
        "/4.yaml: can't be read: Is a directory",
    ]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match="none: no such folder of presets"):
        load_folder(tmp_path / "none")


@pytest.mark.parametrize(
    "example",
    [
        DOCS.partition("```yaml")[2].partition("```")[0],
        dedent((preset_module.__doc__ or "").partition("::\n")[2].partition("The parameters'")[0]),
    ],
    ids=["docs", "docstring"],
)
def test_what_the_documents_give_as_a_preset_is_one(example: str) -> None:
    preset = parse(example, "example.yaml")
    assert preset.name == "Deep sea"
    assert [len(cued.parts) for cued in preset.prompts] == [1, 1, 2]
