"""From prompt to prompt on the built-in model, at the values that a show starts with."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

import numpy as np

from visualizer.engine.diffusion.denoiser import denoiser_of
from visualizer.engine.loop.feedback import Feedback
from visualizer.show.files.preset import parse
from visualizer.show.next_request import request
from visualizer.show.reducer import reduce, start
from visualizer.show.request import Request
from visualizer.show.system_actions import Live, Tick

FPS = 16.0


def requests(prompts: str, hold: float) -> Iterator[Request]:
    """A show that goes from one prompt to the next after so many seconds."""
    show = start((parse(f"prompts: [{prompts}]\nhold: {hold}", "prompts"),))
    while True:
        yield request(show)
        show = reduce(reduce(show, Live(0)), Tick(1.0 / FPS))


def test_no_jump_is_seen_in_a_crossfade(builtin: Any) -> None:
    engine = Feedback(denoiser_of(builtin), size=(128, 128), model="builtin", device="cpu")
    steady: list[float] = []  # changes from picture to picture before the crossfade,
    fading: list[float] = []  # in it,
    settled: list[float] = []  # and after it
    pictures: list[Any] = []
    last = 0  # how many there were when two prompts were on
    arriving = round(FPS)  # a jump at the end of a crossfade, or just after it, is one too
    in_all = arriving + round(1.5 * FPS)
    for wanted in requests("a golden mandala, deep blue ocean waves", hold=2.5):
        if fading and len(wanted.prompts) == 1:
            if len(pictures) - last > in_all:
                break
        else:
            last = len(pictures)
        pictures.append(engine.next(wanted).pixels.astype(np.float32))
        if len(pictures) > 1.5 * FPS:  # it comes from white
            moved = float(np.abs(pictures[-1] - pictures[-2]).mean())
            if not fading and len(wanted.prompts) == 1:
                steady.append(moved)
            else:
                (fading if len(pictures) - last <= arriving else settled).append(moved)
    assert len(fading) > 3 * FPS
    # Waves move more than a mandala does.
    assert max(fading) <= 2.0 * max(median(steady), median(settled))
    # It is another picture in the end: the crossfade has not been held back.
    begin, end = pictures[-len(fading) - len(settled) - 1], pictures[-len(settled) - 1]
    assert np.abs(end - begin).mean() > 25.0
