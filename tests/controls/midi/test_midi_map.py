"""Mappings and their files: what may be written, what it means, and faults that name a place."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.controls.midi import midi_map as maps
from visualizer.controls.midi.map_schema import read_signal
from visualizer.controls.midi.map_text import parse, to_text
from visualizer.controls.midi.midi_map import (
    ANY_CHANNEL,
    GENERIC,
    NUMBERS,
    UNNUMBERED,
    Control,
    Led,
    MapError,
    Mapping,
    Signal,
    over,
)
from visualizer.show import leds, targets
from visualizer.show.command_table import COMMANDS, ON_OFF
from visualizer.show.parameters import PARAMETERS
from visualizer.show.pickup import PICKUPS
from visualizer.show.targets import COMMAND, LEARNABLE, PRESET, Target

EVERYTHING = """
ports: [nanoKONTROL2]
channel: any
controls:
  cc 16: strength
  cc 17: {plays: guidance, pickup: scaling}
  cc14 20: {plays: seed, channel: 3}
  cc 7: {plays: seed, as: signed bit 1}
  cc 7 channel 4: {plays: seed, as: toggle}
  nrpn 1000: zoom
  note 41: next_prompt
  note 42: {plays: freeze, as: momentary}
  note 43: strength up
  program: preset
  program 3: tap
  bend: rotate
  cc 20:
leds:
  note 1: generation
  note 2: {shows: preset 1, on: 3, off: 12, channel: 9}
  note 3:
keys:
  ctrl f12: next_preset
  q: strength up
  '=':
"""


def target(name: str) -> Target:
    return targets.parse(name)


def test_a_file_says_what_controls_leds_and_keys_do() -> None:
    mapping = parse(EVERYTHING, "nano.yaml")
    assert mapping.ports == ("nanoKONTROL2",)
    assert mapping.channel == ANY_CHANNEL
    assert mapping.controls == {
        Signal("cc", 16): Control(target("strength"), "absolute", "pickup"),
        Signal("cc", 17): Control(target("guidance"), "absolute", "scaling"),
        Signal("cc14", 20, 3): Control(target("seed"), "absolute", "pickup"),
        Signal("cc", 7): Control(target("seed"), "signed bit 1", "none"),
        Signal("cc", 7, 4): Control(target("seed"), "toggle", "none"),
        Signal("nrpn", 1000): Control(target("zoom"), "absolute", "pickup"),
        Signal("note", 41): Control(target("next_prompt"), "trigger", "none"),
        Signal("note", 42): Control(target("freeze"), "momentary", "none"),
        Signal("note", 43): Control(target("strength up"), "trigger", "none"),
        Signal("program"): Control(Target(PRESET), "trigger", "none"),
        Signal("program", 3): Control(target("tap"), "trigger", "none"),
        Signal("bend"): Control(target("rotate"), "absolute", "pickup"),
        Signal("cc", 20): None,
    }
    assert mapping.leds == {
        Signal("note", 1): Led("generation", 127, 0),
        Signal("note", 2, 9): Led("preset 1", 3, 12),
        Signal("note", 3): None,
    }
    assert mapping.keys == {"ctrl f12": "next_preset", "q": "strength up", "=": ""}


def test_a_mapping_is_written_so_that_people_can_read_and_edit_it() -> None:
    text = to_text(parse(EVERYTHING, "nano.yaml"), "for the small desk")
    assert (
        text
        == """\
# for the small desk
ports: [nanoKONTROL2]
channel: any
controls:
  bend: rotate                               # Rotate
  cc 7: {plays: seed, as: signed bit 1}      # Seed
  cc 16: strength                            # Strength
  cc 17: {plays: guidance, pickup: scaling}  # Guidance
  cc 20: null                                # does nothing
  cc 7 channel 4: {plays: seed, as: toggle}  # Seed
  cc14 20 channel 3: seed                    # Seed
  note 41: next_prompt                       # Next prompt
  note 42: {plays: freeze, as: momentary}    # Freeze
  note 43: strength up
  nrpn 1000: zoom                            # Zoom
  program: preset
  program 3: tap                             # Tap tempo
leds:
  note 1: generation
  note 3: null
  note 2 channel 9: {shows: preset 1, on: 3, off: 12}
keys:
  ctrl f12: next_preset
  q: strength up
  '=': null
"""
    )


def signals() -> st.SearchStrategy[Signal]:
    channel = st.none() | st.integers(1, 16)
    numbered = st.sampled_from(sorted(NUMBERS)).flatmap(
        lambda kind: st.builds(Signal, st.just(kind), st.integers(0, NUMBERS[kind]), channel)
    )
    return numbered | st.builds(Signal, st.sampled_from(["bend", "pressure"]), st.none(), channel)


@st.composite
def mappings(draw: st.DrawFn) -> Mapping:
    """Any mapping that a file can say."""
    controls: dict[Signal, Control | None] = {}
    for signal in draw(st.lists(signals(), max_size=8, unique=True)):
        plays = target(draw(st.sampled_from(LEARNABLE)))
        forms = [
            form
            for form in maps.forms(signal.kind, plays)
            if form != "momentary" or plays.kind != COMMAND or plays.name in ON_OFF
        ]
        if forms:
            form = draw(st.sampled_from(forms))
            controls[signal] = Control(plays, form, draw(st.sampled_from(PICKUPS)))
        else:
            controls[signal] = None
        if maps.clashes(controls):
            del controls[signal]
    led = st.builds(Led, st.sampled_from(leds.NAMES), st.integers(0, 127), st.integers(0, 127))
    lit = signals().filter(lambda signal: signal.kind in ("cc", "note"))
    keys = st.sampled_from(["q", "=", "?", "1", "on", "y", "ctrl f12", "page down", "kp plus"])
    return Mapping(
        ports=tuple(draw(st.lists(st.text(min_size=1, max_size=12), max_size=2))),
        channel=draw(st.none() | st.integers(0, 16)),
        controls=controls,
        leds=draw(st.dictionaries(lit, st.none() | led, max_size=4)),
        keys={
            key: name
            for key, name in draw(
                st.dictionaries(keys, st.sampled_from(["", "tap", "zoom up"]), max_size=4)
            ).items()
            if key != "on"
        },
    )


@given(mappings(), st.text(st.characters(codec="ascii", categories=["L", "P", "Zs"])))
def test_every_mapping_comes_back_from_its_file(mapping: Mapping, heading: str) -> None:
    assert parse(to_text(mapping, heading), "m.yaml") == mapping


def test_a_file_may_say_nothing() -> None:
    for text in ("", "# nothing yet", "controls:\nleds:\nkeys:\n", "ports: []"):
        assert parse(text, "m.yaml") == Mapping()


@given(signals())
def test_a_signals_name_is_read_back(signal: Signal) -> None:
    assert read_signal(str(signal)) == signal


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
    ("controls:\n  cc 1: {plays: zoom, az: 1}", "2: controls.cc 1.az: no such field; there are pl"),
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
    ("controls:\n  cc 1: zoom\n  cc 1: tap", "3: cc 1: stands twice"),
    (
        "controls:\n  cc 1: {plays: zoom, channel: 3}\n  cc 1 channel 3: tap",
        "3: controls.cc 1 chan",
    ),
    ("controls:\n  cc 52: zoom\n  cc14 20: tempo", "3: controls: cc14 20 and cc 52 are the same m"),
    ("controls: [20]", "1: controls: must be a mapping, such as {cc 16: strength}, or empty"),
    ("leds:\n  note 1: {shows: preset 1, on: 300}", "2: leds.note 1.on: Input should be less"),
    ("leds:\n  note 1: tap", "2: leds.note 1.shows: no LED shows 'tap'; there are gener"),
    ("leds:\n  bend: freeze", "2: leds.bend: LEDs are set by note or cc"),
    ("leds:\n  bend:", "2: leds.bend: LEDs are set by note or cc"),
    ("keys:\n  q: strength", "2: keys.q: 'strength' needs a value: write 'strength up' or "),
    ("keys:\n  qq: freeze", "2: keys.qq: no key is named 'qq'; keys are named as in q, "),
    ("keys:\n  q: 3", "2: keys.q: must be the name of a command, or empty, not 3"),
    ("\nknob: {}", "2: knob: no such field; there are ports, channel, controls, leds, keys"),
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


# One mapping over another.


def test_own_entries_go_before_and_empty_ones_take_away() -> None:
    own = parse("controls: {cc 20: blend, cc 74: blend, cc 21: , note 37: }", "m.yaml")
    merged = over(GENERIC, own)
    wanted = {**GENERIC.controls, **own.controls}
    assert merged.controls == {s: c for s, c in wanted.items() if c is not None}
    assert Signal("cc", 21) not in merged.controls


def test_a_14_bit_control_takes_the_place_of_its_halves_and_they_of_it() -> None:
    pair, half = parse("controls: {cc14 20: seed}", "m"), parse("controls: {cc 52: zoom}", "m")
    assert Signal("cc", 20) not in over(GENERIC, pair).controls
    assert Signal("cc", 21) in over(GENERIC, pair).controls
    assert over(pair, half).controls == half.controls
    elsewhere = parse("controls: {cc 52: {plays: zoom, channel: 2}}", "m")
    three = parse("controls: {cc14 20: {plays: seed, channel: 3}}", "m")
    assert len(over(three, elsewhere).controls) == 2


def test_a_channel_alone_moves_a_whole_map() -> None:
    base = parse("channel: 9\ncontrols: {cc 1: zoom, cc 7 channel 2: blend}", "m")
    moved = over(base, parse("channel: 10", "m"))
    assert moved.find(Signal("cc", 1, 10)) is not None
    assert moved.find(Signal("cc", 1, 9)) is None
    assert moved.find(Signal("cc", 7, 2)) is not None
    assert over(base, parse("channel: any", "m")).find(Signal("cc", 1, 5)) is not None
    assert over(base, parse("", "m")).channel == 9


# The generic map.


def test_no_number_has_two_meanings_and_all_are_midis() -> None:
    for numbers, most in (
        ([row.cc for row in PARAMETERS if row.cc is not None], 127),
        ([c.note for c in COMMANDS if c.note is not None], 127),
    ):
        assert [n for n, times in Counter(numbers).items() if times > 1] == []
        assert all(0 <= n <= most for n in numbers)


def test_the_generic_knobs_take_only_numbers_that_midi_leaves_free() -> None:
    free = {
        *range(20, 32),
        *range(85, 91),
        *range(102, 120),
    }  # MIDI 1.0 detailed specification, table 3
    assert {s.number for s in GENERIC.controls if s.kind == "cc"} <= free


def test_no_stray_drum_hit_can_end_the_show() -> None:
    played = [control.plays.name for control in GENERIC.controls.values() if control]
    assert "quit" not in played


def test_everything_that_can_be_learned_can_be_played_by_some_control() -> None:
    for name in LEARNABLE:
        assert maps.forms("cc", target(name)), name
        assert maps.forms("note", target(name)), name
    assert {*UNNUMBERED} == {"bend", "pressure", "program"}
