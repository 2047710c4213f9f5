"""`visualizer midi`: what is plugged in, what it sends, what that does, and learning."""

from __future__ import annotations

import threading
from pathlib import Path

import mido
import pytest

from visualizer.controls.midi.memory_ports import MemoryPorts
from visualizer.controls.midi.monitor import describe, learn, list_ports, monitor
from visualizer.controls.midi.system_ports import AlsaPorts
from visualizer.show.actions import Action
from visualizer.show.play_actions import Nudge, Recall, Store, Switch

NANO = "X-KEYS:X-KEYS MIDI 1 20:0"
NAME = "X-KEYS MIDI 1"


def test_the_monitor_prints_what_comes_and_what_it_does(tmp_path: Path) -> None:
    ports = MemoryPorts(NANO)
    lines: list[str] = []
    stop = threading.Event()

    def out(line: str) -> None:
        lines.append(line)
        if line.endswith("connected"):
            for message in (
                mido.Message("control_change", control=20, value=64),
                mido.Message("control_change", control=20, value=65),
                mido.Message("note_on", note=43, velocity=90, channel=8),
                mido.Message("program_change", program=2),
                mido.Message("control_change", control=119, value=1, channel=1),
                mido.Message("sysex", data=range(12)),
                mido.Message("clock"),
                mido.Message("start"),
            ):
                ports.send(NANO, message)
        if len(lines) == 8:
            stop.set()

    monitor(out, stop, ports=ports, folder=tmp_path)
    assert lines[0] == f"MIDI: {NAME} connected"
    start = f"{NAME}  [fa]  start  → nothing"  # the clock's own are taken first
    assert start in lines
    assert [line for line in lines[1:] if line != start] == [
        f"{NAME}  [b0 14 40]  control_change channel=1 control=20 value=64  → strength 0.50",
        f"{NAME}  [b0 14 41]  control_change channel=1 control=20 value=65  → strength 0.51",
        f"{NAME}  [98 2b 5a]  note_on channel=9 note=43 velocity=90  → freeze",
        f"{NAME}  [c0 02]  program_change channel=1 program=2  → preset 3",
        f"{NAME}  [b1 77 01]  control_change channel=2 control=119 value=1  → mod4_every 0.05",
        f"{NAME}  [f0 00 01 02 03 04 05 06 …]  sysex of 14 bytes  → nothing",
    ]


def test_effects_are_told_in_words() -> None:
    actions: list[Action] = [
        Nudge("seed", -3.0, fine=True),
        Switch("freeze", True),
        Switch("freeze", False),
        Recall(2),
        Store(3),
    ]
    for data, shown in ((b"\x00", "00"), (b"\xe0", "e0"), (b"\xe0\0\0\0", "e0 00 00 00")):
        assert describe("X", data, actions) == (
            f"X  [{shown}]  not MIDI  → "
            "seed -3 fine steps, freeze on, freeze off, snapshot 2, store 3"
        )


def test_ports_are_listed_with_the_maps_that_they_play_by(tmp_path: Path) -> None:
    ports = MemoryPorts(NANO, "Midi Through:Midi Through Port-0 14:0")
    assert list_ports(ports, folder=tmp_path) == [
        f"{NAME}: the generic map",
        "Midi Through Port-0: a loop-back, opened only by name",
    ]
    assert list_ports(MemoryPorts(), folder=tmp_path) == ["no MIDI inputs"]


def test_a_port_with_leds_is_listed_with_them_and_a_faulty_map_is_told(tmp_path: Path) -> None:
    given = tmp_path / "map.yaml"
    given.write_text("ports: [X-KEYS]\nleds:\n  note 1: generation\n", encoding="utf-8")
    (line,) = list_ports(MemoryPorts(NANO), folder=tmp_path / "none", given=given)
    assert line == f"{NAME}: the map for X-KEYS, with LEDs"
    given.write_text("leds:\n  note 1: beauty\n", encoding="utf-8")
    line, fault = list_ports(MemoryPorts(NANO), folder=tmp_path / "none", given=given)
    assert line == f"{NAME}: the generic map"
    assert fault.startswith(f"{given}:2:")


def test_a_control_is_learned_from_the_terminal(tmp_path: Path) -> None:
    ports = MemoryPorts(NANO)
    lines: list[str] = []

    class Hand(threading.Event):
        """Moves a fader back and forth while it is waited for."""

        value = 0

        def wait(self, timeout: float | None = None) -> bool:
            self.value = (self.value + 5) % 128
            ports.send(NANO, mido.Message("control_change", control=77, value=self.value))
            return super().wait(timeout)

    assert learn("zoom", lines.append, Hand(), ports=ports, folder=tmp_path)
    assert lines[0] == "move the control that is to play zoom"
    assert lines[-1].startswith("MIDI learn: ")
    assert lines[-1].endswith("plays zoom")
    (path,) = tmp_path.glob("*.yaml")
    assert "zoom" in path.read_text(encoding="utf-8")


def test_learning_ends_when_it_is_told_to(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    assert not learn("zoom", lambda _: None, stop, ports=MemoryPorts(), folder=tmp_path)


@pytest.mark.parametrize(
    ("module", "package"), [("rtmidi", "python-rtmidi"), ("supriya_midi", "supriya-midi")]
)
def test_what_is_missing_is_one_line_and_nothing_waits_for_it(
    module: str, package: str, tmp_path: Path
) -> None:
    ports = MemoryPorts()
    ports.faults[""] = ModuleNotFoundError(f"No module named '{module}'", name=module)
    line = f"MIDI is off: {package} is not installed; pip install {package}"
    assert list_ports(ports, folder=tmp_path) == [line]
    lines: list[str] = []
    monitor(lines.append, threading.Event(), ports=ports, folder=tmp_path)
    assert not learn("zoom", lines.append, threading.Event(), ports=ports, folder=tmp_path)
    assert lines == [line, "move the control that is to play zoom", line]


def test_a_given_map_that_lies_over_what_was_learned_is_told(tmp_path: Path) -> None:
    ports = MemoryPorts(NANO)
    given = tmp_path / "given.yaml"
    given.write_text("controls: {cc 77 channel 1: blend}")
    lines: list[str] = []
    stop = threading.Event()

    def out(line: str) -> None:
        lines.append(line)
        if "takes precedence" in line:
            stop.set()

    class Hand(threading.Event):
        value = 0

        def wait(self, timeout: float | None = None) -> bool:
            self.value = (self.value + 5) % 128
            ports.send(NANO, mido.Message("control_change", control=77, value=self.value))
            return stop.wait(timeout)

    assert not learn("zoom", out, Hand(), ports=ports, folder=tmp_path / "maps", given=given)
    assert lines[-1].endswith(f"--midi-map {given} takes precedence")


def test_a_machine_without_an_alsa_sequencer_is_told_so(tmp_path: Path) -> None:
    (line,) = list_ports(AlsaPorts(tmp_path / "seq"), folder=tmp_path)
    assert line.startswith("MIDI is off: this machine has no ALSA sequencer")


@pytest.mark.parametrize(
    ("backend", "line"),
    [
        ("mido.backends.rtmidi/FOO", "MIDI is off: RtMidi has no API 'FOO' here"),
        ("mido.backends.foo", "MIDI is off: its backend can't be loaded: No module named "),
    ],
)
def test_a_wrong_backend_in_the_environment_is_one_line(
    backend: str, line: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MIDO_BACKEND", backend)
    (said,) = list_ports(folder=tmp_path)
    assert said.startswith(line)
