"""The MIDI thread: ports come and go, troubles are said once, and the show never waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mido
import pytest

from visualizer.controls.memory_ports import MemoryPorts
from visualizer.controls.midi import Midi
from visualizer.controls.midi_map import GENERIC
from visualizer.controls.midi_ports import is_through, matches, short_name
from visualizer.controls.monitor import list_ports, monitor
from visualizer.controls.system_ports import AlsaPorts
from visualizer.show.actions import Action, Knob, Run, Say, Unplugged

PATIENCE = 20.0
"""Seconds after which a condition that should come at once is given up."""

NANO = "nanoKONTROL2:nanoKONTROL2 MIDI 1 20:0"
TWIN = "nanoKONTROL2:nanoKONTROL2 MIDI 1 24:0"
NAME = "nanoKONTROL2 MIDI 1"


class CountedPorts(MemoryPorts):
    """Counts how often it was listed."""

    looks = 0

    def names(self) -> Iterable[str]:
        self.looks += 1
        return super().names()


class Listener:
    """A running Midi and all that it brought so far."""

    def __init__(self, midi: Midi) -> None:
        self.midi = midi
        self.actions: list[Action] = []

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"it never came; there was {self.actions}"
            threading.Event().wait(0.002)
            self.actions += self.midi.drain()

    def until_came(self, action: Action) -> None:
        self.until(lambda: action in self.actions)

    @property
    def lines(self) -> list[str]:
        return [action.text for action in self.actions if isinstance(action, Say)]


@contextmanager
def listening(ports: Any, **options: Any) -> Iterator[Listener]:
    midi = Midi(GENERIC, ports, list_every=0.002, retry_after=0.002, **options)
    midi.start()
    try:
        yield Listener(midi)
    finally:
        assert midi.stop(PATIENCE)


def look_again(listener: Listener, ports: CountedPorts) -> None:
    """Let some more looks at the ports go by."""
    wanted = ports.looks + 5
    listener.until(lambda: ports.looks >= wanted)


def control(number: int, value: int) -> Any:
    return mido.Message("control_change", control=number, value=value)


def test_every_port_is_opened_but_the_loop_back() -> None:
    ports = CountedPorts("Midi Through:Midi Through Port-0 14:0", NANO, "LPD8 28:0")
    with listening(ports) as listener:
        listener.until_came(Say("MIDI: LPD8 connected", "midi"))
        assert set(listener.midi.ports) == {NAME, "LPD8"}
        assert listener.lines == [f"MIDI: {NAME} connected", "MIDI: LPD8 connected"]


def test_the_loop_back_is_opened_when_it_is_wanted() -> None:
    ports = MemoryPorts("Midi Through:Midi Through Port-0 14:0", NANO)
    with listening(ports, wanted="through") as listener:
        listener.until(lambda: listener.midi.ports == ("Midi Through Port-0",))


def test_a_wanted_port_that_is_not_there_is_missed_once_and_waited_for() -> None:
    ports = CountedPorts("LPD8 28:0")
    with listening(ports, wanted="NANOkontrol2 MIDI 1 99:0") as listener:
        line = "MIDI: no port named NANOkontrol2 MIDI 1 99:0; there are LPD8; waiting for it"
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
        listener.until_came(Knob(f"{NAME} (2):1:20", "strength", 1.0))
        ports.plug(NANO)
        listener.until(lambda: set(listener.midi.ports) == {NAME, f"{NAME} (2)"})


def test_a_port_that_comes_back_under_another_number_is_the_same_to_the_performer() -> None:
    ports = MemoryPorts(NANO)
    with listening(ports) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        ports.unplug(NANO)
        ports.plug(TWIN)
        listener.until_came(Unplugged(NAME))
        listener.until(lambda: listener.midi.ports == (NAME,))
        ports.send(TWIN, control(20, 0))
        listener.until_came(Knob(f"{NAME}:1:20", "strength", 0.0))


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


@pytest.mark.parametrize("kind", [OSError, RuntimeError, SystemError, ValueError, KeyError])
def test_trouble_with_the_driver_is_said_once_and_outlived(kind: type[Exception]) -> None:
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
    assert list_ports(ports) == [line]


def test_a_machine_without_an_alsa_sequencer_is_told_so(tmp_path: Path) -> None:
    (line,) = list_ports(AlsaPorts(tmp_path / "seq"))
    assert line.startswith("MIDI is off: this machine has no ALSA sequencer")


@pytest.mark.parametrize(
    ("backend", "line"),
    [
        ("mido.backends.rtmidi/FOO", "MIDI is off: python-rtmidi has no API 'FOO' here"),
        ("mido.backends.foo", "MIDI is off: its backend can't be loaded: No module named "),
    ],
)
def test_a_wrong_backend_in_the_environment_is_one_line(
    backend: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if backend.endswith("FOO"):
        pytest.importorskip("rtmidi")
    monkeypatch.setenv("MIDO_BACKEND", backend)
    (said,) = list_ports()
    assert said.startswith(line)


def test_the_clock_is_not_heard_and_a_tap_hears_the_rest() -> None:
    heard: list[str] = []
    ports = MemoryPorts(NANO)
    with listening(ports, tap=lambda _, message, __: heard.append(message.type)) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        for kind in ("clock", "active_sensing", "stop", "clock", "pitchwheel"):
            ports.send(NANO, mido.Message(kind))
        listener.until(lambda: "pitchwheel" in heard)
    assert heard == ["stop", "pitchwheel"]


def test_stopping_closes_all_ports_and_is_immediate_between_looks() -> None:
    ports = MemoryPorts(NANO, TWIN)
    midi = Midi(GENERIC, ports, list_every=3600.0)
    midi.start()
    Listener(midi).until(lambda: len(midi.ports) == 2)
    assert midi.stop(PATIENCE)
    assert [port.closed for port in ports.opened] == [True, True]
    assert midi.ports == ()


def test_one_that_was_never_started_can_be_stopped() -> None:
    assert Midi(GENERIC, MemoryPorts()).stop()


def test_names_of_ports() -> None:
    assert short_name(NANO) == NAME
    assert short_name("VMPK Output:out 129:0") == "VMPK Output:out"
    assert short_name("LPD8") == "LPD8"
    assert short_name("") == ""
    assert matches("kontrol", NANO)
    assert not matches("LPD8", NANO)
    assert is_through("Midi Through:Midi Through Port-0 14:0")


def test_the_monitor_prints_what_comes_and_what_it_does() -> None:
    ports = MemoryPorts(NANO)
    lines: list[str] = []
    stop = threading.Event()

    def out(line: str) -> None:
        lines.append(line)
        if line.endswith("connected"):
            ports.send(NANO, control(20, 64))
            ports.send(NANO, mido.Message("note_on", note=43, velocity=90, channel=8))
            ports.send(NANO, mido.Message("program_change", program=2))
            ports.send(NANO, control(119, 1))
        if len(lines) == 5:
            stop.set()

    monitor(GENERIC, out, stop, ports=ports)
    assert lines == [
        f"MIDI: {NAME} connected",
        f"{NAME}  control_change channel=1 control=20 value=64  → strength 0.50",
        f"{NAME}  note_on channel=9 note=43 velocity=90  → freeze",
        f"{NAME}  program_change channel=1 program=2  → preset 3",
        f"{NAME}  control_change channel=1 control=119 value=1  → nothing",
    ]


def test_ports_are_listed_by_name() -> None:
    assert list_ports(MemoryPorts(NANO, "LPD8 28:0")) == [NAME, "LPD8"]
    assert list_ports(MemoryPorts()) == ["no MIDI inputs"]


def test_a_flood_leaves_the_final_value_and_every_note_in_order() -> None:
    ports = MemoryPorts(NANO)
    with listening(ports) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        for number in range(10_000):
            ports.send(NANO, control(20, number % 127))
            if number % 100 == 0:
                ports.send(NANO, mido.Message("note_on", note=43 + number // 100 % 2))
        ports.send(NANO, control(20, 127))
        listener.until_came(Knob(f"{NAME}:1:20", "strength", 1.0))
        runs = [action.command for action in listener.actions if isinstance(action, Run)]
        assert runs == ["freeze", "blackout"] * 50
