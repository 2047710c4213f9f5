"""Decoding: what each kind of message does, and that no stream of messages breaks it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce as fold
from typing import Any

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mido.messages.specs import SPEC_BY_TYPE

from visualizer.controls.midi import midi_map as maps
from visualizer.controls.midi.decoding import State, decode, released, steps
from visualizer.controls.midi.map_text import parse
from visualizer.controls.midi.messages import read
from visualizer.controls.midi.midi_map import GENERIC, RELATIVE
from visualizer.show import targets
from visualizer.show.actions import Action
from visualizer.show.command_table import COMMANDS, ON_OFF
from visualizer.show.files.preset import parse as parse_preset
from visualizer.show.parameters import BY_NAME, PARAMETERS
from visualizer.show.pickup import PICKUPS
from visualizer.show.play_actions import (
    Knob,
    KnobId,
    Nudge,
    Recall,
    Run,
    SelectPreset,
    Set,
    Store,
    Switch,
)
from visualizer.show.reducer import reduce, start
from visualizer.show.state import Show

from .decoded import cc, decoded, mapped, note, positions


def test_a_parameters_control_change_turns_it_on_any_channel() -> None:
    for row in [r for r in PARAMETERS if r.cc is not None]:
        assert row.cc is not None
        for channel in (1, 16):
            name = KnobId("nano", channel, f"cc {row.cc}")
            for value, position in ((0, 0.0), (127, 1.0)):
                actions = decoded(GENERIC, [cc(row.cc, value, channel)])
                assert actions == [Knob(name, row.name, position, "midi", "pickup")]


def test_a_commands_note_runs_it_when_struck_and_not_when_let_go() -> None:
    for command in [c for c in COMMANDS if c.note is not None]:
        assert command.note is not None
        assert decoded(GENERIC, [note(command.note)]) == [Run(command.name, "midi")]
        assert decoded(GENERIC, [note(command.note, 0)]) == []
        assert decoded(GENERIC, [note(command.note, 64, "note_off")]) == []


def test_program_changes_select_presets() -> None:
    for program in (0, 7, 127):
        message = mido.Message("program_change", program=program)
        assert decoded(GENERIC, [message]) == [SelectPreset(program, "midi")]


def test_what_the_map_does_not_know_does_nothing() -> None:
    assert decoded(GENERIC, [cc(7, 64), note(127), mido.Message("pitchwheel", pitch=5)]) == []


def test_a_map_for_one_channel_is_deaf_to_the_others() -> None:
    three = parse("channel: 3\ncontrols: {cc 20: zoom, cc 21 channel 5: blend}", "m.yaml")
    assert decoded(three, [cc(20, 64, 3)]) != []
    assert decoded(three, [cc(20, 64, 4)]) == []
    assert decoded(three, [cc(21, 64, 5)]) != []
    assert decoded(three, [cc(21, 64, 3)]) == []


def test_an_endless_knobs_steps_come_back_as_they_were_sent() -> None:
    for form in RELATIVE:
        sent = [steps(form, value) for value in range(128)]
        for by in [*range(-62, 0), *range(1, 63)]:
            assert sent.count(by) == 1, by
        assert all(abs(by) <= 64 for by in sent)


def test_an_endless_knob_takes_fine_steps_and_larger_ones_when_it_is_turned_fast() -> None:
    for form, up, down in (
        ("signed bit 1", 1, 65),
        ("signed bit 2", 65, 1),
        ("binary offset", 65, 63),
        ("twos complement", 1, 127),
    ):
        mapping = mapped("cc 9", f"{{plays: seed, as: {form}}}")
        assert decoded(mapping, [cc(9, up), cc(9, down)]) == [
            Nudge("seed", 1.0, fine=True, source="midi"),
            Nudge("seed", -1.0, fine=True, source="midi"),
        ]
        (fast,) = decoded(mapping, [cc(9, next(v for v in range(128) if steps(form, v) == 4))])
        assert isinstance(fast, Nudge)
        assert fast.steps > 4


def test_a_pitch_wheel_at_rest_is_the_middle_of_the_range_and_its_ends_are_the_ends() -> None:
    mapping = mapped("bend", "zoom")
    sent = [mido.Message("pitchwheel", pitch=pitch) for pitch in (-8192, 0, 8191)]
    assert positions(decoded(mapping, sent)) == [0.0, 0.5, 1.0]


def test_pressure_is_a_value_of_the_channel_or_of_one_pad() -> None:
    channel = mido.Message("aftertouch", value=127)
    pad, other = (mido.Message("polytouch", note=n, value=0) for n in (40, 41))
    assert positions(decoded(mapped("pressure", "zoom"), [channel, pad])) == [1.0]
    assert positions(decoded(mapped("touch 40", "zoom"), [channel, pad, other])) == [0.0]


def test_pickup_is_the_mappings_to_say() -> None:
    (knob,) = decoded(mapped("cc 1", "{plays: zoom, pickup: scaling}"), [cc(1, 3)])
    assert isinstance(knob, Knob)
    assert knob.pickup == "scaling"


STRUCK: Mapping[str, Action] = {
    "next_prompt": Run("next_prompt", "midi"),
    "preset 3": SelectPreset(2, "midi"),
    "snapshot 2": Recall(2, "midi"),
    "store 8": Store(8, "midi"),
    "zoom down": Nudge("zoom", -1.0, source="midi"),
}


def test_whatever_is_struck_acts_once_a_stroke() -> None:
    for target, action in STRUCK.items():
        strokes = [note(5), note(5, 0), note(5), note(5, 0, "note_off")]
        assert decoded(mapped("note 5", target), strokes) == [action] * 2
        buttons = [cc(5, 127), cc(5, 0), cc(5, 127), cc(5, 0)]
        assert decoded(mapped("cc 5", target), buttons) == [action] * 2
        never_let_go = [cc(5, 127), cc(5, 127)]
        assert decoded(mapped("cc 5", target), never_let_go) == [action] * 2
        assert decoded(
            mapped("program 5", target), [mido.Message("program_change", program=5)]
        ) == [action]


def test_a_fader_that_plays_a_command_does_it_once_on_its_way_up() -> None:
    assert len(decoded(mapped("cc 5", "tap"), [cc(5, v) for v in range(128)])) == 1


def test_a_held_pad_switches_on_and_off() -> None:
    for command in ON_OFF:
        on, off = Switch(command, True, "midi"), Switch(command, False, "midi")
        held = f"{{plays: {command}, as: momentary}}"
        assert decoded(mapped("note 5", held), [note(5), note(5, 0)]) == [on, off]
        assert decoded(mapped("cc 5", held), [cc(5, 9), cc(5, 12), cc(5, 0), cc(5, 0)]) == [on, off]
        assert decoded(mapped("note 5", held), [note(5, 0)]) == []


def test_a_pads_force_is_a_value_that_stays_that_lasts_while_held_or_that_comes_and_goes() -> None:
    strokes = [note(5, 127), note(5, 0), note(5, 127), note(5, 0)]
    for form, heard in {
        "velocity": [1.0, 1.0],
        "momentary": [1.0, 0.0, 1.0, 0.0],
        "toggle": [1.0, 0.0],
    }.items():
        actions = decoded(mapped("note 5", f"{{plays: zoom, as: {form}}}"), strokes)
        assert positions(actions) == heard
        assert {a.pickup for a in actions if isinstance(a, Knob)} == {"none"}


RICH = parse(
    """
    controls:
      cc 1: zoom
      cc 2: {plays: zoom, as: binary offset}
      cc 3: {plays: zoom, as: toggle}
      cc 4: tap
      cc 5: {plays: freeze, as: momentary}
      cc14 20: seed
      nrpn 0: blend
      nrpn 1: tap
      note 1: preset 5
      note 2: {plays: zoom, as: toggle}
      note 3: {plays: zoom, as: momentary}
      note 4: zoom
      program: preset
      program 3: tap
      bend: rotate
      pressure: pan_x
      touch 5: pan_y
    """,
    "rich.yaml",
)


MAPS = st.sampled_from([GENERIC, RICH])


@st.composite
def any_message(draw: st.DrawFn) -> Any:
    """A message of any kind, often of a control that is mapped."""
    kind = draw(st.sampled_from(["control_change", "note_on", *sorted(SPEC_BY_TYPE)]))
    small = st.one_of(st.integers(0, 6), st.integers(0, 127))
    data = st.sampled_from([6, 38, 96, 97, 98, 99, 20, 52])
    values: dict[str, Any] = {name: draw(small) for name in SPEC_BY_TYPE[kind]["value_names"]}
    values |= {
        "channel": draw(st.integers(0, 1)),
        "control": draw(small | data),
        "pitch": draw(st.integers(-8192, 8191)),
        "frame_type": draw(st.integers(0, 7)),
        "frame_value": draw(st.integers(0, 15)),
        "data": (draw(small),),
    }
    return mido.Message(kind, **{n: values[n] for n in SPEC_BY_TYPE[kind]["value_names"]})


def check_is_well_formed(action: Action) -> None:
    """Names that exist, numbers that make sense."""
    match action:
        case Knob(parameter=name, position=position, pickup=pickup):
            assert name in BY_NAME
            assert 0.0 <= position <= 1.0
            assert pickup in PICKUPS
        case Nudge(parameter=name, steps=by):
            assert name in BY_NAME
            assert 0 < abs(by) <= 64**1.5
        case Run(command=name):
            assert name in {command.name for command in COMMANDS}
        case Switch(command=name):
            assert name in ON_OFF
        case SelectPreset(index=index):
            assert 0 <= index < targets.PRESETS
        case _:
            raise AssertionError(action)


FIELDS = {
    "control_change": ("cc", "control", "value"),
    "note_on": ("note", "note", "velocity"),
    "note_off": ("note", "note", ""),
    "pitchwheel": ("bend", "", "pitch"),
    "aftertouch": ("pressure", "", "value"),
    "polytouch": ("touch", "note", "value"),
    "program_change": ("program", "program", ""),
}
"""By mido's name of a message: our kind, and mido's names of its number and value."""


@given(st.lists(st.integers(0, 130), max_size=2), st.integers(0, 255))
def test_bytes_are_read_as_mido_reads_them(data: list[int], status: int) -> None:
    try:
        message = mido.Message.from_bytes([status, *data])
    except (ValueError, IndexError):
        message = mido.Message("reset")
    expected = None
    if message.type in FIELDS:
        kind, number, value = FIELDS[message.type]
        fixed = {"note_off": 0, "program_change": 1}
        expected = (
            maps.Signal(kind, getattr(message, number, None), message.channel + 1),
            fixed.get(message.type, getattr(message, value, 0)),
        )
    assert read([status, *data]) == expected
    assert read([status, 0, 0, 0]) is read([]) is None


@given(MAPS, st.lists(any_message(), max_size=60))
def test_any_messages_in_any_order_give_only_sound_actions(
    mapping: maps.Mapping, messages: list[Any]
) -> None:
    actions = decoded(mapping, messages)
    assert len(actions) <= len(messages)
    for action in actions:
        check_is_well_formed(action)


@given(MAPS, st.binary(max_size=600))
def test_random_bytes_are_no_fault(mapping: maps.Mapping, received: bytes) -> None:
    parser = mido.Parser()
    parser.feed(received)
    for action in decoded(mapping, parser):
        check_is_well_formed(action)


def played(show: Show, *messages: Any) -> Show:
    return fold(reduce, decoded(GENERIC, messages), show)


def test_a_knob_does_nothing_until_it_reaches_the_value() -> None:
    show = start((), settings={"strength": 0.5})
    show = played(show, cc(20, 0), cc(20, 30))
    assert show.values["strength"] == 0.5
    show = played(show, cc(20, 100))  # past it in one leap: crossing is enough
    assert show.values["strength"] == pytest.approx(100 / 127)
    show = played(show, cc(20, 10))
    assert show.values["strength"] == pytest.approx(10 / 127)


def test_a_key_or_a_preset_in_between_makes_the_knob_wait_again() -> None:
    preset = parse_preset("strength: 0.9\nprompts: [a]", "p.yaml")
    show = start((preset,), settings={"strength": 0.5})
    show = played(show, cc(20, 64), cc(20, 70))
    assert show.values["strength"] == pytest.approx(70 / 127)
    show = played(reduce(show, Set("strength", 0.2)), cc(20, 71))
    assert show.values["strength"] == 0.2
    show = played(show, mido.Message("program_change", program=0), cc(20, 72))
    assert show.values["strength"] == 0.9


def test_what_is_held_can_be_let_go_of_without_a_release_and_what_is_toggled_stays() -> None:
    mapping = parse(
        "controls:\n"
        "  note 1: {plays: freeze, as: momentary}\n"
        "  cc 2: {plays: zoom, as: momentary}\n"
        "  cc 3: {plays: blend, as: toggle}\n",
        "test.yaml",
    )
    state = State()
    for message in (note(1), cc(2, 127), cc(3, 127)):
        reading = read(message.bytes())
        assert reading is not None
        state, _ = decode(mapping, state, "nano", reading)
    assert released(mapping, state, "nano") == [
        Knob(KnobId("nano", 1, "cc 2"), "zoom", 0.0, pickup="none"),
        Switch("freeze", False, "midi"),
    ]
    assert released(mapping, State(), "nano") == []
