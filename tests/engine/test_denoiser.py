"""The image-to-image pass: our few lines against diffusers' own pipelines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from diffusers import (
    AutoencoderTiny,
    DDIMScheduler,
    StableDiffusionXLImg2ImgPipeline,
    UNet2DConditionModel,
)
from torch import Tensor

from visualizer.engine.denoiser import AnyPipeline, Denoise, denoiser_of, least_strength
from visualizer.engine.noise import timesteps

from .conftest import SIDE, euler_ancestral, request

# Schedulers of diffusers mix numpy and torch in a way that newer numpy warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def picture(seed: int = 0) -> Tensor:
    """A random picture (1, 3, SIDE, SIDE) in [0, 1]."""
    return torch.rand(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(seed))


def latents_of(pipeline: Any, image: Tensor) -> Tensor:
    """As diffusers encodes, but without the noise of the autoencoder's own distribution."""
    with torch.inference_mode():
        mode = pipeline.vae.encode(2.0 * image - 1.0).latent_dist.mode()
        latents: Tensor = mode * pipeline.vae.config.scaling_factor
        return latents


def by_diffusers(pipeline: Any, image: Tensor, wanted: Any) -> Tensor:
    """What the pipeline itself makes of a request."""
    made: Tensor = pipeline(
        prompt=wanted.prompts[0][0],
        image=image,
        strength=wanted.strength,
        num_inference_steps=wanted.steps,
        guidance_scale=wanted.guidance,
        generator=torch.Generator().manual_seed(wanted.seed),
        output_type="pt",
    ).images
    return made


@pytest.mark.parametrize("strength", [0.5, 1.0])
@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_it_is_diffusers_own_picture_where_timesteps_coincide(
    pipeline: Any, strength: float, guidance: float
) -> None:
    pipeline.scheduler = DDIMScheduler.from_config(
        pipeline.scheduler.config, clip_sample=False, set_alpha_to_one=True
    )
    wanted = request(strength=strength, steps=2, guidance=guidance)
    ours = Denoise(pipeline)(picture(), wanted, wanted.seed)
    theirs = by_diffusers(pipeline, latents_of(pipeline, picture()), wanted)
    assert (ours - theirs).abs().max() < 2e-3
    assert (ours - picture()).abs().mean() > 0.02


def test_a_turbo_models_own_sampler_is_met_at_its_own_timesteps(pipeline: Any) -> None:
    pipeline.scheduler = euler_ancestral()
    wanted = request(strength=1.0, steps=4)
    ours = Denoise(pipeline)(picture(), wanted, wanted.seed)
    theirs = by_diffusers(pipeline, latents_of(pipeline, picture()), wanted)
    assert (ours - theirs).abs().max() < 2e-3


def test_a_tiny_autoencoder_goes_the_whole_way_too(
    pipeline: Any, tiny_vae: AutoencoderTiny
) -> None:
    pipeline.vae = tiny_vae
    pipeline.scheduler = DDIMScheduler.from_config(
        pipeline.scheduler.config, clip_sample=False, set_alpha_to_one=True
    )
    wanted = request(strength=0.5, steps=2)
    ours = Denoise(pipeline)(picture(), wanted, wanted.seed)
    theirs = by_diffusers(pipeline, picture(), wanted)
    assert (ours - theirs).abs().max() < 2e-3


@pytest.mark.parametrize(
    ("strength", "steps", "expected"),
    [
        (0.5, 2, [499]),
        (1.0, 2, [999, 499]),
        (0.6, 2, [599, 99]),
        (0.3, 1, [299]),
        (0.0, 50, []),
        (0.001, 1, []),
        (1.0, 3, [999, 666, 332]),
        (2.0, 0, [999]),
    ],
)
def test_strength_sets_the_first_timestep(strength: float, steps: int, expected: list[int]) -> None:
    assert timesteps(strength, steps) == expected


@pytest.mark.parametrize("steps", [1, 2, 4, 50])
def test_any_strength_at_any_steps_gives_a_picture(pipeline: Any, steps: int) -> None:
    denoise = Denoise(pipeline)
    for hundredth in (0, 1, 10, 33, 50, 99, 100) if steps < 50 else (0, 2, 7, 14):
        image = denoise(picture(), request(strength=hundredth / 100, steps=steps), 1)
        assert image.shape == (1, 3, SIDE, SIDE)
        assert 0.0 <= image.min() <= image.max() <= 1.0


def test_strength_never_makes_more_steps_than_asked_for() -> None:
    for steps in range(1, 51):
        for hundredth in range(101):
            levels = timesteps(hundredth / 100, steps)
            assert len(levels) <= steps
            assert levels == sorted(levels, reverse=True)
            assert all(0 < level < 1000 for level in levels)


def test_strength_zero_gives_back_the_picture_untouched(pipeline: Any) -> None:
    image = picture()
    for denoise in (Denoise(pipeline), AnyPipeline(pipeline)):
        assert not denoise.dreams(request(strength=0.0))
        assert denoise.dreams(request(strength=0.01))
        assert denoise(image, request(strength=0.0), 1) is image


def test_a_little_more_strength_changes_the_picture_a_little(pipeline: Any) -> None:
    denoise = Denoise(pipeline)
    # 0.5 is where diffusers' staircase has its step at 2 steps, and where ours begins a second.
    made = [denoise(picture(), request(strength=s, steps=2), 1) for s in (0.498, 0.5, 0.503, 0.9)]
    near = max((made[1] - made[0]).abs().mean(), (made[2] - made[1]).abs().mean())
    assert near < 0.5 * (made[3] - made[1]).abs().mean()


def test_guidance_at_one_and_below_is_off_and_asks_once(pipeline: Any) -> None:
    batches: list[int] = []
    pipeline.unet.register_forward_pre_hook(lambda _, inputs: batches.append(len(inputs[0])))
    denoise = Denoise(pipeline)
    off = denoise(picture(), request(guidance=0.0, steps=1), 1)
    assert torch.equal(off, denoise(picture(), request(guidance=1.0, steps=1), 1))
    guided = denoise(picture(), request(guidance=5.0, steps=1), 1)
    assert not torch.equal(off, guided)
    assert batches == [1, 1, 2]


def test_a_model_with_guidance_built_in_is_told_its_scale_and_asked_once(pipeline: Any) -> None:
    torch.manual_seed(5)
    batches: list[int] = []
    pipeline.unet = UNet2DConditionModel.from_config(pipeline.unet.config, time_cond_proj_dim=8)
    pipeline.unet.register_forward_pre_hook(lambda _, inputs: batches.append(len(inputs[0])))
    wanted = request(guidance=8.0, steps=2, strength=1.0)
    ours = Denoise(pipeline)(picture(), wanted, 1)
    assert not torch.equal(ours, Denoise(pipeline)(picture(), request(steps=2, strength=1.0), 1))
    assert batches == [1] * 4


@pytest.mark.parametrize("told_scale", [None, 8])
def test_in_half_precision_as_on_a_gpu_it_is_nearly_the_same_picture(
    pipeline: Any, told_scale: int | None
) -> None:
    torch.manual_seed(5)
    if told_scale is not None:
        config = pipeline.unet.config
        pipeline.unet = UNet2DConditionModel.from_config(config, time_cond_proj_dim=told_scale)
    wanted = request(steps=2, strength=1.0, guidance=3.0)
    full = Denoise(pipeline)(picture(), wanted, 1)
    pipeline.to(torch.float16)
    half = Denoise(pipeline)(picture(), wanted, 1)
    assert pipeline.unet.dtype == torch.float16
    assert half.dtype == torch.float32
    assert half.shape == full.shape
    assert half.isfinite().all()
    assert (half - full).abs().max() < 0.05
    assert (half - picture()).abs().mean() > 0.02


def test_the_seed_alone_decides_the_noise(pipeline: Any) -> None:
    denoise = Denoise(pipeline)
    first = denoise(picture(), request(), 1)
    torch.manual_seed(99)
    assert torch.equal(first, denoise(picture(), request(), 1))
    assert not torch.equal(first, denoise(picture(), request(), 2))


def test_only_sdxls_autoencoder_which_overflows_in_half_precision_runs_in_float32(
    pipeline: Any,
) -> None:
    pipeline.vae.to(torch.float16)
    assert pipeline.vae.config.force_upcast  # diffusers' default, for SD too
    Denoise(pipeline)
    xl = isinstance(pipeline, StableDiffusionXLImg2ImgPipeline)
    assert pipeline.vae.dtype == (torch.float32 if xl else torch.float16)


def test_stages_are_timed_in_their_order(pipeline: Any) -> None:
    stages: list[str] = []

    @contextmanager
    def stopwatch(stage: str) -> Iterator[None]:
        stages.append(stage)
        yield

    Denoise(pipeline)(picture(), request(), 1, stopwatch)
    assert stages == ["encode", "denoise", "decode"]


def test_sd_and_sdxl_are_worked_on_by_parts_and_others_as_they_come(pipeline: Any) -> None:
    assert isinstance(denoiser_of(pipeline), Denoise)
    del pipeline.scheduler.alphas_cumprod
    assert isinstance(denoiser_of(pipeline), AnyPipeline)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_any_other_pipeline_makes_a_picture_at_every_strength(pipeline: Any, steps: int) -> None:
    denoise = AnyPipeline(pipeline)
    for strength in (0.0, 0.01, 0.5, 1.0):
        image = denoise(picture(), request(strength=strength, steps=steps), 1)
        assert image.shape == (1, 3, SIDE, SIDE)
        assert 0.0 <= image.min() <= image.max() <= 1.0


def test_the_least_strength_of_a_pipeline_always_makes_one_step() -> None:
    for steps in range(1, 51):
        assert int(steps * least_strength(0.0, steps)) == 1
        assert least_strength(1.0, steps) == 1.0
