"""Composition root of `visualizer bench`: how fast the engine makes frames, and where time goes.

Measures the engine alone, in this thread, with the first preset's values. What is slow about
the display is not in these figures; --stage measures that (bench_stage.py).
"""

from __future__ import annotations

import json
import platform
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from statistics import median, quantiles
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table
from rich.text import Text

from visualizer import terminal
from visualizer.offline.source_pictures import SourcePictures, check_source
from visualizer.openers import open_now
from visualizer.options import BenchOptions, OptionError, find_presets
from visualizer.show.next_request import request
from visualizer.show.reducer import start
from visualizer.show.state import Show

WARM_UP = 10
"""Frames that are not counted: first calls allocate memory and choose kernels, and the prompts to
come are encoded, one a frame."""

FRAME = 1 / 20
"""Seconds of show time from frame to frame, so that motion and holds have something to do."""

STAGES = ("perturb", "encode", "denoise", "decode", "blend", "copy")


class Stopwatch:
    """Adds up seconds by stage. wait: called at both ends of a stage, so that work which a device
    does in the background is counted where it was asked for."""

    def __init__(self, wait: Callable[[], None]) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self._wait = wait

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Time what runs within."""
        self._wait()
        begin = time.perf_counter()
        yield
        self._wait()
        self.seconds[stage].append(time.perf_counter() - begin)


def bench(options: BenchOptions) -> int:
    """Measure and print; the exit status. Raises OptionError."""
    if options.stage:
        from visualizer.offline.bench_stage import measure_stage  # which imports pygame

        result = {
            "stage": measure_stage(options, _show(options), terminal.log),
            "versions": _versions("visualizer", "pygame-ce"),
        }
        table = _stage_table(result)
    else:
        if options.engine != "auto":
            terminal.say("--engine: only for the live show and --stage; bench ignores it")
        result = measure(options, terminal.log)
        table = _table(result)
    if options.json:
        terminal.out(json.dumps(result))
    else:
        Console().print(table)
    return 0


def _show(options: BenchOptions) -> Show:
    """The show to measure with: the first preset's. Raises OptionError."""
    presets, first, _ = find_presets(options)
    if not presets:
        raise OptionError("there is no preset to measure with: give another --presets folder")
    return start(
        presets,
        first,
        options.settings,
        model=options.model or "",
        loras=options.lora,
        source=options.source,
    )


def measure(options: BenchOptions, say: Callable[[str], None]) -> dict[str, Any]:
    """The figures by name; times in milliseconds, memory in MiB."""
    check_source(options.source)
    show = _show(options)
    wanted = request(show)
    engine = open_now(options, show.model.asked, say)
    source = SourcePictures(say)

    def frame() -> tuple[float, tuple[int, ...]]:
        """Milliseconds that the next frame takes, and its height and width in pixels."""
        nonlocal wanted
        moment = wanted.time + FRAME
        wanted = source.over(replace(wanted, time=moment, source_time=moment), engine.size)
        begin = time.perf_counter()
        size = engine.next(wanted).pixels.shape[:2]
        engine.prepare(wanted)
        return (time.perf_counter() - begin) * 1000, size

    for _ in range(WARM_UP):
        _, (height, width) = frame()
    frame_ms = [frame()[0] for _ in range(options.frames)]
    # The stages are timed in a run of their own: on a GPU, timing them makes it wait.
    watch = Stopwatch(_device_wait(engine.device))
    engine.stopwatch = watch
    for _ in range(min(options.frames, 30)):
        frame()
    stages = {
        stage: median(watch.seconds[stage]) * 1000 for stage in STAGES if watch.seconds[stage]
    }
    return {
        "engine_fps": round(1000 / median(frame_ms), 2),
        "frame_ms_median": round(median(frame_ms), 2),
        "frame_ms_p99": round(quantiles(frame_ms, n=100, method="inclusive")[98], 2)
        if len(frame_ms) > 1
        else round(frame_ms[0], 2),
        "stages_ms": {stage: round(ms, 2) for stage, ms in stages.items()},
        "peak_rss_mb": round(peak_rss() / 2**20, 1),
        "model": engine.model,
        "device": engine.device,
        "backend": getattr(engine, "backend", "no network"),
        "width": width,
        "height": height,
        "steps": wanted.steps,
        "versions": _versions("visualizer", "torch", "diffusers"),
    }


def _versions(*names: str) -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def _device_wait(device: str) -> Callable[[], None]:
    from visualizer.engine.models.devices import wait_for

    return wait_for(device)


def peak_rss() -> int:
    """The most memory this process has held, in bytes."""
    try:
        import resource
    except ImportError:  # Windows
        return int(psutil.Process().memory_info()._asdict()["peak_wset"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if platform.system() == "Darwin" else peak * 1024


def _table(result: dict[str, Any]) -> Table:
    title = f"{result['model']} on {result['device']} by {result['backend']}"
    table = Table(
        title=Text(terminal.clean(f"{title}, {result['width']}x{result['height']} pixels"))
    )
    table.add_column("what")
    table.add_column("figure", justify="right")
    table.add_row("frames a second", f"{result['engine_fps']:.1f}")
    table.add_row("a frame, median", f"{result['frame_ms_median']:.1f} ms")
    table.add_row("a frame, 99th percentile", f"{result['frame_ms_p99']:.1f} ms")
    for stage, ms in result["stages_ms"].items():
        table.add_row(f"  {stage}", f"{ms:.1f} ms")
    table.add_row("peak memory", f"{result['peak_rss_mb']:.0f} MiB")
    table.add_row("steps", str(result["steps"]))
    for name, number in result["versions"].items():
        table.add_row(name, number)
    return table


def _stage_table(result: dict[str, Any]) -> Table:
    table = Table(title=f"the display loop, by {result['stage'][0]['renderer']}")
    for name in (
        "window",
        "engine",
        "median",
        "99 %",
        "late",
        "processor",
        "makes",
    ):
        table.add_column(name, justify="left" if name in ("window", "engine") else "right")
    for row in result["stage"]:
        table.add_row(
            f"{row['width']}x{row['height']}",
            row["engine"],
            f"{row['interval_ms_median']:.1f} ms",
            f"{row['interval_ms_p99']:.1f} ms",
            f"{row['late_frames']} of {row['frames']}",
            f"{row['cpu_ms']:.1f} ms",
            f"{row['engine_fps']:.1f} /s" if row["engine"] == "busy" else "",
        )
    return table
