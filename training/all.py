"""Everything in order: pictures, autoencoder, latents, denoiser, finish, judge, figures.

    python -m training.all                                      # some ten hours on two cores
    python -m training.all --device cuda --minutes 10 --batch 512   # ten minutes of a card

Each step goes on where it stopped, so this may be run again after a break, and nothing that is
killed is lost. The exported model is in WORK/finish/model; the shipped one stays as it is.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.paths import RUNS

# Waiting threads sleep: trainings then share a busy machine without stalling.
CALM = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0"}


@dataclass(frozen=True)
class Step:
    """A module to run, its options, and its share of the minutes; 0 where it ends by itself."""

    module: str
    options: Sequence[str]
    share: float = 0.0
    beside: bool = False
    """Whether the next steps run beside it."""


def steps(work: Path, device: str, batch: int, drawers: int) -> list[Step]:
    """All steps. batch: samples a step of the denoiser; drawers: processes that draw pictures."""
    on = ["--device", device]
    pictures, latents = str(work / "pictures"), str(work / "latents")
    autoencoder, base = str(work / "autoencoder" / "model"), str(work / "denoiser" / "model")

    def out(name: str) -> list[str]:
        return ["--out", str(work / name)]

    encode = ["--autoencoder", autoencoder, "--out", latents, *on]
    sources = ["--latents", latents, *on]
    crops = str(max(batch // 4, 4))
    return [
        Step(
            "training.data.picture_store", ["--folder", pictures, "--shards", "16", "--size", "512"]
        ),
        Step(
            "training.train.autoencoder",
            ["--pictures", pictures, *out("autoencoder"), "--batch", crops, *on],
            0.2,
        ),
        *(Step("training.data.latents", encode, beside=True) for _ in range(drawers)),
        Step(
            "training.train.denoiser",
            [*sources, "--autoencoder", autoencoder, *out("denoiser"), "--batch", str(batch)],
            0.65,
        ),
        Step(
            "training.train.finish",
            [*sources, "--start", base, *out("finish"), "--batch", str(max(batch // 2, 1))],
            0.15,
        ),
        Step("training.judge.scene_judge", ["--pictures", pictures, *out("judge"), *on]),
        Step(
            "training.evaluate",
            [
                *("--model", str(work / "finish" / "model")),
                *("--judge", str(work / "judge" / "weights.pt")),
                *("--results", str(work / "results.json"), "--sheet", str(work / "sheet.jpg")),
            ],
        ),
    ]


def run(plan: Sequence[Step], minutes: float | None) -> None:
    """Run all steps; raises CalledProcessError at the first that fails. minutes: for all trainings
    together; None lets each go on to its own end."""
    beside: list[subprocess.Popen[bytes]] = []
    try:
        for step in plan:
            limit = ["--minutes", f"{step.share * minutes:.2f}"] if minutes and step.share else []
            command = [sys.executable, "-m", step.module, *step.options, *limit]
            print(*command[1:], flush=True)
            if step.beside:
                beside.append(subprocess.Popen(command, env=os.environ | CALM))
                continue
            begin = time.monotonic()
            subprocess.run(command, check=True, env=os.environ | CALM)
            print(f"{step.module} took {time.monotonic() - begin:.0f} s", flush=True)
    finally:
        for process in beside:
            process.terminate()


def main(argv: Sequence[str] | None = None) -> None:
    """Run all steps."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--work", type=Path, default=RUNS)
    parser.add_argument("--batch", type=int, default=64, help="samples a step of the denoiser")
    parser.add_argument("--minutes", type=float, help="of all trainings; default: to their ends")
    options = parser.parse_args(argv)
    # A card learns faster than a core draws: all cores but two draw for it.
    cores = os.cpu_count() or 1
    drawers = max(cores - 2, 1) if options.device != "cpu" else 1
    run(steps(options.work, options.device, options.batch, drawers), options.minutes)


if __name__ == "__main__":
    main()
