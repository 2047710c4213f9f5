"""Limit the change from frame to frame during a crossfade of prompts.

A mix of prompts changes evenly, a model's pictures do not: nothing happens for a while, and then
the picture changes within a few frames. So a frame that would change too much is blended back
towards the one before, and the rest of the change follows in later frames.

Change is the mean absolute difference between a new picture and the one before, after zoom and
other motion. Changes by hand are intended and never limited: the usual change is relearnt then.

Decided on the host; bounded() works on the device and waits for nothing.
"""

from __future__ import annotations

import math
from dataclasses import astuple
from typing import Any

import torch
from torch import Tensor

from visualizer.show.request import Mix, Request

USUAL = 1.5
"""Most motion while prompts change, in units of what was usual before."""

EASE = 0.5
"""How much is added to that in each second after, but for the first, in which the picture arrives:
a livelier prompt is not held back for long."""

WHOLE = 0.35
"""What a picture moves from one prompt to another, at most: the share of it that is due in a frame
is always let through, so that a quick fade is quick, and a cut is a cut."""

MEMORY = 3.0
"""Seconds over which the usual motion is averaged."""

LEARNT = 1.0
"""Seconds from a start, or from the turn of a knob, until it is known what is usual."""


class MotionLimit:
    """Follows one run of a loop. Motion goes from 0 to 1."""

    def __init__(self) -> None:
        self._usual = 0.0
        self._age = 0.0
        self._last: tuple[tuple[Any, ...], Mix] | None = None
        self._changing = self._fading = False
        self._since = 0.0
        self._bound: float | None = None

    def bound(self, request: Request, seconds: float) -> float | None:
        """Most motion of the next frame; None where there is no bound.

        seconds: show time since the frame before.
        """
        by_hand = astuple(request.by_hand)
        # Plain tuples, which a checkpoint holds as they are.
        last_by_hand, last_prompts = self._last or (by_hand, request.prompts)
        self._last = by_hand, request.prompts
        if last_by_hand != by_hand:
            self._age = 0.0
        due = change(last_prompts, request.prompts)
        self._changing = due > 0.0
        self._fading = 0.0 < due < 1.0 or (self._fading and not self._changing)
        self._since = 0.0 if self._changing else self._since + seconds
        self._bound = None
        if self._fading and self._age >= LEARNT:
            self._bound = max(
                (USUAL + EASE * max(self._since - 1.0, 0.0)) * self._usual, WHOLE * due
            )
        return self._bound

    def see(self, motion: float, seconds: float) -> None:
        """Take note of how far the new picture would have moved without a bound."""
        if self._fading and not self._changing:
            self._fading = self._bound is not None and motion > self._bound
        if self._bound is not None:
            return
        if self._age == 0.0:
            self._usual = motion
        self._age += seconds
        memory = min(MEMORY, max(self._age / 2.0, seconds))
        share = 1.0 - math.exp(-seconds / memory) if memory > 0.0 else 0.0
        self._usual += share * (motion - self._usual)


def change(before: Mix, after: Mix) -> float:
    """How much of a mix gave way to other prompts, 0 (the same) to 1 (none is left)."""
    old, new = dict(before), dict(after)
    return 0.5 * sum(abs(new.get(text, 0.0) - old.get(text, 0.0)) for text in old.keys() | new)


def motion(image: Tensor, base: Tensor) -> Tensor:
    """The mean absolute difference, a tensor without dimensions."""
    return (image - base).abs_().mean()


def bounded(image: Tensor, base: Tensor, moved: Tensor, bound: float) -> Tensor:
    """An image, taken back towards its base so that it moves no further than bound.

    moved: motion(image, base).
    """
    return torch.lerp(base, image, (bound / moved.clamp(min=1e-6)).clamp(max=1.0))
