"""Request: all that the engine needs for one frame. Frozen, so it may cross threads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

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
    not a flag, so that "newest wins" can't lose a restart.

    source: what is mixed in, a file's path or camera:N, "" for nothing. source_time: seconds of
    show time since it was chosen. source_rounds: how often its video has gone round by the beat,
    None where it plays at its own speed. source_pixels: its picture at this moment, read-only uint8
    RGB, (height, width, 3), added by the reader of the source; None while there is none.

    following: the next prompt, where a preview of it may be made.

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
    source: str = ""
    source_mix: float = 0.0
    source_zoom: float = 0.0
    source_mirror: int = 0
    negative: Mix = ()
    restarts: int = 0
    generating: bool = True
    time: float = field(default=0.0, compare=False)
    ahead: tuple[str, ...] = field(default=(), compare=False)
    source_time: float = field(default=0.0, compare=False)
    source_rounds: float | None = field(default=None, compare=False)
    source_pixels: npt.NDArray[np.uint8] | None = field(default=None, compare=False, repr=False)
    following: Following | None = field(default=None, compare=False, repr=False)

    @property
    def wants_frame(self) -> bool:
        """Whether a frame should be made at all: generation is on and there is a prompt."""
        return self.generating and any(text.strip() for text, _ in self.prompts)

    @property
    def by_hand(self) -> Request:
        """Without what changes by itself: prompts and the next, times, the source's picture."""
        return replace(
            self,
            prompts=(),
            negative=(),
            time=0.0,
            ahead=(),
            source_time=0.0,
            source_rounds=None,
            source_pixels=None,
            following=None,
        )


Place: TypeAlias = tuple[int, int, int, Mix, Mix]
"""Where the prompts of a show are: visits of presets, turn, restarts, the prompt in force and the
next. At another place a preview is of no use any more."""


@dataclass(frozen=True, slots=True)
class Following:
    """The next prompt, for a preview. request: what would be wanted had it just been taken, all
    faded in. place: of the show now. asked: how often a preview was asked for by hand; a counter,
    as restarts is."""

    request: Request
    place: Place
    asked: int = 0
