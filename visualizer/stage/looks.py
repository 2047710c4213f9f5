"""Looks: effects over the wall's picture, at display rate, outside the loop.

Their order: mirror and kaleidoscope (where the picture is taken), trails, pixels, colours apart,
edges, bloom, colours (a matrix, then a curve), vignette, grain. Here are the numbers that both
renderers share. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

LUMA = (0.2126, 0.7152, 0.0722)
"""Rec. 709: what each colour adds to brightness."""

LARGEST_BLOCK = 1 / 8
"""Share of the wall's height that a full pixelate makes one square."""

WIDEST_SPLIT = 1 / 50
"""Share of the wall's height by which a full split pulls red and blue apart, each."""

GLOW_ROWS = 54
"""Rows of the small picture that bloom is blurred in, by a Gaussian of GLOW_SIGMA of them."""

GLOW_SIGMA = 2.2

WIDEST_GLOW = 2048
"""Columns of that picture at most, of a wall that is a strip."""

GLOW_FROM = 0.45
"""Level above which colours glow."""

EDGE_ROWS = 360
"""Edges are looked for as in a picture with so many rows: on a large wall they are no thinner."""

EDGE_GAIN = 1.5
"""What a Sobel filter's answers are multiplied by: 1/4 would be the slope from pixel to pixel."""

GRAIN = 0.35
"""Of the range, from the darkest to the brightest of a full grain."""


class Colours(NamedTuple):
    """rgb → curve(matrix · rgb + offset), in [0, 1]. matrix: (3, 3), None where colours are not
    mixed: the curve then does all, and offset is 0. curve: 256 levels, None where all stay."""

    matrix: Floats | None
    offset: float
    curve: Floats | None


def colours(looks: Mapping[str, float]) -> Colours:
    """What brightness, contrast, saturation, hue, gamma, invert and posterise make of colours."""
    names = (
        "wall_brightness", "wall_contrast", "saturation", "hue", "gamma", "invert", "posterise",
    )  # fmt: skip
    return _colours(*(looks[name] for name in names))


@lru_cache(64)
def _colours(
    brightness: float,
    contrast: float,
    saturation: float,
    hue: float,
    gamma: float,
    invert: float,
    posterise: float,
) -> Colours:
    mixed = saturation != 1.0 or hue != 0.0
    matrix = contrast * (saturation * _turned(hue) + (1.0 - saturation) * _GREY)
    offset = 0.5 * (1.0 - contrast) + brightness
    level = np.linspace(0.0, 1.0, 256)
    curve = level if mixed else np.clip(contrast * level + offset, 0.0, 1.0)
    curve = curve ** (1.0 / gamma)
    if posterise >= 2:
        curve = np.round(curve * (posterise - 1)) / (posterise - 1)
    curve = curve + invert * (1.0 - 2.0 * curve)
    same = np.array_equal(curve, level)
    return Colours(
        matrix.astype(np.float32) if mixed else None,
        offset if mixed else 0.0,
        None if same else curve.astype(np.float32),
    )


_GREY = np.tile(np.array(LUMA), (3, 1))


def _turned(degrees: float) -> npt.NDArray[np.float64]:
    """Colours turned about grey, brightness kept: the filter hueRotate of SVG (W3C, Filter Effects
    Module Level 1)."""
    turn = np.deg2rad(degrees)
    sine = np.array(((-0.213, -0.715, 0.928), (0.143, 0.140, -0.283), (-0.787, 0.715, 0.072)))
    turned: npt.NDArray[np.float64] = (
        _GREY + np.cos(turn) * (np.eye(3) - _GREY) + np.sin(turn) * sine
    )
    return turned
