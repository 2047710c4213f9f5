"""Figures of pictures and of long loops. Pure functions of uint8 tensors (n, 3, h, w)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

SIDE = 256
"""Pixels of the side at which crispness is measured."""

_LUMA = (0.299, 0.587, 0.114)


def luma(images: Tensor) -> Tensor:
    """(n, h, w) in [0, 255]."""
    return torch.einsum("nchw,c->nhw", images.float(), torch.tensor(_LUMA))


def crispness(images: Tensor) -> Tensor:
    """Mean absolute gradient of luma at SIDE pixels of each picture, (n,), in grey levels."""
    grey = luma(images)[:, None]
    if grey.shape[-1] != SIDE:
        mode = "area" if grey.shape[-1] > SIDE else "bilinear"
        grey = F.interpolate(grey, (SIDE, SIDE), mode=mode)
    across, down = grey.diff(dim=3).abs(), grey.diff(dim=2).abs()
    return across.mean((1, 2, 3)) + down.mean((1, 2, 3))


def kernel_distance(one: Tensor, other: Tensor) -> float:
    """KID: the unbiased squared MMD of features (n, d) and (m, d) with the cubic polynomial kernel
    of Bińkowski et al. 2018 (arXiv:1801.01401). Around 0 where both are of one distribution."""

    def kernel(a: Tensor, b: Tensor) -> Tensor:
        return (a.double() @ b.double().T / a.shape[1] + 1) ** 3

    def within(a: Tensor) -> Tensor:
        values = kernel(a, a)
        return (values.sum() - values.diagonal().sum()) / (len(a) * (len(a) - 1))

    return float(within(one) + within(other) - 2 * kernel(one, other).mean())


def variety(images: Tensor) -> float:
    """Mean absolute difference, of 255, between all pairs of pictures of one prompt."""
    flat = F.interpolate(images.float(), (64, 64), mode="area").flatten(1)
    pairs = torch.cdist(flat, flat, p=1) / flat.shape[1]
    return float(pairs.sum() / (len(flat) * (len(flat) - 1)))


def course(images: Tensor) -> Tensor:
    """Brightness, spread, saturation and crispness of each frame, (n, 4)."""
    x = images.float() / 255
    grey = luma(images) / 255
    saturation = x.amax(1) - x.amin(1)
    columns = grey.mean((1, 2)), grey.std((1, 2)), saturation.mean((1, 2)), crispness(images) / 255
    return torch.stack(columns, 1)


def drift(frames: Tensor, window: int = 100, settle: int = 200) -> list[float]:
    """The largest deviation of each column's running mean over ``window`` frames from its mean
    over all, as a share of that; the first ``settle`` frames, in which the picture comes, aside.

    frames: (n, 4), as course() gives them.
    """
    kept = frames[settle:]
    means = kept.unfold(0, window, window // 2).mean(2)
    overall = kept.mean(0)
    return [float(v) for v in ((means - overall).abs() / overall.clamp(min=1e-3)).amax(0)]
