"""The live show's line to its source: what is mixed into the loop, read in a thread of its own.

For the main thread, which never waits for it. Each source has its own thread, so that one that
hangs in a driver holds nothing up.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from visualizer.engine.source.source_reader import Reading, SourceReader, Wanted
from visualizer.latest import Latest
from visualizer.show.request import Request
from visualizer.show.source_names import label

STALLED = 5.0
"""Seconds without an answer after which a source is taken for hung, and the loop goes on alone."""

SIZE = (512, 512)
"""(height, width) that the loop's picture is taken to have before the first has come."""

STOP_WITHIN = 1.0
"""Seconds that stop() waits: a camera's driver may hold the thread for longer."""


class SourceClient:
    """warn: tells the performer a line. size: (height, width) of the loop's picture, in pixels.
    clock: seconds. reader: makes the thread that reads a source of a name."""

    def __init__(
        self,
        *,
        warn: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        reader: Callable[[str, Latest[Wanted], Latest[Reading]], SourceReader] = SourceReader,
    ) -> None:
        self.size = SIZE
        self._warn, self._clock, self._new_reader = warn, clock, reader
        self._name = ""
        self._reader: SourceReader | None = None
        self._wanted: Latest[Wanted] = Latest()
        self._readings: Latest[Reading] = Latest()
        self._reading = Reading()
        self._told = ""
        self._lost = False  # a line has said that there is no picture, and none has come since
        self._answered = 0.0

    @property
    def words(self) -> tuple[str, ...]:
        """The source's name for the HUD, and whether it has no picture."""
        if not self._name:
            return ()
        return (f"{label(self._name)}{' (lost)' if self._lost else ''}",)

    def over(self, request: Request) -> Request:
        """A request with the source's newest picture, if there is one; once a display frame."""
        if request.source != self._name:
            self._change(request.source)
        if self._reader is None:
            return request
        self._hear()
        self._wanted.put(Wanted(request, self.size))
        return replace(request, source_pixels=self._reading.pixels)

    def stop(self, timeout: float = STOP_WITHIN) -> bool:
        """End the thread; False if it is still busy after timeout seconds."""
        return self._reader is None or self._reader.stop(timeout)

    def _change(self, name: str) -> None:
        """Read another source, "" for none."""
        self.stop(0.0)
        self._name, self._reader, self._reading = name, None, Reading()
        self._told, self._lost = "", False
        if name:
            self._wanted, self._readings = Latest(), Latest()
            self._reader = self._new_reader(name, self._wanted, self._readings)
            self._reader.start()
            self._answered = self._clock()

    def _hear(self) -> None:
        """Take the newest answer, and say what is new about the source."""
        now = self._clock()
        if (reading := self._readings.get()) is not None:
            self._answered, self._reading = now, reading
            if self._lost and reading.pixels is not None:
                self._lost, self._told = False, ""
                self._warn(f"source {label(self._name)} is back")
            self._lost = self._lost or reading.failed
            if reading.line:
                self._tell(reading.line)
        elif now - self._answered > STALLED and not self._reading.failed:
            line = f"source {self._name}: no picture for {STALLED:.0f} s; the loop plays without it"
            self._reading, self._lost = Reading(line=line, failed=True), True
            self._tell(line)

    def _tell(self, line: str) -> None:
        if line and line != self._told:
            self._warn(line)
        self._told = line
