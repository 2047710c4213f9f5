"""A model's name → an engine that runs in any case: the chain of fallbacks.

The named model, else the built-in one, else the colour fields; each step down is reported in one
line. torch is imported inside the functions, so that importing this module costs
nothing and a broken torch still leaves a picture on the wall.
"""

from __future__ import annotations

import gc
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass

from visualizer.engine.colour_fields import ColourFields
from visualizer.engine.engine import Engine
from visualizer.engine.failures import LoraError, ModelError, one_line, out_of_memory
from visualizer.engine.models.catalogue import (
    BUILTIN,
    BY_MODEL,
    COLOUR_FIELDS,
    Choice,
    shaped,
    without_loras,
)
from visualizer.show.lora import Lora, split
from visualizer.show.status import Phase, Report, Status


def choose(device: str = "auto", named: str = "") -> Choice:
    """What there is to play, the model that is taken where none is named first of all.

    Imports torch; never fails. named: a model that is, if any. The colour fields, which need no
    torch, are not kept waiting for it: the default is left open ("").
    """
    try:
        from visualizer.engine.models import hub_cache

        if named == COLOUR_FIELDS:
            return Choice("", "", (BUILTIN, *hub_cache.cached_models()))
        from visualizer.engine.models import devices

        name, reason = devices.default_model(device)
        return Choice(name, reason, (BUILTIN, *hub_cache.cached_models()))
    except Exception as error:
        return Choice(COLOUR_FIELDS, f"torch can't be used here: {one_line(error)}")


@dataclass(frozen=True, slots=True)
class _How:
    """open_engine's arguments; what its name says, apart."""

    model: str
    loras: tuple[Lora, ...]
    device: str
    size: tuple[int, int] | None
    aspect: float | None
    offline: bool
    tiny_vae: str
    strict: bool
    fallback: bool
    backend: str
    live: bool
    threads: int | None
    report: Report


def open_engine(
    name: str,
    *,
    device: str = "auto",
    size: tuple[int, int] | int | None = None,
    aspect: float | None = None,
    offline: bool = False,
    tiny_vae: str = "auto",
    strict: bool = False,
    fallback: bool = True,
    backend: str = "torch",
    live: bool = False,
    report: Report,
    threads: int | None = None,
) -> Engine:
    """An engine for a model: the named one where it can be had, else the next best.

    name: with its LoRAs, as lora.joined has them; without those that can't be had or do not fit,
    with a line. device: auto, cuda, mps or cpu. size: of the picture, (width, height) in pixels or
    the side of a square, rounded to what the model can do; None for its own. aspect: width by
    height of a picture of the model's own area, where size is None. offline: never ask the network.
    tiny_vae: whether large models play with a tiny autoencoder: on, off, or auto, for those that
    are made to be fast. strict: no other model, and no other device for want of memory; what stands
    against it is raised. fallback: where the model or a LoRA can't be had, take the next best, or
    do without; else raise ModelError. backend: what runs networks on the CPU: auto, torch or
    openvino. live: a show runs meanwhile, so begin on torch at once and let OpenVINO take over
    between two frames (it makes the same pictures, but not to the last bit); else wait for it.
    threads: on the CPU; None for all cores, less one for the display where live.

    report is told each step, each failure (Phase.FAILED), and at last (Phase.RUNNING) a line of
    all that the performer should know.
    """
    lines: list[str] = []

    def told(status: Status) -> None:
        if status.phase is Phase.FAILED and status.text not in lines:
            lines.append(status.text)
        report(status)

    size = (size, size) if isinstance(size, int) else size
    model, loras = split(name)
    if line := without_loras(model, loras):
        if not fallback:
            raise LoraError(line)
        told(Status(Phase.FAILED, line))
        loras = ()
    how = _How(
        model, loras, device, size, aspect, offline, tiny_vae, strict, fallback, backend, live,
        threads, told,
    )  # fmt: skip
    engine = _first_that_opens(how)
    known = BY_MODEL.get(engine.model)
    if known is not None and known.ask_first:
        lines.append(f"{engine.model}: {known.licence}")
    report(Status(Phase.RUNNING, "; ".join(lines), model=engine.model, device=engine.device))
    return engine


def _first_that_opens(how: _How) -> Engine:
    chain = list(dict.fromkeys((how.model, BUILTIN, COLOUR_FIELDS)))
    chain = chain[: chain.index(COLOUR_FIELDS) + 1]
    for candidate, instead in itertools.pairwise(chain):
        try:
            return _open_model(candidate, how)
        except Exception as error:
            if how.strict or (isinstance(error, LoraError) and not how.fallback):
                raise
            line = one_line(error)
            if not isinstance(error, ModelError):
                line = f"{candidate}: {line}"
            if not how.fallback:
                raise ModelError(line) from error
        how.report(Status(Phase.FAILED, f"{line}; {instead} plays instead"))
    side = BY_MODEL[COLOUR_FIELDS].size
    width, height = how.size or shaped(side, how.aspect)
    return ColourFields((round(width), round(height)))


def _open_model(name: str, how: _How) -> Engine:
    """The engine of one model; on the processor where the GPU can't. Raises what goes wrong.

    A GPU that fails otherwise than by its memory gives way only with the built-in model, which is
    fast enough without one.
    """
    for place in _devices(how):
        try:
            return _open_on(place, name, how)
        except Exception as error:
            full = out_of_memory(error)
            if full and how.strict:
                raise ModelError(
                    f"{name}: too large for the GPU's memory beside the current model; change to "
                    f"{BUILTIN} first"
                ) from None
            if place == "cpu" or not (full or name == BUILTIN):
                raise
            why = "too large for the GPU's memory" if full else one_line(error)
        # Out of the except block: its traceback would keep what was loaded half.
        gc.collect()
        line = f"{name}: {why}, so it runs on the processor, slowly"
        how.report(Status(Phase.FAILED, line))
    raise AssertionError("the last device either works or raises")


def _devices(how: _How) -> Iterator[str]:
    """The device to try, then the processor."""
    from visualizer.engine.models.devices import pick_device

    try:
        device = pick_device(how.device)
    except ModelError as error:
        how.report(Status(Phase.FAILED, f"{error}; it runs on the processor"))
        device = "cpu"
    yield device
    if device != "cpu":
        yield "cpu"


def _open_on(device: str, name: str, how: _How) -> Engine:
    import torch

    from visualizer.engine.models.assembly import assemble
    from visualizer.engine.models.loading import load_model
    from visualizer.engine.models.weights_lock import is_reading_weights

    if is_reading_weights() and not how.strict:
        raise ModelError(f"{name}: another model is loading")
    if device == "cpu":
        cores = os.cpu_count() or 1
        torch.set_num_threads(how.threads or max(1, cores - 1 if how.live else cores))
    pipeline = load_model(name, device, how.offline, how.report)
    scale = None
    if how.loras and name == how.model:
        from visualizer.engine.models.loras import attach

        scale = attach(pipeline, name, how.loras, how.offline, how.report, not how.fallback)
    return assemble(
        pipeline,
        name,
        device,
        size=how.size,
        aspect=how.aspect,
        offline=how.offline,
        tiny_vae=how.tiny_vae,
        backend=how.backend,
        live=how.live,
        report=how.report,
        lora_scale=scale,
    )
