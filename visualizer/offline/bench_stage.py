"""`visualizer bench --stage`: how evenly the display loop runs, alone and beside the engine.

A window is opened and the wall drawn in it as in the live show, with the HUD off. Idle, two
pictures come in turn and nothing else computes; busy, the engine makes frames as fast as it can,
in a thread or a process (--engine). An interval is the time from one flip to the next. The
processor's time is that of the display's process, by picture: idle, it is what drawing takes, on a
busy machine too.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from statistics import median, quantiles
from typing import Any

import numpy as np

from visualizer.engine.host.engine_host import EngineLost, Slots
from visualizer.frame import Frame
from visualizer.openers import host, place
from visualizer.options import BenchOptions, OptionError
from visualizer.show.next_request import request
from visualizer.show.reducer import reduce
from visualizer.show.state import Show
from visualizer.show.status import Phase, Status
from visualizer.show.system_actions import Live, Tick
from visualizer.show.view import View
from visualizer.stage.stage import Stage
from visualizer.stage.video_driver import NoDisplay

SIZES = ((1280, 720), (1920, 1080))
"""Of the window, in pixels."""

LATE = 25.0
"""Milliseconds from flip to flip above which a picture is late: one and a half periods."""

LEAST_FRAMES = 300
"""Pictures that are measured at least: of fewer, a 99th percentile says little."""

WARM_UP = 30
"""Pictures that are not counted."""

IDLE_EVERY = 0.05
"""Seconds from picture to picture while the engine is idle."""

SWITCH_INTERVAL = 0.0005
"""Seconds after which Python hands its lock on, as in the live show."""

LOAD_WITHIN = 600.0
"""Seconds that the engine has to make its first frame."""

Coming = Callable[[Show], Frame | None]
"""Gives a new frame, if there is one, for a display frame's show."""


def measure_stage(
    options: BenchOptions, show: Show, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Figures of each size, idle and busy; times in milliseconds. Raises OptionError."""
    count = max(options.frames, LEAST_FRAMES)
    show = replace(show, fullscreen=False, hud=False)
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL)
    try:
        idle = [_measured(size, show, _pictures(show), count, "idle") for size in SIZES]
        with _engine(options, show, say) as coming:
            busy = [_measured(size, show, coming, count, "busy") for size in SIZES]
    except NoDisplay as why:
        raise OptionError(f"--stage: {why}") from None
    finally:
        sys.setswitchinterval(before)
    return [*idle, *busy]


def _measured(
    size: tuple[int, int], show: Show, coming: Coming, count: int, engine: str
) -> dict[str, Any]:
    """Figures of a window of a size. engine: what it does meanwhile, for people."""
    stage = Stage(windowed=True, window_size=size)
    try:
        intervals, frames, cpu = _intervals(stage, show, coming, count)
        renderer = stage.renderer
    finally:
        stage.close()
    return {
        "width": size[0],
        "height": size[1],
        "engine": engine,
        "interval_ms_median": round(median(intervals), 2),
        "interval_ms_p99": round(quantiles(intervals, n=100, method="inclusive")[98], 2),
        "late_frames": sum(interval > LATE for interval in intervals),
        "frames": len(intervals),
        "cpu_ms": round(1000 * cpu / len(intervals), 2),
        "engine_fps": round(1000 * frames / sum(intervals), 1),
        "renderer": renderer,
    }


def _intervals(
    stage: Stage, show: Show, coming: Coming, count: int
) -> tuple[list[float], int, float]:
    """Milliseconds between flips, how many frames came meanwhile, and seconds of processor time."""
    frames, cpu = 0, 0.0
    flips: list[float] = []
    last = time.perf_counter()
    for number in range(WARM_UP + count + 1):
        now = time.perf_counter()
        show = reduce(show, Tick(now - last))
        last = now
        stage.events()
        if (frame := coming(show)) is not None:
            show = reduce(show, Live(frame.seed))
            stage.show_frame(frame)
            frames += number > WARM_UP
        stage.present(View(show, Status(), renderer=stage.renderer))
        flips.append(time.perf_counter())
        if number == WARM_UP:
            cpu = time.process_time()
    counted = flips[WARM_UP:]
    return [1000 * (b - a) for a, b in pairwise(counted)], frames, time.process_time() - cpu


def _pictures(show: Show) -> Coming:
    """Two pictures in turn, which nothing computes."""
    noise = np.random.default_rng(1).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    pixels = np.kron(noise, np.ones((32, 32, 1), np.uint8))
    both = pixels, np.ascontiguousarray(pixels[::-1])
    number, last = 0, -IDLE_EVERY

    def coming(show: Show) -> Frame | None:
        nonlocal number, last
        if 0.0 <= show.time - last < IDLE_EVERY:  # below 0: another show
            return None
        number, last = number + 1, show.time
        return Frame(number, show.time, 0.0, both[number % 2], 1, request(show))

    return coming


@contextmanager
def _engine(options: BenchOptions, show: Show, say: Callable[[str], None]) -> Iterator[Coming]:
    """The engine where it runs, once it makes frames. Raises OptionError where it can't."""
    slots = Slots()
    engine = host(place(options.engine, options.device), options)(slots, None)
    slots.models.put(show.model.asked)
    slots.requests.put(request(show))
    engine.start()
    try:
        _wait_for_frames(slots, say)

        def coming(show: Show) -> Frame | None:
            slots.requests.put(request(show))
            return slots.frames.get()

        yield coming
    except EngineLost as why:
        raise OptionError(f"--stage: {why}") from None
    finally:
        engine.stop()


def _wait_for_frames(slots: Slots, say: Callable[[str], None]) -> None:
    """Wait until the model that was asked for plays. Raises OptionError."""
    end = time.monotonic() + LOAD_WITHIN
    status = Status()
    while time.monotonic() < end:
        if (news := slots.statuses.get()) is not None:
            status = news
            if status.text:
                say(status.text)
        ready = status.phase is Phase.RUNNING and not status.coming
        if status.phase is Phase.FAILED:
            raise OptionError(f"--stage: the engine fails: {status.text}")
        if slots.frames.wait(0.1) is not None and ready:
            return
    raise OptionError("--stage: no frame came from the engine in 10 minutes")
