"""Measure the loop, print a table, keep JSON and pictures under benchmarks/results/.

python -m benchmarks [--only speed,floor,drift,motion,wall,latency,preview,memory,midi,recording] …
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from rich.console import Console

from benchmarks import (
    drift,
    floor,
    latency,
    memory,
    midi,
    motion,
    next_preview_cost,
    recording,
    speed,
    wall_motion,
)
from benchmarks.loops import LOOPS
from benchmarks.results import Result, machine, save, slug, table
from benchmarks.setup import Setup
from benchmarks.subject import Subject, subject
from visualizer.engine.failures import ModelError, one_line
from visualizer.engine.models.devices import pick_device

HERE = Path(__file__).parent

Figure = Callable[[Subject, Setup, Callable[[str], None]], Result]

FIGURES: Mapping[str, Figure] = MappingProxyType(
    {
        "memory": memory.measure,  # first: what the others take would count
        "speed": speed.measure,
        "floor": floor.measure,
        "motion": motion.measure,
        "wall": wall_motion.measure,
        "latency": latency.measure,
        "preview": next_preview_cost.measure,
        "midi": midi.measure,
        "recording": recording.measure,
        "drift": drift.measure,
    }
)


def main(argv: list[str] | None = None) -> int:
    """Measure what argv asks for; the exit status. A goal that is missed is no failure."""
    given = _parser().parse_args(argv)
    try:
        _measure(given)
    except (ModelError, OSError) as error:
        print(f"benchmarks: {one_line(error)}", file=sys.stderr)
        return 1
    return 0


def _measure(given: argparse.Namespace) -> None:
    device, size, shrink = pick_device(given.device), given.size, given.shrink
    setup = Setup(
        steps=given.steps,
        frames=given.frames,
        block=20,
        rounds=given.rounds,
        waits=200,
        minutes=given.minutes,
        loops=tuple(LOOPS) if given.loop is None else (given.loop,),
        out=given.out,
        runs=HERE / "runs",
    )
    name = machine(device)
    if given.quick:
        setup = replace(
            setup, quick=True, frames=12, block=2, rounds=2, waits=3, minutes=0.01,
            out=setup.runs / "quick", runs=setup.runs / "quick",
        )  # fmt: skip
        size, shrink = size or 64, 10
    setup = replace(setup, out=setup.out / slug(name), runs=setup.runs / slug(name))
    console = Console(stderr=True, highlight=False)
    results = []
    backend = "torch" if given.quick else "auto"
    with subject(given.model, device, size, shrink=shrink, backend=backend) as measured:
        about = {"model": measured.name, "machine": name, "device": device, "size": measured.side}
        for figure in given.only:
            result = FIGURES[figure](measured, setup, lambda line: console.print(line))
            save(result, setup.out / f"{measured.file(figure)}.json", **about)
            results.append(result)
    Console().print(table(f"{measured.name}, {measured.side} pixels", name, results))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", type=_figures, default=tuple(FIGURES), help=f"some of {','.join(FIGURES)}"
    )
    parser.add_argument(
        "--model",
        default="builtin",
        help="builtin, sd-turbo-architecture or sdxl-turbo-architecture (random weights, nothing "
        "to download), a folder, or a name on Hugging Face that is in the local cache",
    )
    parser.add_argument("--device", default="auto", help="auto, cuda, mps or cpu")
    parser.add_argument(
        "--size", type=_whole, help="pixels of the picture's side; default: its own"
    )
    parser.add_argument(
        "--steps", type=_steps, default="1,2", help="of speed and floor (default: %(default)s)"
    )
    parser.add_argument(
        "--frames", type=_frames, default=5000, help="of drift; motion takes a fifth"
    )
    parser.add_argument("--rounds", type=_whole, default=7, help="of speed, of 20 frames each")
    parser.add_argument("--minutes", type=_minutes, default=10.0, help="of memory")
    parser.add_argument(
        "--loop",
        choices=tuple(LOOPS),
        help="measure drift and motion of this loop alone; the others as they were last recorded",
    )
    parser.add_argument(
        "--shrink",
        type=_whole,
        default=1,
        help="divide the widths of an -architecture, for a trial",
    )
    parser.add_argument("--quick", action="store_true", help="a proof that all works, at tiny size")
    parser.add_argument("--out", type=Path, default=HERE / "results", help="folder of results")
    return parser


def _figures(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := set(names) - FIGURES.keys():
        raise argparse.ArgumentTypeError(
            f"{', '.join(sorted(unknown))}: there are {', '.join(FIGURES)}"
        )
    return tuple(name for name in FIGURES if name in names)


def _whole(text: str, least: int = 1) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"{text}: a whole number is wanted, {least} or more")
    return int(text)


def _frames(text: str) -> int:
    return _whole(text, 10)  # two are left to motion


def _steps(text: str) -> tuple[int, ...]:
    return tuple(_whole(steps) for steps in text.split(","))


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = math.nan
    if not 0.01 <= minutes < math.inf:
        raise argparse.ArgumentTypeError(f"{text}: minutes are wanted, 0.01 or more")
    return minutes


if __name__ == "__main__":
    sys.exit(main())
