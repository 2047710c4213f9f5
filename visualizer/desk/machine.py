"""The machine's figures: memory, processor, temperature. For the desk's thread alone."""

from __future__ import annotations

from collections.abc import Callable

import psutil

from visualizer.desk.told_messages import MachineNow

EVERY = 2.0
"""Seconds between two looks."""

PLAUSIBLE = range(1, 130)
"""°C: a sensor that says anything else has none."""


class Machine:
    """now: the newest figures. clock: seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._process = psutil.Process()
        self._process.cpu_percent()  # the first counts from nowhere
        self._at = clock()
        self.now = self._read()

    def look(self) -> None:
        """Read them again where they are old."""
        if self._clock() - self._at >= EVERY:
            self._at = self._clock()
            self.now = self._read()

    def _read(self) -> MachineNow:
        share = self._process.cpu_percent() / (psutil.cpu_count() or 1)
        return MachineNow(
            memory=round(self._process.memory_info().rss / 1e6),
            processor=round(share),
            temperature=_temperature(),
        )


def _temperature() -> int | None:
    """The warmest sensor's, in °C; None where none can be read, as on Windows and macOS."""
    try:
        found = psutil.sensors_temperatures()
    except (AttributeError, OSError):
        return None
    all_ = [round(each.current) for sensors in found.values() for each in sensors]
    return max((each for each in all_ if each in PLAUSIBLE), default=None)
