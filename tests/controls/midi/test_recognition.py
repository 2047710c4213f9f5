"""MIDI learn: from what a moved control sends, its kind and how it is to be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import mido
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from visualizer.controls.midi import midi_map as maps
from visualizer.controls.midi.decoding import State, decode, steps
from visualizer.controls.midi.messages import Reading, read
from visualizer.controls.midi.midi_map import RELATIVE, Control, Mapping, Signal
from visualizer.controls.midi.recognition import SURE_IN_DOUBT, TRAVEL, Found, recognise
from visualizer.show.play_actions import Knob, Nudge
from visualizer.show.targets import Target, parse

VALUE, COMMAND = parse("strength"), parse("next_prompt")


def cc(number: int, value: int) -> Any:
    return mido.Message("control_change", control=number, value=value, channel=2)


def note(number: int, velocity: int) -> Any:
    return mido.Message("note_on", note=number, velocity=velocity, channel=2)


def readings(messages: Iterable[Any]) -> list[Reading]:
    return [reading for message in messages if (reading := read(message.bytes()))]


def found(messages: Sequence[Any], target: Target = VALUE) -> Found:
    """What is made of messages."""
    result = recognise(readings(messages), target)
    assert result is not None
    return result


def signal(kind: str, number: int | None = None) -> Signal:
    return Signal(kind, number, 3)


@st.composite
def sweeps(draw: st.DrawFn, most: int, least: int = 8) -> list[int]:
    """Values of a control with an end, moved slowly or fast, up, down, or there and back."""
    stride = draw(st.integers(max(1, most // 500), max(1, most // 16)))
    far = max(least, -(-TRAVEL * most // 127 // stride) + 1)
    first = draw(st.integers(0, most - far * stride))
    count = draw(st.integers(far, min(far + 30, (most - first) // stride)))
    values = [first + n * stride for n in range(count + 1)]
    way = draw(st.sampled_from(["up", "down", "there and back"]))
    return {"up": values, "down": values[::-1], "there and back": values + values[-2::-1]}[way]


@st.composite
def turns(draw: st.DrawFn) -> list[int]:
    """Steps of an endless knob, to the right and then back, slowly or with acceleration."""
    fast = draw(st.booleans())

    def one_way() -> list[int]:
        if not fast:
            return [1] * draw(st.integers(3, 12))
        rise = sorted(draw(st.lists(st.integers(1, 12), min_size=2, max_size=8)))
        return [1, 1, *rise, *rise[::-1], 1]

    return [*one_way(), *(-by for by in one_way())]


def encoded(form: str, turn: Sequence[int]) -> list[int]:
    return [next(v for v in range(1, 128) if steps(form, v) == by) for by in turn]


TOUCH = st.sampled_from([[], [note(104, 127)], [cc(101, 127)]])
"""What some faders send before they move: that a finger is on them."""


@given(sweeps(127), TOUCH, st.integers(0, 127))
def test_a_fader_is_absolute(values: list[int], touch: list[Any], number: int) -> None:
    assume(number not in (6, 38, 96, 97, 98, 99, 100, 101))
    learned = found([*touch, *(cc(number, value) for value in values)])
    assert (learned.signal, learned.form) == (signal("cc", number), "absolute")


@given(turns(), st.sampled_from(RELATIVE), TOUCH)
def test_an_endless_knob_turned_right_and_back_shows_its_encoding(
    turn: list[int], form: str, touch: list[Any]
) -> None:
    values = encoded(form, turn)
    learned = found([*touch, *(cc(16, value) for value in values)])
    assert (learned.signal, learned.form) == (signal("cc", 16), form)
    assert learned.sure
    assert learned.ask == ""


@pytest.mark.parametrize("form", ["twos complement", "binary offset"])
def test_two_of_the_encodings_show_whichever_way_is_turned_first(form: str) -> None:
    values = encoded(form, [-1, -1, -1, -2, 1, 1, 1])
    assert found([cc(16, value) for value in values]).form == form


def test_an_endless_knob_turned_one_way_alone_is_not_sure_and_says_what_to_do() -> None:
    for form in RELATIVE:
        learned = found([cc(16, value) for value in encoded(form, [1] * 30)])
        assert learned.form in RELATIVE
        assert not learned.sure
        assert learned.ask == "turn it back and forth"


@given(sweeps(16383, least=12), TOUCH, st.booleans(), st.booleans())
def test_a_14_bit_fader_is_known_by_its_halves_whichever_comes_first(
    values: list[int], touch: list[Any], low_first: bool, spares_high: bool
) -> None:
    messages, before = [], -1
    for value in values:
        high, low = cc(1, value >> 7), cc(33, value & 127)
        both = [low, high] if low_first else [high, low]
        messages += [low] if spares_high and not low_first and before == value >> 7 else both
        before = value >> 7
    assume(len({value & 127 for value in values}) >= 4)
    learned = found([*touch, *messages])
    assert (learned.signal, learned.form) == (signal("cc14", 1), "absolute")
    assert learned.sure


@given(sweeps(16383), st.integers(0, 16382), st.booleans(), st.booleans())
def test_an_nrpn_is_known_by_its_number(
    values: list[int], number: int, again: bool, low_too: bool
) -> None:
    choice = [cc(99, number >> 7), cc(98, number & 127)]
    messages = [*choice]
    for value in values:
        messages += choice if again else []
        messages += [cc(6, value >> 7), *([cc(38, value & 127)] if low_too else [])]
    learned = found(messages)
    assert (learned.signal, learned.form) == (signal("nrpn", number), "absolute")
    assert learned.sure


@given(sweeps(16383), TOUCH)
def test_a_wheel_or_a_motor_fader_is_a_bend(values: list[int], touch: list[Any]) -> None:
    moved = [mido.Message("pitchwheel", pitch=v - 8192, channel=2) for v in values]
    learned = found([*touch, *moved])
    assert (learned.signal, learned.form, learned.sure) == (signal("bend"), "absolute", True)


def test_a_pad_that_feels_how_hard_it_is_struck_is_a_velocity_and_others_toggle() -> None:
    soft = found([note(40, 90), note(40, 0)])
    assert (soft.signal, soft.form, soft.sure) == (signal("note", 40), "velocity", True)
    hard = found([note(40, 127), note(40, 0), note(40, 127)])
    assert (hard.form, hard.sure) == ("toggle", True)
    for down in (40, 127):
        button = found([cc(40, down), cc(40, 0), cc(40, down)])
        assert (button.signal, button.form, button.sure) == (signal("cc", 40), "toggle", True)


@pytest.mark.parametrize("touch", [[note(104, 127), note(104, 0)], [cc(110, 127), cc(110, 0)]])
def test_a_fader_that_is_touched_but_not_moved_is_not_surely_a_button(touch: list[Any]) -> None:
    assert not found(touch).sure
    assert found(touch).ask == "press it again"


def test_a_release_alone_is_no_stroke() -> None:
    for target in (VALUE, COMMAND):
        for release in (note(59, 0), mido.Message("note_off", note=59, channel=2)):
            assert recognise(readings([release]), target) is None
            learned = found([release, note(40, 90), note(40, 0)], target)
            assert (learned.signal, learned.sure) == (signal("note", 40), True)


@given(st.lists(st.sampled_from([1, 2]), min_size=1, max_size=200), st.integers(0, 124))
def test_a_worn_pot_that_trembles_is_never_sure_and_hides_no_other(by: list[int], at: int) -> None:
    worn = [cc(20, at + (sum(by[:n]) % 3)) for n in range(len(by))]
    assert not found(worn).sure
    learned = found([*worn, *(cc(21, value) for value in range(20, 110))])
    assert (learned.signal, learned.sure) == (signal("cc", 21), True)


def test_a_fader_pushed_fast_or_dropped_is_not_surely_something_else() -> None:
    for values in ([40, 0], [5, 20, 110, 120, 125, 127], [2, 0, 2, 0], [127, 126, 127, 126] * 9):
        assert not found([cc(16, value) for value in values]).sure, values
    assert found([cc(16, value) for value in (5, 20, 110, 120, 125, 127)]).form == "absolute"


def test_half_of_a_slow_14_bit_fader_is_not_surely_a_button() -> None:
    for target in (VALUE, COMMAND):
        assert not found([cc(1, 25), cc(33, 40), cc(1, 25), cc(33, 30)], target).sure


def test_a_button_that_never_sends_its_release_can_do_a_command() -> None:
    assert found([cc(41, 127), cc(41, 127)], COMMAND).sure


def test_what_was_learned_is_not_heard_again() -> None:
    fader = [cc(21, value) for value in range(20, 110)]
    messages = readings(fader)
    assert recognise(messages, VALUE, [signal("cc", 21)]) is None
    assert recognise(messages, VALUE, [signal("cc14", 21)]) is None
    assert recognise(messages, VALUE, [signal("cc", 22)]) is not None


def test_an_endless_nrpn_is_known_by_its_steps() -> None:
    choice = [cc(99, 1), cc(98, 2)]
    learned = found([*choice, *[cc(96, 0)] * SURE_IN_DOUBT])
    assert (learned.signal, learned.form, learned.sure) == (signal("nrpn", 130), "absolute", True)


def test_pressure_alone_is_a_value() -> None:
    channel = [mido.Message("aftertouch", value=v, channel=2) for v in range(9)]
    assert found(channel).signal == signal("pressure")
    pad = [mido.Message("polytouch", note=41, value=v, channel=2) for v in range(9)]
    assert found(pad).signal == signal("touch", 41)


def test_for_a_command_a_button_is_heard_beside_a_fader_that_passes_through_127() -> None:
    fader = [cc(16, value) for value in range(100, 128)]
    moved = found(fader, COMMAND)
    assert not moved.sure
    assert moved.ask == "that is a knob or fader; press a button or pad"
    for button in ([cc(41, 127), cc(41, 0)], [cc(41, 60), cc(41, 0), cc(41, 60)]):
        learned = found([*fader, *button], COMMAND)
        assert (learned.signal, learned.sure) == (signal("cc", 41), True)


def test_a_command_takes_the_first_stroke() -> None:
    pad = found([note(40, 90)], COMMAND)
    assert (pad.signal, pad.form, pad.sure) == (signal("note", 40), "trigger", True)
    button = found([cc(41, 127), cc(41, 0)], COMMAND)
    assert (button.signal, button.form, button.sure) == (signal("cc", 41), "trigger", True)
    program = found([mido.Message("program_change", program=3, channel=2)], COMMAND)
    assert (program.signal, program.form) == (signal("program", 3), "trigger")


def test_a_knob_that_was_brushed_is_not_surely_a_commands_control() -> None:
    assert not found([cc(16, 70)], COMMAND).sure
    assert found([cc(16, 70), note(40, 90)], COMMAND).signal == signal("note", 40)


def test_one_message_is_never_enough_to_know_a_moved_control() -> None:
    for message in (cc(16, 64), cc(16, 1), cc(6, 3), note(40, 127)):
        assert not found([message]).sure


@pytest.mark.parametrize("target", [VALUE, COMMAND])
@given(received=st.binary(max_size=400))
def test_random_bytes_are_never_a_fault_and_what_is_found_can_be_played(
    target: Target, received: bytes
) -> None:
    parser = mido.Parser()
    parser.feed(received)
    learned = recognise(readings(parser), target)
    if learned is not None:
        assert learned.form in maps.forms(learned.signal.kind, target)
        assert learned.words


def test_clocks_and_other_system_messages_are_nothing() -> None:
    system = [mido.Message("clock"), mido.Message("sysex", data=(1, 2))]
    assert readings(system) == []


@given(sweeps(127), turns(), st.sampled_from(RELATIVE))
def test_what_was_recognised_plays_as_the_hand_moved(
    fader: list[int], turn: list[int], form: str
) -> None:
    for values in (fader, encoded(form, turn)):
        messages = [cc(16, value) for value in values]
        learned = found(messages)
        mapping = Mapping(controls={learned.signal: Control(VALUE, learned.form)})
        state, played = State(), []
        for reading in readings(messages):
            state, actions = decode(mapping, state, "x", reading)
            played += actions
        if values is fader:
            assert [a.position for a in played if isinstance(a, Knob)] == [v / 127 for v in values]
        else:
            ways = [a.steps > 0 for a in played if isinstance(a, Nudge)]
            assert ways == [by > 0 for by in turn]


def first_sure(messages: Sequence[Any]) -> Found | None:
    """What learning takes: the first that is sure, while the control moves on."""
    heard = (found(messages[:count]) for count in range(1, len(messages) + 1))
    return next((learned for learned in heard if learned.sure), None)


@given(sweeps(127), turns(), st.sampled_from(RELATIVE), sweeps(16383, least=12), st.booleans())
def test_what_is_sure_does_not_change_with_more(
    fader: list[int], turn: list[int], form: str, fine: list[int], low_first: bool
) -> None:
    assume(len({value & 127 for value in fine}) >= 4)
    halves = [[cc(1, v >> 7), cc(33, v & 127)][:: -1 if low_first else 1] for v in fine]
    for messages in (
        [cc(16, value) for value in fader],
        [cc(48, value) for value in fader],
        [cc(16, value) for value in encoded(form, turn)],
        [message for pair in halves for message in pair],
    ):
        sure = first_sure(messages)
        if sure is not None:
            last = found(messages)
            assert (sure.signal, sure.form) == (last.signal, last.form)
