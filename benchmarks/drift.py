"""Whether a loop's pictures stay what they are over thousands of frames.

Four measures of each picture (measures.py), with one prompt and with prompts cycling. Each is held
against its own mean over an early part of the run. A picture that lives does not stand still, so
the deviation is given of running means too: what drifts, moves for good. While prompts cycle, a
mean takes in a whole cycle, since another prompt is another picture.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks import plotting
from benchmarks.loops import LOOPS, recordings
from benchmarks.measures import NAMES
from benchmarks.playing import cycling, one_prompt
from benchmarks.results import Result, Row, slug
from benchmarks.series import Series
from benchmarks.setup import Setup
from benchmarks.stats import largest_deviation, running_mean
from benchmarks.subject import Subject

BAND = 0.15
"""How far each measure may be off its mean, as a share of it."""

SETTLED, BASE = 0.04, 0.2
"""Shares of all frames: those before SETTLED come from white and do not count; with one prompt the
mean is taken from there to BASE. Of 5,000 frames these are 200 and 1,000."""

WINDOW = 0.02
"""Share of all frames that a running mean takes in with one prompt: 100 of 5,000."""


def measure(subject: Subject, setup: Setup, say: Callable[[str], None]) -> Result:
    """Play the loops of setup.loops; those that were played before come in from setup.runs."""
    rows: list[Row] = []
    numbers: dict[str, Any] = {}
    for script in (one_prompt(), cycling()):
        found = recordings(subject, setup, script, setup.frames, "drift")
        for loop, series in found.items():
            off = deviations(series, script.cycle)
            rows += _rows(f"{LOOPS[loop]}, {script.name}", off, one_prompt=not script.cycle)
            numbers[f"{script.name}, {loop}"] = {
                "frames": len(series),
                "recorded": series.made,
                **off,
            }
        picture = setup.out / f"{subject.file('drift')}-{slug(script.name)}.png"
        base = base_of(setup.frames, script.cycle)
        window = window_of(setup.frames, script.cycle)
        plotting.drift(found, f"{subject.name}, {script.name}", BAND, base, window, picture)
    return Result("drift", tuple(rows), numbers)


def base_of(frames: int, cycle: int) -> slice:
    """The frames whose mean is the measure of all that come after: of a cycle, the first whole
    one."""
    first = int(frames * SETTLED)
    return slice(first, first + cycle if cycle else max(int(frames * BASE), first + 1))


def window_of(frames: int, cycle: int) -> int:
    """Frames that a running mean takes in."""
    return cycle or max(int(frames * WINDOW), 1)


def deviations(series: Series, cycle: int) -> dict[str, dict[str, float]]:
    """By measure: its mean, and the largest deviations from it, of single frames and of running
    means, as shares of it. cycle: in frames; 0 for one prompt."""
    base = base_of(len(series), cycle)
    found = {}
    for name in NAMES:
        values = series.measures[name]
        mean = float(values[base].mean())
        means = running_mean(values[base.start :], window_of(len(series), cycle))
        found[name] = {
            "mean": mean,
            "single": largest_deviation(values[base.start :], mean),
            "running": largest_deviation(means, mean),
        }
    return found


def _rows(of: str, off: dict[str, dict[str, float]], *, one_prompt: bool) -> list[Row]:
    rows = []
    for key, words in (("running", "running means"), ("single", "single frames")):
        value = ", ".join(f"{name} {values[key]:.1%}" for name, values in off.items())
        if one_prompt or key == "running":
            met = all(values[key] <= BAND for values in off.values())
            rows.append(Row(f"{of}: {words}", value, f"each within {BAND:.0%}", met))
        else:
            rows.append(Row(f"{of}: {words}", value))
    return rows
