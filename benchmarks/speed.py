"""Frames a second: ours beside the reference, in blocks that take turns within one run.

Three take part: ours, at default values; (a) the reference loop on the plain pipeline; (b) the
same loop with the two short cuts that cost nothing to take, a tiny autoencoder where there is one
and prompts embedded once. All have the same weights, size, threads and number of UNet evaluations.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import Any

import torch

from benchmarks.playing import one_prompt
from benchmarks.reference import Reference, strength_for
from benchmarks.results import Result, Row
from benchmarks.series import Loop
from benchmarks.setup import Setup, counted
from benchmarks.stats import ratios, spread
from benchmarks.subject import Subject
from visualizer.engine.diffusion.schedule import timesteps
from visualizer.show.request import Request

GOALS = {"cpu": 1.5, "cuda": 3.0}
"""How many times as fast as (a) ours is to be."""


def measure(subject: Subject, setup: Setup, say: Callable[[str], None]) -> Result:
    """Take turns, setup.block frames each, setup.rounds times, at each of setup.steps."""
    pipeline = subject.pipeline()
    light = subject.lightened(pipeline)
    ours = subject.warm(one_prompt().requests())
    way = ours.backend
    loops: dict[str, Loop] = {
        "ours": ours,
        "a": Reference(pipeline, subject.side),
        "b": Reference(light, subject.side, embed_once=True),
    }
    rows: list[Row] = []
    threads = torch.get_num_threads()
    numbers: dict[str, Any] = {"way": way, "threads": threads}
    # The app itself would take them all.
    cores = f" (on {threads} of {os.cpu_count()} cores)" if subject.device == "cpu" else ""
    for steps in setup.steps:
        of = counted(steps, "step")
        say(f"speed: {of} a frame")
        rates = _rates(loops, one_prompt().stepped(steps), setup, subject.wait)
        found = {name: spread(rate) for name, rate in rates.items()}
        over_a, over_b = ratios(rates["ours"], rates["a"]), ratios(rates["ours"], rates["b"])
        goal = GOALS.get(subject.device, 1.0)
        rows += [
            Row(f"ours, {of} ({way})", f"{found['ours'].text(1)} frames/s"),
            Row(f"(a) reference, {of}{cores}", f"{found['a'].text(1)} frames/s"),
            Row(f"(b) with short cuts, {of}{cores}", f"{found['b'].text(1)} frames/s"),
            Row(f"ours over (a), {of}", over_a.text(), f"at least {goal:g}", over_a.median >= goal),
            Row(f"ours over (b), {of}", over_b.text()),
        ]
        numbers[of] = {
            "evaluations": evaluations(next(one_prompt().stepped(steps))),
            "frames_a_second": rates,
            "over_a": asdict(over_a),
            "over_b": asdict(over_b),
        }
    return Result("speed", tuple(rows), numbers)


def evaluations(wanted: Request) -> int:
    """How often ours asks the UNet for a frame."""
    return len(timesteps(wanted.strength, wanted.steps))


def for_reference(wanted: Request) -> Request:
    """The same for the reference: at a strength that asks the UNet as often."""
    return replace(wanted, strength=strength_for(evaluations(wanted), wanted.steps))


def _rates(
    loops: dict[str, Loop],
    requests: Iterator[Request],
    setup: Setup,
    wait: Callable[[], None],
) -> dict[str, list[float]]:
    """Frames a second of each loop, block by block. The first round warms up and is left out."""
    rates: dict[str, list[float]] = {name: [] for name in loops}
    for round_ in range(setup.rounds + 1):
        for name, loop in loops.items():
            asked = list(itertools.islice(requests, setup.block))
            if name != "ours":
                asked = [for_reference(wanted) for wanted in asked]
            wait()
            begin = time.perf_counter()
            for wanted in asked:
                loop.next(wanted)
            wait()
            if round_ > 0:
                rates[name].append(setup.block / (time.perf_counter() - begin))
    return rates
