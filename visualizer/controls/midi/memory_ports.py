"""MIDI ports in memory: a controller without hardware, to rehearse with and to test against.

    ports = MemoryPorts()
    midi = Midi(ports=ports)
    midi.start()
    ports.plug("nanoKONTROL2")
    ports.send("nanoKONTROL2", mido.Message("control_change", control=20, value=64))

It behaves as hardware does: a port that is pulled out stays open and silent, and stays so when
it comes back, until it is reopened. Each controller has an input and an output of one name.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from visualizer.controls.midi.ports import Received

if TYPE_CHECKING:
    from mido import Message


class MemoryInput:
    """An open input."""

    def __init__(self) -> None:
        self.messages: SimpleQueue[Received] = SimpleQueue()
        self.closed = False

    def take(self, most: int) -> list[Received]:
        """The messages that have come; never waits."""
        taken: list[Received] = []
        try:
            while len(taken) < most:
                taken.append(self.messages.get_nowait())
        except Empty:
            pass
        return taken

    def close(self) -> None:
        """Let go of the port."""
        self.closed = True


@dataclass
class MemoryOutput:
    """An open output. came: all that was sent to the controller since it was plugged in. fault:
    what sending raises, if anything."""

    came: list[tuple[int, ...]]
    closed: bool = False
    fault: Exception | None = None

    def send(self, data: Sequence[int]) -> None:
        """Send one message."""
        if self.fault is not None:
            raise self.fault
        self.came.append(tuple(data))

    def close(self) -> None:
        """Let go of the port."""
        self.closed = True


@dataclass(eq=False)  # two of a kind are two
class _Controller:
    name: str
    listeners: list[MemoryInput] = field(default_factory=list)
    came: list[tuple[int, ...]] = field(default_factory=list)


class MemoryPorts:
    """Controllers that are plugged and pulled by a program. Any thread may do so."""

    def __init__(self, *names: str) -> None:
        self._lock = threading.Lock()
        self._connected = [_Controller(name) for name in names]
        self.opened: list[MemoryInput | MemoryOutput] = []
        self.faults: dict[str, Exception] = {}
        """Names that raise this when opened; "" for listing."""

    def plug(self, name: str) -> None:
        """A controller is plugged in. It may have the name of another, and is behind it then."""
        with self._lock:
            self._connected.append(_Controller(name))

    def unplug(self, name: str, place: int = 0) -> None:
        """A controller is pulled out. place: which of those with that name."""
        controller = self._controller(name, place)
        with self._lock:
            self._connected.remove(controller)

    def send(self, name: str, message: Message, at: float | None = None, *, place: int = 0) -> None:
        """The controller sends a message to all who have opened it since it was plugged in.

        at: when, in seconds of time.monotonic; None for now. place: as in unplug.
        """
        received = Received(time.monotonic() if at is None else at, message.bytes())
        for port in tuple(self._controller(name, place).listeners):
            port.messages.put(received)

    def came(self, name: str, place: int = 0) -> tuple[tuple[int, ...], ...]:
        """What was sent to the controller since it was plugged in. place: as in unplug."""
        return tuple(self._controller(name, place).came)

    def names(self) -> Iterable[str]:
        """The inputs that are there now."""
        self._raise_fault("")
        with self._lock:
            return tuple(controller.name for controller in self._connected)

    def outputs(self) -> Iterable[str]:
        """The outputs that are there now."""
        return self.names()

    def open(self, address: str, place: int = 0) -> MemoryInput:
        """Open an input. Raises OSError where there is none of that name and place."""
        self._raise_fault(address)
        controller = self._controller(address, place)
        port = MemoryInput()
        controller.listeners.append(port)
        self.opened.append(port)
        return port

    def open_output(self, address: str, place: int = 0) -> MemoryOutput:
        """Open an output. Raises OSError where there is none of that name and place."""
        self._raise_fault(address)
        port = MemoryOutput(self._controller(address, place).came)
        self.opened.append(port)
        return port

    def close(self) -> None:
        """Nothing to let go of."""

    def _controller(self, name: str, place: int) -> _Controller:
        with self._lock:
            found = [controller for controller in self._connected if controller.name == name]
        if place >= len(found):
            raise OSError(f"unknown port {name!r}")
        return found[place]

    def _raise_fault(self, name: str) -> None:
        if name in self.faults:
            raise self.faults[name]
