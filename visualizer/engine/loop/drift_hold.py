"""Drift hold: pull each picture's statistics towards a slow-moving reference.

A model shifts every frame a little (more colour, less detail …), and in a feedback loop that adds
up. So before a picture is fed back, its statistics are pulled towards the running average of recent
pictures, which follows the prompts and stays within a healthy band.

Pure sums of floats, but for held().
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from visualizer.engine.loop.image_stats import ImageStats, pull, recoloured, smooth
from visualizer.show.request import Mix

SHORT = 1.0
"""Seconds of the reference's memory while prompts change: the palette is theirs then."""

SETTLING = 3.0
"""Seconds after a change of prompts until the reference begins to slow down."""

LONG = 600.0
"""Seconds of the longest memory: over a whole night a picture may wander, with one prompt too."""

LIGHTNESS = (0.12, 0.88)
CONTRAST = (0.06, 0.4)
CHROMA = (0.01, 0.3)
DETAIL = (0.03, 0.6)
"""The healthy band of a reference (see ImageStats). Wide: of the prompts in the presets that come
along the built-in model makes lightness 0.2 to 0.4, contrast 0.08 to 0.33, chroma 0.015 to 0.26 and
detail 0.05 to 0.42."""

SHARPENING = 2.0
"""Detail that is added for each part that is missing: a model takes up a half of it or less."""

MOST = 0.5
"""Greatest part of a picture's detail that is added to it, or taken away, in one frame."""


class Reference:
    """The mean look of the pictures since the prompts last changed, the first seconds forgotten.

    An exponential average over memory() seconds of show time. That its memory grows with the time
    since makes it the plain mean of what it has seen; what drift is left moves it with the
    logarithm of time only, and it eases from one prompt to the next without a jump.
    """

    def __init__(self) -> None:
        self._stats: ImageStats | None = None
        self._prompts: Mix | None = None
        self._age = 0.0
        self._since = 0.0

    def follow(self, stats: ImageStats, prompts: Mix, seconds: float, source: float = 0.0) -> None:
        """Take a picture's look into account, shown so many seconds after the one before.

        source: the share of a source in it (0 to 1). A source has looks of its own, and holds the
        loop by itself: the more there is of it, the faster the reference follows.
        """
        changed = self._prompts is not None and prompts != self._prompts
        self._since = 0.0 if changed else self._since + seconds
        self._age += seconds
        self._prompts = prompts
        if self._stats is None:
            self._stats = healthy(stats)
            return
        rate = (1.0 - source) / self.memory() + source / SHORT
        share = 1.0 - math.exp(-seconds * rate)
        self._stats = healthy(
            ImageStats(
                self._stats.mean + share * (stats.mean - self._stats.mean),
                self._stats.covariance + share * (stats.covariance - self._stats.covariance),
                self._stats.detail + share * (stats.detail - self._stats.detail),
            )
        )

    def memory(self) -> float:
        """Seconds of the average: SHORT while prompts change, then the time since, up to LONG.

        Less where the loop has only begun: it comes from white, which is not to be held.
        """
        least = min(SHORT, max(self._age / 2.0, 0.05))
        return min(max(self._since - SETTLING, least), LONG)

    @property
    def stats(self) -> ImageStats | None:
        """What to pull towards; None before the first picture."""
        return self._stats


def healthy(stats: ImageStats) -> ImageStats:
    """Image stats within the band: neither black nor white, neither grey nor garish, nor flat."""
    contrast = _within(stats.contrast, CONTRAST) / max(stats.contrast, 1e-3)
    chroma = _within(stats.chroma, CHROMA) / max(stats.chroma, 1e-3)
    scale = np.array([contrast, chroma, chroma])
    mean = stats.mean * (1.0, chroma, chroma)
    mean[0] = _within(mean[0], LIGHTNESS)
    covariance = stats.covariance * np.outer(scale, scale)
    return replace(stats, mean=mean, covariance=covariance, detail=_within(stats.detail, DETAIL))


def held(
    image: Tensor, now: ImageStats, wanted: ImageStats, colour: float, sharpness: float
) -> Tensor:
    """An image of one look pulled towards another, colours and detail each by its weight (0 to 1).

    The image itself where both are 0. image: (1, 3, height, width) in [0, 1], as is what comes.
    """
    if colour <= 0.0 and sharpness <= 0.0:
        return image
    if sharpness > 0.0:
        lacking = wanted.detail / max(now.detail, DETAIL[0]) - 1.0
        added = min(max(sharpness * SHARPENING * lacking, -MOST), MOST)
        image = torch.lerp(smooth(image), image, 1.0 + added)
    if colour > 0.0:
        image = recoloured(image, *pull(now, wanted, colour))
    return image.clamp_(0.0, 1.0)


def _within(value: float, band: tuple[float, float]) -> float:
    return min(max(value, band[0]), band[1])
