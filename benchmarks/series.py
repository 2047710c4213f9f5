"""A loop's pictures as numbers over time: what drift and motion are told from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from benchmarks.measures import NAMES, difference, measured
from benchmarks.playing import fading
from benchmarks.results import today
from visualizer.frame import Pixels
from visualizer.show.request import Request


class Loop(Protocol):
    """Ours, or the reference: asked for a picture, it makes the next."""

    def next(self, request: Request) -> Pixels:
        """The next picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One number a frame. measures: by name. change: the mean absolute difference from the frame
    before, 0 for the first. fades: 1 where prompts melt into one another, else 0. made: the date
    and versions of the recording (see results.today); None where they were not kept."""

    measures: dict[str, npt.NDArray[np.float64]]
    change: npt.NDArray[np.float64]
    fades: npt.NDArray[np.float64]
    made: dict[str, Any] | None = None

    def __len__(self) -> int:
        return len(self.change)

    def save(self, file: Path) -> None:
        """Keep it, so that loops can be measured one at a time."""
        file.parent.mkdir(parents=True, exist_ok=True)
        columns: dict[str, Any] = {"change": self.change, "fades": self.fades, **self.measures}
        np.savez_compressed(file, made=np.array(json.dumps(self.made)), **columns)

    @staticmethod
    def load(file: Path) -> Series:
        """What save() kept. OSError where there is none."""
        with np.load(file) as kept:
            made = json.loads(str(kept["made"])) if "made" in kept else None
            measures = {name: kept[name] for name in NAMES}
            return Series(measures, kept["change"], kept["fades"], made)


def recorded(loop: Loop, requests: Iterable[Request]) -> Series:
    """Play a loop and measure each picture."""
    rows: list[dict[str, float]] = []
    change: list[float] = []
    fades: list[float] = []
    before: Pixels | None = None
    for wanted in requests:
        pixels = loop.next(wanted)
        rows.append(asdict(measured(pixels)))
        change.append(0.0 if before is None else difference(before, pixels))
        fades.append(float(fading(wanted)))
        before = pixels
    return Series(
        {name: np.array([row[name] for row in rows]) for name in NAMES},
        np.array(change),
        np.array(fades),
        today(),
    )
