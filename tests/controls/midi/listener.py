"""MIDI input on ports in memory, and what it gave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mido

from visualizer.controls.midi.memory_ports import MemoryPorts
from visualizer.controls.midi.midi_input import Midi

from ..input_listener import PATIENCE, InputListener

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


class Listener(InputListener):
    """A running Midi and all that it brought so far."""

    def __init__(self, midi: Midi) -> None:
        super().__init__(midi)
        self.midi = midi


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
