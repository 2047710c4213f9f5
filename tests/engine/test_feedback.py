"""The loop: what is fed back, how it is blended, and that nothing wears off."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from visualizer.engine.failures import FrameError
from visualizer.engine.feedback import Feedback, to_pixels
from visualizer.engine.picture import Stopwatch, untimed
from visualizer.show.request import Request

from .conftest import request as wanted

SIZE = (6, 8)


class Scripted:
    """A denoiser that gives prepared images, then gives back what it gets; it remembers that."""

    def __init__(self, *images: Tensor) -> None:
        self.images = list(images)
        self.seen: list[Tensor] = []
        self.seeds: list[int] = []

    def dreams(self, request: Request) -> bool:
        return request.strength > 0.0

    def __call__(
        self, image: Tensor, request: Request, seed: int, stopwatch: Stopwatch = untimed
    ) -> Tensor:
        self.seen.append(image)
        self.seeds.append(seed)
        return self.images.pop(0) if self.images else image


def loop(denoiser: Scripted) -> Feedback:
    """A loop on the CPU round a denoiser."""
    return Feedback(denoiser, size=SIZE, model="scripted", device="cpu")


def flat(value: float) -> Tensor:
    """A picture of one grey."""
    return torch.full((1, 3, *SIZE), value)


def test_it_starts_from_white_and_shows_the_first_frame_unblended() -> None:
    denoiser = Scripted(flat(0.2))
    pixels = loop(denoiser).next(wanted(blend=0.5)).pixels
    assert torch.equal(denoiser.seen[0], flat(1.0))
    assert (pixels == 51).all()
    assert pixels.shape == (*SIZE, 3)


def test_later_frames_keep_a_share_of_the_one_before() -> None:
    engine = loop(Scripted(flat(0.2), flat(0.4)))
    engine.next(wanted(blend=0.25, perturbation=0.0))
    pixels = engine.next(wanted(blend=0.25, perturbation=0.0)).pixels
    assert (pixels == round(255 * (0.25 * 0.2 + 0.75 * 0.4))).all()


def test_a_restart_feeds_white_again() -> None:
    denoiser = Scripted(flat(0.2), flat(0.4), flat(0.6))
    engine = loop(denoiser)
    for restarts in (0, 0, 1):
        engine.next(wanted(restarts=restarts, perturbation=0.0))
    assert [float(image.mean()) for image in denoiser.seen] == pytest.approx([1.0, 0.2, 1.0])


def test_white_is_not_perturbed_and_pictures_are() -> None:
    denoiser = Scripted(flat(0.5))
    engine = loop(denoiser)
    for _ in range(2):
        engine.next(wanted(perturbation=0.2))
    assert torch.equal(denoiser.seen[0], flat(1.0))
    assert not torch.equal(denoiser.seen[1], flat(0.5))


def test_a_picture_that_goes_round_two_hundred_times_stays_as_it_is() -> None:
    noise = torch.rand(1, 3, *SIZE, generator=torch.Generator().manual_seed(1))
    engine = loop(Scripted(noise))
    first = engine.next(wanted(perturbation=0.0)).pixels
    for _ in range(200):
        last = engine.next(wanted(perturbation=0.0)).pixels
    assert np.array_equal(first, last)


def test_where_nothing_is_dreamt_the_last_picture_stays_and_the_model_is_not_asked() -> None:
    denoiser = Scripted(flat(0.2))
    engine = loop(denoiser)
    for strength in (1.0, 0.0, 0.0, 1.0):
        engine.next(wanted(strength=strength, blend=0.0, perturbation=0.0))
    assert len(denoiser.seen) == 2
    assert torch.equal(denoiser.seen[1], flat(0.2))


def test_pixels_are_rounded_and_never_truncated() -> None:
    levels = torch.arange(256.0).view(1, 1, 16, 16).expand(1, 3, 16, 16) / 255.0
    assert (to_pixels(levels)[..., 0].ravel() == np.arange(256)).all()
    assert (to_pixels(levels - 0.4 / 255.0)[..., 1].ravel() == np.arange(256)).all()
    assert to_pixels(flat(1.7)).max() == 255


def test_a_picture_of_no_numbers_is_an_error_and_the_one_before_stays() -> None:
    denoiser = Scripted(flat(0.2), flat(math.nan))
    engine = loop(denoiser)
    engine.next(wanted(perturbation=0.0))
    with pytest.raises(FrameError, match="not-a-number") as caught:
        engine.next(wanted(perturbation=0.0))
    assert "\n" not in str(caught.value)
    engine.next(wanted(perturbation=0.0))
    assert torch.equal(denoiser.seen[2], flat(0.2))


def test_turning_the_interval_does_not_make_the_seed_jump() -> None:
    denoiser = Scripted()
    engine = loop(denoiser)
    for interval in (2, 2, 2, 100, 100, 1, 1, 0, 0):
        engine.next(wanted(seed=5, seed_interval=interval))
    assert denoiser.seeds == [5, 5, 6, 6, 6, 7, 8, 8, 8]


def test_a_new_seed_starts_the_walk_anew() -> None:
    denoiser = Scripted()
    engine = loop(denoiser)
    for seed in (5, 5, 5, 8, 8):
        engine.next(wanted(seed=seed, seed_interval=1))
    assert denoiser.seeds == [5, 6, 7, 8, 9]


def test_an_interval_of_nothing_keeps_the_seed() -> None:
    denoiser = Scripted()
    engine = loop(denoiser)
    for _ in range(50):
        engine.next(wanted(seed=5, seed_interval=0))
    assert set(denoiser.seeds) == {5}
