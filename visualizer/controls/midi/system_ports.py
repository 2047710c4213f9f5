"""The machine's MIDI ports: which system they come from, and what it needs."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import mido

from visualizer.controls.midi.ports import Ports, Received, SameName
from visualizer.controls.midi.rtmidi_ports import RtMidiPorts

RTMIDI = "mido.backends.rtmidi"

SEQUENCER = Path("/dev/snd/seq")
"""Linux's way to MIDI through ALSA; absent in containers and without the module snd-seq."""


def system_ports(backend: str | None = None) -> Ports:
    """The ports of a backend, written as mido does: "module" or "module/API".

    "mido.backends.rtmidi" is RtMidi, by whichever binding this Python has. None takes the
    environment's MIDO_BACKEND; without one, ALSA on Linux (python-rtmidi's wheels carry a JACK of
    their own, which PipeWire does not answer) and the system's own elsewhere.
    """
    named = backend or os.environ.get("MIDO_BACKEND")
    if not named:
        named = f"{RTMIDI}/LINUX_ALSA" if sys.platform == "linux" else RTMIDI
    module, _, api = named.partition("/")
    if module != RTMIDI:
        return MidoPorts(named)
    return AlsaPorts() if api == "LINUX_ALSA" else RtMidiPorts(api or None)


class AlsaPorts(RtMidiPorts):
    """The ports of Linux's ALSA sequencer."""

    def __init__(self, sequencer: Path = SEQUENCER) -> None:
        super().__init__("LINUX_ALSA")
        self._sequencer = sequencer

    def names(self) -> Iterable[str]:
        """The inputs that are there now. Raises OSError with a line for people, or FAULTS."""
        self._check()
        return super().names()

    def outputs(self) -> Iterable[str]:
        """The outputs that are there now. Raises as names() does."""
        self._check()
        return super().outputs()

    def _check(self) -> None:
        # Looked at first, as ALSA would print its own complaint over the terminal each time.
        if not self._sequencer.exists():
            raise OSError(
                f"this machine has no ALSA sequencer ({self._sequencer}); "
                "try: sudo modprobe snd-seq"
            )
        if not os.access(self._sequencer, os.R_OK | os.W_OK):
            raise OSError(f"no permission to use {self._sequencer}; join the group 'audio'")


class MidoInput:
    """An open input of any backend of mido, which tells no times."""

    def __init__(self, port: Any) -> None:
        self._port = port

    def take(self, most: int) -> list[Received]:
        """The messages that have come; never waits."""
        now = time.monotonic()
        return [Received(now, m.bytes()) for m in islice(self._port.iter_pending(), most)]

    def close(self) -> None:
        """Let go of the port."""
        self._port.close()


class MidoOutput:
    """An open output of any backend of mido."""

    def __init__(self, port: Any) -> None:
        self._port = port

    def send(self, data: Sequence[int]) -> None:
        """Send one message. Raises FAULTS."""
        self._port.send(mido.Message.from_bytes(data))

    def close(self) -> None:
        """Let go of the port."""
        self._port.close()


class MidoPorts:
    """The ports of any other backend of mido."""

    def __init__(self, backend: str) -> None:
        self._backend = mido.Backend(backend)

    def names(self) -> Iterable[str]:
        """The inputs that are there now. Raises FAULTS or ImportError."""
        return tuple(self._backend.get_input_names())

    def outputs(self) -> Iterable[str]:
        """The outputs that are there now. Raises FAULTS or ImportError."""
        return tuple(self._backend.get_output_names())

    def open(self, address: str, place: int = 0) -> MidoInput:
        """Open the input of that name. Raises FAULTS."""
        _first_only(place)
        return MidoInput(self._backend.open_input(address))

    def open_output(self, address: str, place: int = 0) -> MidoOutput:
        """Open the output of that name. Raises FAULTS."""
        _first_only(place)
        return MidoOutput(self._backend.open_output(address))

    def close(self) -> None:
        """Nothing to let go of."""


def _first_only(place: int) -> None:
    if place:
        raise SameName("another has the same name, and mido opens ports by their names")
