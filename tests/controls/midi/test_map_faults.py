"""Faults in the text of a mapping file: each is one line that names its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.controls.midi.map_text import parse
from visualizer.controls.midi.midi_map import MapError

FAULTS = [
    ("channel: 17", "1: channel: must be 1 to 16, or any, not 17"),
    ("channel: any\ncontrols:\n  cc 20: loud", "3: controls.cc 20.plays: nothing is named 'loud';"),
    ("controls:\n  cc 128: zoom", "2: controls.cc 128: the number of cc goes from 0 to 127"),
    ("controls:\n  cc14 32: zoom", "2: controls.cc14 32: the number of cc14 goes from 0 to 31"),
    ("controls:\n  cc: zoom", "2: controls.cc: the number of cc goes from 0 to 127"),
    ("controls:\n  bend 3: zoom", "2: controls.bend 3: bend has no number"),
    ("controls:\n  cc 1 channel 17: zoom", "2: controls.cc 1 channel 17: its channel goes from"),
    ("controls:\n  fader 1: zoom", "2: controls.fader 1: a control is cc, cc14, nrpn, note, "),
    ("controls:\n  '': zoom", "2: controls.: a control is cc, "),
    (
        "controls:\n  cc 1: {plays: zoom, az: 1}",
        "2: controls.cc 1.az: no such field; use one of pl",
    ),
    (
        "controls:\n  cc 1:\n    plays: zoom\n    as: up",
        "4: controls.cc 1.as: must be one of absol",
    ),
    ("controls:\n  cc 1: {plays: zoom, as: trigger}", "2: controls.cc 1: plays zoom as absolute"),
    ("controls:\n  cc 1: {plays: zoom, pickup: no}", "2: controls.cc 1.pickup: must be one of pic"),
    ("controls:\n  cc 1: {as: toggle}", "2: controls.cc 1.plays: Field required"),
    ("controls:\n  cc 1: 5", "2: controls.cc 1: must be a name, or a mapping with plays, as, "),
    ("controls:\n  bend: tap", "2: controls.bend: can't play tap"),
    ("controls:\n  program 1: zoom", "2: controls.program 1: can't play the value of a parameter"),
    ("controls:\n  program: tap", "2: controls.program: program alone plays preset; others have"),
    ("controls:\n  cc 1: preset", "2: controls.cc 1: which preset? Write preset 1, or program: p"),
    ("controls:\n  note 1: {plays: tap, as: momentary}", "2: controls.note 1: tap has no off; mo"),
    ("controls:\n  cc 1: zoom\n  cc 1: tap", "3: cc 1: appears twice"),
    (
        "controls:\n  cc 1: {plays: zoom, channel: 3}\n  cc 1 channel 3: tap",
        "3: controls.cc 1 chan",
    ),
    ("controls:\n  cc 52: zoom\n  cc14 20: tempo", "3: controls: cc14 20 and cc 52 are the same m"),
    ("controls: [20]", "1: controls: must be a mapping, such as {cc 16: strength}, or empty"),
    ("leds:\n  note 1: {shows: preset 1, on: 300}", "2: leds.note 1.on: Input should be less"),
    ("leds:\n  note 1: tap", "2: leds.note 1.shows: no LED shows 'tap'; use one of gener"),
    ("leds:\n  bend: freeze", "2: leds.bend: LEDs are set by note or cc"),
    ("leds:\n  bend:", "2: leds.bend: LEDs are set by note or cc"),
    ("keys:\n  q: strength", "2: keys.q: 'strength' needs a value: write 'strength up' or "),
    ("keys:\n  qq: freeze", "2: keys.qq: no key is named 'qq'; keys are named as in q, "),
    ("keys:\n  q: 3", "2: keys.q: must be the name of a command, or empty, not 3"),
    ("\nknob: {}", "2: knob: no such field; use one of ports, channel, controls, leds, keys"),
    ("- 20", "1: a mapping file has one or more of ports, channel, controls, leds, keys"),
    ("controls: {", "1: not valid YAML: "),
    ("controls: &a\n  cc 1: *a", "1: is nested too deeply"),
    ("? [1]\n: 2", "1: not valid YAML: found unhashable key"),
    ("ports: 3", "1: ports: Input should be a valid list"),
]


def test_a_fault_names_line_and_field() -> None:
    for text, line in FAULTS:
        with pytest.raises(MapError) as caught:
            parse(text, "m.yaml")
        assert str(caught.value).startswith(f"m.yaml:{line}")
        assert "\n" not in str(caught.value)


def test_the_first_faults_of_a_file_are_told_in_the_order_of_their_lines() -> None:
    text = """knob: {}
channel: 17
controls:
  cc 128: loud
  cc 20: {plays: zoom, as: up, pickup: no, az: 1}
  cc 21: zoom
  cc 21: blend
  bend: tap
leds:
  note 1: {shows: tea, on: 300}
  bend: freeze
keys:
  qq: strength
  q: 3
"""
    with pytest.raises(MapError) as caught:
        parse(text, "m.yaml")
    assert [line.partition("; ")[0] for line in caught.value.lines] == [
        "m.yaml:1: knob: no such field",
        "m.yaml:2: channel: must be 1 to 16, or any, not 17",
        "m.yaml:4: controls.cc 128.plays: nothing is named 'loud'",
        "m.yaml:4: controls.cc 128: the number of cc goes from 0 to 127",
        "m.yaml:5: controls.cc 20.as: must be one of absolute, signed bit 1, signed bit 2, binary "
        "offset, twos complement, trigger, toggle, momentary, velocity, not 'up'",
        "and 10 more faults in this file",
    ]
    assert str(caught.value).endswith(" (and 14 more)")
    clash = "controls: {cc14 20: zoom, cc 52: tempo, cc14 21: blend, cc 53: noise}"
    with pytest.raises(MapError) as caught:
        parse(clash, "m.yaml")
    assert len(caught.value.lines) == 2


def anything() -> st.SearchStrategy[Any]:
    words = st.sampled_from(
        ["controls", "leds", "keys", "ports", "channel", "cc 1", "note 2", "plays",
         "as", "shows", "on", "zoom", "tap", "toggle", "program", "preset", "q", "", "any"]
    )  # fmt: skip
    leaves = words | st.integers() | st.none() | st.booleans() | st.floats() | st.text(max_size=5)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words | leaves, inner),
        max_leaves=12,
    )


@given(st.one_of(st.text(max_size=80), anything().map(str), anything().map(repr)))
def test_any_text_is_a_mapping_or_a_fault_of_one_line(text: str) -> None:
    fault = "any.yaml:"
    try:
        parse(text, "any.yaml")
    except MapError as error:
        fault = str(error)
    assert "\n" not in fault
    assert fault.startswith("any.yaml:")
