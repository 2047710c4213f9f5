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
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.controls.midi.memory_ports import MemoryInput, MemoryOutput, MemoryPorts
from visualizer.controls.midi.midi_input import Midi
from visualizer.controls.midi.ports import Received, SameName
from visualizer.show.actions import (
    Action,
    Knob,
    KnobId,
    Learned,
    Nudge,
    Run,
    Say,
    Switch,
    Sync,
    Unplugged,
)
from visualizer.show.command_table import COMMANDS

PATIENCE = 30.0
"""Seconds after which a condition that should come at once is given up."""

NANO = "X-KEYS:X-KEYS MIDI 1 20:0"
TWIN = "X-KEYS:X-KEYS MIDI 1 24:0"
NAME = "X-KEYS MIDI 1"

NOWHERE = Path("/nowhere")
"""A folder without maps: all play by those that come along."""


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
            assert time.monotonic() < end, f"it never came; there was {self.actions[-20:]}"
            threading.Event().wait(0.002)
            self.actions += self.midi.drain()

    def until_came(self, action: Action) -> None:
        self.until(lambda: action in self.actions)

    @property
    def lines(self) -> list[str]:
        return [action.text for action in self.actions if isinstance(action, Say)]


@contextmanager
def listening(ports: Any, **options: Any) -> Iterator[Listener]:
    options = {"folder": NOWHERE, **options}
    midi = Midi(ports, list_every=0.002, retry_after=0.002, **options)
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
        "ports: [nanoPAD2]\ncontrols:\n  note 36: freeze\n  cc 5: zoom\nlights: {note 36: freeze}\n"
    )
    ports = MemoryPorts("nanoPAD2", "nanoPAD2")
    with listening(ports, folder=tmp_path) as listener:
        listener.until(lambda: listener.midi.ports == ("nanoPAD2", "nanoPAD2 (2)"))
        listener.midi.light({"freeze": True})
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


def test_a_flood_leaves_the_final_value_every_step_and_every_note_in_order(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.yaml").write_text(
        "controls:\n  cc 60: {plays: seed, as: twos complement}\n", encoding="utf-8"
    )
    ports = MemoryPorts(NANO)
    with listening(ports, folder=tmp_path, given=tmp_path / f"{NAME}.yaml") as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        for number in range(10_000):
            ports.send(NANO, control(20, number % 127))
            ports.send(NANO, control(60, 1 if number % 4 else 127))
            if number % 100 == 0:
                ports.send(NANO, mido.Message("note_on", note=43 + number // 100 % 2))
        ports.send(NANO, control(20, 127))
        listener.until_came(Knob(KnobId(NAME, 1, "cc 20"), "strength", 1.0))
        runs = [action.command for action in listener.actions if isinstance(action, Run)]
        assert runs == ["freeze", "blackout"] * 50
        steps = [action.steps for action in listener.actions if isinstance(action, Nudge)]
        assert sum(steps) == 5000
        assert len(steps) < 10_000


def moved(ports: MemoryPorts, number: int, *values: int) -> None:
    for value in values:
        ports.send(NANO, control(number, value))


def test_a_moved_control_is_learned_and_plays_its_target_from_then_on(tmp_path: Path) -> None:
    ports = MemoryPorts(NANO)
    with listening(ports, folder=tmp_path) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        listener.midi.learn("zoom")
        listener.until(lambda: listener.midi.learning)
        moved(ports, 77, *range(20, 110))
        listener.until(lambda: any(isinstance(a, Learned) for a in listener.actions))
        (learned,) = [a for a in listener.actions if isinstance(a, Learned)]
        assert learned.target == "zoom"
        assert not any(isinstance(a, Knob) and a.parameter != "zoom" for a in listener.actions)
        moved(ports, 77, 127)
        listener.until_came(Knob(KnobId(NAME, 1, "cc 77"), "zoom", 1.0))
        listener.midi.learn(None)
    with listening(ports, folder=tmp_path) as listener:  # the next evening
        listener.until(lambda: listener.midi.ports == (NAME,))
        moved(ports, 77, 0)
        listener.until_came(Knob(KnobId(NAME, 1, "cc 77"), "zoom", 0.0))


def test_nothing_is_played_while_a_control_is_learned_but_the_pad_that_ends_it() -> None:
    ports = MemoryPorts(NANO)
    with listening(ports) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        listener.midi.learn("zoom")
        listener.until(lambda: listener.midi.learning)
        moved(ports, 20, 64)
        learn = next(command.note for command in COMMANDS if command.name == "learn")
        ports.send(NANO, mido.Message("note_on", note=learn))
        listener.until_came(Run("learn", "midi"))
        assert not any(isinstance(a, Knob) for a in listener.actions)
        listener.midi.learn(None)
        listener.until(lambda: not listener.midi.learning)
        moved(ports, 20, 127)
        listener.until_came(Knob(KnobId(NAME, 1, "cc 20"), "strength", 1.0))


HELD = "controls:\n  note 1: {plays: freeze, as: momentary}\n  cc 5: {plays: zoom, as: toggle}\n"


def held(tmp_path: Path) -> Path:
    """A map with a momentary pad and a toggle."""
    path = tmp_path / f"{NAME}.yaml"
    path.write_text(HELD, encoding="utf-8")
    return tmp_path


def pad(ports: MemoryPorts, velocity: int) -> None:
    ports.send(NANO, mido.Message("note_on", note=1, velocity=velocity))


def test_a_pad_that_is_pulled_while_it_is_held_is_let_go_of(tmp_path: Path) -> None:
    ports = MemoryPorts(NANO)
    with listening(ports, folder=held(tmp_path)) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        pad(ports, 90)
        listener.until_came(Switch("freeze", True, "midi"))
        ports.unplug(NANO)
        listener.until_came(Unplugged(NAME))
        assert Switch("freeze", False, "midi") in listener.actions


def test_a_pad_that_is_held_at_the_end_is_let_go_of(tmp_path: Path) -> None:
    ports = MemoryPorts(NANO)
    with listening(ports, folder=held(tmp_path)) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        pad(ports, 90)
        listener.until_came(Switch("freeze", True, "midi"))
    assert Switch("freeze", False, "midi") in listener.midi.drain()


def test_a_pad_that_is_let_go_of_while_a_control_is_learned_is_heard(tmp_path: Path) -> None:
    ports = MemoryPorts(NANO)
    with listening(ports, folder=held(tmp_path)) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        pad(ports, 90)
        listener.until_came(Switch("freeze", True, "midi"))
        listener.midi.learn("zoom")
        listener.until(lambda: listener.midi.learning)
        pad(ports, 0)
        listener.until_came(Switch("freeze", False, "midi"))


def test_a_pad_that_is_struck_while_a_control_is_learned_switches_nothing(tmp_path: Path) -> None:
    ports = MemoryPorts(NANO)
    with listening(ports, folder=held(tmp_path)) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        listener.midi.learn("next_prompt")
        listener.until(lambda: listener.midi.learning)
        pad(ports, 90)
        pad(ports, 0)
        listener.until(lambda: any(isinstance(a, Learned) for a in listener.actions))
        assert not any(isinstance(a, Switch) for a in listener.actions)


def test_what_is_toggled_or_held_outlives_that_another_control_is_forgotten(
    tmp_path: Path,
) -> None:
    ports = MemoryPorts(NANO)
    with listening(ports, folder=held(tmp_path)) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        pad(ports, 90)
        moved(ports, 5, 127, 0)
        listener.until_came(Knob(KnobId(NAME, 1, "cc 5"), "zoom", 1.0, pickup="none"))
        listener.midi.forget("blend")
        listener.until_came(Say("MIDI: nothing plays blend any more", "midi"))
        moved(ports, 5, 127, 0)
        listener.until_came(Knob(KnobId(NAME, 1, "cc 5"), "zoom", 0.0, pickup="none"))
        assert Switch("freeze", False, "midi") not in listener.actions
        listener.midi.forget("freeze")
        listener.until_came(Switch("freeze", False, "midi"))


def test_what_is_forgotten_is_played_no_more(tmp_path: Path) -> None:
    ports = MemoryPorts(NANO)
    with listening(ports, folder=tmp_path) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        listener.midi.forget("strength")
        listener.until_came(Say("MIDI: nothing plays strength any more", "midi"))
        moved(ports, 20, 64)
        moved(ports, 21, 127)
        listener.until_came(Knob(KnobId(NAME, 1, "cc 21"), "guidance", 1.0))
        assert not any(isinstance(a, Knob) and a.parameter == "strength" for a in listener.actions)
        listener.midi.forget_all()
        listener.until_came(Say("MIDI: all controllers play as they came", "midi"))
        moved(ports, 20, 127)
        listener.until_came(Knob(KnobId(NAME, 1, "cc 20"), "strength", 1.0))


def test_a_map_that_can_not_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "maps").write_text("a file where the folder should be", encoding="utf-8")
    ports = MemoryPorts(NANO)
    with listening(ports, folder=tmp_path / "maps") as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        listener.midi.forget("strength")
        listener.until(lambda: len(listener.lines) > 1)
        assert "maps" in listener.lines[-1]


def test_a_faulty_map_is_told_once_even_with_no_controller(tmp_path: Path) -> None:
    given = tmp_path / "map.yaml"
    given.write_text("controls:\n  cc 20: beauty\n", encoding="utf-8")
    ports = CountedPorts()
    with listening(ports, folder=tmp_path / "none", given=given) as listener:
        listener.until(lambda: len(listener.lines) == 1)
        assert listener.lines[0].startswith(f"{given}:2:")
        ports.plug(NANO)
        listener.until(lambda: listener.midi.ports == (NAME,))
        assert listener.lines[1:] == [f"MIDI: {NAME} connected"]


LAMPS = "lights:\n  note 1: generation\n  note 2: {shows: preset 1, on: 3}\n"


def lamps(tmp_path: Path) -> Path:
    path = tmp_path / "lamps.yaml"
    path.write_text(LAMPS, encoding="utf-8")
    return path


def test_lamps_are_told_what_is_news_and_all_of_it_after_a_reconnect(tmp_path: Path) -> None:
    ports = MemoryPorts(NANO)
    with listening(ports, given=lamps(tmp_path)) as listener:
        listener.midi.light({"generation": True})
        listener.until(lambda: ports.came(NANO) == ((0x90, 1, 127), (0x90, 2, 0)))
        listener.midi.light({"generation": True, "preset 1": True})
        listener.until(lambda: ports.came(NANO)[2:] == ((0x90, 2, 3),))
        ports.unplug(NANO)
        listener.until_came(Unplugged(NAME))
        ports.plug(NANO)
        listener.until(lambda: ports.came(NANO) == ((0x90, 1, 127), (0x90, 2, 3)))
    assert ports.came(NANO)[2:] == ((0x90, 1, 0), (0x90, 2, 0))  # dark at the end


def test_nothing_is_sent_where_no_map_names_a_lamp() -> None:
    ports = MemoryPorts("Y-PADS")
    with listening(ports) as listener:
        listener.until(lambda: listener.midi.ports == ("Y-PADS",))
        listener.midi.light({"generation": True})
        ports.send("Y-PADS", mido.Message("note_on", note=43))
        listener.until(lambda: any(isinstance(a, Run) for a in listener.actions))
    assert ports.came("Y-PADS") == ()
    assert not any(isinstance(port, MemoryOutput) for port in ports.opened)


def test_lamps_that_fail_are_opened_anew(tmp_path: Path) -> None:
    ports = CountedPorts(NANO)
    with listening(ports, given=lamps(tmp_path)) as listener:
        listener.midi.light({})
        listener.until(lambda: len(ports.came(NANO)) == 2)
        for port in ports.opened:
            if isinstance(port, MemoryOutput):
                port.fault = OSError("broken")
        listener.midi.light({"generation": True})
        listener.until(lambda: ports.came(NANO)[2:] == ((0x90, 1, 127), (0x90, 2, 0)))


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
