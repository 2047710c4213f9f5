"""From noisy latents to clean ones: the samplers of the Stable Diffusion family, as flat functions.

diffusers has a scheduler class per sampler, each with state and its own timesteps, which quantises
strength at few steps. Here a sampler is one function, named as its paper
names it, that goes along the timesteps it is given; those come straight from strength. On
the timesteps that diffusers would take it gives diffusers' result.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any, TypeAlias

import torch
from torch import Tensor

from visualizer.engine.diffusion.schedule import CLEAN, Schedule

Predict: TypeAlias = Callable[[Tensor, float], Tensor]
"""Latents and their timestep → what the model predicts, float32. It may be overwritten by the
next call."""

Renew: TypeAlias = Callable[[int], Tensor]
"""The k-th draw of new noise for this frame, k from 1; not to be changed in place."""

Sampler: TypeAlias = Callable[[Predict, Tensor, list[float], Schedule, Renew], Tensor]
"""Latents at the first timestep → clean ones, with a prediction at each timestep."""


def ddim(
    predict: Predict, latents: Tensor, timesteps: list[float], schedule: Schedule, renew: Renew
) -> Tensor:
    """Song et al. 2021, arXiv:2010.02502; Euler's method (Karras et al. 2022) is the same."""
    for timestep, to in pairwise([*timesteps, schedule.end]):
        x0 = schedule.predict_x0(predict(latents, timestep), latents, timestep)
        latents = schedule.stepped(latents, x0, timestep, to)
    return latents


def ancestral(
    predict: Predict, latents: Tensor, timesteps: list[float], schedule: Schedule, renew: Renew
) -> Tensor:
    """DDPM (Ho et al. 2020, arXiv:2006.11239): DDIM with η = 1 (its eq. 16), or Euler ancestral."""
    for k, (timestep, to) in enumerate(pairwise([*timesteps, CLEAN]), start=1):
        x0 = schedule.predict_x0(predict(latents, timestep), latents, timestep)
        (a, b), (a_to, b_to) = schedule.alpha_sigma(timestep), schedule.alpha_sigma(to)
        renewed = (b_to / b) ** 2 * (1.0 - (a / a_to) ** 2)
        latents = schedule.stepped(latents, x0, timestep, to, renewed)
        if renewed > 0.0:
            latents.add_(renew(k), alpha=math.sqrt(renewed))
    return latents


def lcm(
    predict: Predict, latents: Tensor, timesteps: list[float], schedule: Schedule, renew: Renew
) -> Tensor:
    """Multistep consistency sampling: Luo et al. 2023, arXiv:2310.04378, algorithm 3."""
    for k, (timestep, to) in enumerate(pairwise([*timesteps, CLEAN]), start=1):
        skip = schedule.skip(timestep)
        x0 = schedule.predict_x0(predict(latents, timestep), latents, timestep)
        latents = (math.sqrt(1.0 - skip) * x0).add_(latents, alpha=skip)
        if to != CLEAN:
            latents = schedule.noised(latents, renew(k), to)
    return latents


ADAMS = (
    (1.0,),
    (-1 / 2, 3 / 2),
    (5 / 12, -16 / 12, 23 / 12),
    (-9 / 24, 37 / 24, -59 / 24, 55 / 24),
)
"""Weights of the last predictions, the oldest first (Adams and Bashforth)."""


def plms(
    predict: Predict, latents: Tensor, timesteps: list[float], schedule: Schedule, renew: Renew
) -> Tensor:
    """Pseudo linear multistep: Liu et al. 2022, arXiv:2202.09778, eq. 9 and 12.

    Where the second timestep comes twice, as diffusers lists it, the first step is taken again
    with the mean of the predictions at its two ends (Heun). Our own timesteps come once: that is
    a call of the model less, and strength stays smooth where a second step begins.
    """
    last: list[Tensor] = []
    begun, top = latents, timesteps[0]
    for timestep, to in pairwise([*timesteps, schedule.end]):
        predicted = predict(latents, timestep)
        if timestep == to and len(last) == 1:
            slope, latents, timestep = (predicted + last[0]) / 2.0, begun, top
        else:
            last = [*last[-3:], predicted.clone()]
            weighted = [w * p for w, p in zip(ADAMS[len(last) - 1], last, strict=True)]
            slope = torch.stack(weighted).sum(0)
        x0 = schedule.predict_x0(slope, latents, timestep)
        latents = schedule.stepped(latents, x0, timestep, to)
    return latents


def dpmpp_2m(
    predict: Predict, latents: Tensor, timesteps: list[float], schedule: Schedule, renew: Renew
) -> Tensor:
    """DPM-Solver++(2M): Lu et al. 2022, arXiv:2211.01095, algorithm 2; its last step is DDIM's."""

    def signal(timestep: float) -> float:
        a, b = schedule.alpha_sigma(timestep)
        return math.log(a / b)

    before: tuple[Tensor, float] | None = None
    for timestep, to in pairwise([*timesteps, schedule.end]):
        x0 = schedule.predict_x0(predict(latents, timestep), latents, timestep).clone()
        guess = x0
        if before is not None and to != schedule.end:
            older, at = before
            ratio = (signal(to) - signal(timestep)) / (signal(timestep) - signal(at))
            guess = torch.lerp(older, x0, 1.0 + 0.5 * ratio)
        before = x0, timestep
        latents = schedule.stepped(latents, guess, timestep, to)
    return latents


SAMPLERS: dict[str, Sampler] = {
    "DDIMScheduler": ddim,
    "DDPMScheduler": ancestral,
    "DPMSolverMultistepScheduler": dpmpp_2m,
    "EulerAncestralDiscreteScheduler": ancestral,
    "EulerDiscreteScheduler": ddim,
    "KDPM2AncestralDiscreteScheduler": ancestral,
    "LCMScheduler": lcm,
    "PNDMScheduler": plms,
}
"""By diffusers' names. Distilled models want the sampler that they were trained for."""


def sampler_of(scheduler: Any) -> Sampler:
    """A scheduler's sampler; DDIM for others, which solve the same equation to a higher order."""
    return SAMPLERS.get(type(scheduler).__name__, ddim)
