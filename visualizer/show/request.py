"""Request: all that the engine needs for one frame. Frozen, so it may cross threads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Mix: TypeAlias = tuple[tuple[str, float], ...]
"""Prompts with their weights; the weights add up to 1. Empty when there is no prompt."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the next frame should be.

    Units and ranges are those of the parameters of the same names (show/parameters.py).
    restarts counts how often a restart from white was asked for: a counter and not a flag, so
    that "newest wins" can't lose the wish.
    """

    prompts: Mix
    strength: float
    guidance: float
    steps: int
    seed: int
    seed_interval: int
    blend: float
    perturbation: float
    restarts: int = 0
    generating: bool = True

    @property
    def wants_frame(self) -> bool:
        """Whether a frame should be made at all: generation is on and there is a prompt."""
        return self.generating and any(text.strip() for text, _ in self.prompts)
