"""The look of a picture in numbers, and the pull of one look to another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from visualizer.engine.loop.image_stats import (
    AXES,
    CELL,
    GAINS,
    SHIFT,
    ImageStats,
    measure,
    pull,
    recoloured,
    smooth,
    stats_of,
    transport,
)

Floats = npt.NDArray[np.float64]


def patches(seed: int = 0, cells: int = 8, grain: float = 0.05) -> Tensor:
    """Soft patches of mild colours with a little grain, (1, 3, 64, 96)."""
    generator = torch.Generator().manual_seed(seed)
    coarse = 0.3 + 0.4 * torch.rand(1, 3, cells, cells, generator=generator)
    soft = F.interpolate(coarse, size=(64, 96), mode="bilinear")
    return soft + grain * (torch.rand(soft.shape, generator=generator) - 0.5)


def seen(image: Tensor) -> ImageStats:
    """The look of an image of numbers."""
    look = stats_of(measure(image).numpy())
    assert look is not None
    return look


def oklab(rgb: Floats) -> Floats:
    """Oklab of sRGB in [0, 1], (n, 3), as Ottosson gives it."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    cones = linear @ np.array(
        [
            [0.4122214708, 0.2119034982, 0.0883024619],
            [0.5363325363, 0.6806995451, 0.2817188376],
            [0.0514459929, 0.1073969566, 0.6299787005],
        ]
    )
    lab: Floats = np.cbrt(cones) @ np.array(
        [
            [0.2104542553, 1.9779984951, 0.0259040371],
            [0.7936177850, -2.4285922050, 0.7827717662],
            [-0.0040720468, 0.4505937099, -0.8086757660],
        ]
    )
    return lab


def test_the_axes_are_nearly_oklabs() -> None:
    rgb = np.random.default_rng(1).uniform(0.1, 0.9, (20000, 3))
    for ours, theirs in zip((rgb @ AXES.T).T, oklab(rgb).T, strict=True):
        assert np.corrcoef(ours, theirs)[0, 1] ** 2 > 0.95


def test_a_grey_has_its_own_value_for_lightness_and_no_colour() -> None:
    assert AXES @ np.full(3, 0.4) == pytest.approx([0.4, 0.0, 0.0], abs=1e-3)


def test_a_look_is_the_mean_and_the_covariance_of_all_pixels() -> None:
    image = patches()
    pixels = AXES @ image[0].flatten(1).numpy().astype(np.float64)
    look = seen(image)
    assert look.mean == pytest.approx(pixels.mean(1), abs=1e-5)
    assert look.covariance == pytest.approx(np.cov(pixels, bias=True), abs=1e-6)
    assert look.spread == pytest.approx(np.sqrt(pixels.var(1).sum()), abs=1e-4)


def test_detail_is_what_cells_do_not_see() -> None:
    assert seen(patches(cells=2, grain=0.0)).detail < 0.15
    assert seen(torch.rand(1, 3, 64, 96)).detail > 0.95
    blurred, crisp = seen(smooth(patches())), seen(patches(grain=0.3))
    assert blurred.detail < seen(patches()).detail < crisp.detail


def test_a_picture_with_one_value_that_is_no_number_has_no_look() -> None:
    for bad in (float("nan"), float("inf"), -float("inf")):
        image = patches()
        image[0, 1, 2, 3] = bad
        assert stats_of(measure(image).numpy()) is None


def test_pictures_of_any_size_have_a_look_and_can_be_smoothed() -> None:
    for size in ((6, 8), (8, 8), (20, 30), (64, 96)):
        image = torch.rand(1, 3, *size)
        assert 0.0 <= seen(image).detail <= 1.0
        assert smooth(image).shape == image.shape


def test_smoothing_is_bilinear_between_the_means_of_cells() -> None:
    image = patches()
    expected = F.interpolate(F.avg_pool2d(image, CELL), size=(64, 96), mode="bilinear")
    assert (smooth(image) - expected).abs().max() < 1e-5


def test_the_transport_gives_one_covariance_another_and_moves_nothing_needlessly() -> None:
    now, wanted = seen(patches(1)).covariance, seen(patches(2)).covariance
    full = transport(now, wanted)
    # The floor, and the cut of gains, leave a little.
    assert full @ now @ full.T == pytest.approx(wanted, abs=0.1 * np.trace(wanted))
    assert full == pytest.approx(full.T)
    assert transport(now, now) == pytest.approx(np.eye(3), abs=1e-6)


def test_nothing_is_stretched_much_in_one_frame_not_even_out_of_flat_colour() -> None:
    flat, full = np.zeros((3, 3)), np.diag([0.1, 0.05, 0.05])
    for now, wanted in ((flat, full), (full, flat), (flat, flat), (full, full)):
        gains = np.linalg.eigvalsh(transport(now, wanted))
        assert gains.min() >= GAINS[0] - 1e-9
        assert gains.max() <= GAINS[1] + 1e-9


def test_a_full_pull_gives_a_picture_the_wanted_look() -> None:
    image = patches()
    now = seen(image)
    scale, shift = np.diag([1.1, 0.9, 1.2]), np.array([0.03, -0.02, 0.01])
    wanted = ImageStats(now.mean + shift, scale @ now.covariance @ scale, now.detail)
    made = seen(recoloured(image, *pull(now, wanted, 1.0)))
    assert made.mean == pytest.approx(wanted.mean, abs=1e-4)
    assert made.covariance == pytest.approx(wanted.covariance, abs=1e-4)


def test_a_pull_of_no_weight_changes_nothing_and_half_a_pull_goes_half_way() -> None:
    image = patches()
    now = seen(image)
    wanted = replace(now, mean=now.mean + 0.04)
    assert (recoloured(image, *pull(now, wanted, 0.0)) - image).abs().max() < 1e-5
    half = seen(recoloured(image, *pull(now, wanted, 0.5)))
    assert half.mean == pytest.approx(now.mean + 0.02, abs=1e-4)


def test_a_pull_never_moves_the_mean_by_a_flash() -> None:
    image = patches()
    now = seen(image)
    made = seen(recoloured(image, *pull(now, replace(now, mean=now.mean + 0.5), 1.0)))
    assert made.mean - now.mean == pytest.approx(np.full(3, SHIFT), abs=1e-4)
