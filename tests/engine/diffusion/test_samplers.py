"""Our samplers against diffusers' own pipelines, on the same inputs, noise and timesteps."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch
from diffusers import AutoencoderTiny
from torch import Tensor

from visualizer.engine.builtin.for_diffusers import BuiltinUNet
from visualizer.engine.diffusion.denoiser import Denoise
from visualizer.engine.diffusion.samplers import SAMPLERS, plms, sampler_of
from visualizer.engine.diffusion.schedule import Schedule
from visualizer.engine.diffusion.seed_walk import Place
from visualizer.engine.models.catalogue import BUILTIN
from visualizer.engine.models.loading import BUILTIN_FOLDER, load_model

from ..conftest import picture, request, unheard

# Schedulers of diffusers mix numpy and torch in a way that newer numpy warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

NEAR = 2e-3
"""Largest difference of any value of two pictures in [0, 1] that count as one."""

SHIPPED: dict[str, tuple[str, dict[str, Any]]] = {
    "built-in": (
        "DDIMScheduler",
        {"clip_sample": False, "timestep_spacing": "trailing", "rescale_betas_zero_snr": True},
    ),
    "stable-diffusion-2-1": (
        "DDIMScheduler",
        {"clip_sample": False, "set_alpha_to_one": False, "steps_offset": 1},
    ),
    "stable-diffusion-v1-5": (
        "PNDMScheduler",
        {"skip_prk_steps": True, "set_alpha_to_one": False, "steps_offset": 1},
    ),
    "sd-turbo": ("EulerDiscreteScheduler", {"timestep_spacing": "trailing", "steps_offset": 1}),
    "sdxl-base": ("EulerDiscreteScheduler", {"timestep_spacing": "leading", "steps_offset": 1}),
    "euler, fractional timesteps": ("EulerDiscreteScheduler", {"timestep_spacing": "linspace"}),
    "sdxl-turbo": ("EulerAncestralDiscreteScheduler", {"timestep_spacing": "trailing"}),
    "euler ancestral, leading": (
        "EulerAncestralDiscreteScheduler",
        {"timestep_spacing": "leading", "steps_offset": 1},
    ),
    "latent consistency": ("LCMScheduler", {}),
    "dpm++ 2m": ("DPMSolverMultistepScheduler", {"timestep_spacing": "linspace"}),
    "dpm++ 2m, leading": (
        "DPMSolverMultistepScheduler",
        {"timestep_spacing": "leading", "steps_offset": 1},
    ),
    "ddpm": ("DDPMScheduler", {"clip_sample": False, "steps_offset": 1}),
}
"""What the families ship with: class and settings, beside the betas that all of them share."""


def scheduler_of(name: str, prediction: str = "epsilon", **more: Any) -> Any:
    """A scheduler of the table."""
    kind, settings = SHIPPED[name]
    return getattr(diffusers, kind)(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type=prediction,
        **{**settings, **more},
    )


@pytest.fixture(scope="module")
def models(sd_folder: Path, sdxl_folder: Path) -> dict[str, Any]:
    """The tiny pipelines and the built-in model. Each test gives them its scheduler."""
    folders = {"sd": sd_folder, "sdxl": sdxl_folder, BUILTIN: BUILTIN_FOLDER}
    return {name: load_model(str(folder), "cpu", True, unheard) for name, folder in folders.items()}


def input_of(pipeline: Any) -> Tensor:
    """A picture of a size that the model can do."""
    return picture(side=max(32, 4 * pipeline.vae_scale_factor))


def latents_of(pipeline: Any, image: Tensor) -> Tensor:
    """What diffusers takes for an encoded picture, without the noise of its autoencoder's own
    distribution; the picture itself where the autoencoder has no such noise."""
    with torch.inference_mode():
        encoded = pipeline.vae.encode(2.0 * image - 1.0)
        if not hasattr(encoded, "latent_dist"):
            return image
        latents: Tensor = encoded.latent_dist.mode() * pipeline.vae.config.scaling_factor
        return latents


def by_diffusers(pipeline: Any, wanted: Any, **more: Any) -> tuple[Tensor, list[float]]:
    """What the pipeline itself makes of a request, and the timesteps that it went along."""
    used: list[float] = []

    def noted(_: Any, index: int, timestep: Tensor, kept: dict[str, Any]) -> dict[str, Any]:
        used.append(float(timestep))
        return kept

    made: Tensor = pipeline(
        prompt=wanted.prompts[0][0],
        image=latents_of(pipeline, input_of(pipeline)),
        strength=wanted.strength,
        num_inference_steps=wanted.steps,
        guidance_scale=wanted.guidance,
        generator=torch.Generator().manual_seed(wanted.seed),
        output_type="pt",
        callback_on_step_end=noted,
        **more,
    ).images
    return made, used


def difference(pipeline: Any, wanted: Any, **more: Any) -> float:
    """The difference between diffusers' picture and ours along its timesteps; see NEAR."""
    theirs, levels = by_diffusers(pipeline, wanted, **more)
    ours = Denoise(pipeline).along(levels, input_of(pipeline), wanted, Place(wanted.seed))
    assert (ours - input_of(pipeline)).abs().mean() > 0.02
    # At edges the built-in model makes more of what single precision rounds: there, 99 % count.
    share = 0.99 if isinstance(pipeline.unet, BuiltinUNet) else 1.0
    return float((ours - theirs).abs().quantile(share))


OWN = (("sdxl", "sdxl-base"), ("sdxl", "sdxl-turbo"), (BUILTIN, "built-in"), (BUILTIN, "sd-turbo"))
"""Models beside the tiny SD, which has all schedulers, each with some that it is played with."""


@pytest.mark.parametrize(("played", "name"), [*(("sd", name) for name in SHIPPED), *OWN])
def test_every_scheduler_gives_diffusers_own_picture(
    models: dict[str, Any], played: str, name: str
) -> None:
    model = models[played]
    # Steps divide 1000: with others "trailing" DDIM of diffusers arrives up to a timestep beside
    # the one that it goes on from (at 7 steps 0.02 of difference).
    wishes = {
        "v_prediction": [(1, 1.0), (2, 1.0), (4, 1.0), (4, 0.5), (5, 0.6)],
        # At zero terminal SNR diffusers divides by zero where noise is predicted.
        "epsilon": [(4, 1.0), (5, 0.6)] if name != "built-in" else [],
    }
    for prediction, each in wishes.items():
        model.scheduler = scheduler_of(name, prediction)
        assert Schedule.fits(model.scheduler)
        for steps, strength in each:
            if sampler_of(model.scheduler) is plms and strength < 1.0:
                # Diffusers cuts the first timesteps away, and with them the one that comes
                # twice, but takes its second one for it all the same: from then on its latents
                # are a step noisier than it thinks.
                continue
            assert difference(model, request(steps=steps, strength=strength)) < NEAR


# With the built-in model's own scheduler guidance is rescaled (test_denoiser.py), which diffusers'
# image-to-image pipeline can't do.
@pytest.mark.parametrize("name", ["stable-diffusion-v1-5", "sdxl-turbo"])
def test_with_guidance_and_a_negative_prompt_too(models: dict[str, Any], name: str) -> None:
    for model in models.values():
        model.scheduler = scheduler_of(name, "v_prediction")
        wanted = request(steps=4, strength=1.0, guidance=4.0, negative=(("a green hill", 1.0),))
        assert difference(model, wanted, negative_prompt="a green hill") < NEAR


def test_no_negative_prompt_is_the_pipelines_own_empty_one(pipeline: Any) -> None:
    pipeline.scheduler = scheduler_of("sd-turbo", "v_prediction")
    none: tuple[tuple[str, float], ...] = ()
    for negative, zeros in product((none, (("", 1.0),)), (True, False)):
        if "force_zeros_for_empty_prompt" in pipeline.config:
            pipeline.register_to_config(force_zeros_for_empty_prompt=zeros)
        wanted = request(steps=2, strength=1.0, guidance=4.0, negative=negative)
        assert difference(pipeline, wanted) < NEAR


def test_a_tiny_autoencoder_goes_the_whole_way_too(
    pipeline: Any, tiny_vae: AutoencoderTiny
) -> None:
    pipeline.vae = tiny_vae
    pipeline.scheduler = scheduler_of("sd-turbo", "v_prediction")
    assert difference(pipeline, request(steps=2, strength=0.5)) < NEAR


def test_a_model_told_its_guidance_is_told_what_diffusers_tells_it(pipeline: Any) -> None:
    torch.manual_seed(5)
    kind = type(pipeline.unet)
    pipeline.unet = kind.from_config(pipeline.unet.config, time_cond_proj_dim=8).eval()
    pipeline.scheduler = scheduler_of("latent consistency")
    assert difference(pipeline, request(steps=4, strength=1.0, guidance=8.0)) < NEAR


def test_every_row_of_the_table_names_a_scheduler_of_diffusers() -> None:
    assert all(hasattr(diffusers, name) for name in SAMPLERS)


def test_a_scheduler_that_is_not_known_is_solved_by_ddim(pipeline: Any) -> None:
    pipeline.scheduler = diffusers.UniPCMultistepScheduler()
    assert Schedule.fits(pipeline.scheduler)
    assert sampler_of(pipeline.scheduler) is SAMPLERS["DDIMScheduler"]
