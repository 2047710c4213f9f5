"""MIDI ports in memory: a controller without hardware, to rehearse with and to test against.

    ports = MemoryPorts()
    midi = Midi(GENERIC, ports)
    midi.start()
    ports.plug("nanoKONTROL2")
    ports.send("nanoKONTROL2", mido.Message("control_change", control=20, value=64))

It behaves as hardware does: a port that is pulled out stays open and silent, and stays so when
it comes back, until it is opened anew.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mido import Message


class MemoryInput:
    """An open input."""

    def __init__(self) -> None:
        self.messages: SimpleQueue[Message] = SimpleQueue()
        self.closed = False

    def iter_pending(self) -> Iterator[Message]:
        """The messages that have come; never waits."""
        while True:
            try:
                yield self.messages.get_nowait()
            except Empty:
                return

    def close(self) -> None:
        """Let go of the port."""
        self.closed = True


class MemoryPorts:
    """Inputs that are plugged and pulled by a program. Any thread may do so."""

    def __init__(self, *names: str) -> None:
        self._lock = threading.Lock()
        self._connected: dict[str, list[MemoryInput]] = {name: [] for name in names}
        self.opened: list[MemoryInput] = []
        self.faults: dict[str, Exception] = {}
        """Names that raise this when opened; "" for listing."""

    def plug(self, name: str) -> None:
        """A controller is plugged in."""
        with self._lock:
            self._connected[name] = []

    def unplug(self, name: str) -> None:
        """A controller is pulled out."""
        with self._lock:
            del self._connected[name]

    def send(self, name: str, message: Message) -> None:
        """The controller sends a message to all who have opened it since it was plugged in."""
        with self._lock:
            for port in self._connected[name]:
                port.messages.put(message)

    def names(self) -> Iterable[str]:
        """The inputs that are there now."""
        self._raise_fault("")
        with self._lock:
            return tuple(self._connected)

    def open(self, address: str) -> MemoryInput:
        """Open an input. Raises OSError where there is none of that name."""
        self._raise_fault(address)
        with self._lock:
            if address not in self._connected:
                raise OSError(f"unknown port {address!r}")
            port = MemoryInput()
            self._connected[address].append(port)
            self.opened.append(port)
            return port

    def close(self) -> None:
        """Nothing to let go of."""

    def _raise_fault(self, name: str) -> None:
        if name in self.faults:
            raise self.faults[name]
