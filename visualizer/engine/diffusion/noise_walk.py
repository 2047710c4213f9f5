"""The noise that a frame is generated from: a point on the way between the draws of two seeds.

Draw k of a seed is the k-th torch.randn of a generator on the CPU seeded with it: the same on
every device, and the very noise that diffusers draws for that seed. Draw 0 is the noise that
is added to the picture; later ones are for samplers that add fresh noise between their steps.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from visualizer.engine.diffusion.seed_walk import Place


class NoiseWalk:
    """Draws of the two seeds in use, kept on the device, and the mix of them.

    The mix goes along the great circle between the two (Shoemake 1985, "Animating rotation with
    quaternion curves"): along the straight line it would lose up to 30 % of its strength midway,
    and a model takes weak noise for a flat picture. Each draw and each angle is computed once per
    seed, on the host, so that a frame waits for no device.
    """

    def __init__(self) -> None:
        self._seeds: dict[int, _Draws] = {}
        self._angles: dict[tuple[int, int], float] = {}
        self._like: tuple[torch.Size, torch.device] | None = None

    def at(self, place: Place, step: int, like: Tensor) -> Tensor:
        """Normal noise, float32, of a tensor's shape and on its device. step: which draw, from 0.

        Of unit variance wherever the place lies. Not to be changed in place: it is kept.
        """
        self._keep(place, like)
        here = self._draws(place.seed).on_device(step)
        if place.share == 0.0:
            return here
        there = self._draws(place.following).on_device(step)
        weight, weight_there = self._weights(place, step)
        return (weight * here).add_(there, alpha=weight_there)

    def _keep(self, place: Place, like: Tensor) -> None:
        """Forget what belongs to other seeds, shapes or devices."""
        wanted = (like.shape, like.device)
        if wanted != self._like:
            self._like = wanted
            self._seeds.clear()
            self._angles.clear()
        for seed in self._seeds.keys() - {place.seed, place.following}:
            del self._seeds[seed]
        for pair in [pair for pair in self._angles if pair[0] != place.seed]:
            del self._angles[pair]

    def _draws(self, seed: int) -> _Draws:
        if seed not in self._seeds:
            assert self._like is not None
            self._seeds[seed] = _Draws(seed, *self._like)
        return self._seeds[seed]

    def _weights(self, place: Place, step: int) -> tuple[float, float]:
        """Of the two seeds' draws."""
        key = (place.seed, step)
        if key not in self._angles:
            here = self._draws(place.seed).on_host(step)
            there = self._draws(place.following).on_host(step)
            cosine = torch.nn.functional.cosine_similarity(here.flatten(), there.flatten(), 0)
            self._angles[key] = math.acos(max(-1.0, min(1.0, float(cosine))))
        angle, share = self._angles[key], place.share
        if math.sin(angle) < 1e-3:  # as good as parallel: the circle is not defined, or a line
            return 1.0 - share, share
        return (
            math.sin((1.0 - share) * angle) / math.sin(angle),
            math.sin(share * angle) / math.sin(angle),
        )


class _Draws:
    """The draws of one seed, made as they are asked for."""

    def __init__(self, seed: int, shape: torch.Size, device: torch.device) -> None:
        self._generator = torch.Generator().manual_seed(seed)
        self._shape, self._device = shape, device
        self._host: list[Tensor] = []
        self._there: list[Tensor] = []

    def on_host(self, step: int) -> Tensor:
        while len(self._host) <= step:
            noise = torch.randn(self._shape, generator=self._generator, dtype=torch.float32)
            self._host.append(noise)
        return self._host[step]

    def on_device(self, step: int) -> Tensor:
        while len(self._there) <= step:
            self._there.append(uploaded(self.on_host(len(self._there)), self._device))
        return self._there[step]


def uploaded(tensor: Tensor, device: torch.device) -> Tensor:
    """A tensor of the host on a device, without waiting until it is there."""
    if device.type == "cuda":  # from pageable memory the copy would wait
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)
