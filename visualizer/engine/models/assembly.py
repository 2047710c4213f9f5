"""A loaded pipeline → an engine that has generated its first picture; its networks can be exchanged
for faster or smaller ones while it plays."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from visualizer import terminal
from visualizer.engine.backends.cpu import OpenVino, fits
from visualizer.engine.backends.networks import Networks
from visualizer.engine.backends.openvino import at_once, in_background
from visualizer.engine.diffusion.denoiser import Denoise, Denoiser, denoiser_of, has_parts
from visualizer.engine.diffusion.seed_walk import Place
from visualizer.engine.failures import ModelError, out_of_memory
from visualizer.engine.loop.feedback import Feedback
from visualizer.engine.models.catalogue import BUILTIN, is_hurried, shaped
from visualizer.engine.models.loras import LoraScale
from visualizer.engine.models.picture_size import picture_multiple, picture_side
from visualizer.engine.models.weights_lock import is_reading_weights
from visualizer.engine.picture import Stopwatch, untimed
from visualizer.show.request import Request
from visualizer.show.status import Phase, Report, Status

LARGEST = 2048
"""Largest side that a model's own configuration may set; larger ones can need gigabytes."""

SHAPE_TOLERANCE = 0.05
"""How far an aspect ratio that was asked for may be missed, as a share, without a word."""


class Tuned:
    """A Denoiser whose networks are exchanged between two frames: for faster ones as soon as they
    are ready, and for a tiny autoencoder where memory runs out.

    build: makes the denoiser of what the pipeline consists of now. lora_scale: sets the weight of
    its LoRAs. tiny: gives the pipeline a tiny autoencoder; False where it can't. faster: gives
    faster parts, once they are ready.
    """

    def __init__(
        self,
        build: Callable[[], Denoiser],
        tiny: Callable[[], bool],
        lora_scale: Callable[[float], None],
    ) -> None:
        self.faster: Callable[[], Networks | None] = lambda: None
        self._build, self._tiny, self._lora_scale = build, tiny, lora_scale
        self.rebuild()

    def rebuild(self) -> None:
        """Take the pipeline as it is now."""
        self._denoiser = self._build()

    @property
    def backend(self) -> str:
        """See Denoiser."""
        return self._denoiser.backend

    def generates(self, request: Request) -> bool:
        """See Denoiser."""
        return self._denoiser.generates(request)

    def __call__(
        self, image: Tensor, request: Request, place: Place, stopwatch: Stopwatch = untimed
    ) -> Tensor:
        """See Denoiser."""
        self._lora_scale(request.lora_weight)
        return self._denoiser(image, request, place, stopwatch)

    def prepare(self, request: Request) -> str:
        """See Denoiser."""
        self.take_faster()
        return self._denoiser.prepare(request)

    def take_faster(self) -> None:
        """Go on with faster networks, where they have become ready."""
        if (parts := self.faster()) is not None and isinstance(self._denoiser, Denoise):
            self._denoiser.networks = parts

    def forget(self) -> None:
        """See Denoiser."""
        self._denoiser.forget()

    def reduce_memory(self) -> str:
        """Take one step down in memory: a line that says so; "" where there is none left."""
        if not self._tiny():
            return ""
        self.rebuild()
        self.faster = lambda: None  # it would bring back the autoencoder of before
        return "out of memory: a tiny autoencoder is used"


def assemble(
    pipeline: Any,
    name: str,
    device: str,
    *,
    size: tuple[int, int] | None,
    aspect: float | None,
    offline: bool,
    tiny_vae: str,
    backend: str,
    live: bool,
    report: Report,
    lora_scale: LoraScale | None = None,
) -> Feedback:
    """The engine of a pipeline from loading.load_model. The arguments are open_engine's.
    lora_scale: sets the weight of the pipeline's LoRAs; None where it has none.

    Raises ModelError where no picture comes out, and what torch raises.
    """
    own_vae = getattr(pipeline, "vae", None)
    if name != BUILTIN:
        _choose_vae(pipeline, name, tiny_vae, offline, report)
    side = picture_side(pipeline)
    if size is None and side > LARGEST:
        raise ModelError(f"{name}: its size of {side} pixels is too large; give another --size")
    wanted = size or shaped(side, aspect)
    width, height = (picture_side(pipeline, round(each)) for each in wanted)
    off = abs(width * wanted[1] / (height * wanted[0]) - 1.0)
    if (width, height) != tuple(wanted) if size is not None else off > SHAPE_TOLERANCE:
        line = f"{name} makes pictures whose sides are multiples of {picture_multiple(pipeline)}"
        asked = "x".join(f"{each:.0f}" for each in wanted)
        report(Status(Phase.FAILED, f"{line}: {width}x{height} pixels instead of {asked}"))
    # A tiny autoencoder fits none of the built-in model's, so diffusers isn't imported for it.
    tiny = (lambda: False) if name == BUILTIN else partial(_tiny_from_cache, pipeline)
    denoiser = Tuned(
        partial(denoiser_of, pipeline, _aside), tiny, lora_scale or (lambda weight: None)
    )
    if name != BUILTIN or device != "cpu":
        report(Status(Phase.LOADING, f"loading {name}", 0.9, name, device))
        _try(denoiser, pipeline, name, (height, width), report)
    # What is converted is the model as it lies on the disk, with its own autoencoder.
    possible = has_parts(pipeline) and pipeline.vae is own_vae and fits(pipeline)
    if possible and backend != "torch" and lora_scale is not None:
        line = f"{name} has a LoRA, whose weight OpenVINO can't change, so torch is used"
        report(Status(Phase.FAILED, line))
    elif possible and backend != "torch":
        denoiser.faster = OpenVino(
            pipeline,
            name,
            min(width, height),  # other shapes are compiled when they come
            report=_aside,
            wanted=backend == "openvino",
            start=in_background if live else at_once,
        ).ready
        if not live:
            denoiser.take_faster()
    elif backend == "openvino":
        line = f"{name}: not a model that OpenVINO runs here, so torch is used"
        report(Status(Phase.FAILED, line))
    return Feedback(
        denoiser,
        size=(height, width),
        multiple=picture_multiple(pipeline),
        loras=lora_scale.loras if lora_scale is not None else (),
        model=name,
        device=device,
    )


def _choose_vae(pipeline: Any, name: str, tiny_vae: str, offline: bool, report: Report) -> None:
    """Give a pipeline the autoencoder that it is to play with. Says where that can't be had."""
    from visualizer.engine.models.vaes import take_safe, take_tiny

    if tiny_vae == "on" or (tiny_vae == "auto" and is_hurried(name)):
        try:
            if take_tiny(pipeline, offline, report):
                return
        except ModelError as why:
            line = f"{why}; {name} plays with its full autoencoder, slower"
            report(Status(Phase.FAILED, line))
    take_safe(pipeline, offline, report)


def _tiny_from_cache(pipeline: Any) -> bool:
    """Give a pipeline a tiny autoencoder that is on this machine; whether there was one.

    Not while another model is read, which would hold up the show.
    """
    if is_reading_weights():
        return False
    from visualizer.engine.models.vaes import take_tiny

    try:
        return take_tiny(pipeline, True, lambda status: None)
    except ModelError:
        return False


def _try(denoiser: Tuned, pipeline: Any, name: str, size: tuple[int, int], report: Report) -> None:
    """Make a first picture, which is good. ModelError where none is.

    It takes memory and picks kernels too: better now than before an audience.
    """
    white = torch.ones(1, 3, *size, device=pipeline.device)

    def good() -> bool:
        return bool(denoiser(white, _TRIAL, Place(0)).isfinite().all())

    try:
        fine: bool | None = good()
    except Exception as error:
        if not out_of_memory(error):
            raise
        fine = None
    if fine is None:  # and its traceback, which held what there was in memory, is gone
        if line := denoiser.reduce_memory():
            report(Status(Phase.FAILED, f"{name}: {line}"))
        fine = good()
    if not fine and pipeline.dtype != torch.float32:
        # Some GPUs (GTX 16xx) can't do half precision.
        line = f"{name}: NaN values in half precision on this GPU; full precision is used, slower"
        report(Status(Phase.FAILED, line))
        pipeline.to(torch.float32)
        denoiser.rebuild()
        fine = good()
    if not fine:
        place = "processor" if pipeline.device.type == "cpu" else "GPU"
        raise ModelError(f"{name}: its picture contains NaN values on this {place}")


_TRIAL = Request(
    prompts=(("white", 1.0),), strength=1.0, guidance=1.0, steps=1, seed=0, seed_interval=0,
    seed_glide=0.0, blend=0.0, brightness=0.0, contrast=0.0, noise=0.0, zoom=0.0, rotate=0.0,
    pan_x=0.0, pan_y=0.0, swirl=0.0, ripple=0.0, kaleidoscope=0, mirror=0,
    colour_hold=0.0, sharpness_hold=0.0,
)  # fmt: skip


def _aside(line: str) -> None:
    """Report to the terminal alone: of no use to the performer."""
    terminal.say(line)
