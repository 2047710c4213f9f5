"""The seam to MIDI hardware: what the MIDI thread needs of a system, and how its ports are named.

system_ports.py has the machine's own, memory_ports.py some without hardware. Only one thread may
use a Ports object: neither ALSA nor JACK allow listing, opening and closing from several at a time.

Messages cross the seam as bytes with their times: a flood is thinned out before any is parsed.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from typing import NamedTuple, Protocol

FAULTS = (OSError, RuntimeError, SystemError, ValueError)
"""What mido, RtMidi and its bindings raise where a port or a driver gives trouble."""


class SameName(OSError):
    """The system can't tell this port from another one; str() says so."""


class Received(NamedTuple):
    """A message that has come. at: when, in seconds of time.monotonic. data: its bytes."""

    at: float
    data: Sequence[int]


class Input(Protocol):
    """An open input port."""

    def take(self, most: int) -> list[Received]:
        """The messages that have come, the oldest first and most of them; never waits."""

    def close(self) -> None:
        """Let go of the port."""


class Output(Protocol):
    """An open output port."""

    def send(self, data: Sequence[int]) -> None:
        """Send one message, as bytes. A port that is pulled out may swallow it, or raise FAULTS."""

    def close(self) -> None:
        """Let go of the port."""


class Ports(Protocol):
    """What the MIDI thread needs of a MIDI system. All but close raise FAULTS or ImportError."""

    def names(self) -> Iterable[str]:
        """The addresses of the inputs that are there now: the system's own names for them, of
        which two may be the same (CoreMIDI)."""

    def outputs(self) -> Iterable[str]:
        """The addresses of the outputs that are there now."""

    def open(self, address: str, place: int = 0) -> Input:
        """Open an input. A port that is pulled out later stays open and silent.

        place: which of those with that address, from 0, in the order of the list.
        """

    def open_output(self, address: str, place: int = 0) -> Output:
        """Open an output. place: as in open."""

    def close(self) -> None:
        """Let go of what listing needed."""


def missing(error: ImportError) -> str:
    """What isn't installed, for people."""
    package = {"rtmidi": "python-rtmidi", "supriya_midi": "supriya-midi"}.get(error.name or "")
    if package:
        return f"{package} is not installed; pip install {package}"
    return f"its backend can't be loaded: {error}"


def places(addresses: Iterable[str]) -> list[tuple[str, int]]:
    """Addresses, each with its place among those that are the same."""
    count: Counter[str] = Counter()
    found = []
    for address in addresses:
        found.append((address, count[address]))
        count[address] += 1
    return found


def free_name(address: str, taken: Container[str]) -> str:
    """A name for people and for pickup that is not taken: "X", then "X (2)" for its twin."""
    name = short = short_name(address)
    number = 1
    while name in taken:
        number += 1
        name = f"{short} ({number})"
    return name


def short_name(name: str) -> str:
    """A port's name without what changes, and without a client's name said twice.

    "nanoKONTROL2:nanoKONTROL2 MIDI 1 20:0" → "nanoKONTROL2 MIDI 1". The numbers change from plug
    to plug, so they must not be part of what a knob is known by.
    """
    name = _lasting(name)
    client, colon, port = name.partition(":")
    return port if colon and client and port.startswith(client) else name


def matches(wanted: str, name: str) -> bool:
    """Whether a port's name has the wanted text in it; case and changing numbers don't matter."""
    return _lasting(wanted).lower() in _lasting(name).lower()


def is_through(name: str) -> bool:
    """Whether it is ALSA's loop-back, which is on every Linux machine and no controller."""
    return name.lower().startswith("midi through")


def output_of(address: str, outputs: Iterable[str]) -> str | None:
    """The output of the controller whose input has that address; None where none is surely its.

    Both have the same name on most systems. JACK's bridges tell them apart by "(capture)" and
    "(playback)", macOS and Windows by another word behind the controller's name.
    """
    there = tuple(dict.fromkeys(outputs))
    if address in there:  # ALSA, with its numbers: of two of a kind, the right one
        return address
    alike: tuple[Callable[[str], str], ...] = (short_name, _port_part, _first_word)
    for known_by in alike:
        name = known_by(address)
        found = [other for other in there if name and known_by(other) == name]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _port_part(name: str) -> str:
    """What stands behind a client's name, if anything does."""
    return _lasting(name).partition(":")[2]


def _first_word(name: str) -> str:
    return short_name(name).partition(" ")[0]


_CHANGING = re.compile(
    r"\s+\d+:\d+$"  # ALSA: client and port
    r"|\s+\[\d+\](?=\s|:|$)"  # a2jmidid: client
    r"|\s+\((?:capture|playback)\)(?=:|$)"  # JACK's bridges: the direction
    + (r"|\s+\d+$" if sys.platform == "win32" else "")  # Windows: the place in its list
)


def _lasting(name: str) -> str:
    """A port's name without the parts that change from plug to plug or with the direction."""
    return _CHANGING.sub("", name.strip())
