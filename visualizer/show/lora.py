"""LoRAs: which ones a model is to play with, each with a weight of its own, as text and back. Pure.

Options and presets name them as FILE or NAME, with ":WEIGHT" behind it where that is not 1. To the
engine a model and its LoRAs go as one text, so that whoever compares models by name compares both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from visualizer.show.parameter import shorten

LIMIT = 4.0
"""Largest weight of a LoRA, and least below 0: sliders for detail and the like are played there."""

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
        return self.name if self.weight == 1.0 else f"{self.name}:{self.weight:g}"


def parse(text: str) -> Lora:
    """The LoRA that NAME or NAME:WEIGHT means. Raises ValueError with a line for people."""
    name, colon, weight = text.strip().rpartition(":")
    # "C:\film.safetensors" has a colon, too.
    written = colon and re.fullmatch(r"\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)\s*", weight)
    lora = Lora(name.strip(), float(weight.replace(",", "."))) if written else Lora(text.strip())
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
