"""The machine's figures: memory, processor, temperature. For the desk alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import psutil

from visualizer.desk.told_messages import MachineNow

EVERY = 2.0
"""Seconds between two looks."""

PLAUSIBLE = range(1, 130)
"""°C: a sensor that says anything else has none."""


class Machine:
    """now: the newest figures of the program, its engine's process and encoders with it. clock:
    seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._own = psutil.Process()
        self._processes: dict[psutil.Process, psutil.Process] = {}
        """The program's, each by what is equal to it: the same objects from look to look, as each
        counts its time from the last one on."""
        self._at = clock()
        self.now = MachineNow(memory=0, processor=0, temperature=None)
        self.look()

    @property
    def is_old(self) -> bool:
        """Whether the figures want another look."""
        return self._clock() - self._at >= EVERY

    def look(self) -> None:
        """Read them again. Takes 1 to 100 ms: processes are listed, and some sensors are slow."""
        self._at = self._clock()
        found = [self._own]
        with suppress(psutil.Error):
            found += self._own.children(recursive=True)
        self._processes = {each: self._processes.get(each, each) for each in found}
        memory, share = 0, 0.0
        for process in self._processes.values():
            with suppress(psutil.Error):  # one that has ended since
                memory += process.memory_info().rss
                share += process.cpu_percent()
        self.now = MachineNow(
            memory=round(memory / 1e6),
            processor=round(share / (psutil.cpu_count() or 1)),
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
