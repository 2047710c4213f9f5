"""The machine's MIDI inputs: which system they come from, and what it needs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import mido

from visualizer.controls.midi_ports import Input, Ports
from visualizer.controls.rtmidi_ports import RtMidiPorts

RTMIDI = "mido.backends.rtmidi"

SEQUENCER = Path("/dev/snd/seq")
"""Linux's way to MIDI through ALSA; absent in containers and without the module snd-seq."""


def system_ports(backend: str | None = None) -> Ports:
    """The inputs of a backend, written as mido does: "module" or "module/API".

    None takes the environment's MIDO_BACKEND; without one, ALSA on Linux (python-rtmidi's wheels
    carry a JACK of their own, which PipeWire does not answer) and the system's own elsewhere.
    """
    named = backend or os.environ.get("MIDO_BACKEND")
    if not named:
        named = f"{RTMIDI}/LINUX_ALSA" if sys.platform == "linux" else RTMIDI
    module, _, api = named.partition("/")
    if module != RTMIDI:
        return MidoPorts(named)
    return AlsaPorts() if api == "LINUX_ALSA" else RtMidiPorts(api or None)


class AlsaPorts(RtMidiPorts):
    """The inputs of Linux's ALSA sequencer."""

    def __init__(self, sequencer: Path = SEQUENCER) -> None:
        super().__init__("LINUX_ALSA")
        self._sequencer = sequencer

    def names(self) -> Iterable[str]:
        """The inputs that are there now. Raises OSError with a line for people, or FAULTS."""
        # Looked at first, as ALSA would print its own complaint over the terminal each time.
        if not self._sequencer.exists():
            raise OSError(
                f"this machine has no ALSA sequencer ({self._sequencer}); "
                "try: sudo modprobe snd-seq"
            )
        if not os.access(self._sequencer, os.R_OK | os.W_OK):
            raise OSError(f"no permission to use {self._sequencer}; the group 'audio' has it")
        return super().names()


class MidoPorts:
    """The inputs of any other backend of mido."""

    def __init__(self, backend: str) -> None:
        self._backend = mido.Backend(backend)

    def names(self) -> Iterable[str]:
        """The inputs that are there now. Raises FAULTS or ImportError."""
        return tuple(self._backend.get_input_names())

    def open(self, address: str) -> Input:
        """Open the input of that name. Raises FAULTS."""
        port: Input = self._backend.open_input(address)
        return port

    def close(self) -> None:
        """Nothing to let go of."""
