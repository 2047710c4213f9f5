"""The peer: the loop of the app that this one grew out of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks.playing import as_there, one_prompt
from benchmarks.reference import SEED_INTERVAL, Reference, blended, strength_for

# Schedulers of diffusers mix numpy and torch in a way that newer numpy warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


class Painter:
    """A pipeline that paints each picture in the grey that the seed gives, and remembers."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def set_progress_bar_config(self, *, disable: bool) -> None:
        self.quiet = disable

    def __call__(self, **told: Any) -> Any:
        self.calls.append({**told, "seed": torch.initial_seed()})
        self.images = [Image.new("RGB", told["image"].size, (99, 100, 101))]
        return self


def test_it_starts_from_white_and_asks_as_the_app_does() -> None:
    painter = Painter()
    loop = Reference(painter, 16)
    pixels = loop.next(as_there(one_prompt().first()))
    call = painter.calls[0]
    assert painter.quiet
    assert np.asarray(call["image"]).min() == 255
    assert pixels.shape == (16, 16, 3)
    assert (call["strength"], call["guidance_scale"], call["num_inference_steps"]) == (1.0, 1.0, 2)
    assert call["prompt"] == "a golden mandala"


def test_the_seed_goes_up_by_one_after_twenty_frames_that_are_fed_back() -> None:
    painter = Painter()
    loop = Reference(painter, 8)
    for _ in range(2 * SEED_INTERVAL + 2):
        loop.next(one_prompt().first())
    assert [call["seed"] for call in painter.calls] == [1] * 21 + [2] * 20 + [3]


def test_later_pictures_are_shaken_by_a_twentieth_and_blended() -> None:
    painter = Painter()
    loop = Reference(painter, 8)
    first = loop.next(one_prompt().first())
    second = loop.next(one_prompt().first())
    shaken = np.asarray(painter.calls[1]["image"]).mean() / first.mean()
    assert shaken != 1.0
    assert shaken == pytest.approx(1.0, abs=0.06)
    assert abs(second.astype(int) - first).max() <= 1


def test_its_blend_truncates_and_so_darkens() -> None:
    """1.9 of 0.1 · 10 + 0.9 · 1 becomes 1: the fault is kept, it is what is measured."""
    ten, one = Image.new("RGB", (2, 2), (10,) * 3), Image.new("RGB", (2, 2), (1,) * 3)
    assert (np.asarray(blended(ten, one)) == 1).all()
    assert (np.asarray(blended(one, ten)) == 9).all()


def test_diffusers_then_asks_the_unet_as_often_as_ours() -> None:
    for steps in range(1, 51):
        for evaluations in range(1, steps + 1):
            strength = strength_for(evaluations, steps)
            assert 0.0 < strength <= 1.0
            assert int(steps * strength) == evaluations


def test_with_prompts_embedded_once_it_makes_the_same_pictures(pipeline: Any) -> None:
    wanted = replace(one_prompt().first(), strength=1.0, steps=1)
    plain, kept = Reference(pipeline, 64), Reference(pipeline, 64, embed_once=True)
    for _ in range(3):
        assert np.array_equal(plain.next(wanted), kept.next(wanted))
