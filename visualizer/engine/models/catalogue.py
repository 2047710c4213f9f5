"""Models known to work well in the loop, with licence, size and advice. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from visualizer.show.lora import Lora

BUILTIN = "builtin"
"""The small model that comes along."""

COLOUR_FIELDS = "colour-fields"
"""Moving fields of colour, without a model (engine/colour_fields.py)."""

TINY_VAES: Mapping[str, str] = MappingProxyType(
    {"sd": "madebyollin/taesd", "sdxl": "madebyollin/taesdxl"}
)
"""Autoencoders a tenth of the size, by the family of models whose latents they know (MIT)."""

SAFE_VAE = "madebyollin/sdxl-vae-fp16-fix"
"""SDXL's autoencoder, mended so that it does not overflow in half precision (MIT)."""

HURRIED = ("turbo", "lcm", "lightning", "hyper")
"""What stands in the names of models that are made for one to four steps."""


def is_hurried(model: str) -> bool:
    """Whether a model, by the last part of its name or path, is made for few steps.

    Its autoencoder is most of its work, so a tiny one is worth its little loss of detail.
    """
    name = model.replace("\\", "/").rstrip("/").rpartition("/")[2].lower()
    return any(word in name for word in HURRIED)


def shaped(side: float, aspect: float | None) -> tuple[float, float]:
    """(width, height) of a picture with as many pixels as a square of that side; the square itself
    where aspect (width by height) is None."""
    stretch = math.sqrt(aspect or 1.0)
    return side * stretch, side / stretch


def without_loras(model: str, loras: Sequence[Lora]) -> str:
    """A line that says that a model plays without its LoRAs; "" where it can have some."""
    if not loras or model not in (BUILTIN, COLOUR_FIELDS):
        return ""
    names = ", ".join(lora.label for lora in loras)
    return f"{model} takes no LoRA, so it plays without {names}; give --model one that does"


class Choice(NamedTuple):
    """What there is to play: the model that is taken where none is named ("": not found out yet),
    the reason in a line, and the names of those on this machine."""

    default: str
    reason: str
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """licence: in a few words. size: pixels of the side it was trained at. advice: how to play it.

    ask_first: the licence forbids commercial use unless one has agreed it with the owner.
    """

    name: str
    licence: str
    size: int
    advice: str
    ask_first: bool = False


STABILITY = "Stability AI, non-commercial without an agreement (stability.ai/license)"
OPENRAIL = "CreativeML OpenRAIL-M: commercial use allowed, some uses forbidden"

KNOWN: tuple[Known, ...] = (
    Known(BUILTIN, "as this program", 512, "runs on a laptop's processor; 1 step, guidance off"),
    Known(COLOUR_FIELDS, "as this program", 384, "no model: colours from the prompt; for setup"),
    Known("stabilityai/sdxl-turbo", STABILITY, 512, "for GPUs; 1 to 4 steps, no guidance", True),
    Known("stabilityai/sd-turbo", STABILITY, 512, "lighter than sdxl-turbo; guidance off", True),
    Known("Lykon/dreamshaper-8-lcm", OPENRAIL, 512, "4 steps, guidance 1 to 2"),
    Known("SimianLuo/LCM_Dreamshaper_v7", "MIT", 768, "4 steps, guidance 8 at full speed; try 512"),
    Known("stable-diffusion-v1-5/stable-diffusion-v1-5", OPENRAIL, 512, "10 steps, guidance 7"),
)  # fmt: skip

BY_MODEL: Mapping[str, Known] = MappingProxyType({row.name: row for row in KNOWN})
