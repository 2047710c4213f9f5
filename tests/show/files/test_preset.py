"""Preset files: what they may say, and how a fault is told."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from visualizer.show import durations
from visualizer.show.actions import Run
from visualizer.show.files import preset as preset_module
from visualizer.show.files.preset import PresetError, load, load_folder, parse
from visualizer.show.files.preset_nodes import MOST_LEFT_OUT
from visualizer.show.lora import Lora
from visualizer.show.parameters import PARAMETERS, REFERENCE, SLOTS, SOURCES, TARGETS
from visualizer.show.prompt_mix import alone
from visualizer.show.records import Cued, Preset
from visualizer.show.reducer import reduce, start

DOCS = (Path(__file__).parents[3] / "docs" / "presets.md").read_text(encoding="utf-8")
LENGTH = "must be a number, or a length as 20 s, 16 beats or 1 bar"
WEIGHTED = "must be text, or up to 4 texts with weights, as {coral: 2, whale: 1}"


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


def test_a_fault_names_file_line_and_field() -> None:
    for text, line in (
        ("", "x.yaml:1: a preset is a mapping with a list 'prompts'"),
        ("- a\n- b", "x.yaml:1: a preset is a mapping with a list 'prompts'"),
        ("name: A\n", "x.yaml:1: prompts: Field required"),
        ("name: A\nprompts: []", "x.yaml:2: prompts: there is no prompt in it"),
        ("prompts: a", "x.yaml:1: prompts: Input should be a valid list"),
        ("name:\nprompts: [a", "x.yaml:2: not valid YAML: expected ',' or ']'"),
        ("name: A\n\tprompts: [a]", "x.yaml:2: not valid YAML: found character '\\t'"),
        (
            "name: A: B\nprompts: [a]",
            "x.yaml:1: not valid YAML: mapping values are not allowed here; put a text",
        ),
        ("prompts:\n- a\n- ''", "x.yaml:3: prompts[2].text: must not be empty"),
        ("prompts:\n- a\n- ' '", "x.yaml:3: prompts[2].text: must not be empty"),
        ("prompts:\n- strength: 0.5", "x.yaml:2: prompts[1].text: Field required"),
        ("prompts:\n- text:", f"x.yaml:2: prompts[1].text: {WEIGHTED}"),
        ("prompts:\n- text: [a, b]", f"x.yaml:2: prompts[1].text: {WEIGHTED}"),
        ("prompts:\n- text: {}", f"x.yaml:2: prompts[1].text: {WEIGHTED}"),
        (
            "prompts:\n- text: {a: 1, b: 1, c: 1, d: 1, e: 1}",
            f"x.yaml:2: prompts[1].text: {WEIGHTED}",
        ),
        (
            "prompts:\n- text:\n    a: 1\n    b: 0",
            "x.yaml:4: prompts[1].text.b: its weight goes from 0.001 to 1000",
        ),
        (
            "prompts:\n- text: {a: .nan}",
            "x.yaml:2: prompts[1].text.a: its weight goes from 0.001 to 1000",
        ),
        (
            f"prompts:\n- text: {{a: 1{'0' * 400}}}",
            "x.yaml:2: prompts[1].text.a: its weight goes from 0.001 to 1000",
        ),
        (
            "prompts:\n- text: {reef, blue: 2}",
            "x.yaml:2: prompts[1].text.reef: must be a number, not None",
        ),
        ("prompts: [a]\nnegative: [3]", "x.yaml:2: negative: Input should be a valid string"),
        ("prompts: [a]\nmodel:", "x.yaml:2: model: Input should be a valid string"),
        ("prompts: [a]\nlora:", "x.yaml:2: lora: must be a file or a name, such as"),
        ("prompts: [a]\nlora: {a: 1}", "x.yaml:2: lora: must be a file or a name, such as"),
        ("prompts: [a]\nlora: film:5", "x.yaml:2: lora: 'film:5': a LoRA's weight goes from -4"),
        ("prompts: [a]\nlora: ':1'", "x.yaml:2: lora: a LoRA is a file or a name"),
        (
            "prompts: [a]\nlora:\n- film\n- grain:-9",
            "x.yaml:4: lora[2]: 'grain:-9': a LoRA's weight goes from -4 to 4",
        ),
        ("prompts: [a]\nsource: camera:x", "x.yaml:2: source: must be a file, or camera:N"),
        ("prompts: [a]\nsource: [a]", "x.yaml:2: source: Input should be a valid string"),
        (
            "prompts:\n- text: {a: 1, 'a ': 5}",
            "x.yaml:2: prompts[1].text.a: stands twice; give it one weight",
        ),
        ("prompts: [a]\nloop: old", "x.yaml:2: loop: Input should be 'own' or 'reference'"),
        (
            "prompts:\n- text: a\n  strength: 2",
            "x.yaml:3: prompts[1].strength: strength is 2; it goes from 0 to 1",
        ),
        (
            "prompts:\n- text: a\n  order: shuffled",
            "x.yaml:3: prompts[1].order: no such field; nearest: mod4_every, mod3_every, mod2",
        ),
        ("prompts: [a]\nhodl: 3", "x.yaml:2: hodl: no such field; nearest: hold, model, hold_in"),
        ('prompts: [a]\n"a\\nb": 3', "x.yaml:2: a b: no such field; nearest: name, lora, pan_y"),
        ("prompts: [a]\nhold: -1", "x.yaml:2: hold: hold is -1; it goes from 0 to 600"),
        ("prompts: [a]\nhold: .nan", "x.yaml:2: hold: must be a number, not nan"),
        ("prompts: [a]\nhold: true", "x.yaml:2: hold: must be a number, not True"),
        ("prompts: [a]\nhold: long", f"x.yaml:2: hold: {LENGTH}, not 'long'"),
        ("prompts: [a]\nhold: -1 bars", f"x.yaml:2: hold: {LENGTH}, not '-1 bars'"),
        ("prompts: [a]\nhold: 700 s", "x.yaml:2: hold: hold is 700; it goes from 0 to 600"),
        ("prompts: [a]\nmorph: 2 bars", "x.yaml:2: morph: must be a number, not '2 bars'"),
        (
            "prompts: [a]\nhold: 1 bar\nhold_in: 1",
            "x.yaml:3: hold_in: hold says already what it counts; leave one out",
        ),
        (
            "prompts: [a]\nquantise: bars",
            "x.yaml:2: quantise: must be one of off, beat, bar, 4 bars, not 'bars'",
        ),
        (
            "prompts: [a]\nquantise: on",
            "x.yaml:2: quantise: must be one of off, beat, bar, 4 bars, not True",
        ),
        (
            "prompts: [a]\nquantise: [1]",
            "x.yaml:2: quantise: must be one of off, beat, bar, 4 bars, not [1]",
        ),
        ("prompts: [a]\nquantise: 4", "x.yaml:2: quantise: quantise is 4; it goes from 0 to 3"),
        (
            "prompts: [a]\nhold_in: off",
            "x.yaml:2: hold_in: must be one of seconds, beats, bars, not 'off'",
        ),
        ("prompts: [a]\nmodulate: zoom", "x.yaml:2: modulate: Input should be a valid list"),
        ("prompts: [a]\nmodulate:\n- zoom", "x.yaml:3: modulate[1]: Input should be a valid"),
        ("prompts: [a]\nmodulate:\n- by: saw", "x.yaml:3: modulate[1].parameter: Field required"),
        (
            "prompts: [a]\nmodulate:\n- {parameter: zoom, rate: 2}",
            "x.yaml:3: modulate[1].rate: Extra inputs are not permitted",
        ),
        (
            "prompts: [a]\nmodulate:\n- parameter: hold",
            "x.yaml:3: modulate[1].parameter: must be one of none, strength, guidance",
        ),
        (
            "prompts: [a]\nmodulate:\n- parameter: zoom\n  depth: 2",
            "x.yaml:4: modulate[1].depth: mod1_depth is 2; it goes from -1 to 1",
        ),
        (
            "prompts: [a]\nmodulate:\n- parameter: zoom\n  depth: [1]",
            "x.yaml:4: modulate[1].depth: must be a number, not [1]",
        ),
        (
            "prompts:\n- text: a\n  modulate:\n  - parameter: zoom\n    every: often",
            f"x.yaml:5: prompts[1].modulate[1].every: {LENGTH}, not 'often'",
        ),
        (
            f"prompts: [a]\nmodulate: [{', '.join(5 * ['{parameter: zoom}'])}]",
            "x.yaml:2: modulate: List should have at most 4 items",
        ),
        ("prompts: [a]\nsteps: 1.5", "x.yaml:2: steps: steps is 1.5; it takes whole numbers"),
        ("prompts: [a]\norder: random", "x.yaml:2: order: Input should be 'in turn' or 'shuffled'"),
        ("prompts: [a]\nname: [1984]", "x.yaml:2: name: Input should be a valid string"),
        (  # a number past float
            f"prompts: [a]\nhold: 1{'0' * 400}",
            "x.yaml:2: hold: must be a number, not 1000",
        ),
        (
            "prompts: [a]\nhold: 2020-13-45",
            "x.yaml:2: not valid YAML: can't be read: month must be in 1..12",
        ),
        ("prompts: [a]\nhold: !!bool b", "x.yaml:2: not valid YAML: can't be read: 'b'"),
        ("a: \x00", "x.yaml:1: not valid YAML: unacceptable character #x0000"),
    ):
        with pytest.raises(PresetError) as caught:
            parse(text, "x.yaml")
        assert str(caught.value).startswith(line)
        assert "\n" not in str(caught.value)


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


def lines_of(text: str) -> list[str]:
    """What is told of a file that is no preset."""
    with pytest.raises(PresetError) as caught:
        parse(text, "x.yaml")
    return list(caught.value.lines)


def test_a_prompt_that_yaml_takes_for_something_else_is_left_out_alone() -> None:
    for indent in ("", "  "):
        for bad, why in (
            ("a portrait: oil on canvas", "prompts: a colon makes a field of it"),
            ("flames:", "prompts: a colon makes a field of it"),
            ("depth: of field", "prompts: a colon makes a field of it"),
            ("name: of the rose", "prompts: a colon makes a field of it"),
            ("[cat]", "prompts: it is a list to YAML"),
            ("- cat", "prompts: it is a list to YAML"),
            ("{cat|dog}", "prompts: it is a mapping to YAML"),
            ("!loud cat", "prompts: '!loud' is a tag to YAML"),
            ("a: b: c", "prompts: not valid YAML: mapping values are not allowed here"),
            (
                "text: b: c\n  strength: 0.5",
                "prompts: not valid YAML: mapping values are not allowed",
            ),
            ("[cat], dog", "prompts: not valid YAML: expected <block end>, but found ','"),
            ("{cat|dog} sea", "prompts: not valid YAML: expected <block end>"),
            ("'tis night", "prompts: not valid YAML: "),
            ('"red" sea', "prompts: not valid YAML: expected <block end>"),
            ("[cat", "prompts: not valid YAML: "),
            ("*glow* sea", "prompts: not valid YAML: "),
            ("*glow", "prompts: not valid YAML: found undefined alias"),
            ("@night", "prompts: not valid YAML: found character '@'"),
            ("`night", "prompts: not valid YAML: found character '`'"),
            ("%night", "prompts: not valid YAML: found character '%'"),
        ):
            bad = bad.replace("\n", f"\n{indent}")
            told: list[str] = []
            text = f"Prompts:\n{indent}- one\n{indent}- {bad}\n{indent}- two\nstrength: 0.3\n"
            preset = parse(text, "x.yaml", told.append)
            assert [cued.text for cued in preset.prompts] == ["one", "two"]
            assert preset.values == {"strength": 0.3}
            (line,) = told
            assert line.startswith(f"x.yaml:3: {why}")
            assert line.endswith("; put the prompt in quotes; it is left out")
            whole = lines_of(f"prompts:\n{indent}- {bad}\n")
            assert whole[0].startswith("x.yaml:2: ")
            assert "put the prompt in quotes" in whole[0]


def test_a_file_is_given_up_where_many_prompts_are_misread() -> None:
    misread = "- a: b: c\n" * MOST_LEFT_OUT
    prompts = parse(f"prompts:\n- sea\n{misread}- fire\n", "x.yaml").prompts
    assert [cued.text for cued in prompts] == ["sea", "fire"]
    *lines, last = lines_of(f"prompts:\n- sea\n{misread}- d: e: f\n")
    assert [line.split(" ")[0] for line in lines] == [
        f"x.yaml:{3 + place}:" for place in range(MOST_LEFT_OUT)
    ]
    assert last == "x.yaml:13: and more than these 10 prompts are not valid YAML; quote them"


def test_what_follows_from_prompts_left_out_is_told_as_that() -> None:
    assert lines_of("prompts:\n- a: b\n") == [
        "x.yaml:2: prompts: a colon makes a field of it; put the prompt in quotes; it is left out",
        "x.yaml:1: prompts: there is no prompt in it",
    ]


def test_a_key_that_stands_twice_is_a_fault_with_both_lines() -> None:
    assert lines_of("prompts: [a]\nname: A\nPrompts: [b]\nstrength: 0.3\nSTRENGTH: 0.9") == [
        "x.yaml:3: prompts: stands twice, in line 1 and in line 3",
        "x.yaml:5: strength: stands twice, in line 4 and in line 5",
    ]
    assert lines_of("prompts:\n- {text: a, hold: 1, hold: 2}\n- text: {a: 1, a: 2}") == [
        "x.yaml:2: hold: stands twice, in line 2 and in line 2",
        "x.yaml:3: a: stands twice, in line 3 and in line 3",
    ]


def test_all_faults_of_a_file_are_told_in_the_order_of_their_lines() -> None:
    text = """
hodl: 3
strength: 7
prompts:
  - one
  - text: two
    strength: 2
    zom: 1
  - ''
  - a: b
modulate:
  - parameter: fog
order: random
"""
    starts = [
        "x.yaml:10: prompts: a colon makes a field of it; put the prompt in quotes",
        "x.yaml:2: hodl: no such field",
        "x.yaml:3: strength: strength is 7; it goes from 0 to 1",
        "x.yaml:7: prompts[2].strength: strength is 2; it goes from 0 to 1",
        "x.yaml:8: prompts[2].zom: no such field",
        "x.yaml:9: prompts[3].text: must not be empty",
        "x.yaml:12: modulate[1].parameter: must be one of",
        "x.yaml:13: order: Input should be 'in turn' or 'shuffled'",
    ]
    lines = lines_of(text)
    assert len(lines) == len(starts)
    for line, start_ in zip(lines, starts, strict=True):
        assert line.startswith(start_)


def test_a_comment_that_may_be_part_of_a_prompt_is_told() -> None:
    for written, cut in (
        ("red sea #5", "#5"),
        ("red sea # and gold", "# and gold"),
        ("red sea   #gold", "#gold"),
        ("text: red sea #5", "#5"),
    ):
        told: list[str] = []
        (cued,) = parse(f"prompts:\n- {written}\n", "x.yaml", told.append).prompts
        assert cued.text == "red sea"
        why = "is a comment to YAML; put the text in quotes if it belongs to it"
        assert told == [f"x.yaml:2: '{cut}' {why}"]


def test_a_plain_comment_is_not_told() -> None:
    for written in ("red sea  # a comment", "red sea", "'red sea' #5", "red#sea"):
        told: list[str] = []
        parse(f"name: A  # of two\nprompts:\n# all\n- {written}\n", "x.yaml", told.append)
        assert told == []


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


names = [
    "name",
    "order",
    "loop",
    "model",
    "negative",
    "prompts",
    "text",
    "hold",
    "glow",
    "quantise",
]
names += ["modulate", "parameter", "every"]
fields = st.sampled_from([*names, "? ", "&a", "*a"])
scraps = st.sampled_from(
    ["- ", ": ", "\n", "\n  ", "[", "]", "{", "}", ",", "'", '"', "#", "|\n", "<<", "!!int ", "---"]
)
values = st.sampled_from(
    [
        "1",
        "0b_",
        "1e5",
        ".inf",
        "~",
        "true",
        "2020-13-45",
        "1:99.5",
        "in turn",
        "2 bars",
        "off",
        "zoom",
    ]
)
yaml_like = st.lists(fields | scraps | values).map("".join)


@given(st.text() | yaml_like)
@example("[" * 1000)
@example("prompts: &a [*a]")
@example("prompts: [{text: a, true: 1, 1: 2}]")
@example("? [a]\n: b")
def test_any_text_is_a_preset_or_a_preset_error_in_one_line(text: str) -> None:
    try:
        preset = parse(text, "x.yaml")
    except PresetError as error:
        line = str(error)
    else:
        assert preset.prompts
        assert all(cued.text for cued in preset.prompts)
        assert preset.name
        return
    assert line.startswith("x.yaml:")
    assert "\n" not in line


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match=r"none\.yaml: can't be read: No such file"):
        load(tmp_path / "none.yaml")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("prompts: [café]".encode("latin-1"))
    with pytest.raises(PresetError, match=r"latin\.yaml: is not UTF-8 text"):
        load(latin)


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
