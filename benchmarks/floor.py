"""How near a frame comes to what the machine can do: its work over the rate of bare arithmetic.

The work is counted by torch (multiplications and additions of matrix products, convolutions and
attention, each for one). The rate is that of large products of matrices, and of the convolution
that a UNet of this kind is mostly made of, which on a processor is the fairer floor; both by torch,
in the type of numbers that the loop computes in.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from statistics import median

import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.playing import one_prompt
from benchmarks.results import Result, Row
from benchmarks.setup import Setup, counted
from benchmarks.subject import Subject
from visualizer.engine.diffusion.denoiser import denoiser_of
from visualizer.engine.loop.feedback import Feedback
from visualizer.show.request import Request

SECONDS, QUICK = 0.5, 0.02
"""How long each rate is taken."""

QUEUED = 20
"""Calls from one wait for a GPU to the next: there one alone takes less than the wait does."""


def measure(subject: Subject, setup: Setup, say: Callable[[str], None]) -> Result:
    """Count a frame's work, time it, and hold it against the rates of the same run."""
    ours = subject.warm(one_prompt().requests())
    way, kind = ours.backend, subject.kind(ours)
    say(f"floor: rates in {kind}")
    matrices = matrix_rate(kind, subject.device, subject.wait, setup.quick)
    convolutions = convolution_rate(kind, subject.device, subject.wait, setup.quick)
    rows = [
        Row(f"rate of matrices' products ({way})", f"{matrices / 1e9:.0f} GFLOP/s"),
        Row("rate of convolutions", f"{convolutions / 1e9:.0f} GFLOP/s"),
    ]
    numbers: dict[str, object] = {
        "way": way,
        "threads": torch.get_num_threads(),
        "matrices": matrices,
        "convolutions": convolutions,
    }
    for steps in setup.steps:
        requests = one_prompt().stepped(steps)
        of = counted(steps, "step")
        say(f"floor: {of}")
        work = operations(subject, requests)
        seconds = _frame_seconds(ours.next, requests, 2 * setup.block, subject.wait)
        rate = work / seconds
        rows += [
            Row(
                f"a frame, {of}",
                f"{work / 1e9:.2f} GFLOP in {seconds * 1e3:.1f} ms, {rate / 1e9:.0f} GFLOP/s",
            ),
            Row(
                f"share of the floor, {of}",
                f"{rate / matrices:.0%} of matrices', {rate / convolutions:.0%} of convolutions'",
            ),
        ]
        numbers[of] = {"flop": work, "seconds": seconds}
    return Result("floor", tuple(rows), numbers)


def operations(subject: Subject, requests: Iterator[Request]) -> int:
    """Floating-point operations of one frame that is not the first."""
    pipeline = subject.lightened(subject.pipeline())
    size = (subject.side, subject.side)
    engine = Feedback(denoiser_of(pipeline), size=size, model="", device=subject.device)
    engine.next(next(requests))  # embeds the prompt, which is no work of a frame
    with FlopCounterMode(display=False) as counter:
        engine.next(next(requests))
    return int(counter.get_total_flops())


def matrix_rate(
    kind: torch.dtype, device: str, wait: Callable[[], None], quick: bool = False
) -> float:
    """Operations a second of a large product of matrices: the best of several."""
    side = 128 if quick else 8192 if device == "cuda" else 2048
    a = torch.randn(side, side, device=device).to(kind)
    b = torch.randn(side, side, device=device).to(kind)
    return 2 * side**3 / _least_seconds(lambda: a @ b, wait, device, quick)


def convolution_rate(
    kind: torch.dtype, device: str, wait: Callable[[], None], quick: bool = False
) -> float:
    """Operations a second of a 3 × 3 convolution, channels last: the best of several."""
    channels, side = (32, 16) if quick else (640, 64) if device == "cuda" else (192, 32)
    image = torch.randn(1, channels, side, side, device=device).to(kind)
    weight = torch.randn(channels, channels, 3, 3, device=device).to(kind)
    image = image.contiguous(memory_format=torch.channels_last)
    weight = weight.contiguous(memory_format=torch.channels_last)
    seconds = _least_seconds(lambda: F.conv2d(image, weight, padding=1), wait, device, quick)
    return 2 * 9 * channels**2 * side**2 / seconds


@torch.inference_mode()
def _least_seconds(
    work: Callable[[], object], wait: Callable[[], None], device: str, quick: bool
) -> float:
    """Of one call."""
    calls = 1 if device == "cpu" else QUEUED
    best, end = float("inf"), time.perf_counter() + (QUICK if quick else SECONDS)
    while time.perf_counter() < end:
        wait()
        begin = time.perf_counter()
        for _ in range(calls):
            work()
        wait()
        best = min(best, (time.perf_counter() - begin) / calls)
    return best


def _frame_seconds(
    make: Callable[[Request], object],
    requests: Iterator[Request],
    frames: int,
    wait: Callable[[], None],
) -> float:
    """Median time of a frame."""
    taken = []
    for wanted in itertools.islice(requests, frames):
        wait()
        begin = time.perf_counter()
        make(wanted)
        wait()
        taken.append(time.perf_counter() - begin)
    return median(taken)
