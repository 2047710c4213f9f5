"""Show the last good picture while the loop generates only flat ones.

A model, or a GPU's half precision, may give black for seconds. Reviving (revive.py) changes the
input, and has no effect until the model's output changes. Until then the loop runs unseen, and new
pictures then fade in. No picture is held if other prompts ask for darkness or a source is mixed in,
and none for longer than LONGEST.
"""

from __future__ import annotations

from visualizer.engine.crossfade import crossfaded, resized
from visualizer.engine.loop.revive import ALIVE, FLAT, MOMENT
from visualizer.frame import Pixels
from visualizer.show.request import Mix

LONGEST = 10.0
"""Seconds that a picture is held; then the prompt may want what there is."""

FADE = 1.0
"""Seconds of the crossfade from a held picture."""


class LastLiving:
    """Watches one run of a loop. picture: shown before it, None for none."""

    def __init__(self, picture: Pixels | None = None) -> None:
        self._shown = picture
        self._lived = picture is not None
        self._texts: tuple[str, ...] | None = None  # of the last living picture's prompts
        self._held = 0.0  # seconds; LONGEST and more: let be until it lives again
        self._old = picture
        self._fade = 0.0  # seconds that are left of the crossfade from the old picture
        self._told = True

    def over(
        self, pixels: Pixels, spread: float, prompts: Mix, seconds: float, source: float
    ) -> Pixels:
        """What to show for a picture.

        spread: see ImageStats. seconds: since the one before. source: how much of one is in it.
        """
        seconds = max(seconds, MOMENT)
        texts = tuple(sorted(text for text, _ in prompts))
        holds = 0.0 < self._held < LONGEST
        if spread > (ALIVE if holds else FLAT):
            self._lived, self._held = True, 0.0
            self._texts = texts
            if holds:
                self._old, self._fade = self._shown, FADE
        elif self._shown is None or not self._lived:
            pass  # from white, where a loop begins
        elif self._texts in (None, texts) and not source:
            if self._held == 0.0:
                self._told = False
            if self._held < LONGEST:
                self._held += seconds
                if self._held < LONGEST:
                    self._shown = resized(self._shown, pixels.shape[:2])
                    return self._shown
                self._old, self._fade = self._shown, FADE
        elif holds:
            self._held = LONGEST
            self._old, self._fade = self._shown, FADE
        self._fade = max(self._fade - seconds, 0.0)
        self._shown = self._mixed(pixels)
        return self._shown

    def line(self) -> str:
        """For people, once each time that a picture begins to be held; "" for none."""
        told, self._told = self._told, True
        return "" if told else "the model's pictures are flat; the last good one stays"

    def _mixed(self, pixels: Pixels) -> Pixels:
        if self._fade == 0.0 or self._old is None:
            return pixels
        self._old = resized(self._old, pixels.shape[:2])
        return crossfaded(self._old, pixels, 1.0 - self._fade / FADE)
