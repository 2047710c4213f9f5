"""Models converted for OpenVINO, kept in the user's cache folder: one conversion serves all shows.

Converting takes seconds, holds up every thread of its process, and may end it (see openvino.py), so
it runs in a process of its own: ``python -m visualizer.engine.backends.converted MODEL SIDE
FOLDER``, which ends with the process that started it. What is converted is kept for the weights,
the picture's size and the versions of all that converts; the last few are.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psutil
import torch

from visualizer.engine.backends.openvino import convert
from visualizer.engine.backends.sample import Sample
from visualizer.engine.failures import ModelError

KEPT = 4
"""Models that are kept at any age: the built-in one takes 90 MB."""

IN_USE = 24 * 3600.0
"""Seconds since a show began with a model for which it may still read its files."""

DONE = "converted.json"
"""The file that says a folder is whole."""

Convert = Callable[[str, int, Path], None]
"""Converts (model, side) into a folder. ModelError where it can't."""


def in_process(model: str, side: int, folder: Path) -> None:
    """A Convert: in a process of its own, away from network and GPU. Waits for its end."""
    command = [sys.executable, "-W", "ignore", "-m", "visualizer.engine.backends.converted"]
    quiet = {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1"}
    with subprocess.Popen(
        [*command, model, str(side), str(folder)],
        # It ends when this end of the pipe is closed: with the show, however that ends.
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **quiet},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    ) as process:
        assert process.stderr is not None
        said = process.stderr.read().decode(errors="replace").split("\n")
        status = process.wait()
    if status != 0:
        last = next((line for line in reversed(said) if line.strip()), f"status {status}")
        raise ModelError(f"it can't be converted for OpenVINO: {last.strip()}")


def folder_of(key: str, model: str, side: int, cache: Path, convert: Convert = in_process) -> Path:
    """The folder of a converted model, which stays; converted now if it is not there.

    key: see key_of. cache: a folder for these alone, which need not exist. ModelError where it
    can't be converted, OSError where nothing can be written.
    """
    kept = cache / key
    if (kept / DONE).is_file():
        with suppress(OSError):
            os.utime(kept)  # the ones used longest ago go first
        return kept
    cache.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(dir=cache))
    try:
        convert(model, side, draft)
        (draft / DONE).write_text(json.dumps({"model": model, "side": side}), encoding="utf-8")
        shutil.rmtree(kept, ignore_errors=True)
        draft.rename(kept)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        if (kept / DONE).is_file():  # another show was faster
            return kept
        raise
    with suppress(OSError):
        others = sorted(cache.iterdir(), key=lambda path: path.stat().st_mtime)
        for old in others[:-KEPT]:
            if time.time() - old.stat().st_mtime > IN_USE:
                shutil.rmtree(old, ignore_errors=True)
    return kept


def key_of(pipeline: Any, side: int) -> str:
    """A name for all that a conversion depends on; about a second for a gigabyte of weights."""
    packages = ("visualizer", "torch", "diffusers", "openvino")
    networks = (pipeline.unet, pipeline.vae)
    configs = [{**network.config, "_name_or_path": ""} for network in networks]
    facts = [[_version(name) for name in packages], side, configs]
    digest = hashlib.blake2b(json.dumps(facts, default=str).encode(), digest_size=16)
    for network in networks:
        for name, weights in network.state_dict().items():
            digest.update(name.encode())
            digest.update(weights.detach().contiguous().view(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def main(model: str, side: int, folder: Path) -> None:
    """Convert a model's networks for pictures of one size into a folder."""
    from visualizer.engine.models.loading import load_model

    torch.set_num_threads(1)
    pipeline = load_model(model, "cpu", True, lambda status: None)
    # Two rows, so that their number is not taken for a constant.
    sample = Sample.of(pipeline, side, rows=2)
    convert(pipeline, folder, sample.image, sample.latents, sample.conditions)


def _end_with_parent() -> None:
    """Wait until the process at the other end of standard input is gone, and end at once."""
    os.read(0, 1)  # not sys.stdin, whose lock would be held when this process ends
    os._exit(1)


if __name__ == "__main__":
    with suppress(OSError, psutil.Error):
        psutil.Process().nice(getattr(psutil, "IDLE_PRIORITY_CLASS", 10))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
