"""What is done to the previous frame before it is dreamt on. Pure functions of tensors.

Images are (1, 3, height, width), RGB in [0, 1]. The sums are those of Pillow's ImageEnhance, in
float and without rounding.
"""

from __future__ import annotations

import torch
from torch import Tensor

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in grey: ITU-R BT.601, as in Pillow's mode "L"."""


def brightness(image: Tensor, factor: float) -> Tensor:
    """Blend with black: 0 is black, 1 the image, above 1 brighter."""
    return (image * factor).clamp(0.0, 1.0)


def contrast(image: Tensor, factor: float) -> Tensor:
    """Blend with the image's mean grey: 0 is flat grey, 1 the image, above 1 harder."""
    weights = image.new_tensor(LUMA).view(1, 3, 1, 1)
    grey = (image * weights).sum(1).mean()
    return (grey + (image - grey) * factor).clamp(0.0, 1.0)


def perturb(image: Tensor, amount: float, generator: torch.Generator) -> Tensor:
    """Brightness, then contrast, each times 1 ± amount, drawn evenly from a CPU generator."""
    if amount <= 0.0:
        return image
    first, second = ((2.0 * torch.rand(2, generator=generator) - 1.0) * amount + 1.0).tolist()
    return contrast(brightness(image, first), second)
