"""Warp the fed-back picture: where each pixel of the next picture is sampled in the last one.

All motions are one pass of bilinear sampling on the device, with the edges mirrored, and are given
per second of show time, so motion is the same at any frame rate. Their
numbers, and how places are told, are those of show/loop_motion.py.
"""

from __future__ import annotations

import functools
import math

import torch
import torch.nn.functional as F
from torch import Tensor

from visualizer.show.loop_motion import (
    RIPPLE_DEPTH,
    RIPPLE_LENGTH,
    RIPPLE_RATE,
    SWIRL_RADIUS,
    is_still,
    way_back,
)
from visualizer.show.request import Request


def warp(image: Tensor, request: Request, seconds: float) -> Tensor:
    """An image (1, 3, height, width) after so many seconds of a request's motions.

    Mirror and kaleidoscope fold the picture in each frame, however short; the others move it. The
    image itself where nothing is wanted. Bilinear sampling blurs what is finer than 8 pixels or
    so, which a model regenerates in each frame: with the built-in one, pictures that turn or fly
    keep their detail (within 2 %, at strength 0.3 too). torch's own cubic (Keys 1981 with
    a = -0.75) would be worse: it does not keep a ramp, so that slow motion goes up to half as fast
    again, and it rings in a loop.
    """
    moves = seconds > 0.0 and not is_still(request)
    if not (moves or request.mirror or request.kaleidoscope >= 1):
        return image
    height, width = image.shape[-2:]
    x, y = _places(height, width, image.device, request.mirror, request.kaleidoscope)
    if moves:
        x, y = _way_back(x, y, request, seconds)
    grid = torch.stack((x * (height / width), y), -1).unsqueeze(0)
    return F.grid_sample(image, grid, padding_mode="reflection", align_corners=False)


@functools.lru_cache(2)
def _places(
    height: int, width: int, device: torch.device, mirror: int, segments: int
) -> tuple[Tensor, Tensor]:
    """The middles of all pixels, folded, x and y, each (height, width). They are kept: arctangents
    of a whole picture take milliseconds of a processor."""
    down = (torch.arange(height, dtype=torch.float32) + 0.5) / height * 2.0 - 1.0
    across = (torch.arange(width, dtype=torch.float32) + 0.5) / width * 2.0 - 1.0
    y, x = torch.meshgrid(down, across * (width / height), indexing="ij")
    if mirror in (1, 3):
        x = -x.abs()
    if mirror in (2, 3):
        y = -y.abs()
    if segments >= 1:
        x, y = _folded(x, y, segments)
    return x.to(device), y.to(device)


def _folded(x: Tensor, y: Tensor, segments: int) -> tuple[Tensor, Tensor]:
    """Every place as its mirror image in the first of so many pairs of wedges, upwards."""
    wedge = 2.0 * math.pi / segments
    # Up is where pictures have their subject more often than down.
    angle = torch.atan2(x, -y).remainder(wedge)
    angle = torch.minimum(angle, wedge - angle)
    radius = torch.hypot(x, y)
    return radius * angle.sin(), -radius * angle.cos()


def _way_back(x: Tensor, y: Tensor, request: Request, seconds: float) -> tuple[Tensor, Tensor]:
    """Where what is at these places was so many seconds before."""
    height, width = x.shape
    move = way_back(request, seconds, width / height)
    x, y = x + move.across, y + move.down
    cosine: Tensor | float
    sine: Tensor | float
    cosine, sine = move.cosine, move.sine
    if request.swirl:
        fading = (1.0 - torch.hypot(x, y) / SWIRL_RADIUS).clamp_(min=0.0).square_()
        angles = fading.mul_(math.radians(request.swirl * seconds))
        angles.add_(math.radians(request.rotate * seconds))
        scale = math.hypot(move.cosine, move.sine)
        cosine, sine = scale * angles.cos(), scale * angles.sin()
    x, y = cosine * x + sine * y, cosine * y - sine * x
    if request.ripple:
        radius = torch.hypot(x, y).clamp_(min=0.02)
        crests = radius / RIPPLE_LENGTH - RIPPLE_RATE * request.time
        push = (2.0 * math.pi * crests).sin_() * (request.ripple * RIPPLE_DEPTH * seconds)
        stretch = 1.0 + push / radius.clamp(min=0.1)
        x, y = x * stretch, y * stretch
    return x, y
