"""Open a source by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import av

from visualizer.engine.source.capture import Capture, device_of
from visualizer.engine.source.clip import Clip, SourceError
from visualizer.show.request import Request
from visualizer.show.source_names import camera_number


class Source(Protocol):
    """What has a frame for each position: see clip.Clip."""

    @property
    def seconds(self) -> float:
        """Length of a round, 0 where there is none."""

    @property
    def behind(self) -> bool:
        """Whether the last frame was not yet the one that was due."""

    @property
    def pixel_aspect(self) -> float:
        """Width by height of a pixel."""

    def at(self, position: float, most: int | None = None) -> av.VideoFrame:
        """The frame at a position in seconds. Raises SourceError."""

    def close(self) -> None:
        """Let go of it."""


def open_source(name: str) -> Source:
    """What a name means. Raises SourceError."""
    try:
        number = camera_number(name)
    except ValueError as error:
        raise SourceError(f"source {name}: {error}") from None
    return Clip(Path(name)) if number is None else Capture(name, device_of(number))


def position(request: Request, seconds: float) -> float:
    """Where a source of that length is at a request's time: 0 up to its length."""
    if seconds <= 0.0:
        return 0.0
    if request.source_rounds is None:
        return max(request.source_time, 0.0) % seconds
    return request.source_rounds % 1.0 * seconds
