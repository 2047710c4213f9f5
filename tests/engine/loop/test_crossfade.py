"""From prompt to prompt on the built-in model, at the values that a show starts with."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

import numpy as np

from visualizer.engine.diffusion.denoiser import denoiser_of
from visualizer.engine.loop.feedback import Feedback
from visualizer.show.actions import Live, Tick
from visualizer.show.files.preset import parse
from visualizer.show.next_request import request
from visualizer.show.reducer import reduce, start
from visualizer.show.request import Request

FPS = 16.0


def requests(prompts: str, hold: float) -> Iterator[Request]:
    """A show that goes from one prompt to the next after so many seconds."""
    show = start((parse(f"prompts: [{prompts}]\nhold: {hold}", "prompts"),))
    while True:
        yield request(show)
        show = reduce(reduce(show, Live(0)), Tick(1.0 / FPS))


def test_no_jump_is_seen_in_a_crossfade(builtin: Any) -> None:
    engine = Feedback(denoiser_of(builtin), size=(128, 128), model="builtin", device="cpu")
    fading: list[float] = []
    steady: list[float] = []
    pictures: list[Any] = []
    arriving = round(FPS)  # a jump at the end of a crossfade, or just after it, is one too
    for wanted in requests("a golden mandala, deep blue ocean waves", hold=2.5):
        if fading and len(wanted.prompts) == 1:
            arriving -= 1
            if arriving < 0:
                break
        pictures.append(engine.next(wanted).pixels.astype(np.float32))
        if len(pictures) > 1.5 * FPS:  # it comes from white
            moved = float(np.abs(pictures[-1] - pictures[-2]).mean())
            (fading if fading or len(wanted.prompts) > 1 else steady).append(moved)
    assert len(fading) > 3 * FPS
    assert max(fading) <= 2.0 * median(steady)
    # It is another picture in the end: the crossfade has not been held back.
    assert np.abs(pictures[-1] - pictures[len(pictures) - len(fading) - 1]).mean() > 25.0
