"""What every MIDI system has to do: ports in memory and real ones on JACK alike.

JACK is started here without a sound card ("dummy"), under a name of its own, so that test runs
side by side don't meet; where there is no jackd, that half is skipped.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import reduce as fold
from pathlib import Path
from typing import Any, Protocol

import mido
import pytest

from visualizer.controls.midi.memory_ports import MemoryPorts
from visualizer.controls.midi.midi_input import Midi
from visualizer.controls.midi.ports import Ports
from visualizer.controls.midi.rtmidi_ports import rtmidi_client
from visualizer.controls.midi.system_ports import system_ports
from visualizer.show.actions import Action
from visualizer.show.play_actions import Knob, KnobId, Run, SelectPreset
from visualizer.show.reducer import reduce, start
from visualizer.show.system_actions import Say, Sync, Unplugged

PATIENCE = 30.0
"""Seconds after which a condition that should come soon is given up: the machine may be busy."""

NOWHERE = Path("/nowhere")
"""A folder without maps."""

JACK = "mido.backends.rtmidi/UNIX_JACK"


class Rig(Protocol):
    """A MIDI system with one controller that can be plugged in, pulled out and played."""

    name: str

    @property
    def ports(self) -> Ports: ...
    def plug(self) -> None: ...
    def unplug(self) -> None: ...
    def send(self, message: Any) -> None: ...
    def came(self) -> list[list[int]]: ...


class InMemory:
    name = "X-KEYS"

    def __init__(self) -> None:
        self.ports = MemoryPorts()

    def plug(self) -> None:
        self.ports.plug(self.name)

    def unplug(self) -> None:
        self.ports.unplug(self.name)

    def send(self, message: Any) -> None:
        self.ports.send(self.name, message)

    def came(self) -> list[list[int]]:
        return [list(data) for data in self.ports.came(self.name)]


GONE: list[Any] = []
"""Ports that no controller has any more. Kept until the server has ended."""


class OnJack:
    name = "RtMidiOut Client:X-KEYS"

    def __init__(self, plug_in: Callable[[str], Any]) -> None:
        self.ports = system_ports(JACK)
        self._plug_in = plug_in
        self._controller: Any = None
        self._leds: Any = None
        self._came: list[list[int]] = []

    def plug(self) -> None:
        self._leds = rtmidi_client("MidiIn", "UNIX_JACK", "leds")
        self._leds.open_virtual_port("X-KEYS")
        self._controller = self._plug_in("X-KEYS")
        self._came = []

    def unplug(self) -> None:
        if self._controller is not None:
            self._controller.close()
            # Not closed while JACK runs, which RtMidi can't do safely (rtmidi_ports.RETIRED).
            self._leds.set_port_name("GONE")
            GONE.append(self._leds)
            self._controller = None

    def send(self, message: Any) -> None:
        self._controller.send(message)

    def came(self) -> list[list[int]]:
        while (message := self._leds.get_message()) is not None:
            self._came.append(message[0])
        return self._came


@pytest.fixture(params=["memory", "jack"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    if request.param == "memory":
        yield InMemory()
        return
    on_jack = OnJack(request.getfixturevalue("jack_controller"))
    yield on_jack
    on_jack.unplug()


@pytest.fixture
def midi(rig: Rig) -> Iterator[Midi]:
    thread = Midi(rig.ports, folder=NOWHERE, list_every=0.02, retry_after=0.02)
    thread.start()
    yield thread
    assert thread.stop(PATIENCE)
    assert thread.ports == ()


def gather(midi: Midi, enough: Callable[[list[Action]], bool]) -> list[Action]:
    """All actions until there are enough."""
    actions: list[Action] = []
    end = time.monotonic() + PATIENCE
    while not enough(actions):
        assert time.monotonic() < end, f"it never came; there was {actions}"
        threading.Event().wait(0.002)
        actions += midi.drain()
    return actions


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came"
        threading.Event().wait(0.002)


def plugged(rig: Rig, midi: Midi) -> list[Action]:
    """The controller is plugged in, and its first message has come through."""
    rig.plug()
    actions = gather(midi, lambda a: Say(f"MIDI: {rig.name} connected", "midi") in a)

    def came_through(probes: list[Action]) -> bool:
        # A new connection on JACK carries nothing until its next cycle.
        rig.send(mido.Message("program_change", program=127))
        return SelectPreset(127, "midi") in probes

    gather(midi, came_through)
    rig.send(mido.Message("program_change", program=126))
    gather(midi, lambda a: SelectPreset(126, "midi") in a)  # behind the last of the probes
    return actions


def unplugged(rig: Rig, midi: Midi) -> list[Action]:
    rig.unplug()
    return gather(midi, lambda a: Say(f"MIDI: {rig.name} disconnected", "midi") in a)


def turned(rig: Rig, midi: Midi, value: int) -> list[Action]:
    """The strength knob (CC 20) is turned to value, and has arrived."""
    rig.send(mido.Message("control_change", control=20, value=value))
    return gather(midi, lambda a: knob(rig, value) in a)


def knob(rig: Rig, value: int) -> Knob:
    return Knob(KnobId(rig.name, 1, "cc 20"), "strength", value / 127)


def test_what_is_played_arrives(rig: Rig, midi: Midi) -> None:
    plugged(rig, midi)
    assert midi.ports == (rig.name,)
    assert turned(rig, midi, 64) == [knob(rig, 64)]
    rig.send(mido.Message("note_on", note=44, velocity=100))
    rig.send(mido.Message("note_off", note=44))
    rig.send(mido.Message("note_on", note=43, velocity=1))
    actions = gather(midi, lambda a: len(a) >= 2)
    assert actions == [Run("blackout", "midi"), Run("freeze", "midi")]


def test_one_that_was_there_before_the_start_is_found(rig: Rig) -> None:
    rig.plug()
    thread = Midi(rig.ports, folder=NOWHERE, list_every=0.02)
    thread.start()
    gather(thread, lambda a: Say(f"MIDI: {rig.name} connected", "midi") in a)
    assert thread.stop(PATIENCE)


def test_a_controller_may_be_pulled_out_and_plugged_in_again(rig: Rig, midi: Midi) -> None:
    plugged(rig, midi)
    for value in (10, 20, 30):
        turned(rig, midi, value)
        assert Unplugged(rig.name) in unplugged(rig, midi)
        assert midi.ports == ()
        plugged(rig, midi)
    assert turned(rig, midi, 40) == [knob(rig, 40)]


def test_a_knob_that_comes_back_elsewhere_must_pick_up_anew(rig: Rig, midi: Midi) -> None:
    show = start((), settings={"strength": 0.5})
    show = fold(reduce, plugged(rig, midi), show)
    show = fold(reduce, turned(rig, midi, 64), show)
    show = fold(reduce, turned(rig, midi, 90), show)
    assert show.values["strength"] == pytest.approx(90 / 127)
    show = fold(reduce, unplugged(rig, midi), show)
    show = fold(reduce, plugged(rig, midi), show)
    show = fold(reduce, turned(rig, midi, 5), show)
    assert show.values["strength"] == pytest.approx(90 / 127)
    show = fold(reduce, turned(rig, midi, 100), show)
    assert show.values["strength"] == pytest.approx(100 / 127)


def test_of_a_flood_the_final_value_and_every_note_arrive(rig: Rig, midi: Midi) -> None:
    plugged(rig, midi)
    for number in range(100):
        rig.send(mido.Message("control_change", control=20, value=number))
        if number % 10 == 0:
            rig.send(mido.Message("note_on", note=43 + number // 10 % 2))
    rig.send(mido.Message("note_on", note=36))
    actions = gather(midi, lambda a: Run("next_prompt", "midi") in a)
    runs = [action.command for action in actions if isinstance(action, Run)]
    assert runs == [*["freeze", "blackout"] * 5, "next_prompt"]
    knobs = [action for action in actions if isinstance(action, Knob)]
    assert knobs[-1] == knob(rig, 99)


def test_leds_are_lit_and_lit_again_after_a_reconnect(rig: Rig, tmp_path: Path) -> None:
    given = tmp_path / "leds.yaml"
    given.write_text("leds:\n  note 1: generation\n  note 2: freeze\n", encoding="utf-8")
    midi = Midi(rig.ports, folder=tmp_path / "none", given=given, list_every=0.02)
    midi.start()
    try:
        midi.set_leds({"generation": True})
        for _ in range(2):
            plugged(rig, midi)
            wait_for(lambda: len(rig.came()) >= 2)
            assert sorted(rig.came()) == [[0x90, 1, 127], [0x90, 2, 0]]
            unplugged(rig, midi)
        plugged(rig, midi)
        midi.set_leds({"freeze": True})
        wait_for(lambda: rig.came()[-2:] == [[0x90, 1, 0], [0x90, 2, 127]])
    finally:
        assert midi.stop(PATIENCE)


def test_a_clock_is_followed(rig: Rig, midi: Midi) -> None:
    plugged(rig, midi)
    rig.send(mido.Message("start"))
    begin = time.monotonic()
    for number in range(48):
        while time.monotonic() < begin + number / 48:  # 120 beats a minute
            threading.Event().wait(0.001)
        rig.send(mido.Message("clock"))
    actions = gather(midi, lambda a: any(isinstance(x, Sync) and x.beats == 47 / 24 for x in a))
    newest = [action for action in actions if isinstance(action, Sync)][-1]
    assert newest.running
    assert 100 < newest.bpm < 140  # a busy machine sends unevenly
