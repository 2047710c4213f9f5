"""A source in the loop: how much of it the model is given, and that nothing fights it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from visualizer.engine.loop.drift_hold import LONG, SETTLING, Reference
from visualizer.engine.loop.image_stats import ImageStats
from visualizer.engine.loop.revive import GRACE
from visualizer.frame import Pixels
from visualizer.show.request import Request

from ..conftest import request
from .scripted import FRAME, HELD, MOVING, SIZE, STILL, Scripted, flat, loop, play, soft

RED = (255, 0, 51)


def coloured(colour: tuple[int, int, int] = RED, size: tuple[int, int] = SIZE) -> Pixels:
    """A source's picture, as its reader gives it."""
    pixels = np.full((*size, 3), colour, np.uint8)
    pixels.setflags(write=False)
    return pixels


def halves() -> Pixels:
    """Red and black: no flat picture, which would be revived."""
    pixels = coloured().copy()
    pixels[:, SIZE[1] // 2 :] = 0
    return pixels


def tensor(colour: tuple[int, int, int] = RED) -> Tensor:
    return (torch.tensor(colour, dtype=torch.float32) / 255.0).view(1, 3, 1, 1).expand(1, 3, *SIZE)


@pytest.mark.parametrize("changes", [STILL, {**MOVING, **HELD, "noise": 0.2}])
def test_at_1_the_model_is_given_the_source_alone(changes: dict[str, Any]) -> None:
    denoiser = Scripted(soft(1), soft(2), soft(3))
    play(loop(denoiser), 3, source_pixels=coloured(), source_mix=1.0, **changes)
    assert all(torch.equal(seen, tensor()) for seen in denoiser.seen)


def test_at_1_nothing_of_the_frames_before_is_left_in_the_next() -> None:
    for before in (soft(1), soft(2)):
        denoiser = Scripted(before, soft(3))
        last = play(loop(denoiser), 2, source_pixels=coloured(), source_mix=1.0, blend=0.5)
        wanted = torch.lerp(soft(3), tensor(), 0.5)
        assert np.abs(last / 255.0 - wanted[0].permute(1, 2, 0).numpy()).max() < 0.003


@pytest.mark.parametrize("changes", [{"source_mix": 0.0}, {"source_pixels": None}])
def test_at_0_and_without_a_picture_not_a_bit_changes(changes: dict[str, Any]) -> None:
    plain, mixed = Scripted(soft()), Scripted(soft())
    given = {"source_pixels": coloured(), "source_mix": 0.7, **changes}
    loop_of = {"brightness": 0.05, "noise": 0.1, **MOVING, **HELD}
    last = play(loop(plain), 6, **loop_of)
    assert np.array_equal(last, play(loop(mixed), 6, **given, **loop_of))
    assert all(map(torch.equal, plain.seen, mixed.seen))


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_between_them_the_model_is_given_a_mix(share: float) -> None:
    denoiser = Scripted(soft(), soft(1))
    last = play(loop(denoiser), 2, source_pixels=coloured(), source_mix=share, blend=0.25, **STILL)
    fed = torch.lerp(soft(), tensor(), share)
    assert torch.allclose(denoiser.seen[0], torch.lerp(flat(1.0), tensor(), share), atol=1e-6)
    assert torch.allclose(denoiser.seen[1], fed, atol=1e-6)
    wanted = torch.lerp(soft(1), fed, 0.25)[0].permute(1, 2, 0).numpy()
    assert np.abs(last / 255.0 - wanted).max() < 0.003


def test_a_still_source_gives_the_same_picture_at_any_frame_rate() -> None:
    """A model that pulls a third of the way to its prompt in a frame, fast or slow."""

    class Pulling(Scripted):
        def __call__(self, image: Tensor, *rest: Any, **more: Any) -> Tensor:
            return torch.lerp(image, flat(0.1), 1 / 3)

    def settled(rate: float) -> Pixels:
        engine = loop(Pulling())
        return [
            engine.next(_wanted(time=frame / rate, source_pixels=source, source_mix=0.3))
            for frame in range(60)
        ][-1].pixels

    source = halves()

    slow = settled(4.0)
    assert np.abs(slow.astype(int) - settled(60.0)).max() <= 1
    assert slow[0, 0, 0] > slow[0, -1, 0] + 50


def _wanted(**changes: Any) -> Request:
    return request(**{**STILL, **changes})


def test_with_nothing_generated_the_source_still_comes_through() -> None:
    """Strength 0: a video feedback without a model."""
    engine = loop(Scripted(soft()))
    play(engine, 1)
    for frame in range(1, 30):
        picture = engine.next(
            _wanted(time=frame * FRAME, strength=0.0, source_pixels=halves(), source_mix=0.5)
        )
    assert np.abs(picture.pixels.astype(int) - halves()).max() <= 1


def test_a_black_source_alone_is_not_taken_for_a_dead_picture() -> None:
    denoiser = Scripted()
    black = coloured((0, 0, 0))
    last = play(loop(denoiser), GRACE + 20, source_pixels=black, source_mix=1.0, **STILL)
    assert not last.any()
    assert {wanted.strength for wanted in denoiser.requests} == {0.6}


def test_a_picture_of_another_size_is_scaled_to_the_loops() -> None:
    denoiser = Scripted(soft())
    play(loop(denoiser), 2, source_pixels=coloured(size=(90, 40)), source_mix=1.0, **STILL)
    assert torch.allclose(denoiser.seen[1], tensor(), atol=1e-6)


def test_the_newest_picture_is_taken_and_one_that_stays_is_uploaded_once() -> None:
    denoiser = Scripted()
    engine = loop(denoiser)
    blue, red = coloured((0, 0, 255)), coloured()
    for frame, pixels in enumerate((red, red, blue, blue)):
        engine.next(_wanted(time=frame * FRAME, source_pixels=pixels, source_mix=1.0))
    assert denoiser.seen[0] is denoiser.seen[1]
    assert denoiser.seen[2] is denoiser.seen[3]
    assert torch.equal(denoiser.seen[2], tensor((0, 0, 255)))


def test_the_held_look_follows_a_source_the_faster_the_more_there_is_of_it() -> None:
    def left(source: float) -> float:
        """How much of the old lightness the reference has after two seconds of another."""
        grey, light = (
            ImageStats(np.array([value, 0.0, 0.0]), 0.04 * np.eye(3), 0.2) for value in (0.3, 0.7)
        )
        reference = Reference()
        for look, frames in ((grey, 20 * 60), (light, 40)):
            for _ in range(frames):
                reference.follow(look, (("a", 1.0),), FRAME, source)
        assert reference.stats is not None
        return float((0.7 - reference.stats.mean[0]) / 0.4)

    assert LONG > 60 > SETTLING
    assert left(0.0) > 0.9
    assert 0.2 < left(0.4) < 0.6
    assert left(1.0) < 0.2
