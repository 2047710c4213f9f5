"""Which hue a picture shows above all. Pure tensor functions."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

BINS = 72


def hue_and_chroma(images: Tensor) -> tuple[Tensor, Tensor]:
    """HSV hue in degrees and chroma (max - min, 0..1) of uint8 (n, 3, h, w); each (n, h, w)."""
    red, green, blue = (images.float() / 255).unbind(1)
    high = torch.maximum(torch.maximum(red, green), blue)
    chroma = high - torch.minimum(torch.minimum(red, green), blue)
    safe = chroma.clamp(min=1e-6)
    hue = torch.where(
        high == red,
        ((green - blue) / safe) % 6,
        torch.where(high == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    return hue * 60, chroma


def dominant_hue(images: Tensor) -> Tensor:
    """The peak, in degrees, of each picture's hues weighted by chroma, (n,).

    Bins of 5 degrees, smoothed round the circle by a triangle 45 degrees wide.
    """
    hue, chroma = hue_and_chroma(images)
    place = (hue.flatten(1) / 360 * BINS).long() % BINS
    counts = torch.zeros(len(images), BINS).scatter_add_(1, place, chroma.flatten(1))
    smooth = counts[:, None]
    for _ in range(2):
        smooth = F.avg_pool1d(F.pad(smooth, (2, 2), mode="circular"), 5, stride=1)
    smooth = smooth[:, 0]
    return (smooth.argmax(1) + 0.5) * 360 / BINS


def hue_distance(first: Tensor, second: Tensor | float) -> Tensor:
    """Degrees between hues, 0..180, the short way round."""
    return ((first - second + 180) % 360 - 180).abs()


def colourfulness(images: Tensor) -> float:
    """Mean chroma of uint8 pictures, 0..1."""
    return float(hue_and_chroma(images)[1].mean())
