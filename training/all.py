"""Everything in order: pictures, word vectors, autoencoder, latents, denoiser, judge, figures.

Each step goes on where it stopped, so this may be run again after a break.

    python -m training.all
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from training import cache
from training.checkpoint import RUNS

SKETCH = RUNS / "sketch" / "checkpoint.pt"

# Waiting threads sleep: trainings then share a busy machine without stalling (see README.md).
CALM = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0"}


def commands(device: str, pace: float) -> list[list[str]]:
    """The steps as module names with their options; ``pace`` stretches the minutes."""
    on = ["--device", device]
    return [
        ["training.cache"],
        [
            "training.cache",
            "--folder",
            str(cache.FORMS),
            "--taught",
            "--forms",
            "5",
            "--shards",
            "30",
            "--seed",
            "50000",
        ],
        ["training.embeddings"],
        ["training.train_autoencoder", "--minutes", str(28 * pace), *on],
        ["training.latents", *on],
        ["training.sketching", "--seconds", str(60 * pace)],
        [
            "training.train_unet",
            "--start",
            str(SKETCH),
            "--minutes",
            str(60 * pace),
            "--batch",
            "16",
            *on,
        ],
        ["training.classifier", "--minutes", str(4 * pace)],
        ["training.evaluate"],
    ]


def main(argv: list[str] | None = None) -> None:
    """Run all steps; stops at the first that fails."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--pace", type=float, default=1.0, help="2 trains twice as long")
    options = parser.parse_args(argv)
    for command in commands(options.device, options.pace):
        print("python -m", *command, flush=True)
        subprocess.run([sys.executable, "-m", *command], check=True, env=os.environ | CALM)


if __name__ == "__main__":
    main()
