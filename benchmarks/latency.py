"""From knob to frame: how long until the first frame that is made with what was just asked for.

A real producer thread with our engine, at its full speed; requests come at random moments of a
frame. A frame that is being made when the knob turns can't be called back, so the one that shows it
is the second to finish, at the latest. That is judged, by counting; the time, in generation
periods, is what is felt, and on a busy machine it is the machine's.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median

from benchmarks.playing import one_prompt
from benchmarks.results import Result, Row
from benchmarks.setup import Setup
from benchmarks.stats import quantile
from benchmarks.subject import Subject
from visualizer.engine.engine import Engine
from visualizer.engine.models.catalogue import Choice
from visualizer.engine.producer.producer import Producer
from visualizer.frame import Frame
from visualizer.latest import Latest
from visualizer.show.request import Request
from visualizer.show.status import Report, Status

PATIENCE = 600.0
"""Seconds that a frame is given to come."""

WARM = 20
"""Frames that are left out at first; as many more tell how long to sleep between knobs."""

GOAL = 2
"""Frames: the one in flight, and the one that is asked for."""


def measure(subject: Subject, setup: Setup, say: Callable[[str], None]) -> Result:
    """Turn a knob setup.waits times."""
    say("latency: opening")
    engine = subject.warm(one_prompt().requests()).engine
    models, requests = Latest[str](), Latest[Request]()
    frames, statuses = Latest[Frame](), Latest[Status]()

    def open_engine(name: str, report: Report) -> Engine:
        return engine  # the one that is measured

    producer = Producer(
        models=models,
        requests=requests,
        frames=frames,
        statuses=statuses,
        open_engine=open_engine,
        load_engine=open_engine,
        choose=lambda named: Choice(subject.light, ""),
        clock=time.perf_counter,
    )
    models.put(subject.light)
    producer.start()
    try:
        return result(*_turned(requests, frames, setup.waits))
    finally:
        producer.stop(PATIENCE)


def result(period: float, waits: list[float], counts: list[int]) -> Result:
    """period, waits: in seconds. counts: which frame to finish it was, from 1."""
    times = [wait / period for wait in waits]
    last = max(counts)
    rows = (
        Row("generation period", f"{period * 1e3:.1f} ms"),
        Row("knob to frame, frames at most", f"{last}", f"at most {GOAL}", last <= GOAL),
        Row(
            "knob to frame, periods",
            f"median {median(times):.2f}, 99 of 100 within {quantile(times, 0.99):.2f}, "
            f"longest {max(times):.2f}",
        ),
    )
    return Result("latency", rows, {"period": period, "waits": waits, "frames": counts})


def _turned(
    requests: Latest[Request], frames: Latest[Frame], count: int
) -> tuple[float, list[float], list[int]]:
    """What result() takes, of count turned knobs.

    The period is taken from the very frames that are waited for: so it is of the same moments,
    so a busy machine does not decide.
    """
    chance = random.Random(0)
    wanted = one_prompt().first()
    requests.put(wanted)
    came = [_next(frames) for _ in range(2 * WARM)]
    times = [frame.time for frame in came[WARM:]]
    usual = median(after - before for before, after in itertools.pairwise(times))
    newest = came[-1]
    periods, waits, counts = [], [], []
    for turn in range(count):
        time.sleep(usual * chance.uniform(1.0, 2.0))
        # Never the same twice, so that a frame tells which it was made from.
        asked = replace(wanted, strength=wanted.strength + 1e-6 * (turn + 1))
        before = frames.get() or newest
        begin = time.perf_counter()
        requests.put(asked)
        while (newest := _next(frames)).request != asked:
            pass
        waits.append(time.perf_counter() - begin)
        counts.append(newest.number - before.number)
        periods.append((newest.time - before.time) / counts[-1])
    return median(periods), waits, counts


def _next(frames: Latest[Frame]) -> Frame:
    frame = frames.wait(PATIENCE)
    if frame is None:
        raise RuntimeError(f"no frame within {PATIENCE:g} seconds")
    return frame
