"""A model's name → an engine that runs, whatever happens: the chain of fallbacks.

The named model, else the built-in one, else the test card; each step down is reported in one
line. torch and diffusers are imported inside the functions, so that importing this module costs
nothing and a broken torch still leaves a picture on the wall.
"""

from __future__ import annotations

import gc
import itertools
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from visualizer.engine.failures import ModelError, one_line
from visualizer.engine.known import BUILTIN, BY_MODEL, TESTCARD
from visualizer.engine.producer import Engine
from visualizer.engine.testcard import TestCard
from visualizer.show.request import Request
from visualizer.show.status import Phase, Status

if TYPE_CHECKING:
    from visualizer.engine.denoiser import Denoiser

Report = Callable[[Status], None]


def default_model(device: str = "auto") -> tuple[str, str]:
    """The model that is taken where none is named, and why. Imports torch; never fails."""
    try:
        from visualizer.engine import models

        return models.default_model(device)
    except Exception as error:
        return TESTCARD, f"torch can't be used here: {one_line(error)}"


def open_engine(
    name: str,
    *,
    device: str = "auto",
    size: int | None = None,
    offline: bool = False,
    report: Report,
    threads: int | None = None,
) -> Engine:
    """An engine for a model: the named one where it can be had, else the next best. Never fails.

    device: auto, cuda, mps or cpu. size: pixels of the picture's side, rounded to what the model
    can do; None for its own. offline: never ask the network. threads: of torch on the CPU; None
    leaves one core to the display. report is told each step, each failure (Phase.FAILED), and at
    last (Phase.RUNNING) a line of all that the performer should know.
    """
    lines: list[str] = []

    def told(status: Status) -> None:
        if status.phase is Phase.FAILED and status.text not in lines:
            lines.append(status.text)
        report(status)

    engine = _first_that_opens(name, device, size, offline, told, threads)
    known = BY_MODEL.get(engine.model)
    if known is not None and known.ask_first:
        lines.append(f"{engine.model}: {known.licence}")
    report(Status(Phase.RUNNING, "; ".join(lines), model=engine.model, device=engine.device))
    return engine


def _first_that_opens(
    name: str, device: str, size: int | None, offline: bool, report: Report, threads: int | None
) -> Engine:
    chain = [TESTCARD] if name == TESTCARD else list(dict.fromkeys((name, BUILTIN, TESTCARD)))
    for candidate, instead in itertools.pairwise(chain):
        try:
            return _open_model(candidate, device, size, offline, report, threads)
        except Exception as error:
            line = one_line(error)
            if not isinstance(error, ModelError):
                line = f"{candidate}: {line}"
        report(Status(Phase.FAILED, f"{line}; {instead} plays instead"))
    return TestCard(size or BY_MODEL[TESTCARD].size)


def _open_model(
    name: str, device: str, size: int | None, offline: bool, report: Report, threads: int | None
) -> Engine:
    """The engine of one model; on the processor where the GPU can't. Raises what goes wrong.

    A GPU that fails otherwise than by its memory gives way only with the built-in model, which is
    fast enough without one.
    """
    from visualizer.engine.loading import out_of_memory

    for place in _devices(device, report):
        try:
            return _open_on(place, name, size, offline, report, threads)
        except Exception as error:
            full = out_of_memory(error)
            if place == "cpu" or not (full or name == BUILTIN):
                raise
            why = "too big for the GPU's memory" if full else one_line(error)
        # Out of the except block: its traceback would keep what was loaded half.
        gc.collect()
        report(Status(Phase.FAILED, f"{name}: {why}, so it runs on the processor, slowly"))
    raise AssertionError("the last device either works or raises")


def _devices(wanted: str, report: Report) -> Iterator[str]:
    """The device to try, then the processor."""
    from visualizer.engine.models import pick_device

    try:
        device = pick_device(wanted)
    except ModelError as error:
        report(Status(Phase.FAILED, f"{error}; the processor does the work"))
        device = "cpu"
    yield device
    if device != "cpu":
        yield "cpu"


def _open_on(
    device: str, name: str, size: int | None, offline: bool, report: Report, threads: int | None
) -> Engine:
    import torch

    from visualizer.engine.denoiser import denoiser_of
    from visualizer.engine.feedback import Feedback
    from visualizer.engine.loading import load, picture_side

    if device == "cpu":
        torch.set_num_threads(threads or max(1, (os.cpu_count() or 2) - 1))
    pipeline = load(name, device, offline, report)
    side = picture_side(pipeline, size)
    if device == "cpu" and name == BUILTIN:
        denoiser = denoiser_of(pipeline)
    else:
        report(Status(Phase.LOADING, f"loading {name}", 0.9, name, device))
        denoiser = _tried(pipeline, name, side, report)
    return Feedback(denoiser, size=(side, side), model=name, device=device)


def _tried(pipeline: Any, name: str, side: int, report: Report) -> Denoiser:
    """A pipeline's denoiser after a first picture, which is good. ModelError where none is.

    That call takes memory and picks kernels too: better now than before an audience.
    """
    import torch

    from visualizer.engine.denoiser import denoiser_of

    white = torch.ones(1, 3, side, side, device=pipeline.device)

    def first() -> tuple[Denoiser, bool]:
        denoiser = denoiser_of(pipeline)
        return denoiser, bool(denoiser(white, _TRIAL, 0).isfinite().all())

    denoiser, good = first()
    if not good and pipeline.dtype != torch.float32:
        # Some GPUs (GTX 16xx) can't do half precision.
        line = f"{name}: not-a-number in half precision on this GPU, so it runs in full, slower"
        report(Status(Phase.FAILED, line))
        pipeline.to(torch.float32)
        denoiser, good = first()
    if not good:
        place = "processor" if pipeline.device.type == "cpu" else "GPU"
        raise ModelError(f"{name}: its picture comes out as not-a-number on this {place}")
    return denoiser


_TRIAL = Request(
    prompts=(("white", 1.0),), strength=1.0, guidance=1.0, steps=1, seed=0, seed_interval=0,
    seed_glide=0.0, blend=0.0, brightness=0.0, contrast=0.0, noise=0.0, zoom=0.0, rotate=0.0,
    pan_x=0.0, pan_y=0.0, colour_hold=0.0, sharpness_hold=0.0,
)  # fmt: skip
