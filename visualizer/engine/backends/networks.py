"""The three networks of a model of the Stable Diffusion family, as the loop calls them.

The seam for other ways to run a frame's networks: plain torch (TorchNetworks), CUDA graphs,
OpenVINO. Callers do not know which one runs; it may be exchanged between two frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """What the UNet is told besides latents and timestep, in its type, on its device.

    n is 1, or 2 with guidance: what it leads away from, then what it leads towards. tokens:
    (n, length, width). pooled: (n, width) and sizes: (n, 6), SDXL only. scale: (n, width), only
    for models distilled with guidance built in.
    """

    tokens: Tensor
    pooled: Tensor | None = None
    sizes: Tensor | None = None
    scale: Tensor | None = None


class Networks(Protocol):
    """Images: (1, 3, h, w), RGB in [0, 1]. Latents: (1, c, h / cell, w / cell), scaled as the
    UNet knows them. All float32, on the engine's device.

    What a call gives back may be overwritten by the next call of the same method. The timestep and
    the conditions that a call was given are never changed in place. backend: what runs them, for
    people.
    """

    backend: str

    def encode(self, image: Tensor) -> Tensor:
        """Latents of an image; of a distribution, its mode: no noise of its own."""

    def predict(self, latents: Tensor, timestep: Tensor, conditions: Conditions) -> Tensor:
        """The UNet's output, (n, c, h, w). timestep: float32, without dimensions, on the device;
        0 to 999, also between whole numbers."""

    def decode(self, latents: Tensor) -> Tensor:
        """The image of latents."""

    def forget(self) -> None:
        """Let go of what was kept for pictures of the present size."""


class TorchNetworks:
    """The networks of a loaded diffusers pipeline, called as they are, but that SDXL's own
    autoencoder, which overflows in float16, is brought to float32."""

    backend = "torch"

    def __init__(self, pipeline: Any) -> None:
        self.unet, self.vae = pipeline.unet, pipeline.vae
        sdxl = "XL" in type(pipeline).__name__
        if sdxl and self.vae.config.get("force_upcast", False):
            # Once, not back and forth each frame. (SD's autoencoder does not overflow, though its
            # config may say so: the default is True.)
            self.vae.to(torch.float32)
        # diffusers looks through all modules for these, each time they are asked for.
        self._unet_type, self._vae_type = self.unet.dtype, self.vae.dtype
        self._mean, self._deviation = self._latent_scale()

    def encode(self, image: Tensor) -> Tensor:
        """See Networks."""
        encoded = self.vae.encode((2.0 * image - 1.0).to(self._vae_type))
        found = encoded.latent_dist.mode() if hasattr(encoded, "latent_dist") else encoded.latents
        scaled: Tensor = (found.float() - self._mean) / self._deviation
        return scaled

    def predict(self, latents: Tensor, timestep: Tensor, conditions: Conditions) -> Tensor:
        """See Networks."""
        told: dict[str, Any] = {"encoder_hidden_states": conditions.tokens}
        if conditions.pooled is not None:
            told["added_cond_kwargs"] = {
                "text_embeds": conditions.pooled,
                "time_ids": conditions.sizes,
            }
        if conditions.scale is not None:
            told["timestep_cond"] = conditions.scale
        count = len(conditions.tokens)
        predicted: Tensor = self.unet(
            latents.to(self._unet_type).expand(count, -1, -1, -1),
            timestep,
            return_dict=False,
            **told,
        )[0]
        return predicted.float()

    def decode(self, latents: Tensor) -> Tensor:
        """See Networks."""
        latents = latents * self._deviation + self._mean
        image: Tensor = self.vae.decode(latents.to(self._vae_type), return_dict=False)[0]
        return (image.float() / 2.0 + 0.5).clamp(0.0, 1.0)

    def forget(self) -> None:
        """See Networks. Nothing is kept."""

    def _latent_scale(self) -> tuple[Tensor, Tensor]:
        """Mean and deviation of the autoencoder's latents, each (1, channels or 1, 1, 1)."""
        config = self.vae.config
        mean, deviation = config.get("latents_mean"), config.get("latents_std")
        if mean is None or deviation is None:
            mean, deviation = [config.get("shift_factor") or 0.0], [1.0]
        options = {"dtype": torch.float32, "device": self.vae.device}
        scale = float(config.get("scaling_factor") or 1.0)
        return (
            torch.tensor(mean, **options).view(1, -1, 1, 1),
            torch.tensor(deviation, **options).view(1, -1, 1, 1) / scale,
        )
