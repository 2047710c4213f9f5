"""How ports are named, which output belongs to which input, and when a message came."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.controls.midi import rtmidi_ports
from visualizer.controls.midi.ports import (
    free_name,
    is_through,
    matches,
    output_of,
    places,
    short_name,
)
from visualizer.controls.midi.rtmidi_ports import LOST, OURS, RtMidiInput, stamped

NANO = "nanoKONTROL2:nanoKONTROL2 MIDI 1 20:0"
NAME = "nanoKONTROL2 MIDI 1"


def test_a_name_for_people_has_nothing_in_it_that_changes() -> None:
    for address, name in (
        (NANO, NAME),
        ("VMPK Output:out 129:0", "VMPK Output:out"),
        ("LPD8", "LPD8"),
        ("", ""),
        ("Midi-Bridge:nanoKONTROL2 MIDI 1 (capture)", "Midi-Bridge:nanoKONTROL2 MIDI 1"),
        ("a2j:LPD8 [20] (capture): LPD8 MIDI 1", "a2j:LPD8: LPD8 MIDI 1"),
    ):
        assert short_name(address) == name


def test_part_of_a_name_finds_a_port() -> None:
    assert matches("kontrol", NANO)
    assert matches("nanoKONTROL2:nanoKONTROL2 MIDI 1 99:0", NANO)
    assert not matches("LPD8", NANO)
    assert is_through("Midi Through:Midi Through Port-0 14:0")


def test_ports_of_one_name_have_places() -> None:
    assert places(["X", "Y", "X", "X"]) == [("X", 0), ("Y", 0), ("X", 1), ("X", 2)]


def test_twins_are_numbered() -> None:
    assert free_name(NANO, {NAME, f"{NAME} (2)"}) == f"{NAME} (3)"


def test_the_output_is_that_of_the_same_controller() -> None:
    for address, outputs, found in (
        (NANO, ["LPD8 24:0", NANO], NANO),
        (NANO, ["nanoKONTROL2:nanoKONTROL2 MIDI 1 24:0", NANO], NANO),  # its twin is another
        ("X 20:0", ["X 21:0"], "X 21:0"),
        ("X", ["X 24:0", "X 28:0"], None),  # which of the two?
        ("a2j:X [20] (capture): X", ["a2j:X [20] (playback): X"], "a2j:X [20] (playback): X"),
        ("Bridge:X (capture)", ["Bridge:X (playback)"], "Bridge:X (playback)"),
        ("RtMidiOut Client:X", ["RtMidiIn Client:X", "RtMidiIn Client:Y"], "RtMidiIn Client:X"),
        ("nanoKONTROL2 SLIDER/KNOB", ["nanoKONTROL2 CTRL"], "nanoKONTROL2 CTRL"),  # macOS
        (NANO, ["LPD8 24:0"], None),
        (NANO, [], None),
        ("", [""], ""),
    ):
        assert output_of(address, outputs) == found


def test_our_own_outputs_are_no_controllers() -> None:
    assert OURS.match("visualizer:leds 131:0")
    assert OURS.match("visualizer-01:leds")
    assert not OURS.match("leds:visualizer")


def test_the_drivers_times_make_good_for_late_fetches() -> None:
    """Messages 20 ms apart, fetched 0 to 4 ms later: told 20 ms apart all the same."""
    late = [0.0, 0.004, 0.001, 0.003, 0.002] * 20
    before = None
    times = []
    for number, lateness in enumerate(late):
        before = stamped(before, 0.02 if number else 0.0, 0.02 * number + lateness)
        times.append(before)
    gaps = [after - earlier for earlier, after in pairwise(times)]
    assert max(gaps) - min(gaps) < 0.0005


@given(st.lists(st.tuples(st.floats(0, 2), st.floats(0, 2)), min_size=1))
def test_a_time_is_never_in_the_future_and_never_goes_back(
    deltas: list[tuple[float, float]],
) -> None:
    before, now = None, 0.0
    for told, passed in deltas:
        now += passed
        at = stamped(before, told, now)
        assert before is None or at >= before
        assert now - LOST - 1e-9 <= at <= now
        before = at


def test_a_jack_input_that_is_done_with_outlives_what_opened_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """RtMidi would take its port from under JACK's thread: only the oldest of many goes."""

    class Client:
        def __del__(self) -> None:
            gone.append(self.number)

        def __init__(self, number: int) -> None:
            self.number = number

    gone: list[int] = []
    kept: deque[Client] = deque(maxlen=rtmidi_ports.RETIRED)
    monkeypatch.setattr(rtmidi_ports, "_retired", kept)
    for number in range(rtmidi_ports.RETIRED + 1):
        RtMidiInput(Client(number), server=cast(Any, SimpleNamespace(dead=False))).close()
    assert gone == [0]
