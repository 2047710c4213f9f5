"""Colours for a prompt without a model: from its colour words, else from its hash. Pure.

Palettes are made in OKLCH, where equal steps look equal (Ottosson 2020, "A perceptual color space
for image processing"), from dark to bright, and mixed in linear light, so that blends glow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]

HUES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "red": (27, 0.21), "crimson": (18, 0.19), "scarlet": (30, 0.22), "fire": (38, 0.19),
        "lava": (35, 0.20), "ember": (45, 0.17), "rust": (45, 0.12), "copper": (55, 0.12),
        "orange": (58, 0.18), "sunset": (45, 0.16), "amber": (75, 0.16), "gold": (88, 0.15),
        "golden": (88, 0.15), "yellow": (105, 0.18), "sun": (92, 0.15), "desert": (75, 0.09),
        "sand": (82, 0.07), "green": (145, 0.18), "forest": (148, 0.12), "moss": (125, 0.11),
        "emerald": (160, 0.16), "jungle": (142, 0.14), "teal": (190, 0.11), "aurora": (165, 0.15),
        "turquoise": (195, 0.12), "cyan": (205, 0.13), "ice": (225, 0.06), "glacier": (228, 0.08),
        "sky": (240, 0.12), "ocean": (238, 0.13), "sea": (220, 0.12), "water": (230, 0.11),
        "blue": (258, 0.19), "night": (275, 0.11), "indigo": (278, 0.18), "galaxy": (298, 0.16),
        "nebula": (315, 0.18), "violet": (300, 0.20), "purple": (308, 0.20), "neon": (335, 0.24),
        "magenta": (328, 0.24), "pink": (350, 0.17), "rose": (8, 0.15), "coral": (32, 0.15),
        "blossom": (355, 0.11), "silver": (250, 0.02), "grey": (250, 0.01), "gray": (250, 0.01),
        "white": (90, 0.01), "black": (270, 0.02), "fog": (240, 0.02), "smoke": (260, 0.02),
    }
)  # fmt: skip
"""Words that name a colour or call one up: hue in degrees and chroma, in OKLCH."""

LIGHTNESS = (0.16, 0.36, 0.56, 0.72, 0.90)
"""Of a palette's five colours, dark to bright."""

TO_LMS = ((1.0, 0.3963377774, 0.2158037573), (1.0, -0.1055613458, -0.0638541728),
          (1.0, -0.0894841775, -1.2914855480))  # fmt: skip
TO_LINEAR = ((4.0767416621, -3.3077115913, 0.2309699292),
             (-1.2684380046, 2.6097574011, -0.3413193965),
             (-0.0041960863, -0.7034186147, 1.7076147010))  # fmt: skip


def lookup_table(text: str, digest: bytes, shades: int) -> Floats:
    """Colours from dark to bright for a prompt, (shades, 3) sRGB in [0, 1].

    digest: 4 bytes or more that stand for the text; they decide where no word does, and shift
    hues a little where one does.
    """
    words = [word for word in re.findall(r"[a-z]+", text.lower()) if word in HUES]
    named = [HUES[word] for word in dict.fromkeys(words)][: len(LIGHTNESS)]
    turn = digest[0] / 256.0
    if not named:
        hue = 360.0 * turn
        named = [(hue, 0.15), (hue + 35.0 + digest[1] / 6.0, 0.17), (hue + 170.0, 0.14)]
    elif len(named) == 1:
        hue, chroma = named[0]
        named = [(hue - 25.0 - 15.0 * turn, chroma), (hue, chroma), (hue + 20.0, chroma)]
    at = np.linspace(0.0, len(named) - 1.0, len(LIGHTNESS))
    # Dark and bright ends hold less colour than the middle.
    room = np.array([0.6, 1.0, 1.0, 0.9, 0.45])
    hues = np.radians(np.array([named[round(i)][0] for i in at]))
    chroma = np.array([named[round(i)][1] for i in at]) * room
    lab = np.stack([np.array(LIGHTNESS), chroma * np.cos(hues), chroma * np.sin(hues)], 1)
    linear = np.clip((lab @ np.array(TO_LMS).T) ** 3 @ np.array(TO_LINEAR).T, 0.0, 1.0)
    return _encoded(_spread(linear, shades)).astype(np.float32)


def _spread(colours: npt.NDArray[np.float64], shades: int) -> npt.NDArray[np.float64]:
    """Colours (n, 3) with shades in between, eased so that each has a place to rest."""
    at = np.linspace(0.0, len(colours) - 1.0, shades)
    low = np.minimum(at.astype(int), len(colours) - 2)
    share = (at - low)[:, None]
    share = share * share * (3.0 - 2.0 * share)
    mixed: npt.NDArray[np.float64] = colours[low] * (1.0 - share) + colours[low + 1] * share
    return mixed


def _encoded(linear: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Linear light → sRGB (IEC 61966-2-1)."""
    bright = 1.055 * linear ** (1.0 / 2.4) - 0.055
    encoded: npt.NDArray[np.float64] = np.where(linear <= 0.0031308, 12.92 * linear, bright)
    return encoded
