"""Captioned pictures kept on disk in shards, so that trainings can read them again and again.

A shard is a folder: ``images.npy`` uint8 (n, 3, size, size), ``labels.json`` with wordings of
each caption, looks, scenes and palettes. Shard i is drawn with seed ``seed + i``; a shard that is
there is not drawn again, so a cut-off run goes on where it stopped.

    python -m training.data.picture_store --shards 56 --workers 2
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import track
from torch import Tensor

from training.data.pictures import make_pictures
from training.paths import RUNS

SHARD = 512
FOLDER = RUNS / "pictures"
# Held-out pictures come from seeds far from those of training.
HELD_OUT_SEED = 900_000


@dataclass(frozen=True)
class Shard:
    """``images`` uint8 (n, 3, s, s), read from disk as needed, with the labels of each."""

    images: NDArray[np.uint8]
    wordings: list[list[str]]
    looks: list[str]
    scenes: list[int]
    palettes: list[int]


def shard_path(folder: Path, index: int) -> Path:
    """The folder of shard ``index``."""
    return folder / f"{index:04d}"


def write_shard(
    folder: Path,
    index: int,
    seed: int,
    count: int,
    size: int,
    wordings: int = 1,
) -> None:
    """Draw one shard unless it is there; a half-written one never counts."""
    target = shard_path(folder, index)
    if target.exists():
        return
    pictures = make_pictures(count, seed + index, size, wordings=wordings)
    draft = target.with_suffix(f".draft{os.getpid()}")
    draft.mkdir(parents=True)
    np.save(draft / "images.npy", pictures.images.numpy())
    labels = {
        "wordings": pictures.wordings,
        "looks": pictures.looks,
        "scenes": pictures.scenes.tolist(),
        "palettes": pictures.palettes.tolist(),
    }
    (draft / "labels.json").write_text(json.dumps(labels))
    try:
        draft.rename(target)
    except OSError:  # another process was faster
        shutil.rmtree(draft)


def read_shard(path: Path) -> Shard:
    """Open a shard; its pictures stay on disk until used."""
    labels = json.loads((path / "labels.json").read_text())
    return Shard(np.load(path / "images.npy", mmap_mode="r"), **labels)


def shards(folder: Path) -> list[Path]:
    """All finished shards in order."""
    return sorted(path for path in folder.glob("[0-9]*") if path.suffix == "")


def size_of(folder: Path) -> int:
    """The side of a folder's pictures, in pixels. FileNotFoundError where there are none."""
    for path in shards(folder):
        return int(read_shard(path).images.shape[-1])
    raise FileNotFoundError(f"no pictures in {folder}: run python -m training.data.picture_store")


def batches(folders: Sequence[Path], size: int, seed: int) -> Iterator[Tensor]:
    """Endless random uint8 batches (size, 3, s, s), half of each mirrored left to right.

    Looks for new shards all along, so that training may start while pictures are drawn.
    """
    draw = np.random.default_rng(seed)
    opened: dict[Path, Shard] = {}
    for step in range(1 << 62):
        if step % 50 == 0:
            there = [path for folder in folders for path in shards(folder)]
            opened |= {path: read_shard(path) for path in there if path not in opened}
            rows = list(opened.values())
            if not rows:
                raise FileNotFoundError(
                    f"no pictures in {folders}: run python -m training.data.picture_store"
                )
        picked = [rows[i] for i in draw.integers(len(rows), size=size)]
        batch = np.stack([shard.images[draw.integers(len(shard.images))] for shard in picked])
        images = torch.from_numpy(batch)
        mirrored = torch.from_numpy(draw.random(size) < 0.5).view(-1, 1, 1, 1)
        yield torch.where(mirrored, images.flip(3), images)


def held_out(count: int, size: int = 256) -> Tensor:
    """Pictures that no training saw, uint8 (count, 3, size, size)."""
    return make_pictures(count, HELD_OUT_SEED, size).images


@dataclass(frozen=True)
class _Job:
    """One shard to draw, unless it is too late (``end`` in seconds since the epoch)."""

    arguments: tuple[Path, int, int, int, int, int]
    end: float


def _draw(job: _Job) -> None:
    torch.set_num_threads(1)
    if time.time() < job.end:
        write_shard(*job.arguments)


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Options with defaults for two cores of a processor."""
    parser = argparse.ArgumentParser(description="Draw the pictures to train on.")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--shards", type=int, default=56, help=f"of {SHARD} pictures each")
    parser.add_argument("--count", type=int, default=SHARD, help="pictures in a shard")
    parser.add_argument("--size", type=int, default=256, help="width and height")
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--wordings", type=int, default=1, help="captions of each picture")
    parser.add_argument("--minutes", type=float, default=1e6, help="starts no shard after that")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Draw the pictures to train on."""
    options = parse(argv)
    drawn = (options.seed, options.count, options.size, options.wordings)
    begin = time.time()
    jobs = [
        _Job((options.folder, i, *drawn), begin + 60 * options.minutes)
        for i in range(options.shards)
    ]
    with multiprocessing.get_context("spawn").Pool(options.workers) as pool:
        for _ in track(pool.imap_unordered(_draw, jobs), "pictures", len(jobs)):
            pass
    there, seconds = len(shards(options.folder)), time.time() - begin
    pace = there * options.count / seconds
    print(f"{there} shards in {seconds:.0f} s, {pace:.0f} pictures a second", flush=True)


if __name__ == "__main__":
    main()
