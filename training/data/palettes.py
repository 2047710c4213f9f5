"""Named palettes: gradients from dark to bright, interpolated in Oklab."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

STEPS = 512


@dataclass(frozen=True)
class Palette:
    """A gradient of hex ``stops``, dark to bright.

    ``adjectives`` go before a noun ("fiery tunnel"), ``nouns`` stand in "in ... colours".
    ``light`` times a scene's usual brightness is what its pictures get: white must not look grey.
    ``hueless``: without a colour of its own.
    """

    name: str
    adjectives: tuple[str, ...]
    nouns: tuple[str, ...]
    stops: tuple[str, ...]
    light: float = 1.0
    hueless: bool = False


# Stops turn in hue on purpose where a colour is not asked for by name: it keeps big smooth
# surfaces from going flat on a projector.
PALETTES: tuple[Palette, ...] = (
    Palette("red", ("red", "scarlet", "bright red"), ("red", "scarlet", "red and black"),
            ("120002", "70000a", "d40f18", "ff3a34", "ffc4b4")),
    Palette("orange", ("orange", "tangerine", "amber orange"), ("orange", "tangerine"),
            ("170600", "7a2c00", "e06a00", "ff9422", "ffe0ae")),
    Palette("yellow", ("yellow", "lemon yellow", "sunny yellow"), ("yellow", "lemon yellow"),
            ("161100", "6e5a00", "d4b400", "ffe01e", "fff8b4")),
    Palette("green", ("green", "lime green", "bright green"), ("green", "green and black"),
            ("001205", "045a16", "12b032", "4cf05c", "d2ffd0")),
    Palette("turquoise", ("turquoise", "teal", "cyan", "aqua"), ("turquoise", "teal", "cyan"),
            ("001214", "004f54", "00a8aa", "2ce8e0", "d0fffa")),
    Palette("blue", ("blue", "azure", "cobalt blue", "deep blue"), ("blue", "deep blue", "azure"),
            ("020618", "08257c", "1550dc", "3f8cff", "c8e0ff")),
    Palette("purple", ("purple", "violet", "deep violet"), ("purple", "violet"),
            ("0c0216", "3e0c7c", "7e22d8", "ae5cff", "e8d0ff")),
    Palette("pink", ("pink", "magenta", "hot pink"), ("pink", "magenta", "hot pink"),
            ("16020e", "70084a", "e01c96", "ff5cb8", "ffd4ec")),
    Palette("gold", ("gold", "golden"), ("gold", "gold and black"),
            ("0e0800", "5a3a04", "c08a14", "f8c83c", "fff4c8")),
    Palette("white", ("white", "silver", "pure white"), ("white", "silver", "silver and white"),
            ("0c0d10", "50555c", "9aa0a8", "d4dade", "ffffff"), light=1.5, hueless=True),
    Palette("monochrome", ("grey", "monochrome", "gray", "greyscale", "grayscale"),
            ("monochrome", "grey", "shades of grey", "gray"),
            ("080808", "3a3a3a", "7a7a7a", "b4b4b4", "ececec"), light=1.15, hueless=True),
    Palette("black and white", ("black and white", "black-and-white"),
            ("black and white", "only black and white"),
            ("000000", "0c0c0c", "828282", "f2f2f2", "ffffff"), light=1.2, hueless=True),
    Palette("fire", ("fiery", "red hot", "burning"), ("fire", "red and orange", "fire and ember"),
            ("100003", "7c0a02", "e84108", "ffae1c", "fff6c0")),
    Palette("ice", ("icy", "frozen", "frosty"), ("ice", "ice blue", "frost"),
            ("06121f", "1c4f78", "54a4d0", "a8e2f4", "f6feff")),
    Palette("ocean", ("ocean", "ocean blue", "sea blue"), ("ocean", "deep sea", "blue and teal"),
            ("020a1e", "083a72", "0a7ea4", "38cfc4", "dcfff0")),
    Palette("forest", ("forest green", "mossy"), ("forest", "moss", "forest green"),
            ("060e06", "1c3a18", "4a7a2a", "a0b848", "f4f0b8")),
    Palette("sunset", ("sunset", "sunset coloured", "dusky"), ("sunset", "dusk",
            "orange and purple"), ("160a2e", "6a1a5e", "d83a56", "ff8c3c", "ffe69c")),
    Palette("neon", ("neon", "fluorescent"), ("neon", "neon light", "pink and cyan"),
            ("08021c", "5a08a8", "f010b0", "28b8ff", "c8fff4")),
    Palette("pastel", ("pastel", "soft pastel"), ("pastel", "pale pastel"),
            ("382a68", "a47cc8", "f4aec4", "ffdcb8", "dcf8e4")),
    Palette("rainbow", ("rainbow", "multicoloured", "colourful"), ("rainbow", "all rainbow"),
            ("2a0a6e", "0a6ae0", "10c060", "ffd818", "ff4a30")),
    Palette("cyberpunk", ("cyberpunk",), ("cyberpunk", "magenta and cyan"),
            ("050818", "14307c", "c0148c", "ff3c78", "4cf6f0")),
    Palette("vaporwave", ("vaporwave", "retro pastel"), ("vaporwave", "pink and turquoise"),
            ("1c0c40", "6a2ca0", "ff70c0", "74d4f0", "f0fcd8")),
    Palette("acid", ("acid", "toxic", "acid green"), ("acid", "purple and lime", "toxic"),
            ("140420", "4a1478", "2ca028", "b0f018", "faffb0")),
    Palette("copper", ("copper", "rusty", "bronze"), ("copper", "rust", "bronze"),
            ("120806", "54230f", "aa5428", "dc9462", "ffe2c8")),
    Palette("midnight", ("midnight blue", "midnight"), ("midnight", "midnight blue"),
            ("03041a", "12185a", "3444a4", "8494e8", "f2ecff")),
    Palette("candy", ("candy coloured", "candy"), ("candy", "bubblegum"),
            ("3a0c4e", "d0247e", "ff7890", "ffd070", "b0fff0")),
    Palette("emerald", ("emerald", "jade"), ("emerald", "jade", "emerald green"),
            ("00120c", "00523a", "04a06a", "3ae8a4", "d0ffea")),
    Palette("lavender", ("lavender", "lilac"), ("lavender", "lilac"),
            ("121024", "463c88", "8878d4", "bcaef4", "f2ecff")),
    Palette("blood red", ("blood red", "crimson", "dark red"), ("blood red", "crimson", "blood"),
            ("0a0002", "4c0008", "a0000e", "e01c28", "ff9a90")),
    Palette("peach", ("peach", "coral", "salmon"), ("peach", "coral"),
            ("220c10", "883038", "e8685c", "ffa484", "ffe8d0")),
    Palette("fire and ice", ("fire and ice", "orange and blue"),
            ("orange and blue", "fire and ice"),
            ("04102c", "0c5ab4", "7cc0e0", "ff8a20", "fff0b8")),
    Palette("tropical", ("tropical",), ("tropical", "green and pink", "tropical"),
            ("022a34", "048a80", "f04a78", "ffa040", "fff08c")),
)  # fmt: skip

# HSV hue, in degrees, that each palette named after one colour must show above all.
HUES: dict[str, float] = {
    "red": 0.0,
    "orange": 29.0,
    "yellow": 53.0,
    "green": 128.0,
    "turquoise": 178.0,
    "blue": 220.0,
    "purple": 272.0,
    "pink": 325.0,
    "gold": 43.0,
    "emerald": 157.0,
    "lavender": 250.0,
    "blood red": 355.0,
}

_TO_LMS = torch.tensor(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    dtype=torch.float64,
)
_TO_LAB = torch.tensor(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    dtype=torch.float64,
)


def _oklab(stops: tuple[str, ...]) -> Tensor:
    """Hex colours as Oklab, (stops, 3)."""
    srgb = torch.tensor([list(bytes.fromhex(stop)) for stop in stops], dtype=torch.float64) / 255
    linear = torch.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    lms: Tensor = (linear @ _TO_LMS.T) ** (1 / 3)
    return lms @ _TO_LAB.T


def gradient(palette: Palette) -> Tensor:
    """The palette's colours dark to bright, (STEPS, 3) float32 sRGB in 0..1.

    The stops are spread evenly and interpolated in Oklab, which keeps the steps in brightness
    even and the hues between two stops clean.
    """
    lab = _oklab(palette.stops)
    place = torch.linspace(0, len(lab) - 1, STEPS, dtype=torch.float64)
    low = place.floor().long().clamp(max=len(lab) - 2)
    part = (place - low).unsqueeze(1)
    mixed = lab[low] * (1 - part) + lab[low + 1] * part
    lms = (mixed @ torch.linalg.inv(_TO_LAB).T) ** 3
    linear = (lms @ torch.linalg.inv(_TO_LMS).T).clamp(0, 1)
    srgb = torch.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return srgb.clamp(0, 1).float()


def gradients() -> Tensor:
    """All palettes' gradients, (palettes, STEPS, 3), in the order of ``PALETTES``."""
    return torch.stack([gradient(palette) for palette in PALETTES])
