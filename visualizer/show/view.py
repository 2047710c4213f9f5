"""View: all that the stage draws from, besides the frames. Frozen; made anew each display frame."""

from __future__ import annotations

from dataclasses import dataclass

from visualizer.show.state import Show
from visualizer.show.status import Status


@dataclass(frozen=True, slots=True)
class Question:
    """The start screen's question for a model: what was typed, and seconds left to answer."""

    typed: str
    left: float


@dataclass(frozen=True, slots=True)
class View:
    """show and status as they are.

    engine_fps: generated frames a second, 0 before the first. display_fps: the wall's.
    ports: names of the MIDI controllers in use; inputs: what else plays along (OSC, Link, sound).
    question: set while the start screen asks.
    """

    show: Show
    status: Status
    engine_fps: float = 0.0
    display_fps: float = 0.0
    ports: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    question: Question | None = None
