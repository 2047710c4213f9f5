"""Engine: the protocol of what generates frames, and of what opens one by a model's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from visualizer.engine.picture import Picture, Stopwatch
from visualizer.frame import Pixels
from visualizer.show.lora import Lora
from visualizer.show.request import Request
from visualizer.show.status import Report


class Engine(Protocol):
    """What makes pictures. model and device: names for people. loras: those that play with it,
    which may be fewer than were asked for."""

    model: str
    loras: tuple[Lora, ...]
    device: str
    stopwatch: Stopwatch

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the pictures, in pixels."""

    def next(self, request: Request) -> Picture:
        """The next picture of the loop. May raise: then the one before still stands."""

    def continue_from(self, pixels: Pixels) -> None:
        """Continue from another engine's picture, which may have another size, not from white."""

    def prepare(self, request: Request) -> str:
        """A little of what can be done ahead, between two frames: such as to embed one prompt
        that will be wanted soon, or to take faster parts that have become ready. Returns a line
        that the performer should know, such as what of a prompt is not read; "" for none."""

    def reduce_memory(self) -> str:
        """Take one step down in memory: the line that says which; "" where there is none left."""


OpenEngine = Callable[[str, Report], Engine]
"""Opens a model by name, with its LoRAs as show/lora.py has them, and reports its steps:
Phase.LOADING, and at last Phase.RUNNING with a line of all that the performer should know."""
