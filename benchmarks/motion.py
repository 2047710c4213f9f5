"""How much a picture moves from frame to frame, and whether it jumps when prompts change.

The mean absolute difference of neighbouring frames, of values from 0 to 1, at default values. A
loop that flickers has many large ones, a loop that stands still has none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from benchmarks.loops import LOOPS, recordings
from benchmarks.playing import FPS, cycling, one_prompt
from benchmarks.results import Result, Row
from benchmarks.series import Series
from benchmarks.setup import Setup
from benchmarks.stats import quantile
from benchmarks.subject import Subject

SETTLED = 40
"""Frames from white on that are left out."""

JUMP = 2.0
"""How many times as much as usual a picture may change while prompts fade."""

AFTER = round(FPS)
"""Frames after a fade that still count as of it: the picture has some of its way to go."""


@dataclass(frozen=True, slots=True)
class Motion:
    """Changes from frame to frame: the median, and what a twentieth lies below and above; flicker:
    the upper one of the brightness of the whole picture (its mean), which the eye sees first."""

    median: float
    low: float
    high: float
    flicker: float


def measure(subject: Subject, setup: Setup, say: Callable[[str], None]) -> Result:
    """One prompt for the motion, prompts cycling for the jumps."""
    rows: list[Row] = []
    numbers: dict[str, Any] = {}
    script = cycling()
    around = min(script.cycle + SETTLED, setup.frames)
    still = recordings(subject, setup, one_prompt(), setup.frames // 5, "motion")
    fading = recordings(subject, setup, script, around, "motion")
    for loop in (loop for loop in still if loop in fading):
        found = motion(still[loop], SETTLED)
        jump = largest_jump(fading[loop], SETTLED)
        rows += _rows(LOOPS[loop], found, jump)
        made = {"one prompt": still[loop].made, script.name: fading[loop].made}
        numbers[loop] = {"recorded": made, **asdict(found), "jump": jump}
    return Result("motion", tuple(rows), numbers)


def _rows(of: str, found: Motion, jump: float | None) -> list[Row]:
    between = f"90 % from {found.low:.4f} to {found.high:.4f}"
    return [
        Row(f"{of}: change a frame", f"{found.median:.4f} ({between})"),
        Row(f"{of}: flicker", f"{found.flicker:.4f}"),
        Row(
            f"{of}: largest change in a crossfade, over the median outside",
            "nothing moves outside" if jump is None else f"{jump:.2f}",
            f"at most {JUMP:g}",
            None if jump is None else jump <= JUMP,
        ),
    ]


def motion(series: Series, settled: int) -> Motion:
    """Of the frames after the first."""
    first = min(settled, len(series) // 2)
    change = series.change[first:]
    brightness = abs(series.measures["mean"][first:] - series.measures["mean"][first - 1 : -1])
    return Motion(
        quantile(change, 0.5),
        quantile(change, 0.05),
        quantile(change, 0.95),
        quantile(brightness, 0.95),
    )


def largest_jump(series: Series, settled: int) -> float | None:
    """The largest change while prompts fade and AFTER it, over the median of all others.

    None where there is no such ratio: nothing moves in the others, or there is not both.
    """
    first = min(settled, len(series) // 2)
    melting = np.convolve(series.fades, np.ones(AFTER + 1))[: len(series)] > 0
    change, fades = series.change[first:], melting[first:]
    if not fades.any() or fades.all():
        return None
    usual = quantile(change[~fades], 0.5)
    return float(change[fades].max()) / usual if usual > 0.0 else None
