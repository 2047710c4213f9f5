"""Composition root of `visualizer render --replay LOG OUT.mp4 --variations N`: one set, many seeds.

The first is the set as it was played; each further one adds 1 to every seed of the log. They are
made one after the other in this process, or side by side on a Ray cluster (--on): each a task, in a
process of its own, made again where it fails or its node dies.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from visualizer import __version__, terminal
from visualizer.disk import write_bytes
from visualizer.engine.failures import one_line
from visualizer.engine.host.ray_cluster import address as address_of
from visualizer.engine.host.ray_cluster import joined
from visualizer.engine.host.ray_holder import NoCluster
from visualizer.offline.render import render
from visualizer.offline.video_making import progress_bars
from visualizer.offline.writers import VIDEO, check_out
from visualizer.options import OptionError, RenderOptions

RETRIES = 3
"""How often one that failed is made again."""

LOOK = 0.3
"""Seconds between looks at how far they are."""


@dataclass(frozen=True, slots=True)
class Job:
    """A variation that is made elsewhere: what its files hold crosses with it."""

    options: RenderOptions
    log: bytes
    sound: bytes | None
    version: str = __version__


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a job: the video, or None and why, in lines."""

    video: bytes | None
    lines: tuple[str, ...]


class NotMade(Exception):
    """A variation has failed, and is to be made again."""


class Meter:
    """How far each variation is: (frames made, of how many)."""

    def __init__(self) -> None:
        self._far: dict[int, tuple[int, int]] = {}

    def note(self, number: int, done: int, of: int) -> None:
        """Frames of one are made."""
        self._far[number] = done, of

    def read(self) -> dict[int, tuple[int, int]]:
        """All that were heard of."""
        return dict(self._far)


def variations(options: RenderOptions) -> int:
    """Make all variations; the exit status. Raises OptionError."""
    log, count = options.replay, options.variations
    if log is None:
        raise OptionError("--variations: give the performance log of a set with --replay")
    if options.out.suffix.lower() != VIDEO:
        raise OptionError(f"{options.out}: for --variations, give a name ending in {VIDEO}")
    each = [
        replace(options, variation=i, out=options.out.with_stem(f"{options.out.stem}-{i + 1}"))
        for i in range(count)
    ]
    for one in each:
        check_out(one.out)
    if not options.on:
        return max(render(one) for one in each)
    try:
        files = log.read_bytes(), options.sound.read_bytes() if options.sound else None
    except OSError as error:
        raise OptionError(f"{error.filename}: can't be read: {error.strerror}") from None
    try:
        with joined(address_of(options.on)) as ray:
            return _on_cluster(ray, [Job(one, *files) for one in each])
    except NoCluster as why:
        raise OptionError(f"--on {options.on}: {why}") from None


def _on_cluster(ray: Any, jobs: list[Job]) -> int:
    """Have a cluster make them, side by side; the exit status."""
    device = jobs[0].options.device
    gpus = int(
        device == "cuda" or (device == "auto" and ray.cluster_resources().get("GPU", 0) >= 1)
    )
    meter = ray.remote(Meter).options(num_cpus=0, max_restarts=-1, max_task_retries=-1).remote()
    # A process of its own for each: what broke in CUDA is gone with it.
    task = ray.remote(
        num_cpus=1, num_gpus=gpus, max_calls=1, max_retries=RETRIES, retry_exceptions=[NotMade]
    )(make)
    running = {task.remote(job, i, meter): i for i, job in enumerate(jobs)}
    status = 0
    with progress_bars() as bars:
        tasks = [bars.add_task(job.options.out.name, total=None) for job in jobs]
        while running:
            ready, _ = ray.wait([*running], timeout=LOOK)
            with suppress(Exception):  # a count that is missing costs a bar, no video
                for number, (done, of) in ray.get(meter.read.remote(), timeout=LOOK).items():
                    bars.update(tasks[number], completed=done, total=of)
            for ref in ready:
                number = running.pop(ref)
                if _kept(ray, ref, jobs[number].options.out):
                    whole = bars.tasks[number].total or 1
                    bars.update(tasks[number], completed=whole, total=whole)
                else:
                    status = 1
    return status


def _kept(ray: Any, ref: Any, out: Path) -> bool:
    """Write a video that has been made; whether it was, and can be written."""
    try:
        made: Made = ray.get(ref)
    except Exception as error:
        cause = getattr(error, "cause", None) or error
        terminal.say(f"{out}: not made, tried {RETRIES + 1} times: {one_line(cause)}")
        return False
    for line in made.lines:
        terminal.log(f"{out.name}: {line}")
    if made.video is None:
        return False
    try:
        out.touch()  # with the permissions of any new file, which write_bytes keeps
        write_bytes(out, made.video)
    except OSError as error:
        terminal.say(f"{out}: can't be written: {error.strerror or error}")
        return False
    terminal.out(out.resolve())
    return True


def make(job: Job, number: int, meter: Any) -> Made:
    """Make one, on a node of the cluster. Raises NotMade where it is worth another try."""
    if job.version != __version__:
        return Made(None, (f"the node has visualizer {__version__}, this is {job.version}",))
    told = 0.0

    def tell(done: int, of: int) -> None:
        nonlocal told
        if time.monotonic() - told > LOOK or done == of:
            told = time.monotonic()
            meter.note.remote(number, done, of)

    with _files(job) as options, redirect_stderr(io.StringIO()) as said:
        try:
            status = render(options, tell)
        except OptionError as error:
            return Made(None, tuple(str(error).splitlines()))
        lines = tuple(said.getvalue().splitlines())
        if status:
            raise NotMade(lines[-1] if lines else "the render failed")
        return Made(options.out.read_bytes(), lines)


@contextmanager
def _files(job: Job) -> Iterator[RenderOptions]:
    """A job's options, with its files in a folder of this machine's for as long as it takes."""
    options = job.options
    with TemporaryDirectory(prefix="visualizer-") as name:
        folder = Path(name)
        log = folder / (options.replay or Path("log")).name
        log.write_bytes(job.log)
        sound = None
        if job.sound is not None and options.sound is not None:
            sound = folder / options.sound.name
            sound.write_bytes(job.sound)
        yield replace(options, replay=log, sound=sound, out=folder / options.out.name)
