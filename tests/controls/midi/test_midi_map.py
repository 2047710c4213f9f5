"""Mappings: one laid over another, and the generic one."""

from __future__ import annotations

from collections import Counter

from visualizer.controls.midi import midi_map as maps
from visualizer.controls.midi.map_text import parse
from visualizer.controls.midi.midi_map import GENERIC, UNNUMBERED, Signal, over
from visualizer.show.command_table import COMMANDS
from visualizer.show.parameters import PARAMETERS
from visualizer.show.targets import LEARNABLE

from .mappings import target

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
