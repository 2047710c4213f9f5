"""MIDI input on ports in memory, and what it gave."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mido

from visualizer.controls.midi.memory_ports import MemoryPorts
from visualizer.controls.midi.midi_input import Midi
from visualizer.show.actions import Action
from visualizer.show.system_actions import Say

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
