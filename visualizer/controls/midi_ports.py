"""The seam to MIDI hardware: what the MIDI thread needs of a system, and how its ports are named.

system_ports.py has the machine's own, memory_ports.py some without hardware. Only one thread may
use a Ports object: neither ALSA nor JACK allow listing, opening and closing from several at a time.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mido import Message

FAULTS = (OSError, RuntimeError, SystemError, ValueError)
"""What mido, python-rtmidi and its C++ core raise where a port or a driver gives trouble."""


class Input(Protocol):
    """An open input port, as mido has it."""

    def iter_pending(self) -> Iterable[Message]:
        """The messages that have come; never waits."""

    def close(self) -> None:
        """Let go of the port."""


class Ports(Protocol):
    """What the MIDI thread needs of a MIDI system. names and open raise FAULTS or ImportError."""

    def names(self) -> Iterable[str]:
        """The addresses of the inputs that are there now: the system's own names for them."""

    def open(self, address: str) -> Input:
        """Open an input. A port that is pulled out later stays open and silent."""

    def close(self) -> None:
        """Let go of what listing needed."""


def missing(error: ImportError) -> str:
    """What isn't installed, for people."""
    if error.name == "rtmidi":
        return "python-rtmidi is not installed; pip install python-rtmidi"
    return f"its backend can't be loaded: {error}"


def free_name(address: str, taken: Container[str]) -> str:
    """A name for people and for pickup that is not taken: "X", then "X (2)" for its twin."""
    name = short = short_name(address)
    number = 1
    while name in taken:
        number += 1
        name = f"{short} ({number})"
    return name


def short_name(name: str) -> str:
    """A port's name without ALSA's numbers and without a client's name said twice.

    "nanoKONTROL2:nanoKONTROL2 MIDI 1 20:0" → "nanoKONTROL2 MIDI 1". The numbers change from plug
    to plug, so they must not be part of what a knob is known by.
    """
    name = _without_numbers(name)
    client, colon, port = name.partition(":")
    return port if colon and client and port.startswith(client) else name


def matches(wanted: str, name: str) -> bool:
    """Whether a port's name has the wanted text in it; case and ALSA's numbers don't matter."""
    return _without_numbers(wanted).lower() in _without_numbers(name).lower()


def is_through(name: str) -> bool:
    """Whether it is ALSA's loop-back, which is on every Linux machine and no controller."""
    return name.lower().startswith("midi through")


def _without_numbers(name: str) -> str:
    return re.sub(r"\s+\d+:\d+$", "", name.strip())
