"""The MIDI map: the tables' numbers do what the tables say, and a file can change them."""

from __future__ import annotations

from collections import Counter
from functools import reduce as fold
from pathlib import Path
from typing import Any

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mido.messages.specs import SPEC_BY_TYPE

from visualizer.controls import midi_map
from visualizer.controls.midi_map import GENERIC, MapError, MidiMap, decode, load_map, parse
from visualizer.show.actions import COMMANDS, Action, Command, Knob, Run, SelectPreset, Set
from visualizer.show.parameters import PARAMETERS, Parameter
from visualizer.show.preset import parse as parse_preset
from visualizer.show.reducer import reduce, start
from visualizer.show.state import Show


def control(number: int, value: int, channel: int = 0) -> Any:
    return mido.Message("control_change", control=number, value=value, channel=channel)


def note(number: int, velocity: int = 100, kind: str = "note_on", channel: int = 0) -> Any:
    return mido.Message(kind, note=number, velocity=velocity, channel=channel)


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row.name)
def test_a_parameters_control_change_turns_it(row: Parameter) -> None:
    for channel in (0, 15):
        name = f"nano:{channel + 1}:{row.cc}"
        assert decode(GENERIC, "nano", control(row.cc, 0, channel)) == [Knob(name, row.name, 0.0)]
        assert decode(GENERIC, "nano", control(row.cc, 127, channel)) == [Knob(name, row.name, 1.0)]


NOTED = [command for command in COMMANDS if command.note is not None]


def test_no_stray_drum_hit_can_end_the_show() -> None:
    assert "quit" not in [command.name for command in NOTED]


@pytest.mark.parametrize("command", NOTED, ids=lambda command: command.name)
def test_a_commands_note_runs_it_when_struck_and_not_when_let_go(command: Command) -> None:
    assert command.note is not None
    assert decode(GENERIC, "x", note(command.note)) == [Run(command.name, "midi")]
    assert decode(GENERIC, "x", note(command.note, 0)) == []
    assert decode(GENERIC, "x", note(command.note, 64, "note_off")) == []


def test_program_changes_select_presets() -> None:
    for program in (0, 7, 127):
        message = mido.Message("program_change", program=program)
        assert decode(GENERIC, "x", message) == [SelectPreset(program, "midi")]


def test_no_number_has_two_meanings_and_all_are_midis() -> None:
    for numbers in (
        [row.cc for row in PARAMETERS],
        [c.note for c in COMMANDS if c.note is not None],
    ):
        assert [n for n, times in Counter(numbers).items() if times > 1] == []
        assert all(0 <= n <= 127 for n in numbers)


def test_the_generic_knobs_take_only_numbers_that_midi_leaves_free() -> None:
    free = {*range(20, 32), *range(102, 120)}  # MIDI 1.0 detailed specification, table 3
    assert set(GENERIC.knobs) <= free


def test_what_the_map_does_not_know_does_nothing() -> None:
    assert decode(GENERIC, "x", control(119, 64)) == []
    assert decode(GENERIC, "x", note(127)) == []


def test_a_map_for_one_channel_is_deaf_to_the_others() -> None:
    one = MidiMap(channel=3)
    assert decode(one, "x", control(20, 64, channel=2)) != []
    assert decode(one, "x", control(20, 64, channel=3)) == []
    assert decode(one, "x", mido.Message("program_change", program=1)) == []


@given(st.sampled_from(sorted(SPEC_BY_TYPE)), st.integers(0, 127), st.integers(0, 15))
def test_every_kind_of_message_can_be_decoded(kind: str, value: int, channel: int) -> None:
    names = SPEC_BY_TYPE[kind]["value_names"]
    small: dict[str, Any] = {"channel": channel, "frame_type": value % 8, "frame_value": channel}
    small |= {"data": (value,), "pitch": value}
    message = mido.Message(kind, **{name: small.get(name, value) for name in names})
    assert len(decode(GENERIC, "x", message)) <= 1


@given(st.binary(max_size=400))
def test_random_bytes_are_no_fault(received: bytes) -> None:
    parser = mido.Parser()
    parser.feed(received)
    actions = [action for message in parser for action in decode(GENERIC, "x", message)]
    fold(reduce, actions, Show())


# A file of one's own.


def test_entries_override_the_generic_map_and_an_empty_one_takes_away() -> None:
    text = (
        "channel: 9\nknobs: {20: blend, 74: blend, 21: null}\nnotes: {36: freeze, 99: quit, 37: }"
    )
    own = parse(text, "midi.yaml")
    assert own.channel == 9
    wanted = {**GENERIC.knobs, 20: "blend", 74: "blend"}
    del wanted[21]
    assert own.knobs == wanted
    assert own.notes[36] == "freeze"
    assert own.notes[99] == "quit"
    assert 37 not in own.notes


@pytest.mark.parametrize("text", ["", "channel: any", "knobs:\nnotes:\n", "# nothing yet"])
def test_a_file_that_changes_nothing_is_the_generic_map(text: str) -> None:
    assert parse(text, "midi.yaml") == GENERIC


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("channel: 17", "m.yaml:1: channel: must be 1 to 16, or any, not 17"),
        ("channel: any\nknobs:\n  20: loud", "m.yaml:3: knobs.20: no parameter 'loud'; there are "),
        ("notes:\n  36: jump", "m.yaml:2: notes.36: no command 'jump'; there are next_prompt, "),
        ("knobs:\n  128: blend", "m.yaml:2: knobs.128: must be a whole number from 0 to 127"),
        ("knobs:\n  a: blend", "m.yaml:2: knobs.a: must be a whole number from 0 to 127"),
        ("\nknob: {}", "m.yaml:2: knob: no such field; there are channel, knobs, notes"),
        ("knobs: [20]", "m.yaml:1: knobs: must be a mapping of numbers to names, or empty"),
        ("- 20", "m.yaml:1: a MIDI map is a mapping with channel, knobs and notes"),
        ("knobs: {", "m.yaml:1: not valid YAML: "),
    ],
)
def test_a_fault_names_line_and_field(text: str, line: str) -> None:
    with pytest.raises(MapError) as caught:
        parse(text, "m.yaml")
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


@given(text=st.text(max_size=80))
def test_any_text_is_a_map_or_a_fault_of_one_line(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(text, encoding="utf-8")
    own, faults = load_map(path)
    assert isinstance(own, MidiMap)
    assert "\n" not in "".join(faults)


def test_a_faulty_or_missing_file_is_one_line_and_the_generic_map(tmp_path: Path) -> None:
    file = tmp_path / "midi.yaml"
    generic, (fault,) = load_map(file)
    assert generic == GENERIC
    assert fault.startswith(f"{file}: can't be read: No such file")
    file.write_text("knobs: {20: loud}")
    generic, (fault,) = load_map(file)
    assert generic == GENERIC
    assert fault.startswith(f"{file}:1: knobs.20: no parameter 'loud'")


def test_ones_own_file_is_found_and_may_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(midi_map, "user_config_dir", lambda *_, **__: str(tmp_path))
    assert load_map() == (GENERIC, ())
    (tmp_path / "midi.yaml").write_text("channel: 2")
    assert load_map()[0].channel == 2


# From message to show.


def played(show: Show, *messages: Any) -> Show:
    actions: list[Action] = [a for m in messages for a in decode(GENERIC, "nano", m)]
    return fold(reduce, actions, show)


def test_a_knob_does_nothing_until_it_reaches_the_value() -> None:
    show = start((), settings={"strength": 0.5})
    show = played(show, control(20, 0), control(20, 30))
    assert show.values["strength"] == 0.5
    show = played(show, control(20, 100))  # past it in one leap: crossing is enough
    assert show.values["strength"] == pytest.approx(100 / 127)
    show = played(show, control(20, 10))
    assert show.values["strength"] == pytest.approx(10 / 127)


def test_a_key_or_a_preset_in_between_makes_the_knob_wait_again() -> None:
    preset = parse_preset("strength: 0.9\nprompts: [a]", "p.yaml")
    show = start((preset,), settings={"strength": 0.5})
    show = played(show, control(20, 64), control(20, 70))
    assert show.values["strength"] == pytest.approx(70 / 127)
    show = played(reduce(show, Set("strength", 0.2)), control(20, 71))
    assert show.values["strength"] == 0.2
    show = played(show, mido.Message("program_change", program=0), control(20, 72))
    assert show.values["strength"] == 0.9
