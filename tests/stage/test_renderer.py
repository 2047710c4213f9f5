"""Claims about the software renderer: where the picture goes, and what a mix looks like."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.frame import Pixels
from visualizer.stage.renderer import SoftwareRenderer, cropped, fitted

GOLDEN = Path(__file__).parent / "golden"
lengths = st.integers(1, 3000)


def screen(width: int, height: int) -> pygame.Surface:
    """Something to draw on, not black, so that a pixel left out shows."""
    surface = pygame.Surface((width, height), depth=32)
    surface.fill((255, 0, 255))
    return surface


def pixels_of(surface: pygame.Surface) -> npt.NDArray[np.int64]:
    """Shape (height, width, 3)."""
    return pygame.surfarray.array3d(surface).transpose(1, 0, 2).astype(np.int64)


def plain(red: int, green: int, blue: int, size: int = 8) -> Pixels:
    """A picture of one colour."""
    return np.full((size, size, 3), (red, green, blue), np.uint8)


def quarters(size: int = 32) -> Pixels:
    """Each corner has its colour, so that mirrored or turned pictures show."""
    picture = np.zeros((size, size, 3), np.uint8)
    half = size // 2
    picture[:half, :half] = (230, 40, 40)
    picture[:half, half:] = (40, 230, 40)
    picture[half:, :half] = (40, 40, 230)
    picture[half:, half:] = (230, 230, 40)
    return picture


def drawn(mix: float, dim: float = 1.0, size: tuple[int, int] = (8, 8)) -> npt.NDArray[np.int64]:
    """From (200, 0, 10) to (0, 100, 250)."""
    target = screen(*size)
    renderer = SoftwareRenderer(target)
    renderer.push(plain(200, 0, 10))
    renderer.draw(1.0, 1.0, True)
    renderer.push(plain(0, 100, 250))
    renderer.draw(mix, dim, True)
    return pixels_of(target)


@pytest.mark.parametrize(
    ("mix", "expected"),
    [(0.0, (200, 0, 10)), (0.25, (150, 25, 70)), (0.5, (100, 50, 130)), (1.0, (0, 100, 250))],
)
def test_a_mix_is_exact_within_rounding(mix: float, expected: tuple[int, int, int]) -> None:
    assert np.abs(drawn(mix) - expected).max() <= (0 if mix in (0.0, 1.0) else 1)


@pytest.mark.parametrize("dim", [0.0, 0.25, 0.5, 1.0])
def test_dim_scales_all_colours(dim: float) -> None:
    assert np.abs(drawn(1.0, dim) - np.array((0, 100, 250)) * dim).max() <= 1


def test_pushed_pixels_are_copied_and_the_first_push_needs_no_other() -> None:
    target, picture = screen(8, 8), plain(9, 8, 7)
    renderer = SoftwareRenderer(target)
    renderer.push(picture)
    picture[:] = 0
    renderer.draw(0.0, 1.0, True)
    assert (pixels_of(target) == (9, 8, 7)).all()


def test_a_push_within_a_fade_starts_from_what_was_shown() -> None:
    target = screen(8, 8)
    renderer = SoftwareRenderer(target)
    renderer.push(plain(0, 0, 0))
    renderer.push(plain(200, 100, 50))
    renderer.draw(0.5, 1.0, True)
    before = pixels_of(target)
    renderer.push(plain(0, 0, 255))
    renderer.draw(0.0, 1.0, True)
    assert (pixels_of(target) == before).all()


def test_a_fade_goes_on_behind_a_blackout() -> None:
    target = screen(8, 8)
    renderer = SoftwareRenderer(target)
    renderer.push(plain(0, 0, 0))
    renderer.push(plain(200, 100, 50))
    renderer.draw(1.0, 0.0, True)
    assert not pixels_of(target).any()
    renderer.push(plain(200, 100, 50))
    renderer.draw(0.0, 1.0, True)
    assert (pixels_of(target) == (200, 100, 50)).all()


def test_before_the_first_push_it_is_black_and_does_not_fail() -> None:
    target = screen(8, 8)
    SoftwareRenderer(target).draw(0.5, 1.0, False)
    assert not pixels_of(target).any()


def test_a_picture_of_another_size_fades_in_from_the_one_before() -> None:
    target = screen(16, 16)
    renderer = SoftwareRenderer(target)
    renderer.push(plain(100, 0, 0, size=8))
    renderer.draw(1.0, 1.0, True)
    renderer.push(plain(0, 0, 100, size=32))
    renderer.draw(0.0, 1.0, True)
    assert (pixels_of(target) == (100, 0, 0)).all()
    renderer.draw(0.5, 1.0, True)
    assert np.abs(pixels_of(target) - (50, 0, 50)).max() <= 1
    renderer.draw(0.5, 0.5, True)
    assert np.abs(pixels_of(target) - (25, 0, 25)).max() <= 1
    renderer.draw(1.0, 1.0, True)
    assert (pixels_of(target) == (0, 0, 100)).all()


def detailed(width: int, height: int) -> Pixels:
    """A picture in which each pixel is another."""
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("fill", [True, False])
@pytest.mark.parametrize(
    "sizes", [((16, 16), (32, 32)), ((32, 32), (16, 16)), ((16, 16), (48, 32))]
)
def test_both_ends_of_a_fade_between_sizes_are_the_pictures_as_they_are_alone(
    sizes: tuple[tuple[int, int], tuple[int, int]], fill: bool
) -> None:
    def alone(size: tuple[int, int]) -> npt.NDArray[np.int64]:
        target = screen(96, 54)
        renderer = SoftwareRenderer(target)
        renderer.push(detailed(*size))
        renderer.draw(1.0, 1.0, fill)
        return pixels_of(target)

    target = screen(96, 54)
    renderer = SoftwareRenderer(target)
    renderer.push(detailed(*sizes[0]))
    renderer.draw(1.0, 1.0, fill)
    renderer.push(detailed(*sizes[1]))
    for mix, nearest in ((0.0, sizes[0]), (0.004, sizes[0]), (0.996, sizes[1]), (1.0, sizes[1])):
        renderer.draw(mix, 1.0, fill)
        assert np.abs(pixels_of(target) - alone(nearest)).max() <= (0 if mix in (0.0, 1.0) else 2)


@settings(deadline=None)
@given(st.tuples(lengths, lengths), st.tuples(lengths, lengths))
def test_a_fitted_picture_is_whole_centred_and_touches_two_sides(
    picture: tuple[int, int], on: tuple[int, int]
) -> None:
    place = fitted(picture, on)
    assert pygame.Rect((0, 0), on).contains(place)
    assert place.width == on[0] or place.height == on[1]
    assert abs(place.left - (on[0] - place.right)) <= 1
    assert abs(place.top - (on[1] - place.bottom)) <= 1
    scale = min(on[0] / picture[0], on[1] / picture[1])
    assert abs(place.width - picture[0] * scale) <= 1
    assert abs(place.height - picture[1] * scale) <= 1


@settings(deadline=None)
@given(st.tuples(lengths, lengths), st.tuples(lengths, lengths))
def test_a_crop_lies_in_the_picture_and_has_the_screens_shape(
    picture: tuple[int, int], on: tuple[int, int]
) -> None:
    part = cropped(picture, on)
    assert pygame.Rect((0, 0), picture).contains(part)
    assert part.width >= 1
    assert part.height >= 1
    assert part.width == picture[0] or part.height == picture[1]


@pytest.mark.parametrize(("name", "fill"), [("letterbox", False), ("fill", True)])
def test_geometry_is_as_in_the_golden_image(name: str, fill: bool) -> None:
    target = screen(96, 54)
    renderer = SoftwareRenderer(target)
    renderer.push(quarters())
    renderer.draw(1.0, 1.0, fill)
    golden = pixels_of(pygame.image.load(GOLDEN / f"{name}.png"))
    # Scaling may differ by machine (SSE2, NEON) in the seams; shapes and colours may not.
    difference = np.abs(pixels_of(target) - golden)
    assert difference.mean() < 1.0


def test_letterbox_bars_are_black_and_fill_leaves_none() -> None:
    target = screen(96, 54)
    renderer = SoftwareRenderer(target)
    renderer.push(plain(90, 90, 90))
    renderer.draw(1.0, 1.0, False)
    image = pixels_of(target)
    assert not image[:, :21].any()
    assert not image[:, 75:].any()
    assert (image[:, 21:75] == 90).all()
    renderer.draw(1.0, 1.0, True)
    assert (pixels_of(target) == 90).all()


def test_it_draws_on_a_screen_with_16_bits_a_pixel() -> None:
    target = pygame.Surface((32, 18), depth=16)
    renderer = SoftwareRenderer(target)
    renderer.push(plain(255, 255, 255))
    renderer.draw(1.0, 1.0, True)
    assert target.get_at((5, 5))[:3] == (255, 255, 255)


@pytest.mark.parametrize("size", [(2560, 1440), (3840, 2160), (3841, 2163), (7680, 4320)])
def test_a_large_screen_shows_slopes_and_no_blocks(size: tuple[int, int]) -> None:
    picture = np.zeros((8, 8, 3), np.uint8)
    picture[:, 4:] = 255
    target = screen(*size)
    renderer = SoftwareRenderer(target)
    renderer.push(picture)
    renderer.draw(1.0, 1.0, True)
    row = pixels_of(target.subsurface((0, size[1] // 2, size[0], 1)))[0, :, 1]
    assert (row[0], row[-1]) == (0, 255)
    assert np.diff(row).min() >= 0
    assert np.diff(row).max() <= 5


def test_a_large_screen_is_scaled_smoothly_to_a_half_and_then_doubled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small, large = screen(48, 36), screen(96, 72)
    for target in (small, large):
        renderer = SoftwareRenderer(target)
        renderer.push(quarters())
        monkeypatch.setattr("visualizer.stage.renderer.SMOOTH_UP_TO", 48 * 36)
        renderer.draw(1.0, 1.0, False)
    doubled = pixels_of(small).repeat(2, axis=0).repeat(2, axis=1)
    assert (pixels_of(large) == doubled).all()
