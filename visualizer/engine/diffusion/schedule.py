"""Noise levels: the schedule that a model was trained with, and where strength puts a frame on it.

Timesteps are floats from trained - 1 (nearly noise alone) down to 0; -1 is the clean image.
Latents are float32 and variance preserving: a · clean + b · noise with a² + b² = 1. All that
depends on timesteps alone is computed on the host.
"""

from __future__ import annotations

import inspect
import math
from typing import Any

import torch
from torch import Tensor

CLEAN = -1.0
"""The timestep of the clean image."""

LEAST = {"epsilon": 2.0**-24, "v_prediction": 2.0**-48, "sample": 2.0**-48}
"""Least share of signal, by what a model predicts: the noise, the velocity (Salimans and Ho 2022,
arXiv:2202.00512), the clean image. Schedules of zero terminal SNR end at 0; one
that predicts noise is divided by its root (2⁻²⁴ is what diffusers' Euler takes)."""


def timesteps(strength: float, steps: int, trained: int = 1000) -> list[float]:
    """Where the model is asked, from noisy to clean: ceil(steps · strength) timesteps or fewer.

    The first is strength · trained - 1, so that the noise level follows strength without stairs;
    the others lie trained / steps below each other ("trailing"; Lin et al. 2023,
    arXiv:2305.08891). Empty where strength comes to nothing. Never fails: strength is cut to
    [0, 1], steps to 1 and above.
    """
    top = min(max(strength, 0.0), 1.0) * trained
    spacing = trained / max(steps, 1)
    levels = (top - spacing * k - 1.0 for k in range(max(steps, 1)))
    return [level for level in levels if level >= 0.0]


class Schedule:
    """What a model was trained with, read from a loaded scheduler, which is never stepped.

    end: the timestep at which a sampler's last step arrives.
    """

    def __init__(self, scheduler: Any) -> None:
        settings = _settings(scheduler)
        self._predicts: str = settings["prediction_type"]
        signal = scheduler.alphas_cumprod.detach().cpu().double().clamp(LEAST[self._predicts])
        self.num_train_timesteps = len(signal)
        # Noise over signal, σ, from the clean image on: what diffusers interpolates.
        self._sigmas: list[float] = [0.0, *((1.0 - signal) / signal).sqrt().tolist()]
        to_end = (
            settings.get("set_alpha_to_one", True)
            and settings.get("final_sigmas_type", "zero") == "zero"
        )
        self.end = CLEAN if to_end else 0.0
        self._stretch = float(settings.get("timestep_scaling", 10.0))

    @staticmethod
    def fits(scheduler: Any) -> bool:
        """Whether a pipeline's scheduler stands for such a schedule, and asks for nothing more.

        Flow matching and EDM are other schedules; clipping is for models of pixels.
        """
        if getattr(scheduler, "alphas_cumprod", None) is None:
            return False
        settings = _settings(scheduler)
        asked = ("clip_sample", "thresholding", "use_flow_sigmas")
        return (
            settings.get("prediction_type") in LEAST
            and not any(settings.get(name) for name in asked)
            and settings.get("timestep_type") != "continuous"
            and settings.get("variance_type") not in ("learned", "learned_range")
        )

    def alpha_sigma(self, timestep: float) -> tuple[float, float]:
        """(a, b) of image and noise at a timestep, between whole ones by their σ."""
        place = min(max(timestep + 1.0, 0.0), float(self.num_train_timesteps))
        below = min(int(place), self.num_train_timesteps - 1)
        low, high = self._sigmas[below : below + 2]
        sigma = low + (high - low) * (place - below)
        a = 1.0 / math.sqrt(1.0 + sigma * sigma)
        return a, sigma * a

    def noised(self, x0: Tensor, noise: Tensor, timestep: float) -> Tensor:
        """Clean latents as they look at a timestep."""
        a, b = self.alpha_sigma(timestep)
        return (a * x0).add_(noise, alpha=b)

    def predict_x0(self, predicted: Tensor, latents: Tensor, timestep: float) -> Tensor:
        """The clean latents that a prediction says latents are made of."""
        a, b = self.alpha_sigma(timestep)
        if self._predicts == "epsilon":
            return torch.sub(latents, predicted, alpha=b).div_(a)
        if self._predicts == "v_prediction":
            return (a * latents).sub_(predicted, alpha=b)
        return predicted

    def stepped(
        self, latents: Tensor, x0: Tensor, timestep: float, to: float, renewed: float = 0.0
    ) -> Tensor:
        """Latents at the timestep `to`: as x0, with the noise that they have now.

        Song et al. 2021, arXiv:2010.02502, eq. 12. renewed: how much of the variance is left out,
        for new noise.
        """
        (a, b), (a_to, b_to) = self.alpha_sigma(timestep), self.alpha_sigma(to)
        kept = math.sqrt(max(b_to * b_to - renewed, 0.0)) / b
        return (kept * latents).add_(x0, alpha=a_to - kept * a)

    def skip(self, timestep: float) -> float:
        """LCM: the share of the latents themselves in what counts as clean (Luo et al. 2023)."""
        stretched = self._stretch * timestep
        return 0.25 / (stretched * stretched + 0.25)


def _settings(scheduler: Any) -> dict[str, Any]:
    """What a scheduler takes of its config, which may hold what others before it were told."""
    taken = inspect.signature(type(scheduler).__init__).parameters
    config = getattr(scheduler, "config", {})
    return {name: config[name] for name in taken if name in config}
