"""Request: all that the engine needs for one frame. Frozen, so it may cross threads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeAlias

Mix: TypeAlias = tuple[tuple[str, float], ...]
"""Prompts with their weights; the weights add up to 1. Empty when there is no prompt."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the next frame should be.

    Units and ranges are those of the parameters of the same names (show/parameters.py).
    lora_weight scales the LoRAs that the model was loaded with.
    negative: what guidance leads away from; empty, or texts that may be "", for nothing. time:
    show time in seconds; motion (zoom, rotate, pan …) is per second of it. ahead: texts that will
    be wanted soon. restarts counts how often a restart from white was asked for: a counter and
    not a flag, so that "newest wins" can't lose the wish.

    Two requests are equal where the same is wanted, at any time.
    """

    prompts: Mix
    strength: float
    guidance: float
    steps: int
    seed: int
    seed_interval: int
    seed_glide: float
    blend: float
    brightness: float
    contrast: float
    noise: float
    zoom: float
    rotate: float
    pan_x: float
    pan_y: float
    swirl: float
    ripple: float
    kaleidoscope: int
    mirror: int
    colour_hold: float
    sharpness_hold: float
    lora_weight: float = 1.0
    negative: Mix = ()
    restarts: int = 0
    generating: bool = True
    time: float = field(default=0.0, compare=False)
    ahead: tuple[str, ...] = field(default=(), compare=False)

    @property
    def wants_frame(self) -> bool:
        """Whether a frame should be made at all: generation is on and there is a prompt."""
        return self.generating and any(text.strip() for text, _ in self.prompts)

    @property
    def by_hand(self) -> Request:
        """Itself without what changes by itself: prompts. (Time does not count anyway.)"""
        return replace(self, prompts=(), negative=())
