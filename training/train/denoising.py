"""What one training step of the denoiser asks for: noise, starts, targets. Pure tensor functions.

Notation: x0 is the wanted latent, x_t = a x0 + s e with a² + s² = 1, and the velocity is
v = a e - s x0 (Salimans and Ho 2022, arXiv:2202.00512).
"""

from __future__ import annotations

import torch
from torch import Tensor

STRAY = 0.15  # share of samples that start from something else than the wanted picture
STRAY_FROM = 400  # lowest timestep of such samples
LOW = 300  # the show hardly ever denoises from below this timestep


def timesteps(count: int, generator: torch.Generator) -> Tensor:
    """(count,) int64: 4 % pure noise, 12 % below ``LOW``, the rest evenly above it."""
    kind, spread = torch.rand(2, count, generator=generator, device=generator.device)
    high = (LOW + spread * (1000 - LOW)).long()
    low = (spread * LOW).long()
    steps = torch.where(kind < 0.12, low, high)
    return torch.where(kind > 0.96, torch.full_like(steps, 999), steps)


def scales(alphas_cumprod: Tensor, steps: Tensor) -> tuple[Tensor, Tensor]:
    """a and s for each sample, (n, 1, 1, 1)."""
    signal = alphas_cumprod[steps].view(-1, 1, 1, 1)
    return signal.sqrt(), (1 - signal).sqrt()


def velocity(x_t: Tensor, x0: Tensor, a: Tensor, s: Tensor) -> Tensor:
    """The velocity that leads from x_t to x0, however x_t was made."""
    return (a * x_t - x0) / s.clamp(min=1e-3)


def clean(x_t: Tensor, v: Tensor, a: Tensor, s: Tensor) -> Tensor:
    """The picture that a velocity points at."""
    return a * x_t - s * v


def starts(x0: Tensor, flat: Tensor, steps: Tensor, generator: torch.Generator) -> Tensor:
    """What gets noised: mostly x0 itself, sometimes another picture or a flat colour.

    In the show a new prompt finds the picture of the old one, and the first prompt finds white;
    the denoiser must leave those behind. Half of the strays are mixtures with x0.
    """
    n, place = len(x0), generator.device
    kind = torch.rand(n, 1, 1, 1, generator=generator, device=place)
    picked = torch.randint(len(flat), (n,), generator=generator, device=place)
    # White is where every show starts.
    white = torch.rand(n, generator=generator, device=place) < 0.3
    picked = torch.where(white, 0, picked)
    other = torch.where(kind < STRAY / 3, flat[picked].to(x0), x0.roll(1, 0))
    share = (2 * torch.rand(n, 1, 1, 1, generator=generator, device=place)).clamp(max=1).to(x0)
    stray = (kind < STRAY) & (steps.view(-1, 1, 1, 1) >= STRAY_FROM)
    return torch.where(stray, torch.lerp(x0, other, share), x0)


def guided(v: Tensor, with_text: Tensor, without_text: Tensor, weight: float) -> Tensor:
    """The target that teaches guidance (model guidance, Tang et al. 2025, arXiv:2502.12154).

    ``with_text`` comes from the network in training. Where it meets its target it stands at
    ``weight`` times the way from "no text" to the plain answer, hence the factor.
    """
    return v + (1 - 1 / weight) * (with_text - without_text)
