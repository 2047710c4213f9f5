"""What trials have found, kept in the user's cache folder: for the next show there is none.

A trial is kept for the processor, the weights themselves, the picture's size, the versions of
all that computes and how it is asked to. A folder that can't be written to, or a full disk, means a
trial each time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import weakref
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import torch

from visualizer.engine.backends.openvino import KINDS
from visualizer.engine.backends.openvino_network import EDITION
from visualizer.engine.backends.trial import Choice
from visualizer.engine.backends.variants import needs_openvino
from visualizer.engine.failures import ModelError, one_line

KEPT = 4
"""Most trials that are kept: one of the built-in model takes 60 MB where OpenVINO has won."""

CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGILL, signal.SIGFPE)

Measure = Callable[[str, int, Path, Sequence[str]], None]
"""Measures (model, side, folder, variants); leaves a Choice, and what it needs, in the folder.

TrialError where it ends otherwise.
"""


class TrialError(ModelError):
    """str() is one line. crashed: it took the process with it, and would again."""

    def __init__(self, line: str, *, crashed: bool = False) -> None:
        super().__init__(line)
        self.crashed = crashed


class Trials:
    """cache: a folder for trials alone, which need not exist. measure: see Measure."""

    def __init__(self, cache: Path, measure: Measure) -> None:
        self._cache, self._measure = cache, measure

    def known(self, key: str) -> tuple[Path, Choice] | None:
        """An earlier trial's folder and choice."""
        folder = self._cache / key
        choice = Choice.read(folder)
        if choice is None:
            return None
        with contextlib.suppress(OSError):
            os.utime(folder)
        return folder, choice

    def held(
        self,
        key: str,
        model: str,
        side: int,
        variants: Sequence[str],
        report: Callable[[str], None],
    ) -> tuple[Path, Choice]:
        """Hold a trial; its folder, which stays while this object does, and its choice.

        model: for loading.load. report: told, in a line, of each variant that can't be had.
        TrialError where nothing came of it.
        """
        folder = self._room()
        # By then it lies under its key, if it is kept.
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        worth_keeping = True
        try:
            self._measure(model, side, folder, variants)
        except TrialError as error:
            without = [variant for variant in variants if not needs_openvino(variant)]
            if len(without) == len(variants):
                raise
            self._measure(model, side, folder, without)
            report(f"OpenVINO can't be used with {model}: {one_line(error)}")
            worth_keeping = error.crashed  # anything else may go better next time
        choice = Choice.read(folder)
        if choice is None:
            raise TrialError("its trial left no result")
        for variant, why in choice.faults.items():
            report(f"{model}: no {variant}: {why}")
        return (self._kept(folder, key) if worth_keeping else folder), choice

    def forget(self, key: str) -> None:
        """Remove a trial: what it left is no good."""
        shutil.rmtree(self._cache / key, ignore_errors=True)

    def _room(self) -> Path:
        """A new folder: beside the others, or where the system has room for passing things."""
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            return Path(mkdtemp(dir=self._cache))
        except OSError:
            return Path(mkdtemp())

    def _kept(self, folder: Path, key: str) -> Path:
        """Where a folder is now: under its key, unless it can't be, or another show was first."""
        try:
            folder = folder.rename(self._cache / key)
            others = sorted(self._cache.iterdir(), key=lambda path: path.stat().st_mtime)
        except OSError:
            return folder
        for old in others[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)
        return folder


def measure(model: str, side: int, folder: Path, variants: Sequence[str]) -> None:
    """A Measure: trial.py in a process of its own, away from network and GPU. Waits for its end."""
    command = [sys.executable, "-W", "ignore", "-m", "visualizer.engine.backends.trial"]
    quiet = {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1"}
    with subprocess.Popen(
        [*command, model, str(side), str(folder), *variants],
        # It ends when this end of the pipe is closed: with the show, whatever becomes of that.
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **quiet},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    ) as process:
        assert process.stderr is not None
        said = process.stderr.read().decode(errors="replace").split("\n")
        status = process.wait()
    if -status in CRASHES or status >= 0xC0000000:  # a signal; an exception of Windows
        raise TrialError(f"it crashed in a trial ({status})", crashed=True)
    if status != 0:
        last = next((line for line in reversed(said) if line.strip()), f"status {status}")
        raise TrialError(f"its trial failed: {last.strip()}")


def key_of(pipeline: Any, side: int, cpu: str) -> str:
    """A name for all that a trial depends on; about a second for a gigabyte of weights."""
    packages = ("visualizer", "torch", "diffusers", "openvino")
    networks = (pipeline.unet, pipeline.vae)
    configs = [{**network.config, "_name_or_path": ""} for network in networks]
    # EDITION and KINDS: what is compiled otherwise may crash, and must do so in a trial's process.
    way = [EDITION, KINDS]
    facts = [cpu, [_version(name) for name in packages], way, side, configs]
    digest = hashlib.blake2b(json.dumps(facts, default=str).encode(), digest_size=16)
    for network in networks:
        for name, weights in network.state_dict().items():
            digest.update(name.encode())
            digest.update(weights.detach().contiguous().view(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def processor() -> str:
    """The processor's name, and all that it can do as far as the system tells."""
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        told = ("model name", "flags", "CPU part", "Features")
        if found := sorted({line for line in lines if line.startswith(told)}):
            return "\n".join(found)
    return f"{platform.machine()} {platform.processor()}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
