"""What a preview of the next prompt takes of the loop, in frames of it.

The loop's frames and a preview's take turns, as in the producer. On a processor its own time is
counted, which other programs hardly touch; on a GPU, time until its work is done.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median

from benchmarks.playing import cycling
from benchmarks.results import Result, Row
from benchmarks.setup import Setup
from benchmarks.subject import Subject
from visualizer.engine.producer.next_preview import FRAMES, NextPreviews
from visualizer.show.request import Following
from visualizer.show.status import NextPreview


def measure(subject: Subject, setup: Setup, say: Callable[[str], None]) -> Result:
    """Make setup.rounds previews, and one more that does not count."""
    say("preview: opening")
    script = cycling()
    now, later = script.first(), next(itertools.islice(script.requests(), script.cycle // 2, None))
    engine = subject.warm(itertools.repeat(now)).engine
    made: list[NextPreview] = []
    faults: list[str] = []
    previews = NextPreviews(lambda told: made.extend([told] if told else []), faults.append)
    seconds = _clock(subject)
    place = 1, 0, 0, now.prompts, later.prompts
    loop, takes = list[float](), list[float]()
    previews.step(engine, replace(now, following=Following(later, place, 0)), 1.0)
    for asked in range(1, setup.rounds + 2):
        wanted = replace(now, following=Following(later, place, asked))
        begins, stills = len(loop), 0.0
        for _ in range(FRAMES):
            before = seconds()
            engine.next(wanted)
            between = seconds()
            previews.step(engine, wanted, 1.0)
            loop.append(between - before)
            stills += seconds() - between
        if faults or not made[-1].jpeg:
            raise RuntimeError(f"no preview was made: {faults}")
        takes.append(stills / median(loop[begins:]))
    return result(takes[1:], loop[FRAMES:])


def result(takes: list[float], loop: list[float]) -> Result:
    """takes: frames of the loop that each preview takes the time of. loop: its frames' seconds."""
    spread = f"median {median(takes):.1f} ({min(takes):.1f} to {max(takes):.1f})"
    rows = (
        Row("frames of the loop that a preview of the next prompt takes the time of", spread),
        Row("frames of the loop meanwhile", f"{FRAMES}"),
    )
    return Result("preview", rows, {"takes": takes, "loop": loop})


def _clock(subject: Subject) -> Callable[[], float]:
    if subject.device == "cpu":
        return time.process_time

    def finished() -> float:
        subject.wait()
        return time.perf_counter()

    return finished
