"""What a picture is like, in four numbers that a loop must not let drift; and how far two differ.

Pure numpy. Saturation is taken in CIELAB (CIE 15, D65 white), a perceptual space other than the
one in which the loop holds its colours, so that the loop is not judged by its own yardstick.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from visualizer.frame import Pixels

Values: TypeAlias = npt.NDArray[np.floating[Any]]

LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""Weights of red, green and blue in grey: ITU-R BT.601."""

_LEVELS = np.arange(256, dtype=np.float32) / 255.0
_LINEAR = np.where(_LEVELS <= 0.04045, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4).astype(
    np.float32
)
"""sRGB's levels as shares of light (IEC 61966-2-1)."""

_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ],
    dtype=np.float32,
)
_WHITE = np.array([0.95047, 1.0, 1.08883], dtype=np.float32)
_FROM_LIGHT = (_XYZ / _WHITE[:, None]).T


@dataclass(frozen=True, slots=True)
class Measures:
    """Of one picture.

    mean: of all values, 0 to 1. deviation: standard deviation of grey, 0 to 0.5. saturation: mean
    chroma in CIELAB, over 100 (a pure red is about 1). sharpness: root mean square of grey's
    gradient per pixel ("Tenengrad", Krotkov 1988, but its root): blur lowers it, and ringing and
    grain raise it.
    """

    mean: float
    deviation: float
    saturation: float
    sharpness: float


NAMES = tuple(field.name for field in fields(Measures))


def measured(pixels: Pixels) -> Measures:
    """The four numbers of a picture, uint8 (height, width, 3), at least 3 pixels a side."""
    values = pixels.astype(np.float32) / 255.0
    grey = (values @ LUMA).astype(np.float32)
    return Measures(
        mean=float(values.mean()),
        deviation=float(grey.std()),
        saturation=float(_chroma(pixels).mean()) / 100.0,
        sharpness=float(np.sqrt(_steepness(grey).mean())),
    )


def difference(first: Pixels, second: Pixels) -> float:
    """Mean absolute difference of all values of two pictures of one size, 0 to 1."""
    apart = np.abs(first.astype(np.int16) - second.astype(np.int16))
    return float(apart.mean()) / 255.0


def _chroma(pixels: Pixels) -> Values:
    """√(a² + b²) of each pixel."""
    ratio = _LINEAR[pixels] @ _FROM_LIGHT
    bent = np.where(ratio > 216 / 24389, np.cbrt(ratio), ratio * (841 / 108) + 4 / 29)
    a = 500.0 * (bent[..., 0] - bent[..., 1])
    b = 200.0 * (bent[..., 1] - bent[..., 2])
    chroma: Values = np.hypot(a, b)
    return chroma


def _steepness(grey: Values) -> Values:
    """The gradient's length squared at each pixel but the border's, by central differences.

    Squared, since the mean of the length itself is the same for a blurred edge; no Laplacian,
    which is half rounding to 256 levels in pictures as soft as some of these.
    """
    across = grey[1:-1, 2:] - grey[1:-1, :-2]
    down = grey[2:, 1:-1] - grey[:-2, 1:-1]
    steepness: Values = (across * across + down * down) / 4.0
    return steepness
