"""Lists of prompts as presets: text files and deforum's prompts by frame."""

from __future__ import annotations

from pathlib import Path

import pytest

from visualizer.options import Options, find_presets
from visualizer.show.files.preset import (
    PresetError,
    load,
    load_folder,
    parse,
    parse_json,
    parse_text,
)
from visualizer.show.records import Preset


def texts(preset: Preset) -> list[str]:
    return [cued.text for cued in preset.prompts]


def test_a_text_file_has_a_prompt_a_line() -> None:
    told: list[str] = []
    text = "neon city\n\n# night\n  galaxy \nflames: hot\n<lora:x:1>\na {b|c}\r\n"
    preset = parse_text(text, "shows/my-list.txt", told.append)
    assert preset.name == "my list"
    assert texts(preset) == ["neon city", "galaxy", "flames: hot", "a b + a c"]
    assert told == ["shows/my-list.txt:6: left out of the prompt: <lora:x:1>"]


def test_deforums_prompts_stay_until_the_frame_of_the_next() -> None:
    text = '{"60": "fire", "0": "sea --neg people", "90": "(fog:1.5) night"}'
    preset = parse_json(text, "a.json")
    assert texts(preset) == ["sea", "fire", "fog night + fog"]
    assert [cued.negative for cued in preset.prompts] == ["people", "", ""]
    lengths = [(c.values.get("crossfade"), c.values.get("hold")) for c in preset.prompts]
    assert lengths == [(2.0, 2.0), (1.0, 1.0), (None, None)]
    assert preset.prompts[0].values["hold_in"] == 0.0
    (first, _) = parse_json('{"fps": 10, "prompts": {"0": "a", "200": "b"}}', "a.json").prompts
    assert (first.values["crossfade"], first.values["hold"]) == (4.0, 16.0)


def test_all_faults_of_a_json_file_are_told() -> None:
    for text, lines in (
        ("{", ["a.json:1: not valid JSON: Expecting property name enclosed in double quotes"]),
        ('{"0": "a"\n"1": "b"}', ["a.json:2: not valid JSON: Expecting ',' delimiter"]),
        ("[]", ['a.json:1: must be prompts by frame, as {"0": "sea", "60": "fire"}']),
        ("[" * 100_000, ["a.json:1: not valid JSON: it is nested too deeply"]),
        ('{"0": "a",\n"060": "b",\n"60": "c"}', ["a.json:3: 60: appears twice, as 060 and as 60"]),
        ('{"prompts": {}}', ['a.json:1: must be prompts by frame, as {"0": "sea", "60": "fire"}']),
        (
            '{"0": "a",\n"x": "b",\n"30": 7,\n"0": "c"}',
            [
                "a.json:1: 0: appears twice",
                "a.json:2: x: must be a frame, a whole number",
                "a.json:3: 30: must be a prompt, in quotes",
            ],
        ),
    ):
        with pytest.raises(PresetError) as caught:
            parse_json(text, "a.json")
        assert list(caught.value.lines) == lines


def test_a_number_of_too_many_digits_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text(f'{{"0": {"9" * 5000}}}')
    (tmp_path / "2.txt").write_text("sea\n")
    presets, (fault,) = load_folder(tmp_path)
    assert [texts(preset) for preset in presets] == [["sea"]]
    assert "1.json:1: not valid JSON: Exceeds the limit" in str(fault)


def test_a_list_of_prompts_does_not_hide_the_prompts_by_frame() -> None:
    text = '{"prompts": ["a still"], "animation_prompts": {"0": "sea"}}'
    assert texts(parse_json(text, "a.json")) == ["sea"]


def test_a_hold_that_is_too_long_is_cut_with_a_line() -> None:
    told: list[str] = []
    preset = parse_json('{"0": "sea",\n"15000": "fire"}', "a.json", told.append)
    assert preset.prompts[0].values["hold"] == 600.0
    assert told == ["a.json:1: a hold of 996 s is cut to 600 s, the longest"]


def test_a_list_without_a_prompt_is_no_preset() -> None:
    with pytest.raises(PresetError, match=r"a\.txt:1: there is no prompt in it"):
        parse_text("# nothing\n\n", "a.txt")


def test_lists_play_from_the_folder_and_by_name(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text("prompts: [sea]")
    (tmp_path / "2.TXT").write_bytes("\ufeffcafé\n".encode())  # with a byte order mark
    (tmp_path / "3.json").write_text('{"0": "fire"}')
    presets, faults = load_folder(tmp_path)
    assert [texts(preset) for preset in presets] == [["sea"], ["café"], ["fire"]]
    assert faults == ()
    assert find_presets(Options(preset=str(tmp_path / "2.TXT")))[0][0] == load(tmp_path / "2.TXT")


def test_a_presets_prompts_have_the_syntax_too() -> None:
    told: list[str] = []
    text = "negative: blur\nprompts:\n- a <lora:x:1>\n- text: '{b|c} --neg d'\n  strength: 0.5\n"
    one, two = parse(text, "x.yaml", told.append).prompts
    assert (one.text, one.negative) == ("a", "blur")
    assert (two.text, two.negative, two.values) == ("b + c", "d", {"strength": 0.5})
    assert told == ["x.yaml:3: left out of the prompt: <lora:x:1>"]


def test_a_presets_negative_prompts_are_read_as_words_and_its_mixes_are_not_read() -> None:
    told: list[str] = []
    text = """
negative: (blur), <lora:x:1>
prompts:
- sea
- text: {(cat): 1, dog: 1}
  negative: a \\(b\\) --ar 16:9
"""
    preset = parse(text, "x.yaml", told.append)
    assert preset.negative == "blur"
    assert [cued.negative for cued in preset.prompts] == ["blur", "a (b)"]
    assert preset.prompts[1].text == "(cat) + dog"
    assert told == [
        "x.yaml:2: left out of the negative prompt: <lora:x:1>, the weights of the negative prompt",
        "x.yaml:6: left out of the negative prompt: --ar 16:9",
    ]
