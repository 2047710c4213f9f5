"""Everything in order: pictures, word vectors, autoencoder, latents, denoiser, judge, figures.

Each step goes on where it stopped, so this may be run again after a break.

    python -m training.all
    python -m training.all --device cuda --minutes 15 --work /dev/shm/training

On a CUDA card the shipped model is trained further, on all scenes, and exported beside it, not over
it: pictures are drawn by the processor while the autoencoder already learns, and everything learned
from stays on the card.
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

from training import cache
from training.checkpoint import MODEL, RUNS
from training.pictures import SCENE_NAMES
from training.progress import RAN_OFF

# Waiting threads sleep: trainings then share a busy machine without stalling (see README.md).
CALM = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0"}
Command = list[str]
# Minutes on a card beside the trainings: starting programs, encoding pictures.
OVERHEAD = 1.6
# Fewer minutes on a card leave less for the trainings than for what is beside them.
LEAST = 2 * OVERHEAD


def on_processor(device: str, pace: float) -> list[Command]:
    """The steps as module names with their options; ``pace`` stretches the minutes."""
    on = ["--device", device]
    forms = ["--taught", "--forms", "5", "--shards", "30", "--seed", "50000"]
    sketch = RUNS / "sketch" / "checkpoint.pt"
    unet = ["--start", str(sketch), "--minutes", str(60 * pace), "--batch", "16"]
    return [
        ["training.cache"],
        ["training.cache", "--folder", str(cache.FORMS), *forms],
        ["training.embeddings"],
        ["training.train_autoencoder", "--minutes", str(28 * pace), *on],
        ["training.latents", *on],
        ["training.sketching", "--seconds", str(60 * pace), *on],
        ["training.train_unet", *unet, *on],
        ["training.classifier", "--minutes", str(4 * pace)],
        ["training.evaluate"],
    ]


@dataclass(frozen=True)
class Scale:
    """How large the steps on a card are: shards, pictures in each, forms, sizes of batches."""

    shards: int = 60
    count: int = cache.SHARD
    form_shards: int = 280
    forms: int = 24
    wordings: int = 6
    crops: int = 256
    latents: int = 512


def on_card(
    device: str, minutes: float, work: Path, model: Path, scale: Scale = Scale()
) -> tuple[list[Command], list[Command]]:
    """What to draw, side by side, and the trainings, one after the other; ``minutes`` in all.

    The autoencoder gets a quarter of the time and sees every picture in another form as well. The
    denoiser gets nearly all of the rest and learns few forms, often.
    """
    learning = minutes - OVERHEAD
    first, sketching = 0.25 * learning, 0.025 * learning
    cores = os.cpu_count() or 2
    places = {
        "base": MODEL,
        "vae": MODEL / "vae",
        "pictures": work / "pictures",
        "forms": work / "forms",
        "autoencoder": work / "autoencoder",
        "trained": work / "autoencoder" / "model",
        "latents": work / "latents",
        "sketch": work / "sketch.pt",
        "unet": work / "unet",
        "model": model,
    }

    def command(text: str) -> Command:
        return [word.format(**places) for word in text.split()]

    drawing = f"--count {scale.count} --minutes {max(first + 0.1, 0.7)}"
    draw = [
        f"training.cache --folder {{pictures}} --shards {scale.shards} "
        f"--workers {max(cores // 4, 1)} {drawing}",
        f"training.cache --folder {{forms}} --shards {scale.form_shards} --seed 50000 "
        f"--forms {scale.forms} --wordings {scale.wordings} "
        f"--workers {max(cores - cores // 4 - 2, 1)} {drawing}",
    ]
    shared = f"--base {{base}} --latents {{latents}} --pictures {{forms}} --device {device}"
    train = [
        "training.train_autoencoder --start {vae} --pictures {pictures} {forms} "
        f"--ready {min(4, scale.shards)} --out {{autoencoder}} --minutes {first} "
        f"--batch {scale.crops} --rate 1e-4 --single --device {device}",
        "training.latents --base {base} --autoencoder {trained} --pictures {forms} "
        f"--out {{latents}} --device {device}",
        f"training.sketching --out {{sketch}} --seconds {60 * sketching} --batch 2048 {shared}",
        "training.train_unet --start {sketch} --autoencoder {trained} --out {unet} "
        f"--model {{model}} --minutes {learning - first - sketching} --batch {scale.latents} "
        "--rate 3e-4 --decay 0.999 --every 1.2 --record --guide 0.5 --guidance 1.8 "
        f"--rollout 0.6 --rolled 0.4 --depth 4 --alike 6 {shared}",
    ]
    scenes = ["--scenes", *SCENE_NAMES]
    autoencoder, encode, sketch, unet = map(command, train)
    return [command(text) for text in draw], [
        autoencoder,
        encode,
        [*sketch, *scenes],
        [*unet, *scenes],
    ]


def program(command: Command) -> Command:
    """The command with this Python before it."""
    print("python -m", *command, flush=True)
    return [sys.executable, "-m", *command]


def run_all(commands: Sequence[Command]) -> None:
    """One after the other; stops at the first that fails, with CalledProcessError."""
    for command in commands:
        begin = time.monotonic()
        subprocess.run(program(command), check=True, env=os.environ | CALM)
        print(f"{command[0]} took {time.monotonic() - begin:.0f} s", flush=True)


def run_on_card(drawing: Sequence[Command], training: Sequence[Command]) -> None:
    """Draw beside the first training, and wait for the pictures before the others."""
    draws = [subprocess.Popen(program(command), env=os.environ | CALM) for command in drawing]
    try:
        run_all(training[:1])
        for command, process in zip(drawing, draws, strict=True):
            if status := process.wait():
                raise subprocess.CalledProcessError(status, command)
        *others, last = training[1:]
        run_all(others)
        try:
            run_all([last])
        except subprocess.CalledProcessError as error:
            if error.returncode == RAN_OFF:
                raise
            print("once more, from the last checkpoint, without recorded steps", flush=True)
            run_all([[word for word in last if word != "--record"]])
    finally:
        for process in draws:
            process.terminate()


def main(argv: list[str] | None = None) -> None:
    """Run all steps; stops at the first that fails."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--pace", type=float, default=1.0, help="2 trains twice as long")
    parser.add_argument("--minutes", type=float, default=15.0, help="on a card, in all")
    parser.add_argument("--work", type=Path, default=RUNS / "card", help="on a card: 35 GB")
    parser.add_argument("--model", type=Path, help="on a card: export to; default: in --work")
    options = parser.parse_args(argv)
    if not options.device.startswith("cuda"):
        run_all(on_processor(options.device, options.pace))
        return
    if not options.minutes >= LEAST:
        parser.error(f"--minutes {options.minutes:g}: a card's training needs {LEAST:g} or more")
    model = options.model or options.work / "model"
    run_on_card(*on_card(options.device, options.minutes, options.work, model))
    print(f"the model is in {model}", flush=True)


if __name__ == "__main__":
    main()
