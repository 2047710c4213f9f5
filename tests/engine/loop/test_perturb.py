"""What is done to the last frame: jitter and grain, in show time."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image, ImageEnhance
from torch import Tensor

from visualizer.engine.loop.perturb import (
    MARGIN,
    Jitter,
    brightness,
    contrast,
    draw,
    grain,
    jittered,
)

from ..conftest import request

FRAME = 1 / 20


def levels() -> Tensor:
    """A random picture in 256 levels, (1, 3, 20, 30)."""
    drawn = torch.randint(0, 256, (1, 3, 20, 30), generator=torch.Generator().manual_seed(4))
    return drawn / 255.0


def soft(height: int = 64, width: int = 64, patches: int = 6) -> Tensor:
    """Soft patches of colour, (1, 3, height, width)."""
    drawn = torch.rand(1, 3, patches, patches, generator=torch.Generator().manual_seed(5))
    return F.interpolate(drawn, size=(height, width), mode="bicubic").clamp(0.05, 0.95)


def off(one: Tensor, other: Tensor) -> float:
    """The mean absolute difference."""
    return float((one - other).abs().mean())


def pillow(image: Tensor) -> Image.Image:
    """The same picture for Pillow."""
    return Image.fromarray((image[0] * 255.0).round().byte().permute(1, 2, 0).numpy())


def test_brightness_and_contrast_are_pillows() -> None:
    for factor in (0.0, 0.5, 0.95, 1.0, 1.05, 1.8):
        for ours, theirs in (
            (brightness, ImageEnhance.Brightness),
            (contrast, ImageEnhance.Contrast),
        ):
            made = (ours(levels(), factor)[0] * 255.0).permute(1, 2, 0).numpy()
            expected = np.asarray(theirs(pillow(levels())).enhance(factor), dtype=float)
            # Pillow rounds the mean grey and cuts off fractions.
            assert abs(made - expected).max() < 1.6


def test_where_nothing_is_wanted_the_picture_is_not_even_copied() -> None:
    image, field = soft(), grain((64, 64), "cpu")
    nothing = draw(request(brightness=0.0, contrast=0.0, noise=0.0), FRAME, 1)
    assert jittered(image, nothing, field) is image


def test_draws_go_evenly_both_ways_and_no_further_than_asked() -> None:
    drawn = [draw(request(brightness=0.05, contrast=0.2), FRAME, number) for number in range(2000)]
    for factors, amount in (
        ([shake.brightness for shake in drawn], 0.05),
        ([shake.contrast for shake in drawn], 0.2),
    ):
        away = (np.array(factors) - 1.0) / amount
        assert -1.0 <= away.min() < -0.99
        assert 0.99 < away.max() <= 1.0
        assert abs(away.mean()) < 0.05
        assert away.std() == pytest.approx(1.0 / 3.0**0.5, abs=0.02)


def test_a_draw_can_be_made_again_and_a_knob_at_zero_does_not_change_the_others() -> None:
    wanted = request(brightness=0.1, contrast=0.1, noise=0.1)
    assert draw(wanted, FRAME, 7) == draw(wanted, FRAME, 7)
    assert draw(wanted, FRAME, 7) != draw(wanted, FRAME, 8)
    still = draw(request(brightness=0.0, contrast=0.1, noise=0.0), FRAME, 7)
    assert still.contrast == draw(wanted, FRAME, 7).contrast


def test_a_fast_machine_shakes_less_a_frame_and_as_much_a_second() -> None:
    wanted = request(brightness=0.1, contrast=0.1, noise=0.1)
    slow, fast = draw(wanted, FRAME, 3), draw(wanted, FRAME / 4, 3)
    assert fast.brightness - 1.0 == pytest.approx((slow.brightness - 1.0) / 2)
    assert fast.contrast - 1.0 == pytest.approx((slow.contrast - 1.0) / 2)
    assert fast.grain == pytest.approx(slow.grain / 2)
    assert draw(wanted, 5 * FRAME, 3) == slow
    assert draw(wanted, 0.0, 3).brightness == 1.0


def test_grain_is_as_strong_as_asked_and_new_in_each_frame() -> None:
    field, image = grain((64, 64), "cpu"), torch.full((1, 3, 64, 64), 0.5)
    made = [
        jittered(image, draw(request(brightness=0.0, contrast=0.0, noise=0.05), FRAME, n), field)
        for n in range(20)
    ]
    added = torch.stack([each - image for each in made]).flatten(1)
    assert float(added.std(1).mean()) == pytest.approx(0.05, rel=0.05)
    alike = torch.corrcoef(added) - torch.eye(20)
    assert alike.abs().max() < 0.1


def test_grain_leaves_what_is_coarse_alone_so_that_it_does_not_flicker() -> None:
    field = grain((64, 64), "cpu")
    assert float(field.std()) == pytest.approx(1.0, abs=0.01)
    white = torch.randn(field.shape, generator=torch.Generator().manual_seed(9))
    for cell, least in ((16, 0.5), (32, 0.2), (64, 0.15)):
        share = F.avg_pool2d(field, cell).std() / F.avg_pool2d(white, cell).std()
        assert share < least


def test_grain_can_be_taken_from_every_place_that_is_drawn() -> None:
    field, image = grain((20, 30), "cpu"), levels()
    for corner in ((0, 0), (MARGIN, MARGIN), (0, MARGIN)):
        assert jittered(image, Jitter(grain=0.1, corner=corner), field).shape == image.shape
    drawn = [draw(request(noise=0.1), FRAME, number).corner for number in range(3000)]
    assert min(min(corner) for corner in drawn) == 0
    assert max(max(corner) for corner in drawn) == MARGIN


def test_shaken_pictures_stay_in_range() -> None:
    field = grain((20, 30), "cpu")
    for number in range(20):
        shake = draw(request(brightness=0.5, contrast=0.5, noise=0.5), FRAME, number)
        made = jittered(levels(), shake, field)
        assert 0.0 <= made.min() <= made.max() <= 1.0
