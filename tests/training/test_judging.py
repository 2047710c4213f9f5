"""The figures that pictures are judged by: hue, crispness, kernel distance, drift and variety."""

from __future__ import annotations

import torch

from training.data.pictures import make_pictures
from training.judge import figures, hues


def test_hues_are_those_of_the_colour_wheel() -> None:
    colours = torch.tensor([[255, 0, 0], [0, 255, 0], [0, 40, 255], [255, 0, 200]])
    pictures = colours.to(torch.uint8).view(4, 3, 1, 1).expand(-1, -1, 8, 8)
    away = hues.hue_distance(hues.dominant_hue(pictures), torch.tensor([0.0, 120.0, 231.0, 313.0]))
    assert bool((away < 5).all())


def test_crispness_falls_where_a_picture_is_blurred_and_is_one_at_any_size() -> None:
    pictures = make_pictures(8, 3, 256).images
    soft = torch.nn.functional.avg_pool2d(pictures.float(), 9, 1, 4, count_include_pad=False)
    shares = figures.crispness(soft) / figures.crispness(pictures)
    assert bool((shares < 1).all())
    assert float(shares.mean()) < 0.85
    large = pictures.repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert torch.allclose(figures.crispness(large), figures.crispness(pictures), rtol=1e-3)


def test_the_kernel_distance_is_nothing_within_a_distribution_and_grows_between_two() -> None:
    gen = torch.Generator().manual_seed(0)
    one, same, other = torch.randn(3, 400, 16, generator=gen).unbind(0)
    assert abs(figures.kernel_distance(one, same)) < 0.02
    near, far = (figures.kernel_distance(one, other + shift) for shift in (0.5, 1.0))
    assert 0.05 < near < far


def test_drift_is_the_largest_deviation_of_a_running_mean() -> None:
    steady = torch.ones(1000, 4)
    assert figures.drift(steady) == [0.0] * 4
    steady[800:, 2] = 1.5
    found = figures.drift(steady)
    assert found[0] == found[1] == found[3] == 0.0
    assert 0.3 < found[2] < 0.5


def test_variety_is_nothing_between_copies() -> None:
    pictures = make_pictures(4, 5, 64).images
    assert figures.variety(pictures[:1].repeat(3, 1, 1, 1)) == 0.0
    assert figures.variety(pictures) > 20.0
