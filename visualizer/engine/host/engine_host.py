"""The seam between the show and an engine: five slots, and a host that serves them from somewhere.

The producer is a host itself: the engine in a thread (engine/producer). ProcessHost has the same
producer in a process of its own, RayHost on another machine, and Failover is one of two hosts.
The holder of the slots need not know which: a host that can't go on hands an error to
slots.frames.fail, whose text says why in a line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from visualizer.frame import Frame, Pixels
from visualizer.latest import Latest
from visualizer.show.request import Request
from visualizer.show.status import Status


@dataclass(frozen=True, slots=True)
class Slots:
    """models: names of models that are wanted, with their LoRAs (show/lora.py), "" for the default.
    requests: what is wanted at this moment. pictures: what the loop goes on from, put before the
    request of the first frame that does. frames, statuses: what comes of it."""

    models: Latest[str] = field(default_factory=Latest)
    requests: Latest[Request] = field(default_factory=Latest)
    pictures: Latest[Pixels] = field(default_factory=Latest)
    frames: Latest[Frame] = field(default_factory=Latest)
    statuses: Latest[Status] = field(default_factory=Latest)

    def close(self) -> None:
        """Tell both sides that it is over."""
        for slot in (self.models, self.requests, self.pictures, self.frames, self.statuses):
            slot.close()


class EngineHost(Protocol):
    """Serves slots from start() until they are closed, or until it hands an error to frames."""

    def start(self) -> None:
        """Begin; never waits."""

    def is_alive(self) -> bool:
        """Whether it serves."""

    def stop(self, timeout: float = 5.0) -> bool:
        """Close the slots and wait at most timeout seconds; whether all of it has ended."""


class EngineLost(Exception):
    """An engine can't go on where it ran. str() says in a line what has happened."""


class EngineDied(EngineLost):
    """An engine ended by itself, so that its model may be the cause."""


class NoSharedMemory(EngineLost):
    """A process can't hand its pictures over: a thread could."""


MakeHost: TypeAlias = Callable[[Slots, Pixels | None], EngineHost]
"""Makes a host for slots; its loop goes on from a picture, or from white for None. For a process it
is pickled."""
