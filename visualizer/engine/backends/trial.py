"""Which way of computing a small model is the fastest on this processor: a measurement.

Run as a process of its own (`python -m visualizer.engine.backends.trial MODEL SIDE FOLDER
VARIANT...`), because converting a model holds up all threads of a process, and may end it (see
openvino.py). It gives way to everything else on the machine, and ends with the process that started
it. So that a busy machine does not decide, every way computes on one thread, they take turns, and
what counts is the processor's time rather than the clock's. All gain about alike from more threads.
"""

from __future__ import annotations

import json
import math
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil
import torch
from torch import Tensor

from visualizer.engine.backends.networks import Parts
from visualizer.engine.backends.openvino import convert
from visualizer.engine.backends.variants import (
    AS_IT_COMES,
    VARIANTS,
    Sample,
    needs_openvino,
    parts_of,
)
from visualizer.engine.failures import one_line

GAIN = 1.1
"""How many times as fast a way must be to be taken instead of a more exact one."""

ROUNDS = 10

HOPELESS = 3.0
"""How many times slower than the best a way must be found in two rounds to be given up: bfloat16
on a processor that lacks it takes seconds a frame."""

CLOCK = time.perf_counter if os.name == "nt" else time.process_time
"""Seconds of the processor's time; Windows counts that in steps of 16 ms, so there the clock's."""

CHOICE = "choice.json"


@dataclass(frozen=True, slots=True)
class Choice:
    """variant: the way to go. milliseconds: of a frame, by way. faults: why others can't be had."""

    variant: str
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Into a folder. OSError where that can't be."""
        (folder / CHOICE).write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Choice | None:
        """What was written; None where there is nothing, or no sense in it."""
        try:
            choice = cls(**json.loads((folder / CHOICE).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return choice if choice.variant in VARIANTS else None


def candidates(
    pipeline: Any, side: int, folder: Path, variants: Sequence[str]
) -> tuple[dict[str, Parts], dict[str, str]]:
    """The parts of each variant that can be had, and why the others can't. Writes into folder.

    OSError where that is full: no fault of a way.
    """
    found: dict[str, Parts] = {}
    faults: dict[str, str] = {}
    guided = Sample.of(pipeline, side, rows=2)
    converted = False
    for variant in variants:
        try:
            if needs_openvino(variant) and not converted:
                convert(pipeline, folder, guided.image, guided.latents, guided.conditions)
                converted = True
            parts = parts_of(variant, pipeline, side, folder, threads=1)
            # What fails had better fail here than when guidance is first turned up in the show.
            guided.outputs(parts)
        except OSError:
            raise
        except Exception as error:
            faults[variant] = one_line(error)
        else:
            found[variant] = parts
    return found, faults


@torch.inference_mode()
def measured(
    ways: Mapping[str, Parts],
    sample: Sample,
    clock: Callable[[], float] = CLOCK,
    rounds: int = ROUNDS,
) -> dict[str, float]:
    """Milliseconds of a frame, by way: the sum over the networks of the least in all rounds.

    The ways take turns call by call: what else the machine does meets all of them.
    """
    calls: list[Callable[[Parts], Tensor]] = [
        lambda parts: parts.encode(sample.image),
        lambda parts: parts.predict(sample.latents, sample.timestep, sample.conditions),
        lambda parts: parts.decode(sample.latents),
    ]
    total = dict.fromkeys(ways, 0.0)
    for call in calls:
        least = dict.fromkeys(ways, math.inf)
        for turn in range(rounds):
            for way, parts in ways.items():
                if turn >= 2 and least[way] > HOPELESS * min(least.values()):
                    continue
                begin = clock()
                call(parts)
                least[way] = min(least[way], clock() - begin)
        for way, seconds in least.items():
            total[way] += 1000.0 * seconds
    return total


def choose(milliseconds: Mapping[str, float]) -> str:
    """The way to go: a less exact one only where it is GAIN times as fast."""
    chosen = AS_IT_COMES
    for variant in VARIANTS:
        if GAIN * milliseconds.get(variant, math.inf) < milliseconds[chosen]:
            chosen = variant
    return chosen


def main(model: str, side: int, folder: Path, variants: Sequence[str]) -> None:
    """Measure the variants; leave the choice, and the files that it needs, in the folder."""
    from visualizer.engine.models.pipelines import load

    torch.set_num_threads(1)
    pipeline = load(model, "cpu", True, lambda status: None)
    ways, faults = candidates(pipeline, side, folder, variants)
    times = measured(ways, Sample.of(pipeline, side))
    chosen = choose(times)
    if not needs_openvino(chosen):
        for path in folder.iterdir():
            path.unlink()
    Choice(chosen, {way: round(ms, 2) for way, ms in times.items()}, faults).write(folder)


def _end_with_parent() -> None:
    """Wait until the process at the other end of standard input is gone, and end at once."""
    os.read(0, 1)  # not sys.stdin, whose lock would be held when this process ends
    os._exit(1)


if __name__ == "__main__":
    with suppress(OSError, psutil.Error):
        psutil.Process().nice(getattr(psutil, "IDLE_PRIORITY_CLASS", 10))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])
