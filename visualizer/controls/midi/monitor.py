"""`visualizer midi`: list controllers, show their messages and what those do, and run MIDI learn
from the terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import NamedTuple

from mido import Message

from visualizer.controls.midi.midi_input import Midi
from visualizer.controls.midi.midi_map import Mapping
from visualizer.controls.midi.own_maps import OwnMaps
from visualizer.controls.midi.ports import FAULTS, Ports, is_through, missing, output_of, short_name
from visualizer.controls.midi.system_ports import system_ports
from visualizer.show.actions import Action
from visualizer.show.parameters import BY_NAME
from visualizer.show.play_actions import Knob, Nudge, Recall, Run, SelectPreset, Store, Switch
from visualizer.show.system_actions import Learned, Say
from visualizer.worker import drained

PRINT_EVERY = 0.02
"""Seconds between two looks for new lines: at once, to the eye."""

UNSAID = ("type", "time")
"""Fields of mido's messages that are no news: the type stands first anyway."""

MOST_SHOWN = 8
"""Bytes of a message that are printed; only sysex has more."""


class Seen(NamedTuple):
    """inputs: those that are there, one a line, each with the map that it plays by. off: why MIDI
    can't be had; "" where it can. faults: of maps."""

    inputs: list[str]
    off: str
    faults: list[str]


def look(
    ports: Ports | None = None, *, folder: Path | None = None, given: Path | None = None
) -> Seen:
    """What is plugged in. folder: of own maps; None for the usual one. given: one for all."""
    ports = ports or system_ports()
    faults: list[str] = []
    maps = OwnMaps(folder, given, faults.append)
    try:
        outputs = tuple(ports.outputs())
        lines = [_listed(address, outputs, maps) for address in ports.names()]
    except ImportError as error:
        return Seen([], f"MIDI is off: {missing(error)}", [])
    except FAULTS as error:
        return Seen([], f"MIDI is off: {error}", [])
    finally:
        ports.close()
    return Seen(lines, "", faults)


def list_ports(
    ports: Ports | None = None, *, folder: Path | None = None, given: Path | None = None
) -> list[str]:
    """The same in lines: the inputs, or one that says why there are none; faults come last."""
    seen = look(ports, folder=folder, given=given)
    return [seen.off] if seen.off else [*(seen.inputs or ["no MIDI inputs"]), *seen.faults]


def _listed(address: str, outputs: tuple[str, ...], maps: OwnMaps) -> str:
    name = short_name(address)
    if is_through(address):
        return f"{name}: a loop-back, opened only by name"
    mapping = maps.chosen(name)
    leds = ", with LEDs" if mapping.leds and output_of(address, outputs) is not None else ""
    return f"{name}: {_map_name(mapping)}{leds}"


def _map_name(mapping: Mapping) -> str:
    return f"the map for {mapping.ports[0]}" if mapping.ports else "the generic map"


def monitor(
    out: Callable[[str], None],
    stop: Event,
    *,
    port: str | None = None,
    ports: Ports | None = None,
    folder: Path | None = None,
    given: Path | None = None,
) -> None:
    """Print each message as it comes and what it does, until stop is set or MIDI is off.

    out gets the lines, all in the calling thread. port: part of the wanted port's name.
    """
    lines: SimpleQueue[str] = SimpleQueue()

    def tap(name: str, data: bytes, actions: list[Action]) -> None:
        lines.put(describe(name, data, actions))

    midi = Midi(ports, folder=folder, given=given, wanted=port, tap=tap)
    midi.start()
    try:
        while midi.is_alive() and not stop.wait(PRINT_EVERY):
            _print(midi, lines, out)
    finally:
        midi.stop()
    _print(midi, lines, out)


def learn(
    target: str,
    out: Callable[[str], None],
    stop: Event,
    *,
    port: str | None = None,
    ports: Ports | None = None,
    folder: Path | None = None,
    given: Path | None = None,
) -> bool:
    """Have the control that is moved next play a target; whether one was learned before stop was
    set or MIDI was off."""
    midi = Midi(ports, folder=folder, given=given, wanted=port)
    midi.learn(target)
    out(f"move the control that is to play {target}")
    midi.start()
    try:
        alive = True
        while alive and not stop.wait(PRINT_EVERY):
            alive = midi.is_alive()  # asked first: what it said last is still told
            for action in midi.drain():
                if isinstance(action, Say):
                    out(action.text)
                elif isinstance(action, Learned):
                    out(action.line)
                    return True
    finally:
        midi.stop()
    return False


def _print(midi: Midi, lines: SimpleQueue[str], out: Callable[[str], None]) -> None:
    for action in midi.drain():
        if isinstance(action, Say):
            out(action.text)
    for line in drained(lines):
        out(line)


def describe(port: str, data: bytes, actions: list[Action]) -> str:
    """A message and what it asks for, in one line; channels count from 1, as on controllers."""
    shown = data[:MOST_SHOWN].hex(" ") + (" …" if len(data) > MOST_SHOWN else "")
    effect = ", ".join(_effect(action) for action in actions) or "nothing"
    return f"{port}  [{shown}]  {_decoded(data)}  → {effect}"


def _decoded(data: bytes) -> str:
    if data[:1] == b"\xf0":
        return f"sysex of {len(data)} bytes"
    try:
        message = Message.from_bytes(data)
    except (ValueError, IndexError):
        return "not MIDI"
    if len(message) != len(data):  # mido reads a bend with bytes behind it
        return "not MIDI"
    fields = {name: value for name, value in message.dict().items() if name not in UNSAID}
    if "channel" in fields:
        fields = {"channel": fields.pop("channel") + 1, **fields}
    return " ".join([message.type, *(f"{name}={value}" for name, value in fields.items())])


def _effect(action: Action) -> str:
    match action:
        case Knob(parameter=name, position=position):
            return f"{name} {BY_NAME[name].text(BY_NAME[name].at(position))}"
        case Nudge(parameter=name, steps=steps, fine=fine):
            return f"{name} {steps:+g} {'fine steps' if fine else 'steps'}"
        case Run(command=name):
            return name
        case Switch(command=name, on=on):
            return f"{name} {'on' if on else 'off'}"
        case SelectPreset(index=index):
            return f"preset {index + 1}"
        case Recall(slot=slot):
            return f"snapshot {slot}"
        case Store(slot=slot):
            return f"store {slot}"
        case _:
            return str(action)
