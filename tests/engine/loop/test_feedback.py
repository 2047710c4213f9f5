"""The loop: what is fed back, how it is blended, and that nothing wears off."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from visualizer.engine.loop.readback import Readback, to_levels

from ..conftest import request as wanted
from ..watched import READING, Watched
from .scripted import FRAME, HELD, MOVING, SIZE, STILL, Scripted, flat, loop, play, played, soft


class Frugal(Scripted):
    """One that has a step of its own to give up memory."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = ["the autoencoder is a tiny one"]

    def reduce_memory(self) -> str:
        return self.steps.pop() if self.steps else ""


def test_it_starts_from_white_and_shows_the_first_frame_unblended() -> None:
    denoiser = Scripted(flat(0.2))
    pixels = loop(denoiser).next(wanted(blend=0.5)).pixels
    assert torch.equal(denoiser.seen[0], flat(1.0))
    assert (pixels == 51).all()
    assert pixels.shape == (*SIZE, 3)


def test_later_frames_keep_a_share_of_the_one_before() -> None:
    pixels = play(loop(Scripted(flat(0.2), flat(0.4))), 2, blend=0.25, **STILL)
    assert (pixels == round(255 * (0.25 * 0.2 + 0.75 * 0.4))).all()


def test_a_restart_feeds_white_again() -> None:
    denoiser = Scripted(flat(0.2), flat(0.4), flat(0.6))
    engine = loop(denoiser)
    for restarts in (0, 0, 1):
        engine.next(wanted(restarts=restarts, **STILL))
    assert [float(image.mean()) for image in denoiser.seen] == pytest.approx([1.0, 0.2, 1.0])


def test_white_is_fed_as_it_is_and_pictures_are_shaken_and_moved() -> None:
    for changes in ({}, {**STILL, "noise": 0.1}, {**STILL, **MOVING}):
        denoiser = Scripted(soft())
        play(loop(denoiser), 2, **changes)
        assert torch.equal(denoiser.seen[0], flat(1.0))
        assert not torch.equal(denoiser.seen[1], soft())


def test_without_shake_motion_and_holds_the_very_picture_is_fed_back() -> None:
    denoiser = Scripted(soft())
    play(loop(denoiser), 2, **STILL)
    assert torch.equal(denoiser.seen[1], soft())


def test_what_stays_of_a_picture_moves_along_with_it() -> None:
    denoiser = Scripted(soft(), torch.zeros(1, 3, *SIZE))
    pixels = play(loop(denoiser), 2, blend=0.5, pan_x=0.5, **STILL)
    moved = denoiser.seen[1]
    assert not torch.equal(moved, soft())
    assert np.array_equal(pixels, to_levels(0.5 * moved).numpy())


def test_after_a_pause_nothing_leaps() -> None:
    paused, slow = Scripted(soft()), Scripted(soft())
    engine = loop(paused)
    for time in (0.0, 600.0):
        engine.next(wanted(time=time, pan_x=0.5, **STILL))
    engine = loop(slow)
    for time in (0.0, 0.25):
        engine.next(wanted(time=time, pan_x=0.5, **STILL))
    assert torch.equal(paused.seen[1], slow.seen[1])


def test_a_show_whose_clock_goes_back_does_not_move_backwards() -> None:
    denoiser = Scripted(soft())
    engine = loop(denoiser)
    for time in (9.0, 1.0):
        engine.next(wanted(time=time, **STILL, **MOVING))
    assert torch.equal(denoiser.seen[1], soft())


def test_a_picture_that_goes_round_two_hundred_times_stays_as_it_is() -> None:
    engine = loop(Scripted(soft()))
    first = play(engine, 1, **STILL)
    assert np.array_equal(first, play(engine, 200, since=1, **STILL))


def test_holds_keep_a_loop_whose_shakes_walk_away() -> None:
    def spread(**changes: Any) -> float:
        means = [pixels.mean() for pixels in played(loop(Scripted(soft())), 400, **changes)]
        return float(np.std(means))

    assert spread(**HELD) < 0.5 * spread()


def test_where_nothing_is_generated_the_last_picture_stays_and_the_model_is_not_asked() -> None:
    denoiser = Scripted(soft())
    engine = loop(denoiser)
    first = play(engine, 1)
    kept = play(engine, 5, since=1, strength=0.0, **MOVING, **HELD)
    assert np.array_equal(first, kept)
    assert len(denoiser.seen) == 1
    play(engine, 1, since=6, **STILL)
    assert torch.equal(denoiser.seen[1], soft())


def test_what_a_denoiser_gives_may_be_overwritten_by_its_next_call() -> None:
    given = soft()
    denoiser = Scripted(given, given, given)
    engine = loop(denoiser)
    for frame in range(3):
        given.copy_(soft(frame))
        engine.next(wanted(time=frame * FRAME, blend=0.0, **STILL))
        given.zero_()
    assert torch.equal(denoiser.seen[1], soft(0))
    assert torch.equal(denoiser.seen[2], soft(1))


def test_pixels_are_rounded_and_never_truncated() -> None:
    levels = torch.arange(256.0).view(1, 1, 16, 16).expand(1, 3, 16, 16) / 255.0
    assert (to_levels(levels)[..., 0].flatten() == torch.arange(256)).all()
    assert (to_levels(levels - 0.4 / 255.0)[..., 1].flatten() == torch.arange(256)).all()
    assert to_levels(flat(1.7)).max() == 255
    assert to_levels(flat(-0.7)).min() == 0


def test_what_is_read_back_is_read_only_and_in_rows() -> None:
    pixels, numbers = Readback()(soft(), torch.arange(3.0))
    assert pixels.shape == (*SIZE, 3)
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    assert not pixels.flags.writeable
    assert numbers.tolist() == [0.0, 1.0, 2.0]


def test_another_engines_picture_is_gone_on_from_whatever_its_size() -> None:
    pixels = to_levels(F.interpolate(soft(), (40, 60), mode="bilinear")).numpy()
    denoiser = Scripted()
    engine = loop(denoiser)
    engine.continue_from(pixels)
    picture = engine.next(wanted(restarts=3, blend=0.0, **STILL))
    assert (denoiser.seen[0] - soft()).abs().mean() < 0.02
    assert np.array_equal(picture.pixels, to_levels(denoiser.seen[0]).numpy())
    engine.next(wanted(restarts=4, **STILL))
    assert torch.equal(denoiser.seen[1], flat(1.0))


def test_an_adopted_picture_is_shown_where_nothing_is_generated() -> None:
    pixels = to_levels(soft()).numpy()
    engine = loop(Scripted())
    engine.continue_from(pixels)
    assert np.array_equal(engine.next(wanted(strength=0.0)).pixels, pixels)


def test_what_can_be_done_ahead_is_asked_of_the_denoiser() -> None:
    denoiser = Scripted()
    request = wanted(ahead=("a hill",))
    assert loop(denoiser).prepare(request) == "a line"
    assert denoiser.prepared == [request]


def test_where_memory_is_out_the_picture_becomes_smaller_until_it_is_no_use() -> None:
    denoiser = Scripted()
    engine = loop(denoiser, (512, 512))
    play(engine, 2)
    lines, sides = [], []
    while line := engine.reduce_memory():
        lines.append(line)
        sides.append(play(engine, 1, since=len(lines) + 1).shape[0])
    assert sides == [384, 256, 192, 128]
    assert lines[0] == "out of memory: pictures are generated at 384 pixels"
    assert engine.reduce_memory() == ""


def test_a_smaller_picture_goes_on_from_the_large_one_in_its_shape() -> None:
    denoiser = Scripted(F.interpolate(soft(), (384, 512), mode="bilinear"))
    engine = loop(denoiser, (384, 512))
    play(engine, 1)
    assert engine.reduce_memory() == "out of memory: pictures are generated at 384 by 256 pixels"
    play(engine, 1, since=1, **STILL)
    assert denoiser.seen[1].shape == (1, 3, 256, 384)
    small = F.interpolate(denoiser.seen[1], SIZE, mode="bilinear", antialias=True)
    assert (small - soft()).abs().mean() < 0.03


def test_what_the_denoiser_itself_can_spare_goes_first() -> None:
    engine = loop(Frugal(), (256, 256))
    assert [engine.reduce_memory() for _ in range(2)] == [
        "the autoencoder is a tiny one",
        "out of memory: pictures are generated at 192 pixels",
    ]


def test_the_denoiser_is_told_where_the_seed_walk_is() -> None:
    denoiser = Scripted()
    engine = loop(denoiser)
    seeds = [engine.next(wanted(seed=5, seed_interval=2, seed_glide=1.0)).seed for _ in range(5)]
    assert seeds == [5, 5, 6, 6, 7]
    assert [place.seed for place in denoiser.places] == seeds
    assert [place.share for place in denoiser.places] == [0.0, 0.5, 0.0, 0.5, 0.0]


def test_nothing_of_a_picture_is_read_before_it_is_finished() -> None:
    engine = loop(Scripted(soft()))
    play(engine, 3, noise=0.1, **MOVING, **HELD)
    with Watched() as watched:
        play(engine, 1, since=3, noise=0.1, **MOVING, **HELD)
    assert any("grid_sampler" in name for name in watched.names)
    assert not READING & watched.names
