"""How far a picture may move in one frame while one prompt melts into another.

A mix of prompts moves evenly, what a model makes of it does not: nothing happens for a while, and
then the picture turns over within a few frames. So a frame that would go too far is taken back
towards the one before; what is left of the way it goes in the frames after.

Decided on the host; bounded() works on the device and waits for nothing.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from visualizer.show.request import Mix, Request

USUAL = 1.5
"""Most that a picture may move while prompts change, in units of what it moved before."""

WHOLE = 0.35
"""What a picture moves from one prompt to another, at most: the share of it that is due in a frame
is always let through, so that a quick fade is quick, and a cut is a cut."""

MEMORY = 3.0
"""Seconds over which the usual motion is averaged."""

CLOSE = 0.9
"""Share of the bound below which a picture has arrived, where prompts change no more."""


class Pace:
    """Follows one run of a loop. Motion is the mean absolute difference of two neighbouring
    pictures, 0 to 1."""

    def __init__(self) -> None:
        self._usual: float | None = None
        self._age = 0.0
        self._last: Request | None = None
        self._changing = self._fading = False
        self._bound: float | None = None

    def bound(self, request: Request) -> float | None:
        """Most motion of the next frame; None where there is no bound."""
        last, self._last = self._last, request
        due = 1.0 if last is None else change(last.prompts, request.prompts)
        self._changing = due > 0.0
        self._fading = 0.0 < due < 1.0 or (self._fading and not self._changing)
        self._bound = None
        # A new seed is asked for to be seen.
        if self._fading and self._usual is not None and last and last.seed == request.seed:
            self._bound = max(USUAL * self._usual, WHOLE * due)
        return self._bound

    def see(self, motion: float, seconds: float) -> None:
        """Take note of how far the shown picture moved, so many seconds after the one before."""
        if self._fading:
            arrived = self._bound is None or motion < CLOSE * self._bound
            self._fading = self._changing or not arrived
            return
        self._age += seconds
        memory = min(MEMORY, max(self._age / 2.0, seconds))
        share = 1.0 - math.exp(-seconds / memory) if memory > 0.0 else 1.0
        usual = motion if self._usual is None else self._usual
        self._usual = usual + share * (motion - usual)


def change(before: Mix, after: Mix) -> float:
    """How much of a mix gave way to other prompts, 0 (the same) to 1 (none is left)."""
    old, new = dict(before), dict(after)
    return 0.5 * sum(abs(new.get(text, 0.0) - old.get(text, 0.0)) for text in old.keys() | new)


def motion(image: Tensor, previous: Tensor) -> Tensor:
    """The mean absolute difference, a tensor without dimensions."""
    return (image - previous).abs().mean()


def bounded(image: Tensor, previous: Tensor, bound: float) -> Tensor:
    """An image, taken back towards the previous one so that it moves no further than bound."""
    share = (bound / motion(image, previous).clamp(min=1e-6)).clamp(max=1.0)
    return torch.lerp(previous, image, share)
