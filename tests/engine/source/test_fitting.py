"""A source's frame in the loop's shape: filled, zoomed and mirrored."""

from __future__ import annotations

import av
import numpy as np
import pytest

from visualizer.engine.source.fitting import BOTH, FLIP, LEFT, TOP, fitted
from visualizer.frame import Pixels

from ...clips import BLUE, GREEN, GREY, RED, is_colour


def quarters(height: int, width: int) -> av.VideoFrame:
    """Red, green over blue, grey: a quarter each."""
    pixels = np.empty((height, width, 3), np.uint8)
    down, across = height // 2, width // 2
    pixels[:down, :across], pixels[:down, across:] = RED, GREEN
    pixels[down:, :across], pixels[down:, across:] = BLUE, GREY
    return av.VideoFrame.from_ndarray(pixels, format="rgb24")


def corners(pixels: Pixels) -> list[tuple[int, ...]]:
    """The colours of the four corners, by rows."""
    return [tuple(pixels[y, x].tolist()) for y in (2, -3) for x in (2, -3)]


@pytest.mark.parametrize("size", [(64, 64), (32, 96), (200, 120), (65, 33)])
@pytest.mark.parametrize("zoom", [-1.5, 0.0, 0.7])
def test_a_frame_fills_the_picture_whatever_its_shape_and_zoom(
    size: tuple[int, int], zoom: float
) -> None:
    for shape in ((48, 64), (100, 40), (300, 500)):
        pixels = fitted(quarters(*shape), size, zoom)
        assert pixels.shape == (*size, 3)
        assert pixels.dtype == np.uint8
        assert pixels.flags.c_contiguous
        assert not pixels.flags.writeable


def test_the_middle_stays_in_the_middle_and_what_juts_out_is_cut_off() -> None:
    frame = quarters(40, 200)
    assert corners(fitted(frame, (40, 40))) == [RED, GREEN, BLUE, GREY]
    assert corners(fitted(frame, (40, 40), zoom=2.0)) == [RED, GREEN, BLUE, GREY]


def test_what_is_smaller_than_the_picture_is_repeated_as_in_mirrors() -> None:
    pixels = fitted(quarters(64, 64), (64, 64), zoom=-1.0)
    assert is_colour(pixels[18:30, 18:30], RED, 2)
    assert is_colour(pixels[:14, 18:30], RED, 2)
    assert is_colour(pixels[-14:, -14:], GREY, 2)


def test_detail_too_fine_for_the_picture_is_averaged() -> None:
    lines = np.zeros((256, 256, 3), np.uint8)
    lines[::2] = 255
    pixels = fitted(av.VideoFrame.from_ndarray(lines, format="rgb24"), (32, 32))
    assert np.abs(pixels[4:-4].astype(int) - 127).max() <= 8


@pytest.mark.parametrize(
    ("mirror", "wanted"),
    [
        (LEFT, [RED, RED, BLUE, BLUE]),
        (TOP, [RED, GREEN, RED, GREEN]),
        (BOTH, [RED, RED, RED, RED]),
        (FLIP, [GREEN, RED, GREY, BLUE]),
    ],
)
def test_mirrors(mirror: int, wanted: list[tuple[int, ...]]) -> None:
    for size in ((40, 40), (41, 41)):
        assert corners(fitted(quarters(40, 40), size, mirror=mirror)) == wanted


def test_pixels_that_are_not_square_are_made_so() -> None:
    pixels = np.zeros((40, 40, 3), np.uint8)
    pixels[:, 10:30] = 255
    wide = fitted(av.VideoFrame.from_ndarray(pixels, format="rgb24"), (40, 80), pixel_aspect=2.0)
    assert (wide[:, 24:56] == 255).all()
    assert (wide[:, :16] == 0).all()
