"""Brightness and contrast: Pillow's sums, on tensors."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image, ImageEnhance
from torch import Tensor

from visualizer.engine.perturb import brightness, contrast, perturb


def picture() -> Tensor:
    """A random picture in 256 levels, (1, 3, 20, 30)."""
    levels = torch.randint(0, 256, (1, 3, 20, 30), generator=torch.Generator().manual_seed(4))
    return levels / 255.0


def pillow(image: Tensor) -> Image.Image:
    """The same picture for Pillow."""
    return Image.fromarray((image[0] * 255.0).round().byte().permute(1, 2, 0).numpy())


@pytest.mark.parametrize("factor", [0.0, 0.5, 0.95, 1.0, 1.05, 1.8])
def test_it_does_what_pillow_does(factor: float) -> None:
    for ours, theirs in ((brightness, ImageEnhance.Brightness), (contrast, ImageEnhance.Contrast)):
        made = (ours(picture(), factor)[0] * 255.0).permute(1, 2, 0).numpy()
        expected = np.asarray(theirs(pillow(picture())).enhance(factor), dtype=float)
        # Pillow rounds the mean grey and cuts off fractions.
        assert abs(made - expected).max() < 1.6


def test_nothing_wanted_changes_nothing() -> None:
    image = picture()
    assert perturb(image, 0.0, torch.Generator()) is image


def test_it_stays_in_range_and_the_generator_decides() -> None:
    image = picture()
    made = [perturb(image, 0.5, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)]
    assert torch.equal(made[0], made[1])
    assert not torch.equal(made[0], made[2])
    assert all(0.0 <= each.min() <= each.max() <= 1.0 for each in made)


def test_draws_go_both_ways_and_no_further_than_asked() -> None:
    grey = torch.full((1, 3, 2, 2), 0.5)
    generator = torch.Generator().manual_seed(0)
    factors = [float(perturb(grey, 0.05, generator).mean()) / 0.5 for _ in range(200)]
    assert 0.95 <= min(factors) < 0.96
    assert 1.04 < max(factors) <= 1.05
    assert sum(factors) / len(factors) == pytest.approx(1.0, abs=0.01)
