"""A frame waits for no device: no number is read back from it, and none is made there of one."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch

from visualizer.engine.diffusion.denoiser import Denoise, denoiser_of
from visualizer.engine.diffusion.seed_walk import Place
from visualizer.show.request import Request

from ..conftest import picture, pipeline_of, request
from ..watched import WAITING, Watched

# Schedulers of diffusers mix numpy and torch in a way that newer numpy warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SCHEDULERS = [
    "DDIM",
    "DPMSolverMultistep",
    "EulerDiscrete",
    "EulerAncestralDiscrete",
    "LCM",
    "PNDM",
]


def with_scheduler(pipeline: Any, kind: str) -> Any:
    """The pipeline with one of diffusers' schedulers."""
    pipeline.scheduler = getattr(diffusers, f"{kind}Scheduler").from_config(
        pipeline.scheduler.config,
        prediction_type="epsilon",
        rescale_betas_zero_snr=False,
        clip_sample=False,
    )
    return pipeline


def frames() -> Iterator[tuple[Request, Place]]:
    """A show in which prompts fade, knobs turn, and the noise is on its way."""
    for step in range(1, 4):
        share = step / 5
        prompts = (("a red sea", 1.0 - share), ("a green hill", share))
        for guidance in (1.0, 3.0):
            yield (
                request(
                    prompts=prompts,
                    negative=prompts[::-1],
                    guidance=guidance,
                    strength=0.7 + 0.05 * step,
                    steps=3,
                ),
                Place(7, share),
            )


@contextmanager
def no_waiting() -> Iterator[None]:
    """torch raises where the host waits for the GPU."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that it does not see all that waits
        torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode("default")


@pytest.mark.parametrize("kind", SCHEDULERS)
def test_after_the_first_frames_nothing_is_waited_for(sd: Any, kind: str) -> None:
    nothing_is_waited_for(Denoise(with_scheduler(sd, kind)))


def test_nor_for_what_sdxl_is_told_besides_its_prompt(sdxl_folder: Path) -> None:
    nothing_is_waited_for(Denoise(pipeline_of(sdxl_folder)))


def nothing_is_waited_for(denoise: Denoise) -> None:
    show = frames()
    for _ in range(2):
        denoise(picture(), *next(show))
    with Watched() as watched:
        for wanted, place in show:
            denoise(picture(), wanted, place)
    assert "aten::conv2d" in watched.names
    assert not watched.names & WAITING


def test_a_model_told_its_guidance_waits_for_nothing_either(pipeline: Any) -> None:
    kind = type(pipeline.unet)
    pipeline.unet = kind.from_config(pipeline.unet.config, time_cond_proj_dim=8).eval()
    denoise = Denoise(pipeline)
    wanted = request(guidance=8.0)
    denoise(picture(), wanted, Place(1))
    with Watched() as watched:
        denoise(picture(), wanted, Place(1))
    assert not watched.names & WAITING


@pytest.mark.parametrize("inference", [True, False])
def test_the_watch_sees_what_waits(inference: bool) -> None:
    with torch.inference_mode(inference):
        one = torch.ones(1)
        for waits in (lambda: float(one), lambda: bool(one), lambda: torch.tensor([1.0])):
            with Watched() as watched:
                waits()
            assert watched.names & WAITING


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
@pytest.mark.parametrize("kind", SCHEDULERS)
def test_a_gpu_is_not_waited_for(pipeline: Any, kind: str) -> None:
    pipeline = with_scheduler(pipeline, kind).to("cuda", torch.float16)
    denoise = denoiser_of(pipeline)
    image = picture().cuda()
    for wanted, place in frames():  # until all is embedded, drawn and recorded
        denoise(image, wanted, place)
    with no_waiting():
        for wanted, place in frames():
            denoise(image, wanted, place)
