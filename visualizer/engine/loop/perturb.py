"""What is done to the previous frame before it is denoised. Pure functions of tensors.

Images are (1, 3, height, width), RGB in [0, 1]. What is drawn is
decided on the host, in plain floats: nothing here waits for the device. Brightness and contrast
are the sums of Pillow's ImageEnhance, in float and without rounding.

Everything is given per second of show time: brightness, contrast and grain drift equally far in a
second at any frame rate.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import torch
from torch import Tensor

from visualizer.engine.loop.image_stats import smooth
from visualizer.show.request import Request

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in grey: ITU-R BT.601, as in Pillow's mode "L"."""

RATE = 20.0
"""Frames a second at which the amounts of shake and noise are those of one frame."""

MARGIN = 256
"""Pixels by which the grain is wider and higher than the picture: the places it is taken from."""


@dataclass(frozen=True, slots=True)
class Jitter:
    """One frame's draw. brightness and contrast: factors. grain: standard deviation, with a sign.
    corner: the row and column (0 to MARGIN) of the grain's field that its part begins at."""

    brightness: float = 1.0
    contrast: float = 1.0
    grain: float = 0.0
    corner: tuple[int, int] = (0, 0)


def draw(request: Request, seconds: float, number: int) -> Jitter:
    """What a request's amounts come to in a frame, drawn evenly from 1 ± amount.

    seconds: show time since the frame before. number: whose draw it is; the same gives the same.
    Above RATE frames a second the amounts shrink as a random walk's steps do, with the root of
    the time between them; below it they do not grow.
    """
    stream = random.Random(number)
    scale = min(1.0, math.sqrt(max(seconds, 0.0) * RATE))
    brightness, contrast = (1.0 + scale * (2.0 * stream.random() - 1.0) * amount
                            for amount in (request.brightness, request.contrast))  # fmt: skip
    sign = math.copysign(scale, stream.random() - 0.5)
    row, column = (int(stream.random() * (MARGIN + 1)) for _ in range(2))
    return Jitter(brightness, contrast, sign * request.noise, (row, column))


def jittered(image: Tensor, shake: Jitter, field: Tensor) -> Tensor:
    """An image with a draw's brightness, contrast and grain. field: see grain()."""
    if shake.brightness != 1.0:
        image = brightness(image, shake.brightness)
    if shake.contrast != 1.0:
        image = contrast(image, shake.contrast)
    if shake.grain != 0.0:
        (row, column), (height, width) = shake.corner, image.shape[-2:]
        part = field[:, :, row : row + height, column : column + width]
        image = torch.add(image, part, alpha=shake.grain).clamp_(0.0, 1.0)
    return image


def brightness(image: Tensor, factor: float) -> Tensor:
    """Blend with black: 0 is black, 1 the image, above 1 brighter."""
    return (image * factor).clamp_(0.0, 1.0)


def contrast(image: Tensor, factor: float) -> Tensor:
    """Blend with the image's mean grey: 0 is flat grey, 1 the image, above 1 harder."""
    red, green, blue = image[0].mean((1, 2))
    grey = LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue
    return (image * factor).add_(grey * (1.0 - factor)).clamp_(0.0, 1.0)


def grain(size: tuple[int, int], device: str) -> Tensor:
    """The field that grain is taken from: (1, 3, height + MARGIN, width + MARGIN), deviation 1.

    Drawn on the CPU, so on every device alike, and once: a frame takes a part of it. Normal noise
    without what is coarser than a few pixels, which would flicker.
    """
    height, width = (side + MARGIN for side in size)
    generator = torch.Generator().manual_seed(0)
    white = torch.randn(1, 3, height, width, generator=generator, dtype=torch.float32)
    fine = white - smooth(white)
    return (fine / fine.std()).to(device)
