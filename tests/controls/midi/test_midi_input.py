"""The MIDI thread: ports come and go, troubles are said once, and the show never waits."""

from __future__ import annotations

import time
from pathlib import Path

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.controls.midi.memory_ports import MemoryInput, MemoryPorts
from visualizer.controls.midi.midi_input import Midi
from visualizer.controls.midi.ports import Received, SameName
from visualizer.show.play_actions import Knob, KnobId
from visualizer.show.system_actions import Say, Sync, Unplugged

from ..input_listener import PATIENCE
from .listener import (
    NAME,
    NANO,
    NOWHERE,
    TWIN,
    CountedPorts,
    Listener,
    control,
    listening,
    look_again,
)


def test_every_port_is_opened_but_the_loop_back() -> None:
    ports = CountedPorts("Midi Through:Midi Through Port-0 14:0", NANO, "Y-PADS 28:0")
    with listening(ports) as listener:
        listener.until_came(Say("MIDI: Y-PADS connected", "midi"))
        assert set(listener.midi.ports) == {NAME, "Y-PADS"}
        assert listener.lines == [f"MIDI: {NAME} connected", "MIDI: Y-PADS connected"]


def test_the_loop_back_is_opened_when_it_is_wanted() -> None:
    ports = MemoryPorts("Midi Through:Midi Through Port-0 14:0", NANO)
    with listening(ports, wanted="through") as listener:
        listener.until(lambda: listener.midi.ports == ("Midi Through Port-0",))


def test_a_wanted_port_that_is_not_there_is_missed_once_and_waited_for() -> None:
    ports = CountedPorts("Y-PADS 28:0")
    with listening(ports, wanted="x-keys MIDI 1 99:0") as listener:
        line = "MIDI: no port named x-keys MIDI 1 99:0; there are Y-PADS; waiting for it"
        listener.until_came(Say(line, "midi"))
        look_again(listener, ports)
        assert listener.lines == [line]
        ports.plug(NANO)
        listener.until(lambda: listener.midi.ports == (NAME,))


def test_two_of_a_kind_are_told_apart_and_keep_their_names() -> None:
    ports = MemoryPorts(NANO, TWIN)
    with listening(ports) as listener:
        listener.until(lambda: listener.midi.ports == (NAME, f"{NAME} (2)"))
        ports.unplug(NANO)
        listener.until_came(Unplugged(NAME))
        ports.send(TWIN, control(20, 127))
        listener.until_came(Knob(KnobId(f"{NAME} (2)", 1, "cc 20"), "strength", 1.0))
        ports.plug(NANO)
        listener.until(lambda: set(listener.midi.ports) == {NAME, f"{NAME} (2)"})


def test_two_of_one_and_the_same_name_are_told_apart_by_their_places(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "ports: [nanoPAD2]\ncontrols:\n  note 36: freeze\n  cc 5: zoom\nleds: {note 36: freeze}\n"
    )
    ports = MemoryPorts("nanoPAD2", "nanoPAD2")
    with listening(ports, folder=tmp_path) as listener:
        listener.until(lambda: listener.midi.ports == ("nanoPAD2", "nanoPAD2 (2)"))
        listener.midi.set_leds({"freeze": True})
        for place, name in enumerate(listener.midi.ports):  # one map by name serves both
            ports.send("nanoPAD2", control(5, 127), place=place)
            listener.until_came(Knob(KnobId(name, 1, "cc 5"), "zoom", 1.0))
        listener.until(lambda: [len(ports.came("nanoPAD2", n)) for n in (0, 1)] == [1, 1])
        ports.unplug("nanoPAD2")  # which of the two it was can't be told: both are opened anew
        listener.until_came(Unplugged("nanoPAD2 (2)"))
        listener.until(lambda: listener.midi.ports == ("nanoPAD2",))
        ports.send("nanoPAD2", control(5, 0))
        listener.until_came(Knob(KnobId("nanoPAD2", 1, "cc 5"), "zoom", 0.0))
        ports.plug("nanoPAD2")
        listener.until(lambda: listener.midi.ports == ("nanoPAD2", "nanoPAD2 (2)"))
        ports.send("nanoPAD2", control(5, 64), place=1)
        listener.until_came(Knob(KnobId("nanoPAD2 (2)", 1, "cc 5"), "zoom", 64 / 127))


def test_a_port_that_comes_back_under_another_number_is_the_same_to_the_performer() -> None:
    ports = MemoryPorts(NANO)
    with listening(ports) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        ports.unplug(NANO)
        ports.plug(TWIN)
        listener.until_came(Unplugged(NAME))
        listener.until(lambda: listener.midi.ports == (NAME,))
        ports.send(TWIN, control(20, 0))
        listener.until_came(Knob(KnobId(NAME, 1, "cc 20"), "strength", 0.0))


def test_a_port_that_another_program_holds_is_said_once_and_opened_when_it_is_free() -> None:
    ports = CountedPorts(NANO)
    ports.faults[NANO] = OSError("busy")
    with listening(ports) as listener:
        line = f"MIDI: {NAME} can't be opened, it may be in use by another program (busy)"
        listener.until_came(Say(line, "midi"))
        look_again(listener, ports)
        assert listener.lines == [line]
        ports.faults.clear()
        listener.until_came(Say(f"MIDI: {NAME} connected", "midi"))


def test_a_port_that_its_twin_hides_is_not_said_to_be_in_use() -> None:
    ports = CountedPorts(NANO)
    ports.faults[NANO] = SameName("another has the same name")
    with listening(ports) as listener:
        line = f"MIDI: {NAME} can't be opened, another has the same name"
        listener.until_came(Say(line, "midi"))


def test_trouble_with_the_driver_is_said_once_and_outlived() -> None:
    for kind in (OSError, RuntimeError, SystemError, ValueError, KeyError):
        ports = CountedPorts(NANO)
        ports.faults[""] = kind("no driver")
        with listening(ports) as listener:
            listener.until(lambda: len(listener.lines) == 1)
            look_again(listener, ports)
            assert len(listener.lines) == 1
            assert "no driver" in listener.lines[0]
            ports.faults.clear()
            listener.until_came(Say(f"MIDI: {NAME} connected", "midi"))


def test_without_python_rtmidi_it_is_off_and_says_what_is_missing() -> None:
    ports = MemoryPorts()
    ports.faults[""] = ModuleNotFoundError("No module named 'rtmidi'", name="rtmidi")
    line = "MIDI is off: python-rtmidi is not installed; pip install python-rtmidi"
    with listening(ports) as listener:
        listener.until_came(Say(line, "midi"))


def test_a_tap_hears_all_but_the_clocks_ticks() -> None:
    heard: list[bytes] = []
    ports = MemoryPorts(NANO)
    with listening(ports, tap=lambda _, data, *__: heard.append(data)) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        for kind in ("clock", "stop", "clock", "pitchwheel"):
            ports.send(NANO, mido.Message(kind))
        listener.until(lambda: len(heard) == 2)
    assert heard == [b"\xfc", bytes(mido.Message("pitchwheel").bytes())]


def ticks(ports: MemoryPorts, name: str, count: int, bpm: float = 125.0) -> None:
    """A clock that has run until now, from the start of its song."""
    step = 60 / bpm / 24
    begin = time.monotonic() - count * step
    ports.send(name, mido.Message("start"), begin)
    for number in range(count):
        ports.send(name, mido.Message("clock"), begin + number * step)


def syncs(listener: Listener) -> list[Sync]:
    return [action for action in listener.actions if isinstance(action, Sync)]


def test_a_clock_tells_tempo_and_beat() -> None:
    ports = MemoryPorts(NANO)
    with listening(ports) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        ticks(ports, NANO, 48)
        listener.until(lambda: any(sync.beats == 47 / 24 for sync in syncs(listener)))
        newest = syncs(listener)[-1]
        assert newest.bpm == pytest.approx(125.0, abs=0.1)
        assert newest.running
        assert newest.ago > 0.0
        ports.send(NANO, mido.Message("stop"))
        listener.until(lambda: not syncs(listener)[-1].running)


def test_of_two_clocks_the_first_is_followed_until_it_is_pulled_out() -> None:
    ports = MemoryPorts(NANO, "Y-PADS")
    with listening(ports) as listener:
        listener.until(lambda: len(listener.midi.ports) == 2)
        ticks(ports, "Y-PADS", 48, bpm=100.0)
        listener.until(lambda: bool(syncs(listener)))
        ticks(ports, NANO, 24, bpm=150.0)
        ports.send(NANO, control(20, 1))
        listener.until_came(Knob(KnobId(NAME, 1, "cc 20"), "strength", 1 / 127))
        assert {round(sync.bpm) for sync in syncs(listener)} == {100}
        ports.unplug("Y-PADS")
        listener.until_came(Unplugged("Y-PADS"))
        ticks(ports, NANO, 24, bpm=150.0)
        listener.until(lambda: round(syncs(listener)[-1].bpm) == 150)


def test_stopping_closes_all_ports_and_is_immediate_between_looks() -> None:
    ports = MemoryPorts(NANO, TWIN)
    midi = Midi(ports, folder=NOWHERE, list_every=3600.0)
    midi.start()
    Listener(midi).until(lambda: len(midi.ports) == 2)
    assert midi.stop(PATIENCE)
    assert [port.closed for port in ports.opened] == [True, True]
    assert midi.ports == ()


def test_one_that_was_never_started_can_be_stopped() -> None:
    assert Midi(MemoryPorts(), folder=NOWHERE).stop()


@given(st.lists(st.binary(max_size=6), max_size=50))
@settings(max_examples=20)
def test_random_bytes_never_break_it(stream: list[bytes]) -> None:
    ports = MemoryPorts(NANO)
    with listening(ports) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        for data in stream:
            port = ports.opened[0]
            assert isinstance(port, MemoryInput)
            port.messages.put(Received(time.monotonic(), data))
        ports.send(NANO, control(20, 127))
        listener.until_came(Knob(KnobId(NAME, 1, "cc 20"), "strength", 1.0))
        assert not any("failed and restarts" in line for line in listener.lines)
