"""What is measured: one model on one device at one size, opened for our loop and for the reference.

Ours is opened as the show opens it, by open_engine; the reference's pipeline as diffusers loads
it, with nothing done to it. Each has its own copy of the same weights.
"""

from __future__ import annotations

import itertools
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import diffusers
import torch

from benchmarks import architectures
from benchmarks.reference import Reference
from benchmarks.results import slug
from visualizer.engine.engine import Engine
from visualizer.engine.failures import ModelError
from visualizer.engine.models.catalogue import BUILTIN, is_hurried
from visualizer.engine.models.devices import wait_for
from visualizer.engine.models.diffusers_loading import DTYPE, quiet
from visualizer.engine.models.fallbacks import open_engine
from visualizer.engine.models.loading import BUILTIN_FOLDER
from visualizer.engine.models.picture_size import picture_side
from visualizer.engine.models.vaes import take_tiny
from visualizer.frame import Pixels
from visualizer.show.request import Request
from visualizer.show.status import Report

ARCHITECTURE = "-architecture"
"""What the name of a model with random weights ends in (see architectures.py)."""


class Ours:
    """Our loop as the producer runs it: a frame, then a little of what can be done ahead."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.backend: str = getattr(engine, "backend", "torch")

    def next(self, request: Request) -> Pixels:
        """The next picture."""
        pixels = self.engine.next(request).pixels
        self.engine.prepare(request)
        return pixels


WARM = 10
"""Frames until a loop is as fast as it will be: kernels are chosen, graphs recorded."""


@dataclass(frozen=True, slots=True)
class Subject:
    """name: for people and files. whole, light: the model's name or folder, with the autoencoder
    that it comes with, and with a tiny one (the same where it has none, or its own is tiny).
    side: pixels of the picture's side. backend: as open_engine has it."""

    name: str
    whole: str
    light: str
    device: str
    side: int
    backend: str = "auto"

    @property
    def wait(self) -> Callable[[], None]:
        """Waits until the device has done what it was asked."""
        return wait_for(self.device)

    def file(self, figure: str) -> str:
        """What a figure of it is called among the results, without its ending."""
        return f"{self.name}-{self.side}-{figure}"

    def engine(self, report: Report = lambda _: None) -> Engine:
        """Our engine, as the show opens it, on as many threads as that leaves it. What stands
        against that model is raised."""
        return open_engine(
            self.light,
            device=self.device,
            size=self.side,
            offline=True,
            strict=True,
            backend=self.backend,
            threads=max(1, (os.cpu_count() or 1) - 1),
            report=report,
        )

    def warm(self, requests: Iterator[Request]) -> Ours:
        """Our loop at its full speed."""
        ours = Ours(self.engine())
        for wanted in itertools.islice(requests, WARM):
            ours.next(wanted)
        return ours

    def kind(self, ours: Ours) -> torch.dtype:
        """The type of numbers that its networks compute in."""
        if self.device != "cpu":
            return torch.float16
        return torch.bfloat16 if ours.backend.endswith("bfloat16") else torch.float32

    def pipeline(self) -> Any:
        """The pipeline as diffusers loads it."""
        return plain(self.whole, self.device)

    def lightened(self, pipeline: Any) -> Any:
        """The same with a tiny autoencoder, where ours has one; all else is shared."""
        light = type(pipeline)(**pipeline.components)
        light.set_progress_bar_config(disable=True)
        if self.light != self.whole:
            kind = {DTYPE: pipeline.dtype}
            vae = diffusers.AutoencoderTiny.from_pretrained(Path(self.light, "vae"), **kind)
            light.register_modules(vae=vae.to(pipeline.device))
        elif is_hurried(self.light):
            with suppress(ModelError):  # it is not on this machine, so ours plays without it too
                take_tiny(light, offline=True, report=lambda _: None)
        return light

    def reference(self) -> Reference:
        """The reference loop."""
        return Reference(self.pipeline(), self.side)


@contextmanager
def subject(
    model: str, device: str, size: int | None, *, shrink: int = 1, backend: str = "auto"
) -> Iterator[Subject]:
    """A model to be measured: builtin, sd-turbo-architecture, sdxl-turbo-architecture, a folder,
    or a name on Hugging Face that is in the local cache.

    ModelError or OSError where it can't be had.
    """
    quiet()
    if model.endswith(ARCHITECTURE):
        kind = model.removesuffix(ARCHITECTURE)
        if kind not in architectures.NAMES:
            raise ModelError(f"{model}: there are {' and '.join(architectures.NAMES)}")
        with tempfile.TemporaryDirectory() as folder:
            whole, light = architectures.save(kind, Path(folder), shrink=shrink, device=device)
            name = model if shrink == 1 else f"{model}-shrunk-{shrink}"
            yield Subject(name, str(whole), str(light), device, size or 512, backend)
        return
    pipeline = plain(model, "cpu")
    side = picture_side(pipeline, size)
    del pipeline
    yield Subject(slug(model), model, model, device, side, backend)


def plain(model: str, device: str) -> Any:
    """An image-to-image pipeline as the reference app loads it, from files that are here."""
    where = str(BUILTIN_FOLDER) if model == BUILTIN else model
    kind = torch.float16 if device == "cuda" else torch.float32
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # advice for the model's author
        pipeline = diffusers.AutoPipelineForImage2Image.from_pretrained(
            where, local_files_only=True, **{DTYPE: kind}
        )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to(device)
