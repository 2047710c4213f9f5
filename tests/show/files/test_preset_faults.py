"""How a fault in a preset file is told, and what is left out for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from visualizer.show.files.preset import PresetError, load, parse
from visualizer.show.files.preset_nodes import MOST_LEFT_OUT

LENGTH = "must be a number, or a length such as 20 s, 16 beats or 1 bar"

WEIGHTED = "must be text, or up to 4 texts with weights: {coral: 2, whale: 1}"


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
            "x.yaml:2: prompts[1].text.a: appears twice; give it one weight",
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
            "x.yaml:3: hold_in: hold already has a unit; leave one out",
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
        "x.yaml:3: prompts: appears twice, in line 1 and in line 3",
        "x.yaml:5: strength: appears twice, in line 4 and in line 5",
    ]
    assert lines_of("prompts:\n- {text: a, hold: 1, hold: 2}\n- text: {a: 1, a: 2}") == [
        "x.yaml:2: hold: appears twice, in line 2 and in line 2",
        "x.yaml:3: a: appears twice, in line 3 and in line 3",
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
