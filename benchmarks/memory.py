"""How much memory the loop takes, and whether it takes more and more.

The loop plays a show of cycling prompts, so that all that could pile up has its chance: embeddings,
graphs by shape, pictures. It begins once the loop is as fast as it will be: to compile for OpenVINO
is no leak. Resident memory, once a second; a straight line through what
comes after the first part of the run.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import asdict

import psutil

from benchmarks.playing import cycling
from benchmarks.results import Result, Row
from benchmarks.setup import Setup
from benchmarks.stats import Slope, slope
from benchmarks.subject import Subject
from visualizer.offline.bench import peak_rss

SETTLED = 0.1
"""Share of the run whose samples don't count: caches fill. Of ten minutes the first."""

LEAK = 0.1
"""MiB a minute that count as growth: a show of ten hours would take 60 more."""

EVERY = 1.0
"""Seconds between samples, or less in a run of less than two minutes."""


def measure(subject: Subject, setup: Setup, say: Callable[[str], None]) -> Result:
    """Play for setup.minutes."""
    process = psutil.Process()
    ours = subject.warm(cycling().requests())
    gc.collect()  # what opening left
    say(f"memory: {setup.minutes:g} minutes")
    seconds = setup.minutes * 60.0
    every = min(EVERY, seconds / 120.0)
    times: list[float] = []
    sizes: list[float] = []
    begin = time.perf_counter()
    for wanted in cycling().requests():
        ours.next(wanted)
        now = time.perf_counter() - begin
        if not times or now >= times[-1] + every:
            times.append(now)
            sizes.append(process.memory_info().rss / 2**20)
        if now >= seconds:
            break
    return result(times, sizes, peak_rss() / 2**20)


def result(times: list[float], sizes: list[float], peak: float) -> Result:
    """times: seconds; sizes, peak: MiB."""
    first = next(i for i, at in enumerate(times) if at >= times[-1] * SETTLED)
    rise = slope([at / 60.0 for at in times[first:]], sizes[first:])
    rows = (
        Row("resident memory, peak", f"{peak:.0f} MiB"),
        Row(
            f"its growth over {times[-1] / 60.0:.1f} minutes",
            f"{rise.value:+.3f} ± {rise.error:.3f} MiB a minute",
            f"below {LEAK:g}",
            not leaks(rise),
        ),
    )
    numbers = {"peak": peak, "slope": asdict(rise), "seconds": times, "mib": sizes}
    return Result("memory", rows, numbers)


def leaks(rise: Slope) -> bool:
    """Whether memory grows by more than LEAK, and by more than chance explains."""
    return rise.value > LEAK and rise.grows
