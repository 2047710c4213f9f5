"""How long after a show was killed its last picture is on the screen again.

python -m benchmarks.resume [--rounds 8] [--beside "what else runs"]

A real show on the built-in model, fullscreen on a virtual X server (Xvfb, 1280×720), is killed
(SIGKILL) at a random moment; `visualizer --resume` is started, and the screen is looked at 30 times
a second until most of it is lit. The time is from the start of that process.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median

import numpy as np
import psutil
from PIL import ImageGrab
from rich.console import Console

from benchmarks.recording import screen
from benchmarks.results import Result, Row, machine, save, slug, table

HERE = Path(__file__).parent

EVERY = 1 / 30
"""Seconds between two looks at the screen."""

LIT, MOST = 16, 0.5
"""A level (of 255) above which a pixel is lit, and the share of them that a picture lights: the HUD
alone lights few."""

PLAYED = 6.0, 12.0
"""Seconds that a show plays before it is killed, at least and at most: the last picture is kept
each few seconds."""

PATIENCE = 120.0
"""Seconds for what must come."""

GOAL = 1.0
"""Seconds."""


def main(argv: list[str] | None = None) -> int:
    """Measure, print a table, and keep JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.resume", description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--beside", default="", help="what else the machine does, for the record")
    parser.add_argument("--out", type=Path, default=HERE / "results", help="folder of results")
    given = parser.parse_args(argv)
    chance, lit, busy = Random(0), list[float](), list[float]()
    with tempfile.TemporaryDirectory() as folder, screen() as display:
        environment = {
            **os.environ, "DISPLAY": display, "SDL_VIDEODRIVER": "x11", "XDG_STATE_HOME": folder,
            "XDG_CONFIG_HOME": folder,
        }  # fmt: skip
        _play(environment, (), display, chance)
        for _ in range(given.rounds):
            seconds, processor = _play(environment, ("--resume",), display, chance)
            lit.append(seconds)
            busy.append(processor)
            print(f"{seconds:.2f} s, {processor:.2f} s of the processor", flush=True)
    measured, named = result(lit, busy), machine("cpu")
    about = {"model": "builtin", "machine": named, "beside": given.beside}
    save(measured, given.out / slug(named) / "resume.json", **about)
    Console().print(table("builtin", named, [measured]))
    return 0


def result(lit: Sequence[float], busy: Sequence[float]) -> Result:
    """lit: seconds to the last picture, show by show. busy: of those, the processor's."""
    rows = (
        Row(
            "from the start of --resume to the last picture on the screen",
            f"{median(lit):.2f} s ({min(lit):.2f} to {max(lit):.2f})",
            f"{GOAL:g} s",
            max(lit) <= GOAL,
        ),
        Row("processor time until then", f"{median(busy):.2f} s"),
    )
    return Result("resume", rows, {"seconds": list(lit), "processor": list(busy)})


def _play(
    environment: Mapping[str, str], more: Sequence[str], display: str, chance: Random
) -> tuple[float, float]:
    """Start a show, let it play and kill it: seconds to its first picture on the screen, and of
    the processor until then."""
    options = ["--model", "builtin", "--offline", "--no-midi", "--no-osc", "--no-desk", "--no-log"]
    begin = time.perf_counter()
    with _killed_at_last([sys.executable, "-m", "visualizer", *options, *more], environment) as it:
        while not _is_lit(display):
            if it.status() == psutil.STATUS_ZOMBIE or time.perf_counter() - begin > PATIENCE:
                raise SystemExit("benchmarks.resume: the show did not come up")
            time.sleep(EVERY)
        seconds, times = time.perf_counter() - begin, it.cpu_times()
        time.sleep(chance.uniform(*PLAYED))
    end = time.perf_counter() + PATIENCE
    while _is_lit(display):  # X takes its window away
        if time.perf_counter() > end:
            raise SystemExit("benchmarks.resume: the killed show's window stays")
        time.sleep(EVERY)
    return seconds, times.user + times.system


@contextmanager
def _killed_at_last(command: list[str], environment: Mapping[str, str]) -> Iterator[psutil.Process]:
    show = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield psutil.Process(show.pid)
    finally:
        show.kill()
        show.wait()


def _is_lit(display: str) -> bool:
    pixels = np.asarray(ImageGrab.grab(xdisplay=display).convert("L"))
    return float((pixels > LIT).mean()) > MOST


if __name__ == "__main__":
    sys.exit(main())
