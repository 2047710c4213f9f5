"""The rehearsal's soak test: the live show under fast random input, and its findings.

It plays as the options say, in the real window and on the real controls, but keeps its state in a
folder that is deleted: the last show, its picture and its snapshots stay as they are.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from statistics import linear_regression

import psutil

from visualizer.frame import Pixels
from visualizer.live.app import LiveShow
from visualizer.live.run import opened
from visualizer.options import RehearseOptions
from visualizer.show import modulation, random_hands
from visualizer.show.findings import Finding, bad, good, note
from visualizer.show.notices import said

EVERY = 0.1
"""Seconds between two actions: faster than any hand."""

LOOK, DARK = 0.25, 2.0
"""Seconds between two looks at the wall, and the mean (of 255) below which it is black."""

LATE = 5.0
"""Percent of pictures that may be late before it is a fault."""

GROWTH, SURE = 60.0, 300.0
"""MiB an hour by which memory may grow, and seconds of samples below which a slope says little."""

SETTLED = 0.25
"""Share of the run whose samples count for no slope: caches fill."""

MOST_LINES = 8
"""Different lines that are told."""

BEGINS_WITHIN = 600.0
"""Seconds that the first frame may take: a model may be compiled."""


@dataclass
class Soaked:
    """What came of it. memory: (seconds, MiB). black: of so many looks, while none of the show's
    own could make it so. darkened: whether one can at this moment."""

    seconds: float = 0.0
    pictures: int = 0
    late: int = 0
    actions: int = 0
    engine_fps: list[float] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)
    looks: int = 0
    black: int = 0
    lines: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    over: bool = False
    darkened: Callable[[], bool] = lambda: False
    due: float = 0.0

    def wants(self, at: float) -> bool:
        """Whether it looks at this display frame's wall; as an output does."""
        return at >= self.due

    def take(self, pixels: Pixels, at: float) -> None:
        """A picture of the wall."""
        self.due = at + LOOK
        self.looks += 1
        self.black += float(pixels[::8, ::8].mean()) < DARK and not self.darkened()


def soak(options: RehearseOptions) -> list[Finding]:
    """Play for options.minutes. Raises OptionError, and NoDisplay where there is none."""
    interval = sys.getswitchinterval()  # a show has another
    try:
        with tempfile.TemporaryDirectory() as folder:
            return findings(_played(replace(options, state=Path(folder), no_log=True)))
    finally:
        sys.setswitchinterval(interval)


def _played(options: RehearseOptions) -> Soaked:
    show = opened(options, chance=1)
    live = show.live
    soaked = Soaked(darkened=lambda: random_hands.darkened(modulation.played(live.show)))
    live.outputs.takers = (*live.outputs.takers, soaked)
    with live:
        show.begin()
        if _run(live, BEGINS_WITHIN, soaked, until=lambda: live.show.live_since is not None):
            before, soaked.pictures, soaked.lines = live.stage.late_frames, 0, Counter()
            _run(live, options.minutes * 60.0, soaked, Random(1))
            soaked.late = live.stage.late_frames - before
        soaked.over = live.show.over
    return soaked


def _run(
    live: LiveShow,
    seconds: float,
    soaked: Soaked,
    chance: Random | None = None,
    until: Callable[[], bool] = lambda: False,
) -> bool:
    """The frame loop for some seconds, or until something is so; whether a frame has come. chance:
    of the hands; None for none."""
    process, next_action, next_sample = psutil.Process(), 0.0, 0.0
    hearing = _Said(live, soaked)
    begin = last = time.perf_counter()
    while (at := last - begin) < seconds and not until() and not live.show.over:
        now = time.perf_counter()
        try:
            if chance is not None and at >= next_action:
                next_action = at + EVERY
                live.do(random_hands.action(chance, len(live.show.presets)))
                soaked.actions += 1
            live.step(now - last)
        except Exception as error:
            soaked.faults[f"{type(error).__name__}: {error}"] += 1
        hearing.look()
        soaked.pictures += 1
        last = now
        if chance is not None and at >= next_sample:
            next_sample = at + 1.0
            soaked.memory.append((at, process.memory_info().rss / 2**20))
            soaked.engine_fps.append(live.stage.engine_fps)
    soaked.seconds = last - begin
    return live.show.live_since is not None


class _Said:
    """Counts what the show says."""

    def __init__(self, live: LiveShow, soaked: Soaked) -> None:
        self._live, self._soaked = live, soaked
        self._before = live.show

    def look(self) -> None:
        """Once a display frame."""
        self._soaked.lines.update(said(self._before, self._live.show))
        self._before = self._live.show


def findings(soaked: Soaked) -> list[Finding]:
    """What it comes to."""
    if not soaked.engine_fps:
        return [bad("no frame was generated", "see the models above")]
    minutes = soaked.seconds / 60.0
    share = 100.0 * soaked.late / max(soaked.pictures, 1)
    late = f"{share:.1f} % of {soaked.pictures} pictures late"
    fps = sum(soaked.engine_fps) / len(soaked.engine_fps)
    found = [
        good(f"{soaked.actions} actions in {minutes:.1f} minutes, {fps:.1f} frames a second"),
        good(late) if share <= LATE else bad(late, "use a smaller --size, or close programs"),
        _growth(soaked.memory),
    ]
    dark = f"the wall was black in {soaked.black} of {soaked.looks} samples"
    found.append(bad(dark) if soaked.black else good(dark))
    found += [bad(f"{count} times: {text}") for text, count in soaked.faults.items()]
    if soaked.over:
        found.append(bad("the show ended by itself"))
    found += [
        note(f"message, {n} times: {line}" if n > 1 else f"message: {line}")
        for line, n in soaked.lines.most_common(MOST_LINES)
    ]
    return found


def _growth(memory: list[tuple[float, float]]) -> Finding:
    """How memory grows."""
    settled = [row for row in memory if row[0] >= memory[-1][0] * SETTLED]
    most = max(size for _, size in memory)
    if len(settled) < 3:
        return note(f"at most {most:.0f} MiB; too short to measure growth")
    times, sizes = zip(*settled, strict=True)
    slope = linear_regression(times, sizes).slope * 3600.0
    line = f"memory {slope:+.0f} MiB an hour, at most {most:.0f} MiB"
    if times[-1] - times[0] < SURE:
        return note(f"{line}; too short to be reliable")
    return good(line) if slope <= GROWTH else bad(line, "rehearse for longer to confirm it")
