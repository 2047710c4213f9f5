"""Which autoencoder a model plays with: its own, a tiny one, or SDXL's fixed for half precision.

At one step a picture, a full autoencoder costs several times what the UNet does; TAESD by Ollin
Boer Bohan (github.com/madebyollin/taesd) a tenth of that, for a little loss of fine detail.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import diffusers
import torch
from diffusers import AutoencoderKL, AutoencoderTiny

from visualizer.engine.failures import ModelError
from visualizer.engine.models.catalogue import SAFE_VAE, TINY_VAES
from visualizer.engine.models.diffusers_loading import load_vae
from visualizer.show.status import Report


def family(pipeline: Any) -> str:
    """Whose latents a pipeline's autoencoder makes: "sd", "sdxl", or "" for neither."""
    vae = getattr(pipeline, "vae", None)
    if not isinstance(vae, AutoencoderKL) or vae.config.latent_channels != 4:
        return ""
    if isinstance(pipeline, diffusers.StableDiffusionXLImg2ImgPipeline):
        return "sdxl"
    kin = (
        diffusers.StableDiffusionImg2ImgPipeline,
        diffusers.LatentConsistencyModelImg2ImgPipeline,
    )
    return "sd" if isinstance(pipeline, kin) else ""


def take_tiny(pipeline: Any, offline: bool, report: Report) -> bool:
    """Exchange a pipeline's autoencoder for a tiny one; False where there is none of its kind.

    ModelError where there is one that can't be had.
    """
    name = TINY_VAES.get(family(pipeline))
    if name is None:
        return False
    _take(pipeline, name, AutoencoderTiny, offline, report)
    return True


def take_safe(pipeline: Any, offline: bool, report: Report) -> None:
    """Exchange an autoencoder that overflows in half precision for one that does not, if it can
    be had; else it computes in full, slower (see denoiser.py)."""
    if family(pipeline) != "sdxl" or pipeline.unet.dtype != torch.float16:
        return
    if pipeline.vae.config.get("force_upcast", False):
        with suppress(ModelError):
            _take(pipeline, SAFE_VAE, AutoencoderKL, offline, report)


def _take(pipeline: Any, name: str, kind: type, offline: bool, report: Report) -> None:
    own = pipeline.vae
    half = pipeline.unet.dtype == torch.float16
    other = load_vae(name, kind, half, offline, report)
    if len(other.config.block_out_channels) != len(own.config.block_out_channels):
        raise ModelError(f"{name} does not fit this model")
    other.to(own.device)
    if own.device.type != "mps":
        other.to(memory_format=torch.channels_last)
    pipeline.register_modules(vae=other)
