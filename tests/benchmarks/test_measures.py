"""The four numbers of a picture."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.measures import difference, measured
from visualizer.frame import Pixels


def flat(*colour: int) -> Pixels:
    """A picture of one colour."""
    return np.full((8, 8, 3), colour, dtype=np.uint8)


def stripes(width: int) -> Pixels:
    """Black and white columns."""
    columns = (np.arange(16) // width % 2 * 255).astype(np.uint8)
    return np.repeat(np.tile(columns, (16, 1))[..., None], 3, axis=2)


def test_a_flat_grey_has_a_mean_and_nothing_else() -> None:
    found = measured(flat(51, 51, 51))
    assert found.mean == pytest.approx(0.2)
    assert (found.deviation, found.sharpness) == pytest.approx((0.0, 0.0), abs=1e-6)
    assert found.saturation == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize(
    ("colour", "chroma"),
    [((255, 0, 0), 1.0455), ((0, 255, 0), 1.1978), ((0, 0, 255), 1.3381), ((255, 255, 255), 0.0)],
)
def test_saturation_is_cielabs_chroma(colour: tuple[int, int, int], chroma: float) -> None:
    """Of sRGB's own primaries it is known."""
    assert measured(flat(*colour)).saturation == pytest.approx(chroma, abs=2e-3)


def test_half_black_and_half_white_deviates_by_a_half() -> None:
    assert measured(stripes(8)).deviation == pytest.approx(0.5)


def blurred(pixels: Pixels) -> Pixels:
    """Each pixel the mean of itself and its neighbours to the left and right."""
    around = (pixels.astype(int) + np.roll(pixels, 1, 1) + np.roll(pixels, -1, 1)) // 3
    return around.astype(np.uint8)


def test_blur_lowers_sharpness_and_detail_raises_it() -> None:
    assert measured(blurred(stripes(4))).sharpness < 0.9 * measured(stripes(4)).sharpness
    assert measured(stripes(8)).sharpness < measured(stripes(4)).sharpness
    assert measured(flat(9, 9, 9)).sharpness == 0.0


def test_the_difference_of_two_pictures_has_no_sign_and_no_overflow() -> None:
    assert difference(flat(0, 0, 0), flat(255, 255, 255)) == 1.0
    assert difference(flat(255, 0, 0), flat(0, 0, 0)) == pytest.approx(1 / 3)
    assert difference(stripes(4), stripes(4)) == 0.0
