"""What recording costs the display: late pictures with and without it, in one run.

A real show in a fullscreen window on a virtual X server of its own, 1280×720, without a GPU; its
recorder is turned on and off again and again, so that what else the machine does falls on both.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from math import sqrt
from pathlib import Path
from statistics import median

import av

from benchmarks.jack import environment
from benchmarks.playing import one_prompt
from benchmarks.results import Result, Row
from benchmarks.setup import Setup
from benchmarks.subject import Subject
from visualizer.live.app import LiveShow
from visualizer.options import LiveOptions
from visualizer.show.play_actions import Run
from visualizer.show.reducer import start
from visualizer.stage.stage import Stage

WALL = (1280, 720)

SECONDS, ROUNDS, WARM = 10.0, 8, 30.0
"""Of one stretch with or without recording, how many of each, and of running before any."""

QUICK = (0.2, 1, 0.1)

SETTLED = 1.0
"""Seconds between two stretches: an encoder is opened, or a file is ended."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """late: of so many pictures on the wall. busy: seconds of processor time that the frame loop's
    thread took. recorded: pictures in the video; 0 without one."""

    late: int
    pictures: int
    busy: float
    recorded: int = 0


def measure(subject: Subject, setup: Setup, say: Callable[[str], None]) -> Result:
    """The figure. Where there is no Xvfb, a row says so."""
    if shutil.which("Xvfb") is None:
        why = "there is no Xvfb on this machine"
        return Result("recording", (Row("left out", why),), {"left out": why})
    seconds, rounds, warm = QUICK if setup.quick else (SECONDS, ROUNDS, WARM)
    off, on = [], []
    with tempfile.TemporaryDirectory() as folder:
        with _showing(subject, Path(folder)) as (live, stage):
            say("recording: warming up")
            while live.show.live_since is None:
                _run(live, stage, 0.1)
            _run(live, stage, warm)
            for turn in range(rounds):
                say(f"recording: {turn + 1} of {rounds}")
                off.append(_run(live, stage, seconds))
                live.do(Run("record"))
                _run(live, stage, SETTLED)
                on.append(_run(live, stage, seconds))
                live.do(Run("record"))
                _run(live, stage, SETTLED)
        videos = map(_pictures, sorted(Path(folder, "Visualizer").glob("*.mp4")))
        on = [replace(each, recorded=count) for each, count in zip(on, videos, strict=True)]
    return result(off, on, seconds)


def result(off: list[Stretch], on: list[Stretch], seconds: float) -> Result:
    """off, on: stretches without and with recording, of so many seconds each."""
    without, with_ = sum(each.late for each in off), sum(each.late for each in on)
    shares = [[100 * each.late / each.pictures for each in kind] for kind in (off, on)]
    rates = [median(each.pictures for each in kind) / seconds for kind in (off, on)]
    busy = [median(1e3 * each.busy / each.pictures for each in kind) for kind in (off, on)]
    recorded = median(each.recorded for each in on) / (seconds + SETTLED)
    rows = (
        Row(
            f"late pictures in {seconds:g} s, median of {len(off)}",
            f"{median(shares[1]):.1f} % while recording; without, {median(shares[0]):.1f} %",
        ),
        Row(
            f"late of {sum(each.pictures for each in (*off, *on))} pictures",
            f"{with_} while recording; without, {without}",
            "no more than chance",
            with_ <= without + 2.0 * sqrt(without + with_ + 1),
        ),
        Row(
            "pictures a second on the wall",
            f"{rates[1]:.1f} while recording; without, {rates[0]:.1f}",
        ),
        Row(
            "processor time of the frame loop, a display frame",
            f"{busy[1]:.1f} ms while recording; without, {busy[0]:.1f}",
        ),
        Row("pictures a second in the video", f"about {recorded:.0f}"),
    )
    numbers = {"off": [asdict(each) for each in off], "on": [asdict(each) for each in on]}
    return Result("recording", rows, {"seconds": seconds, **numbers})


def _run(live: LiveShow, stage: Stage, seconds: float) -> Stretch:
    """The frame loop for some seconds."""
    before, busy, pictures = stage.late_frames, time.thread_time(), 0
    begin = last = time.perf_counter()
    while last - begin < seconds:
        now = time.perf_counter()
        live.step(now - last)
        last = now
        pictures += 1
    return Stretch(stage.late_frames - before, pictures, time.thread_time() - busy)


def _pictures(video: Path) -> int:
    """How many pictures a video has."""
    with av.open(str(video)) as container:
        return sum(1 for packet in container.demux(video=0) if packet.size)


@contextmanager
def _showing(subject: Subject, folder: Path) -> Iterator[tuple[LiveShow, Stage]]:
    """A show on a virtual screen, whose videos go to a folder."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)  # as the app does
    more = {"SDL_VIDEODRIVER": "x11", "XDG_VIDEOS_DIR": str(folder)}
    try:
        with screen() as display, environment({"DISPLAY": display, **more}):
            options = LiveOptions(
                model=subject.light, device=subject.device, size=(subject.side,) * 2, offline=True,
                no_midi=True, maps=folder / "maps", state=folder / "state", backend=subject.backend,
            )  # fmt: skip
            show = start((one_prompt().preset,), model=subject.light)
            stage = Stage()
            live = LiveShow(options, stage, show)
            with live:
                yield live, stage
    finally:
        sys.setswitchinterval(interval)


@contextmanager
def screen() -> Iterator[str]:
    """The name of a virtual X server's display."""
    reading, writing = os.pipe()
    size = "{}x{}x24".format(*WALL)
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp"]
    # Without a reset when the last client leaves, in which the next would be refused.
    command.append("-noreset")
    server = subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as pipe:
            yield f":{pipe.readline().strip()}"
    finally:
        server.terminate()
        server.wait()
