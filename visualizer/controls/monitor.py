"""For `visualizer midi`: what is plugged in, what it sends, and what that does."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Event
from typing import TYPE_CHECKING

from visualizer.controls.midi import Midi
from visualizer.controls.midi_map import MidiMap
from visualizer.controls.midi_ports import FAULTS, Ports, missing, short_name
from visualizer.controls.system_ports import system_ports
from visualizer.show.actions import Action, Knob, Run, Say, SelectPreset
from visualizer.show.parameters import BY_NAME

if TYPE_CHECKING:
    from mido import Message

PRINT_EVERY = 0.02
"""Seconds between two looks for new lines: at once, to the eye."""


def list_ports(ports: Ports | None = None) -> list[str]:
    """The MIDI inputs that are there, one a line, or one line that says why there are none."""
    ports = ports or system_ports()
    try:
        names = [short_name(address) for address in ports.names()]
    except ImportError as error:
        return [f"MIDI is off: {missing(error)}"]
    except FAULTS as error:
        return [f"MIDI is off: {error}"]
    finally:
        ports.close()
    return names or ["no MIDI inputs"]


def monitor(
    midi_map: MidiMap,
    out: Callable[[str], None],
    stop: Event,
    port: str | None = None,
    ports: Ports | None = None,
) -> None:
    """Print each message as it comes and what it does, until stop is set.

    out gets the lines, all in the calling thread. port: part of the wanted port's name.
    """
    lines: SimpleQueue[str] = SimpleQueue()
    midi = Midi(
        midi_map,
        ports,
        wanted=port,
        tap=lambda name, message, actions: lines.put(describe(name, message, actions)),
    )
    midi.start()
    try:
        while not stop.wait(PRINT_EVERY):
            _print(midi, lines, out)
    finally:
        midi.stop()
    _print(midi, lines, out)


def _print(midi: Midi, lines: SimpleQueue[str], out: Callable[[str], None]) -> None:
    for action in midi.drain():
        if isinstance(action, Say):
            out(action.text)
    try:
        while True:
            out(lines.get_nowait())
    except Empty:
        return


def describe(port: str, message: Message, actions: list[Action]) -> str:
    """A message and what it asks for, in one line; channels count from 1, as on controllers."""
    fields = [
        f"{name}={value + 1 if name == 'channel' else value}"
        for name, value in message.dict().items()
        if name not in ("type", "time")
    ]
    effect = ", ".join(_effect(action) for action in actions) or "nothing"
    return f"{port}  {' '.join([message.type, *fields])}  → {effect}"


def _effect(action: Action) -> str:
    match action:
        case Knob(parameter=name, position=position):
            return f"{name} {BY_NAME[name].text(BY_NAME[name].at(position))}"
        case Run(command=name):
            return name
        case SelectPreset(index=index):
            return f"preset {index + 1}"
        case _:
            return str(action)
