"""Image statistics, and the transform that pulls one picture's statistics towards another's.

measure() runs on the device and gives a few numbers, which are copied to the host together with the
picture; everything else is a few floats there. So a hold needs no synchronisation of its own, and
a closed form with eigenvectors is cheap.

Colours are taken along three axes that are linear in sRGB: lightness, and two of colour. They are
Oklab (Ottosson 2020, https://bottosson.github.io/posts/oklab/) in first order about mid grey, in
units in which a grey's lightness is its own value. Over the middle of the cube (0.1 to 0.9) a
linear map explains 96 to 98 % of Oklab's variance, for the gamma of sRGB is nearly Oklab's own
cube root; and with linear axes a pull is one 3x3 matrix on RGB, instead of six powers a pixel.
Pictures of the built-in model whose gamma, saturation, warmth or contrast was changed came back as
near to what they were (0.0025 in Oklab, root mean square) as by a pull in Oklab itself (0.0031).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from visualizer.engine.diffusion.noise_walk import uploaded

Floats: TypeAlias = npt.NDArray[np.float64]

AXES: Floats = np.array(
    [[0.2546, 0.6519, 0.0935], [0.3405, -0.4653, 0.1248], [0.1052, 0.3190, -0.4242]], np.float64
)
"""From RGB to lightness, green to red, blue to yellow. The rows add up to 1, 0 and 0."""

_BACK: Floats = np.linalg.inv(AXES).astype(np.float64)

CELL = 8
"""Pixels of the side of the cells that detail is measured in: what is finer counts as detail.

The cell of most models' latents. What is much finer a model generates in each frame, from any
input; what is much coarser is not detail.
"""

GAINS = (0.8, 1.25)
"""Least and most that a pull may stretch colours along any axis, in one frame."""

SHIFT = 0.05
"""Furthest that a pull may move the mean along an axis in one frame; black to white is 1."""

FLOOR = 1e-5
"""A variance added to every axis, that of a grey level: nothing is stretched out of flat colour."""


@dataclass(frozen=True, slots=True, eq=False)
class ImageStats:
    """Statistics of a picture along AXES.

    mean: (3,). covariance: (3, 3). detail: the root of the share of lightness's variance that
    lies within cells of CELL pixels, 0 (a blur) to 1 (noise).
    """

    mean: Floats
    covariance: Floats
    detail: float

    @property
    def spread(self) -> float:
        """How far colours lie from their mean (root mean square); 0 is a flat picture."""
        return float(np.sqrt(max(np.trace(self.covariance), 0.0)))

    @property
    def contrast(self) -> float:
        """The standard deviation of lightness."""
        return float(np.sqrt(max(self.covariance[0, 0], 0.0)))

    @property
    def chroma(self) -> float:
        """How far colours lie from grey (root mean square)."""
        return float(np.sqrt(np.sum(self.mean[1:] ** 2) + np.trace(self.covariance[1:, 1:])))


NUMBERS = 21
"""How many numbers measure() gives."""


def measure(image: Tensor) -> Tensor:
    """Image (1, 3, height, width) → (NUMBERS,) float32 on its device, for stats_of."""
    pixels = image[0].flatten(1)
    cells = _cells(image)[0].flatten(1)
    mean = pixels.mean(1, keepdim=True)
    # Centred first: the difference of two large sums would lose small variances.
    pixels, cells = pixels - mean, cells - mean
    fine = pixels @ pixels.T / pixels.shape[1]
    coarse = cells @ cells.T / cells.shape[1]
    return torch.cat((mean.flatten(), fine.flatten(), coarse.flatten()))


def stats_of(numbers: npt.NDArray[np.float32]) -> ImageStats | None:
    """The look that measure() found; None where the picture holds what is not a number."""
    if not np.isfinite(numbers).all():
        return None
    exact = numbers.astype(np.float64)
    fine = AXES @ exact[3:12].reshape(3, 3) @ AXES.T
    coarse = AXES @ exact[12:].reshape(3, 3) @ AXES.T
    within = 1.0 - coarse[0, 0] / max(fine[0, 0], FLOOR)
    return ImageStats(AXES @ exact[:3], fine, float(np.sqrt(min(max(within, 0.0), 1.0))))


def smooth(image: Tensor) -> Tensor:
    """An image without what is finer than its cells; of the same shape.

    Bilinear between the cells' means, as two products with small matrices: on a processor that is
    seven times as fast as F.interpolate.
    """
    cells = _cells(image)
    down, across = (
        _between(count, side, image.dtype, image.device)
        for count, side in zip(cells.shape[-2:], image.shape[-2:], strict=True)
    )
    return down.T @ cells @ across


def pull(now: ImageStats, wanted: ImageStats, weight: float) -> tuple[Floats, Floats]:
    """The matrix (3, 3) and the offset (3,) on RGB that go a weight (0 to 1) of the way to a look.

    The looks on the way are those of the straight path of the transport (McCann 1997).
    """
    full = transport(now.covariance, wanted.covariance)
    stretch = _BACK @ ((1.0 - weight) * np.eye(3) + weight * full) @ AXES
    shift = np.clip(weight * (wanted.mean - now.mean), -SHIFT, SHIFT)
    centre = _BACK @ now.mean
    return stretch, centre - stretch @ centre + _BACK @ shift


def transport(now: Floats, wanted: Floats) -> Floats:
    """The linear map (3, 3) that gives colours of one covariance another, moving them least.

    Of Monge and Kantorovich, in closed form: Pitié and Kokaram 2007, "The linear
    Monge-Kantorovitch linear colour mapping for example-based colour transfer". Symmetric and
    positive; its stretches are cut to GAINS.
    """
    floor = FLOOR * np.eye(3)
    root, inverse = _powers(now + floor, 0.5, -0.5)
    (middle,) = _powers(root @ (wanted + floor) @ root, 0.5)
    values, vectors = np.linalg.eigh(inverse @ middle @ inverse)
    return _built(np.clip(values, *GAINS), vectors)


def recoloured(image: Tensor, stretch: Floats, offset: Floats) -> Tensor:
    """A matrix and an offset done to the RGB of each pixel. Not cut to [0, 1]."""
    sums = torch.tensor(np.column_stack((offset, stretch)), dtype=image.dtype)
    sums = uploaded(sums, image.device)
    return torch.addmm(sums[:, :1], sums[:, 1:], image[0].flatten(1)).view_as(image)


def _cells(image: Tensor) -> Tensor:
    """The means of an image's cells; of one that is smaller than a cell, the image."""
    return F.avg_pool2d(image, CELL) if min(image.shape[-2:]) >= CELL else image


@functools.lru_cache(4)
def _between(count: int, side: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """(count, side): the share of each of so many points in each pixel of a line. It is kept."""
    points = torch.eye(count, dtype=dtype, device=device)
    return F.interpolate(points.unsqueeze(0), size=side, mode="linear")[0]


def _powers(matrix: Floats, *powers: float) -> list[Floats]:
    """Powers of a symmetric, positive matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return [_built(np.maximum(values, FLOOR**2) ** power, vectors) for power in powers]


def _built(values: Floats, vectors: Floats) -> Floats:
    """The symmetric matrix of eigenvalues and eigenvectors (in columns)."""
    built: Floats = (vectors * values) @ vectors.T
    return built
