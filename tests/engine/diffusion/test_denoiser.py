"""The image-to-image pass: what strength, guidance, prompts and noise do to a picture."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise, product
from typing import Any

import diffusers
import pytest
import torch
from diffusers import StableDiffusionXLImg2ImgPipeline, UNet2DConditionModel
from torch import Tensor

from visualizer.engine.backends.networks import Conditions, TorchNetworks
from visualizer.engine.diffusion.denoiser import (
    AnyPipeline,
    Denoise,
    Denoiser,
    denoiser_of,
    least_strength,
)
from visualizer.engine.diffusion.seed_walk import Place

from ..conftest import SIDE, euler_ancestral, picture, request

# Schedulers of diffusers mix numpy and torch in a way that newer numpy warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ONE = Place(1)


def sweep(denoise: Denoiser, image: Tensor, parts: int = 50, **changes: Any) -> list[float]:
    """How far the picture comes from its input at strengths in so many steps, root mean square."""
    made = (denoise(image, request(strength=n / parts, **changes), ONE) for n in range(parts + 1))
    return [float((one - image).double().square().mean().sqrt()) for one in made]


def longest_plateau(distances: list[float]) -> int:
    """The most steps of a sweep in a row that change nothing."""
    longest = now = 0
    for one, other in pairwise(distances):
        now = now + 1 if abs(other - one) < 1e-7 else 0
        longest = max(longest, now)
    return longest


class Smooth(TorchNetworks):
    """With an output in the UNet's place that is smooth in the latents and the timestep, and takes
    no time: stairs are the schedule's. The UNet of the built-in model is swept below."""

    def predict(self, latents: Tensor, timestep: Tensor, conditions: Conditions) -> Tensor:
        return (latents + timestep / 1000).sin()


def test_strength_is_a_slope_without_stairs(sd: Any) -> None:
    for steps in (1, 2, 3):
        assert longest_plateau(sweep(Denoise(sd, Smooth(sd)), picture(), steps=steps)) <= 1


def test_where_diffusers_has_stairs(sd: Any) -> None:
    sd.scheduler = euler_ancestral()
    assert longest_plateau(sweep(AnyPipeline(sd), picture(), steps=2)) > 20


def test_a_trained_model_goes_further_from_its_input_the_stronger(builtin: Any) -> None:
    denoise = Denoise(builtin)
    for steps in (1, 2, 4):
        distances = sweep(denoise, picture(side=64), parts=30, steps=steps)
        assert longest_plateau(distances) <= 1
        tenths = [sum(distances[k : k + 3]) / 3 for k in range(1, 31, 3)]
        assert all(b > 0.9 * max(tenths[: k + 1]) for k, b in enumerate(tenths[1:]))
        assert tenths[-1] > 3 * tenths[0]


def test_any_strength_at_any_steps_gives_a_picture(pipeline: Any) -> None:
    denoise = Denoise(pipeline)
    for steps in (1, 2, 3, 7, 50):
        for hundredth in (0, 1, 10, 33, 50, 99, 100) if steps < 7 else (0, 2, 7, 14):
            image = denoise(picture(), request(strength=hundredth / 100, steps=steps), ONE)
            assert image.shape == (1, 3, SIDE, SIDE)
            assert 0.0 <= image.min() <= image.max() <= 1.0


@pytest.mark.parametrize("kind", ["PNDM", "LCM", "DPMSolverMultistep", "DDPM", "EulerDiscrete"])
def test_every_sampler_makes_its_way_along_our_own_timesteps(sd: Any, kind: str) -> None:
    config = {**sd.scheduler.config, "prediction_type": "epsilon"}
    config = {**config, "rescale_betas_zero_snr": False, "clip_sample": False}
    sd.scheduler = getattr(diffusers, f"{kind}Scheduler").from_config(config)
    denoise = denoiser_of(sd)
    assert isinstance(denoise, Denoise)
    for steps in (1, 2, 3, 6):
        for strength in (0.005, 0.3, 0.5, 0.501, 1.0):
            image = denoise(picture(), request(strength=strength, steps=steps), ONE)
            assert image.isfinite().all()


def test_strength_zero_gives_back_the_picture_untouched(pipeline: Any) -> None:
    image = picture()
    for denoise in (Denoise(pipeline), AnyPipeline(pipeline)):
        assert not denoise.generates(request(strength=0.0))
        assert denoise.generates(request(strength=0.01))
        assert denoise(image, request(strength=0.0), ONE) is image


def test_a_little_more_strength_changes_the_picture_a_little(pipeline: Any) -> None:
    denoise = Denoise(pipeline)
    # 0.5 is where diffusers' staircase has its step at 2 steps, and where ours begins a second.
    made = [denoise(picture(), request(strength=s, steps=2), ONE) for s in (0.498, 0.5, 0.503, 0.9)]
    near = max((made[1] - made[0]).abs().mean(), (made[2] - made[1]).abs().mean())
    assert near < 0.5 * (made[3] - made[1]).abs().mean()


def test_guidance_at_one_and_below_is_off_and_asks_once(pipeline: Any) -> None:
    batches: list[int] = []
    pipeline.unet.register_forward_pre_hook(lambda _, inputs: batches.append(len(inputs[0])))
    denoise = Denoise(pipeline)
    off = denoise(picture(), request(guidance=0.0, steps=1), ONE)
    assert torch.equal(off, denoise(picture(), request(guidance=1.0, steps=1), ONE))
    guided = denoise(picture(), request(guidance=5.0, steps=1), ONE)
    assert not torch.equal(off, guided)
    assert batches == [1, 1, 2]


def test_strong_guidance_does_not_burn_the_built_in_models_picture(builtin: Any) -> None:
    denoise = Denoise(builtin)
    made = []
    for guidance in (1.0, 14.0):
        image = torch.ones(1, 3, 64, 64)
        for _ in range(6):  # in a loop what burns once burns for good
            wanted = request(prompts=(("blue ocean waves", 1.0),), guidance=guidance, steps=1)
            image = denoise(image, wanted, ONE)
        made.append(image.clamp(0.0, 1.0))
    plain, guided = made
    burnt = ((guided < 0.02) | (guided > 0.98)).float().mean()
    assert burnt < 0.1 + ((plain < 0.02) | (plain > 0.98)).float().mean()
    assert not torch.equal(plain, guided)


def test_a_model_with_guidance_built_in_is_told_its_scale_and_asked_once(pipeline: Any) -> None:
    torch.manual_seed(5)
    batches: list[int] = []
    pipeline.unet = UNet2DConditionModel.from_config(pipeline.unet.config, time_cond_proj_dim=8)
    pipeline.unet.register_forward_pre_hook(lambda _, inputs: batches.append(len(inputs[0])))
    wanted = request(guidance=8.0, steps=2, strength=1.0)
    ours = Denoise(pipeline)(picture(), wanted, ONE)
    assert not torch.equal(ours, Denoise(pipeline)(picture(), request(steps=2, strength=1.0), ONE))
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
    full = Denoise(pipeline)(picture(), wanted, ONE)
    pipeline.to(torch.float16)
    half = Denoise(pipeline)(picture(), wanted, ONE)
    assert pipeline.unet.dtype == torch.float16
    assert half.dtype == torch.float32
    assert half.shape == full.shape
    assert half.isfinite().all()
    assert (half - full).abs().max() < 0.05
    assert (half - picture()).abs().mean() > 0.02


def test_the_place_alone_decides_the_noise(pipeline: Any) -> None:
    denoise = Denoise(pipeline)
    first = denoise(picture(), request(), ONE)
    torch.manual_seed(99)
    assert torch.equal(first, denoise(picture(), request(), ONE))
    assert not torch.equal(first, denoise(picture(), request(), Place(2)))
    assert not torch.equal(first, denoise(picture(), request(), Place(1, 0.5)))


@pytest.mark.parametrize("kind", ["DDIM", "EulerAncestralDiscrete", "LCM"])
def test_a_short_way_between_two_seeds_changes_the_picture_a_little(sd: Any, kind: str) -> None:
    sd.scheduler = getattr(diffusers, f"{kind}Scheduler").from_config(
        sd.scheduler.config,
        prediction_type="epsilon",
        rescale_betas_zero_snr=False,
        clip_sample=False,
    )
    denoise, wanted = denoiser_of(sd), request(strength=0.5, steps=4)
    shares = [Place(1), Place(1, 0.01), Place(1, 0.99), Place(2)]
    start, near, far, end = (denoise(picture(), wanted, place) for place in shares)
    whole = (end - start).abs().mean()
    assert 0.0 < (near - start).abs().mean() < 0.1 * whole
    assert 0.0 < (far - end).abs().mean() < 0.1 * whole


def test_other_parts_may_be_taken_between_two_frames(pipeline: Any) -> None:
    class Counted(TorchNetworks):
        calls = 0

        def decode(self, latents: Tensor) -> Tensor:
            self.calls += 1
            return super().decode(latents)

    first, second = Counted(pipeline), Counted(pipeline)
    denoise = Denoise(pipeline, first)
    one = denoise(picture(), request(), ONE)
    denoise.networks = second
    assert torch.equal(one, denoise(picture(), request(), ONE))
    assert (first.calls, second.calls) == (1, 1)


def test_prompts_to_come_are_embedded_between_frames(
    pipeline: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    denoise, wanted = Denoise(pipeline), request(ahead=("a green hill", "a blue sky"))
    denoise(picture(), wanted, ONE)
    kept = []
    for _ in range(3):
        denoise.prepare(wanted)
        kept.append(len(denoise.prompts))
    assert kept == [2, 3, 3]
    monkeypatch.setattr(pipeline, "encode_prompt", None)
    for text in wanted.ahead:
        denoise(picture(), request(prompts=((text, 1.0),)), ONE)


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

    Denoise(pipeline)(picture(), request(), ONE, stopwatch)
    steps = ["step"] * request().steps
    assert stages == ["encode", "denoise", *steps, "decode"]


def test_sd_and_sdxl_are_worked_on_by_parts_and_others_as_they_come(pipeline: Any) -> None:
    assert isinstance(denoiser_of(pipeline), Denoise)
    del pipeline.scheduler.alphas_cumprod
    assert isinstance(denoiser_of(pipeline), AnyPipeline)


def test_any_other_pipeline_makes_a_picture_at_every_strength(pipeline: Any) -> None:
    denoise = AnyPipeline(pipeline)
    for strength, steps in product((0.0, 0.01, 0.5, 1.0), (1, 2, 3)):
        image = denoise(picture(), request(strength=strength, steps=steps), ONE)
        assert image.shape == (1, 3, SIDE, SIDE)
        assert 0.0 <= image.min() <= image.max() <= 1.0


def test_any_other_pipeline_takes_the_strongest_prompts_of_both_mixes(pipeline: Any) -> None:
    denoise = AnyPipeline(pipeline)
    red, green = "a red sea", "a green hill"
    pure = request(strength=1.0, guidance=5.0, prompts=((red, 1.0),), negative=((green, 1.0),))
    mixed = request(
        strength=1.0,
        guidance=5.0,
        prompts=((green, 0.4), (red, 0.6)),
        negative=((green, 0.6), ("", 0.4)),
    )
    one = denoise(picture(), pure, ONE)
    assert torch.equal(one, denoise(picture(), mixed, ONE))
    without = request(strength=1.0, guidance=5.0, prompts=((red, 1.0),))
    assert not torch.equal(one, denoise(picture(), without, ONE))


def test_the_least_strength_of_a_pipeline_always_makes_one_step() -> None:
    for steps in range(1, 51):
        assert int(steps * least_strength(0.0, steps)) == 1
        assert least_strength(1.0, steps) == 1.0
