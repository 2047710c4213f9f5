"""LoRAs: which ones a model is to play with, each with a weight of its own, as text and back. Pure.

Options and presets name them as FILE or NAME, with ":WEIGHT" behind it where that is not 1. To the
engine a model and its LoRAs go as one text, so that comparing models by name compares both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from visualizer.show.parameter import shorten

LIMIT = 4.0
"""Largest weight of a LoRA, and least below 0: sliders for detail and the like are played there."""

DECIMALS = 4
"""Of a weight: finer ones are rounded."""

_WEIGHTED = re.compile(r"(.*):\s*([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+))", re.DOTALL)
"""A name with a weight behind it. "C:\\film.safetensors" has a colon, too."""

BETWEEN = " +lora "
"""Stands before each LoRA in the text that is told to the engine."""


class Lora(NamedTuple):
    """name: a file, or a name on Hugging Face. weight: how strongly it acts, -LIMIT to LIMIT; the
    parameter lora_weight scales those of all."""

    name: str
    weight: float = 1.0

    @property
    def label(self) -> str:
        """Its name for people, without folders and ending."""
        return self.name.replace("\\", "/").rpartition("/")[2].removesuffix(".safetensors")

    def __str__(self) -> str:
        """As parse() reads it: in fixed notation, and with its weight also where the name itself
        ends like one."""
        if self.weight == 1.0 and not _WEIGHTED.fullmatch(self.name):
            return self.name
        return f"{self.name}:{self.weight:.{DECIMALS}f}".rstrip("0").rstrip(".")


def parse(text: str) -> Lora:
    """The LoRA that NAME or NAME:WEIGHT means. Raises ValueError with a line for people."""
    lora = Lora(text.strip())
    if written := _WEIGHTED.fullmatch(lora.name):
        name, weight = written.groups()
        lora = Lora(name.strip(), round(float(weight.replace(",", ".")), DECIMALS))
    if not lora.name:
        raise ValueError("a LoRA is a file or a name, such as film.safetensors:0.8")
    if not -LIMIT <= lora.weight <= LIMIT:
        raise ValueError(f"{shorten(text)}: a LoRA's weight goes from {-LIMIT:g} to {LIMIT:g}")
    return lora


def joined(model: str, loras: Sequence[Lora]) -> str:
    """A model's name with its LoRAs, as the engine is told it."""
    return BETWEEN.join((model, *map(str, loras)))


def split(text: str) -> tuple[str, tuple[Lora, ...]]:
    """A model's name and its LoRAs; the inverse of joined."""
    model, *loras = text.split(BETWEEN)
    return model, tuple(map(parse, loras))
