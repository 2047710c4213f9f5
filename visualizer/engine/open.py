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

from visualizer.engine.failures import ModelError, one_line
from visualizer.engine.known import BUILTIN, BY_MODEL, TESTCARD
from visualizer.engine.producer import Engine
from visualizer.engine.testcard import TestCard
from visualizer.show.request import Request
from visualizer.show.status import Phase, Status

Report = Callable[[Status], None]


def default_model() -> tuple[str, str]:
    """The model that is taken where none is named, and why. Imports torch; never fails."""
    try:
        from visualizer.engine import models

        return models.default_model()
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
        if status.phase is Phase.FAILED:
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
    """The engine of one model; on the processor where the GPU can't. Raises what goes wrong."""
    from visualizer.engine.loading import out_of_memory

    for place in _devices(device, report):
        try:
            return _open_on(place, name, size, offline, report, threads)
        except Exception as error:
            if place == "cpu" or not out_of_memory(error):
                raise
        # Out of the except block: its traceback would keep what was loaded half.
        gc.collect()
        line = f"{name}: too big for the GPU's memory, so it runs on the processor, slowly"
        report(Status(Phase.FAILED, line))
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
    pipeline = load(name, device, offline, report).pipeline
    side = picture_side(pipeline, size)
    denoiser = denoiser_of(pipeline)
    if device != "cpu":
        # The first call takes memory and picks kernels: better now than before an audience.
        denoiser(torch.ones(1, 3, side, side, device=device), _TRIAL, 0)
    return Feedback(denoiser, size=(side, side), model=name, device=device)


_TRIAL = Request((("white", 1.0),), 1.0, 1.0, 1, 0, 0, 0.0, 0.0)
