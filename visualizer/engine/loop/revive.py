"""Revive a dead picture: one that has gone flat, such as black or white.

A flat picture gives a model nothing to work with, and may stay flat. Coloured clouds
are mixed into the input, more and more, and more of it is regenerated; the wall takes that up
slowly, without a flash. If the picture stays dark, as its prompt may ask, reviving pauses and is
tried again now and then.

Decided on the host from the looks that came with the pictures (image_stats.py).
"""

from __future__ import annotations

from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from visualizer.engine.diffusion.noise_walk import uploaded
from visualizer.engine.loop.image_stats import ImageStats
from visualizer.show.request import Request

FLAT = 0.025
"""Spread of a picture (see ImageStats) at and below which it is dead: six grey levels."""

ALIVE = 0.05
"""Spread at which one that is being revived lives again: with some strength of its own."""

PATIENCE = 3
"""Dead pictures in a row that are let pass."""

GRACE = 15
"""Frames from a start on in which none counts as dead: the loop comes from white."""

ATTEMPT = 2.0
"""Seconds that reviving is tried for."""

REST = 18.0
"""Seconds until it is tried again."""

LEAST, MOST, GROWTH = 0.1, 0.6, 0.25
"""Share of clouds in what is fed: at first, at most, and how much it grows in a second."""

STRENGTH = 0.75
"""Strength while reviving, at least."""

CALM = 0.9
"""Share of the last picture that stays in the next while reviving, at least; it takes a second to
let go of that afterwards."""

MOMENT = 0.01
"""Seconds that a frame counts for at least: the show's clock may stand."""

_CLOUDS = 6
"""Clouds along a side."""


class Revive:
    """Watches one run of a loop, from its start or restart on."""

    def __init__(self) -> None:
        self._dead = -GRACE
        self._tried = 0.0
        self._rest = 0.0
        self._share = 0.0
        self._calm = 0.0
        self._seed = 0

    def see(self, stats: ImageStats, seconds: float) -> None:
        """Take note of a shown picture, made so many seconds after the one before."""
        seconds = max(seconds, MOMENT)
        self._calm = max(self._calm - seconds, 0.0)
        if stats.spread > (ALIVE if self._tried > 0.0 else FLAT):
            self._dead = min(self._dead + 1, 0)
            self._tried = self._rest = self._share = 0.0
            return
        self._dead += 1
        self._rest = max(self._rest - seconds, 0.0)
        if self._dead > PATIENCE and self._rest == 0.0:
            self._try(seconds)

    def fail(self) -> None:
        """Take note of a picture of no numbers, which was not shown: the next starts elsewhere."""
        self._seed += 1
        self._share = min(self._share + LEAST, MOST)
        self._calm = 1.0

    def eased(self, request: Request) -> Request:
        """The request as it is to be played: itself where all is well."""
        if self._calm == 0.0 and self._share == 0.0:
            return request
        strength = max(request.strength, STRENGTH) if self._share > 0.0 else request.strength
        return replace(request, strength=strength, blend=max(request.blend, CALM * self._calm))

    def seeded(self, image: Tensor) -> Tensor:
        """What is fed, with its share of clouds: itself where all is well."""
        if self._share == 0.0:
            return image
        return torch.lerp(image, clouds(self._seed, image), self._share)

    def _try(self, seconds: float) -> None:
        if self._tried == 0.0:
            self._seed += 1
        self._tried += seconds
        self._share = min(LEAST + GROWTH * self._tried, MOST)
        self._calm = 1.0
        if self._tried > ATTEMPT:
            self._tried = self._share = 0.0
            self._rest = REST


def clouds(seed: int, like: Tensor) -> Tensor:
    """Soft, coloured noise in [0, 1] of an image's shape and on its device; drawn on the CPU."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, _CLOUDS, _CLOUDS, generator=generator, dtype=torch.float32)
    return F.interpolate(uploaded(coarse, like.device), size=like.shape[-2:], mode="bilinear")
