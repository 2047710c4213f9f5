"""How the feedback moves: zoom, turn, pan, swirl, ripple, and the folds, in show time."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from visualizer.engine.loop.warp import warp
from visualizer.show.loop_motion import RIPPLE_DEPTH

from ..conftest import request

FRAME = 1 / 20


def soft(height: int = 64, width: int = 64, patches: int = 6) -> Tensor:
    """Soft patches of colour, (1, 3, height, width)."""
    drawn = torch.rand(1, 3, patches, patches, generator=torch.Generator().manual_seed(5))
    return F.interpolate(drawn, size=(height, width), mode="bicubic").clamp(0.05, 0.95)


def off(one: Tensor, other: Tensor) -> float:
    """The mean absolute difference."""
    return float((one - other).abs().mean())


def test_where_nothing_is_wanted_the_picture_is_not_even_copied() -> None:
    image = soft()
    assert warp(image, request(), FRAME) is image
    still = request(zoom=1.0, rotate=9.0, pan_x=1.0, pan_y=1.0, swirl=9.0, ripple=1.0)
    assert warp(image, still, 0.0) is image


def test_a_right_angle_a_second_turns_the_picture_clockwise() -> None:
    image = soft()
    turned = warp(image, request(rotate=90.0), 1.0)
    assert off(turned, torch.rot90(image, -1, (2, 3))) < 1e-3
    assert off(warp(image, request(rotate=-90.0), 1.0), torch.rot90(image, 1, (2, 3))) < 1e-3


def test_a_picture_that_is_not_square_turns_without_being_bent() -> None:
    image = soft(64, 96)
    turned = warp(image, request(rotate=90.0), 1.0)
    middle = (..., slice(0, 64), slice(16, 80))
    assert off(turned[middle], torch.rot90(image[middle], -1, (2, 3))) < 1e-3


def test_zoom_doubles_the_size_in_a_second_and_halves_it_below_zero() -> None:
    image = soft()
    nearer = warp(image, request(zoom=1.0), 1.0)
    assert off(F.avg_pool2d(nearer, 2), image[..., 16:48, 16:48]) < 0.01
    farther = warp(image, request(zoom=-1.0), 1.0)
    assert off(farther[..., 16:48, 16:48], F.avg_pool2d(image, 2)) < 0.01


@pytest.mark.parametrize(
    ("pan", "axis", "way"), [("pan_x", 3, 16), ("pan_y", 2, -16)], ids=["right", "up"]
)
def test_pan_goes_right_and_up(pan: str, axis: int, way: int) -> None:
    image = soft()
    away = warp(image, request(**{pan: 0.25}), 1.0)
    middle = (..., slice(16, 48), slice(16, 48))
    assert off(away[middle], image.roll(way, axis)[middle]) < 1e-3


def test_edges_are_mirrored() -> None:
    image = soft()
    away = warp(image, request(pan_x=0.25), 1.0)
    assert off(away[..., :16], image[..., :16].flip(3)) < 1e-3


def test_in_a_second_the_picture_moves_as_far_however_many_frames_that_is() -> None:
    image, wanted = soft(), request(zoom=0.3, rotate=10.0, pan_x=0.05, pan_y=0.02)
    made = []
    for frames in (10, 40):
        step = image
        for _ in range(frames):
            step = warp(step, wanted, 1.0 / frames)
        made.append(step)
    middle = (..., slice(12, 52), slice(12, 52))
    assert off(made[0][middle], made[1][middle]) < 0.01
    assert off(made[0][middle], image[middle]) > 0.05


def test_a_hundred_small_steps_keep_what_is_coarse_and_let_nothing_grow() -> None:
    for way in ({"rotate": 5.0}, {"zoom": 0.1}, {"pan_x": 0.031, "pan_y": 0.01}):
        step = image = soft(128, 128)
        for frame in range(100):
            # There and back: the picture stays in sight.
            back = 1.0 if frame // 10 % 2 == 0 else -1.0
            step = warp(step, request(**{name: back * speed for name, speed in way.items()}), FRAME)
        inner = (..., slice(16, 112), slice(16, 112))
        assert off(step[inner], image[inner]) < 0.015
        assert 0.9 < float(step[inner].std() / image[inner].std()) < 1.0


def test_swirl_turns_the_middle_and_leaves_the_corners() -> None:
    image = soft()
    turned = warp(image, request(swirl=90.0), 1.0)
    inner, whole = (..., slice(28, 36), slice(28, 36)), torch.rot90(image, -1, (2, 3))
    assert off(turned[inner], whole[inner]) < 0.03
    corner = (..., slice(0, 4), slice(0, 4))
    assert off(turned[corner], image[corner]) < 1e-3
    assert off(warp(turned, request(swirl=-90.0), 1.0), image) < 0.03


def test_ripples_push_no_further_than_their_depth_and_run_on_with_time() -> None:
    image, one, other = soft(), request(ripple=1.0, time=0.0), request(ripple=1.0, time=0.7)
    pushed = warp(image, one, FRAME)
    steepest = float((image[..., 1:] - image[..., :-1]).abs().max()) * 32  # a half height
    assert 0.0 < float((pushed - image).abs().max()) <= steepest * RIPPLE_DEPTH * FRAME * 2
    assert off(pushed, warp(image, other, FRAME)) > 1e-4
    assert off(warp(image, request(ripple=0.5), FRAME), image) < off(pushed, image)


def test_mirrors_copy_the_left_half_the_upper_half_or_both() -> None:
    image = soft()
    left, top, both = (warp(image, request(mirror=choice), 0.0) for choice in (1, 2, 3))
    assert off(left[..., :32], image[..., :32]) < 1e-6
    assert off(left, left.flip(3)) < 1e-6
    assert off(top[..., :32, :], image[..., :32, :]) < 1e-6
    assert off(top, top.flip(2)) < 1e-6
    assert off(both[..., :32, :32], image[..., :32, :32]) < 1e-6
    assert off(both, both.flip(2, 3)) < 1e-6


def test_a_kaleidoscope_is_alike_in_all_wedges_and_keeps_its_own() -> None:
    for segments in (1, 2, 3, 6, 16):
        image = soft(96, 96)
        folded = warp(image, request(kaleidoscope=segments), 0.0)
        y, x = torch.meshgrid(torch.arange(96) - 47.5, torch.arange(96) - 47.5, indexing="ij")
        disc = torch.hypot(x, y) < 44
        turned = warp(folded, request(rotate=360.0 / segments), 1.0)
        assert off(folded[..., disc], turned[..., disc]) < 0.02
        assert off(folded, folded.flip(3)) < 1e-5
        angle = torch.atan2(x, -y)
        first = disc & (angle >= 0) & (angle < math.pi / segments)
        assert off(folded[..., first], image[..., first]) < 1e-5


def test_folds_come_before_motion_so_that_new_things_keep_coming_in() -> None:
    image = soft(96, 96)
    folded = warp(image, request(kaleidoscope=6, rotate=40.0), 0.5)
    assert off(folded, folded.flip(3)) < 1e-5
    assert off(folded, warp(image, request(kaleidoscope=6), 0.0)) > 0.02


def test_a_picture_that_is_not_square_swirls_and_folds_in_circles() -> None:
    wide = soft(64, 128)
    square = wide[..., 32:96]
    for wanted in (request(swirl=60.0), request(ripple=1.0), request(kaleidoscope=5)):
        inner = (..., slice(24, 40))
        made = warp(wide, wanted, FRAME)[..., 32:96]
        assert off(made[inner], warp(square, wanted, FRAME)[inner]) < 1e-4
