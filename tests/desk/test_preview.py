"""The wall's picture as desks are sent it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from visualizer.desk.preview import LONGEST_SIDE, scaled


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((320, 200), (320, 200)),
        ((960, 648), (640, 432)),
        ((1280, 720), (640, 360)),
        ((1920, 1080), (640, 360)),
        ((1080, 1920), (360, 640)),
        ((3840, 2), (640, 1)),
        ((2561, 1441), (640, 360)),
    ],
)
def test_it_is_the_wall_in_small(size: tuple[int, int], small: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 255, (size[1], size[0], 3), np.uint8)
    if size[0] >= 3 * small[0] > 3 and size[1] >= 3 * small[1] > 3:
        assert scaled(noise).std() < 0.45 * noise.std(), "no pixel is passed over"
    coarse = rng.integers(0, 255, (9, 16, 3), np.uint8)
    wall = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    shown = scaled(wall)
    assert (shown.shape[1], shown.shape[0]) == small
    assert max(small) <= LONGEST_SIDE
    expected = cv2.resize(wall, small, interpolation=cv2.INTER_AREA)
    assert np.abs(shown.astype(int) - expected).mean() < 1.5
