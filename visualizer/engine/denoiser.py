"""One image-to-image pass: an image and a Request in, a new image out.

Images are (1, 3, height, width), RGB float32 in [0, 1], on the engine's device; no PIL, no copy to
the host. Models of the Stable Diffusion family go through Denoise, which works on their parts;
any other pipeline goes through AnyPipeline, as diffusers calls it.
"""

from __future__ import annotations

import inspect
from typing import Any, Protocol

import diffusers
import torch
import torch.nn.functional as F
from torch import Tensor

from visualizer.engine.noise import Schedule, draw, timesteps
from visualizer.engine.picture import Stopwatch, untimed
from visualizer.engine.prompts import Prompts
from visualizer.show.request import Request


class Denoiser(Protocol):
    """What the loop needs of a model."""

    def dreams(self, request: Request) -> bool:
        """Whether a request changes an image at all: at strength 0 none does."""

    def __call__(
        self, image: Tensor, request: Request, seed: int, stopwatch: Stopwatch = untimed
    ) -> Tensor:
        """A new image of the same shape; the image itself where the request changes none."""


def denoiser_of(pipeline: Any) -> Denoiser:
    """The best denoiser for a loaded image-to-image pipeline."""
    family = (
        diffusers.StableDiffusionImg2ImgPipeline,
        diffusers.StableDiffusionXLImg2ImgPipeline,
        diffusers.LatentConsistencyModelImg2ImgPipeline,
    )
    # The refiner of SDXL wants an aesthetic score: left to diffusers.
    plain = not pipeline.config.get("requires_aesthetics_score", False)
    if isinstance(pipeline, family) and plain and Schedule.fits(pipeline.scheduler):
        return Denoise(pipeline)
    return AnyPipeline(pipeline)


class Denoise:
    """Encode, add noise as strength says, denoise, decode: on the parts of an SD or SDXL model.

    Guidance above 1 costs one call of the UNet with a batch of 2 (Ho and Salimans 2022,
    arXiv:2207.12598); at 1 and below it is off. Models distilled with guidance built in (LCM) are
    told its scale instead.
    """

    def __init__(self, pipeline: Any) -> None:
        self.prompts = Prompts(pipeline)
        self._pipeline = pipeline
        self._unet, self._vae = pipeline.unet, pipeline.vae
        self._schedule = Schedule(pipeline.scheduler)
        sdxl = isinstance(pipeline, diffusers.StableDiffusionXLImg2ImgPipeline)
        if sdxl and self._vae.config.get("force_upcast", False):
            # SDXL's own autoencoder overflows in float16 (SD's does not, though its config may
            # say so: the default is True). Once, not back and forth each frame.
            self._vae.to(torch.float32)
        self._mean, self._deviation = self._latent_scale()

    def dreams(self, request: Request) -> bool:
        """See Denoiser."""
        return bool(self._levels(request))

    @torch.inference_mode()
    def __call__(
        self, image: Tensor, request: Request, seed: int, stopwatch: Stopwatch = untimed
    ) -> Tensor:
        """See Denoiser. seed: of all noise in this frame."""
        levels = self._levels(request)
        if not levels:
            return image
        generator = torch.Generator().manual_seed(seed)
        with stopwatch("encode"):
            latents = self._encode(image)
        with stopwatch("denoise"):
            latents = self._schedule.noised(latents, draw(latents, generator), levels[0])
            inputs = self._inputs(request, image.shape[-2], image.shape[-1])
            for level, to in zip(levels, [*levels[1:], None], strict=True):
                predicted = self._predict(latents, level, request.guidance, inputs)
                latents = self._schedule.step(predicted, latents, level, to, generator)
        with stopwatch("decode"):
            return self._decode(latents)

    def _levels(self, request: Request) -> list[int]:
        return timesteps(request.strength, request.steps, self._schedule.trained)

    def _encode(self, image: Tensor) -> Tensor:
        """Latents in float32, scaled for the UNet. Of a distribution, its mode: no extra noise."""
        encoded = self._vae.encode((2.0 * image - 1.0).to(self._vae.dtype))
        found = encoded.latent_dist.mode() if hasattr(encoded, "latent_dist") else encoded.latents
        scaled: Tensor = (found.float() - self._mean) / self._deviation
        return scaled

    def _decode(self, latents: Tensor) -> Tensor:
        latents = latents * self._deviation + self._mean
        image: Tensor = self._vae.decode(latents.to(self._vae.dtype), return_dict=False)[0]
        return (image.float() / 2.0 + 0.5).clamp(0.0, 1.0)

    def _latent_scale(self) -> tuple[Tensor, Tensor]:
        """Mean and deviation of the autoencoder's latents, each (1, channels or 1, 1, 1)."""
        config = self._vae.config
        mean, deviation = config.get("latents_mean"), config.get("latents_std")
        if mean is None or deviation is None:
            mean, deviation = [config.get("shift_factor") or 0.0], [1.0]
        options = {"dtype": torch.float32, "device": self._vae.device}
        scale = float(config.get("scaling_factor") or 1.0)
        return (
            torch.tensor(mean, **options).view(1, -1, 1, 1),
            torch.tensor(deviation, **options).view(1, -1, 1, 1) / scale,
        )

    def _inputs(self, request: Request, height: int, width: int) -> dict[str, Any]:
        """What the UNet is told besides latents and timestep; batch 2, negative first, if guided.

        In fp16 and fp32 alike, so shared by all steps of a frame.
        """
        told_scale = self._unet.config.get("time_cond_proj_dim")
        rows = [self.prompts.mixed(request.prompts)]
        if request.guidance > 1.0 and told_scale is None:
            rows.insert(0, self.prompts.negative())
        tokens = torch.cat([row.tokens for row in rows])
        inputs: dict[str, Any] = {"encoder_hidden_states": tokens}
        pooled = [row.pooled for row in rows if row.pooled is not None]
        if pooled:
            # SDXL's size conditioning: original size, crop, target size (Podell et al. 2023).
            sizes = [[height, width, 0, 0, height, width]] * len(rows)
            inputs["added_cond_kwargs"] = {
                "text_embeds": torch.cat(pooled),
                "time_ids": torch.tensor(sizes, dtype=tokens.dtype, device=tokens.device),
            }
        if told_scale is not None:
            scale = torch.tensor([max(request.guidance - 1.0, 0.0)])
            inputs["timestep_cond"] = self._pipeline.get_guidance_scale_embedding(
                scale, embedding_dim=told_scale
            ).to(tokens)
        return inputs

    def _predict(
        self, latents: Tensor, level: int, guidance: float, inputs: dict[str, Any]
    ) -> Tensor:
        """The UNet's prediction in float32, guided if inputs have two rows."""
        count = len(inputs["encoder_hidden_states"])
        predicted: Tensor = self._unet(
            latents.to(self._unet.dtype).expand(count, -1, -1, -1),
            torch.tensor(level, device=latents.device),
            return_dict=False,
            **inputs,
        )[0].float()
        if count == 1:
            return predicted
        away, towards = predicted.chunk(2)
        return away + guidance * (towards - away)


class AnyPipeline:
    """Any other image-to-image pipeline, called as its own documentation says.

    Strength is a staircase here and prompts are not mixed: the strongest one counts.
    """

    def __init__(self, pipeline: Any) -> None:
        self._pipeline = pipeline
        self._takes = set(inspect.signature(pipeline.__call__).parameters)

    def dreams(self, request: Request) -> bool:
        """See Denoiser."""
        return request.strength > 0.0

    @torch.inference_mode()
    def __call__(
        self, image: Tensor, request: Request, seed: int, stopwatch: Stopwatch = untimed
    ) -> Tensor:
        """See Denoiser."""
        if not self.dreams(request):
            return image
        height, width = image.shape[-2:]
        wanted = {
            "prompt": max(request.prompts, key=lambda part: part[1])[0],
            "image": image,
            "strength": least_strength(request.strength, request.steps),
            "num_inference_steps": request.steps,
            "guidance_scale": request.guidance,
            "generator": torch.Generator().manual_seed(seed),
            "height": height,
            "width": width,
            "output_type": "pt",
        }
        with stopwatch("denoise"):
            made = self._pipeline(**{k: v for k, v in wanted.items() if k in self._takes}).images
        new: Tensor = made.to(image)
        if new.shape[-2:] != image.shape[-2:]:
            new = F.interpolate(new, size=(height, width), mode="bilinear", antialias=True)
        return new


def least_strength(strength: float, steps: int) -> float:
    """The strength nearest to the wanted one with int(steps · strength) ≥ 1 (diffusers#11092)."""
    least = 1.0 / steps
    if int(steps * least) < 1:  # 49 · (1 / 49) is just below 1
        least *= 1.0 + 1e-9
    return min(max(strength, least), 1.0)
