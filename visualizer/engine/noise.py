"""The noise schedule, and one step down it: one formula for every model of the family.

The field has a scheduler class per sampler, each with state and with its own idea of timesteps,
which makes strength a staircase at few steps. Here the starting level comes straight from
strength, and the step is that of DDIM (Song et al. 2021, arXiv:2010.02502, eq. 12), computed from
nothing but the schedule that a model was trained with. At the timesteps that diffusers'
DDIMScheduler ("trailing" spacing; Lin et al. 2023, arXiv:2305.08891) would use it gives the same
picture. All sums are in float32.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

PREDICTIONS = ("epsilon", "v_prediction", "sample")
"""What a model may predict: the noise, the velocity (Salimans and Ho 2022), the clean image."""

LEAST = 2.0**-24
"""Least share of signal: zero-SNR schedules end at 0, which an epsilon model can't divide by."""

SAMPLERS = {
    "DDPMScheduler": "ancestral",
    "EulerAncestralDiscreteScheduler": "ancestral",
    "KDPM2AncestralDiscreteScheduler": "ancestral",
    "LCMScheduler": "all",
}
"""How much noise a model's own scheduler renews between steps, where it is not none.

Distilled models were trained that way: "ancestral" is DDIM with η = 1 (Song, eq. 16), which is
Euler ancestral in other units; "all" is multistep consistency sampling (Luo et al. 2023,
arXiv:2310.04378, algorithm 3). With one step a frame it makes no difference.
"""


def timesteps(strength: float, steps: int, trained: int = 1000) -> list[int]:
    """Where the model is asked, from noisy to clean: ceil(steps · strength) timesteps or fewer.

    The first is strength · trained - 1, the others lie trained / steps below each other, so that
    the noise level follows strength in steps of 1 / trained. Empty where strength comes to
    nothing. Never fails: strength is cut to [0, 1], steps to 1 and above.
    """
    top = min(max(strength, 0.0), 1.0) * trained
    spacing = trained / max(steps, 1)
    levels = (round(top - spacing * k) - 1 for k in range(max(steps, 1)))
    return [level for level in levels if level >= 1]


class Schedule:
    """Signal and noise at each timestep, and the step between two.

    signal: share of the image's variance (ᾱ) by timestep, (trained,) float32 on the CPU.
    """

    def __init__(self, scheduler: Any) -> None:
        self.trained = int(scheduler.config.num_train_timesteps)
        self._signal = scheduler.alphas_cumprod.detach().float().cpu().clamp(min=LEAST).tolist()
        self._predicts: str = scheduler.config.prediction_type
        self._renewal = SAMPLERS.get(type(scheduler).__name__, "none")

    @staticmethod
    def fits(scheduler: Any) -> bool:
        """Whether a pipeline's scheduler stands for such a schedule (flow matching doesn't)."""
        config = getattr(scheduler, "config", {})
        return (
            getattr(scheduler, "alphas_cumprod", None) is not None
            and config.get("prediction_type") in PREDICTIONS
        )

    def noised(self, clean: Tensor, noise: Tensor, timestep: int) -> Tensor:
        """Clean latents as they look at a timestep."""
        signal = self._signal[timestep]
        return float(signal**0.5) * clean + float((1.0 - signal) ** 0.5) * noise

    def step(
        self,
        predicted: Tensor,
        latents: Tensor,
        timestep: int,
        to: int | None,
        generator: torch.Generator,
    ) -> Tensor:
        """Latents one step cleaner. to: the next timestep; None for the clean image.

        predicted: the model's output at timestep, float32, of the shape of latents. generator: on
        the CPU, for the noise that is renewed.
        """
        clean, noise = self._parts(predicted, latents, timestep)
        if to is None:
            return clean
        signal, signal_to = self._signal[timestep], self._signal[to]
        renewed = 0.0
        if self._renewal == "all":
            renewed = 1.0 - signal_to
        elif self._renewal == "ancestral":
            renewed = (1.0 - signal_to) / (1.0 - signal) * (1.0 - signal / signal_to)
        kept = max(1.0 - signal_to - renewed, 0.0)
        latents = float(signal_to**0.5) * clean + float(kept**0.5) * noise
        if renewed > 0.0:
            latents = latents + float(renewed**0.5) * draw(latents, generator)
        return latents

    def _parts(self, predicted: Tensor, latents: Tensor, timestep: int) -> tuple[Tensor, Tensor]:
        """The clean latents and the noise that a prediction says latents are made of."""
        signal = self._signal[timestep]
        a, b = signal**0.5, (1.0 - signal) ** 0.5
        if self._predicts == "epsilon":
            return (latents - b * predicted) / a, predicted
        if self._predicts == "v_prediction":
            return a * latents - b * predicted, a * predicted + b * latents
        return predicted, (latents - a * predicted) / b


def draw(like: Tensor, generator: torch.Generator) -> Tensor:
    """Normal noise of a tensor's shape, drawn on the CPU: the same on every device."""
    return torch.randn(like.shape, generator=generator).to(like.device)
