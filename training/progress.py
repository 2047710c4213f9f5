"""Progress bars that also make sense in a log file."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.progress import track as rich_track

RAN_OFF = 3
"""Exit status of a training that ran off: to run it again would end the same."""

Item = TypeVar("Item")


def track(items: Iterable[Item], total: int, title: str) -> Iterator[Item]:
    """``items`` with a bar on a terminal, without one elsewhere."""
    yield from rich_track(items, total=total, description=title, disable=not sys.stdout.isatty())


class Budget:
    """A training's time: how much of it is gone, and when to say so.

    ``minutes`` count over all runs of a training: ``spent`` seconds are those of earlier runs.
    """

    def __init__(self, minutes: float, spent: float = 0.0) -> None:
        """Start the clock."""
        self.seconds = minutes * 60
        self._begin = time.monotonic() - spent
        self._told = spent
        self._step, self._lost = 0, 0

    @property
    def spent(self) -> float:
        """Seconds since the training began."""
        return time.monotonic() - self._begin

    @property
    def part(self) -> float:
        """How much of the time is gone, 0..1."""
        return min(self.spent / self.seconds, 1.0) if self.seconds > 0 else 1.0

    @property
    def due(self) -> bool:
        """Whether ``tell`` would print; figures may be costly to fetch from a card."""
        return self.spent - self._told >= 10

    def tell(self, step: int, lost: int = 0, **figures: float) -> None:
        """Print a line of figures, at most one every ten seconds.

        ``lost``: steps so far whose gradients were not finite. Raises FloatingPointError where
        they are more than half of those since the line before.
        """
        if not self.due:
            return
        pace = (step - self._step) / (self.spent - self._told)
        run_off = 2 * (lost - self._lost) > step - self._step
        self._told, self._step, self._lost = self.spent, step, lost
        words = [f"step {step}", f"{pace:.1f}/s", f"lost {lost}"]
        words += [f"{name} {value:.4g}" for name, value in figures.items()]
        print(f"{100 * self.part:5.1f} %", *words, sep="  ", flush=True)
        if run_off:
            raise FloatingPointError("the training has run off: start again at a lower --rate")
