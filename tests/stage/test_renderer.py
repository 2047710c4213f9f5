"""Claims about both renderers: where the picture goes, what mix, motion and looks make of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pygame
import pytest
import torch

from visualizer.engine.loop.warp import warp
from visualizer.frame import Pixels
from visualizer.show.records import FITS
from visualizer.stage.geometry import Size, fitted, seen
from visualizer.stage.gl_renderer import GLRenderer
from visualizer.stage.renderer import Moment
from visualizer.stage.software_renderer import SoftwareRenderer

from .renderers import Make, software
from .wall_pictures import Signed, detailed, moving, plain, quarters, seen_on, smooth

GOLDEN = Path(__file__).parent / "golden"


def test_a_mix_is_exact_within_rounding_and_dim_scales_all_colours(make: Make) -> None:
    renderer = make((8, 8))
    renderer.push(plain(200, 0, 10))
    renderer.draw(Moment())
    renderer.push(plain(0, 100, 250))
    for mix, colour in (
        (0.0, (200, 0, 10)), (0.25, (150, 25, 70)), (0.5, (100, 50, 130)), (1.0, (0, 100, 250)),
    ):  # fmt: skip
        allowed = 0 if mix in (0.0, 1.0) else 1
        assert np.abs(seen_on(renderer, Moment(mix)) - colour).max() <= allowed
        for dim in (0.0, 0.25, 0.5):
            wall = seen_on(renderer, Moment(mix, dim))
            assert np.abs(wall - np.array(colour) * dim).max() <= 1


def test_before_the_first_push_it_is_black(make: Make) -> None:
    assert not seen_on(make((8, 8)), Moment(mix=0.5, fit="whole")).any()


def test_pushed_pixels_are_copied(make: Make) -> None:
    renderer, picture = make((8, 8)), plain(9, 8, 7)
    renderer.push(picture)
    picture[:] = 0
    assert (seen_on(renderer, Moment(mix=0.0)) == (9, 8, 7)).all()


def test_a_push_within_a_fade_starts_from_what_was_shown(make: Make) -> None:
    renderer = make((8, 8))
    renderer.push(plain(0, 0, 0))
    renderer.push(plain(200, 100, 50))
    before = seen_on(renderer, Moment(mix=0.5))
    renderer.push(plain(0, 0, 255))
    assert (seen_on(renderer, Moment(mix=0.0)) == before).all()


def test_a_fade_goes_on_behind_a_blackout(make: Make) -> None:
    renderer = make((8, 8))
    renderer.push(plain(0, 0, 0))
    renderer.push(plain(200, 100, 50))
    assert not seen_on(renderer, Moment(dim=0.0)).any()
    renderer.push(plain(200, 100, 50))
    assert (seen_on(renderer, Moment(mix=0.0)) == (200, 100, 50)).all()


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize(
    "sizes", [((16, 16), (32, 32)), ((32, 32), (16, 16)), ((16, 16), (48, 32))]
)
def test_a_fade_between_sizes_begins_and_ends_with_the_pictures_as_they_are_alone(
    make: Make, sizes: tuple[Size, Size], fit: str
) -> None:
    def alone(size: Size) -> Signed:
        renderer = make((96, 54))
        renderer.push(detailed(*size))
        return seen_on(renderer, Moment(fit=fit))

    ends = [alone(size) for size in sizes]
    renderer = make((96, 54))
    renderer.push(detailed(*sizes[0]))
    renderer.draw(Moment(fit=fit))
    renderer.push(detailed(*sizes[1]))
    for mix, end in ((0.0, 0), (0.004, 0), (0.996, 1), (1.0, 1)):
        wall = seen_on(renderer, Moment(mix, fit=fit))
        allowed = 0 if mix in (0.0, 1.0) else 2 if isinstance(renderer, SoftwareRenderer) else 8
        assert np.abs(wall - ends[end]).max() <= allowed  # sharpening is steep in such a noise
    middle = seen_on(renderer, Moment(0.5, fit=fit))
    assert np.abs(middle - (ends[0] + ends[1]) / 2).mean() <= 8


LENGTHS = (1, 2, 3, 7, 54, 96, 511, 512, 1000, 3000)


def test_a_fitted_picture_is_whole_centred_and_touches_two_sides() -> None:
    for picture in zip(LENGTHS, reversed(LENGTHS), strict=True):
        for on in ((a, b) for a in LENGTHS for b in LENGTHS):
            place = fitted(picture, on)
            assert pygame.Rect((0, 0), on).contains(place)
            assert place.width == on[0] or place.height == on[1]
            assert abs(place.left - (on[0] - place.right)) <= 1
            assert abs(place.top - (on[1] - place.bottom)) <= 1
            scale = min(on[0] / picture[0], on[1] / picture[1])
            assert abs(place.width - picture[0] * scale) <= 1
            assert abs(place.height - picture[1] * scale) <= 1


def test_what_a_screen_shows_of_a_picture_follows_the_fit() -> None:
    assert seen((512, 512), (1280, 720), "fill") == (1.0, 0.5625)
    assert seen((512, 512), (720, 1280), "fill") == (0.5625, 1.0)
    assert seen((512, 512), (1280, 720), "tile") == pytest.approx((16 / 9, 1.0))
    assert seen((512, 512), (1280, 720), "stretch") == (1.0, 1.0)


@pytest.mark.parametrize(("name", "fit"), [("letterbox", "whole"), ("fill", "fill")])
def test_geometry_is_as_in_the_golden_image(make: Make, name: str, fit: str) -> None:
    renderer = make((96, 54))
    renderer.push(quarters())
    golden = pygame.surfarray.array3d(pygame.image.load(GOLDEN / f"{name}.png"))
    # Renderers and machines differ in the seams; shapes and colours may not.
    difference = np.abs(seen_on(renderer, Moment(fit=fit)) - golden.transpose(1, 0, 2))
    assert difference.mean() < 3.0
    assert np.median(difference) == 0


def test_bars_are_black_a_stretched_picture_has_none_and_tiles_are_mirrored(make: Make) -> None:
    renderer = make((96, 54))
    renderer.push(plain(90, 90, 90))
    wall = seen_on(renderer, Moment(fit="whole"))
    assert not wall[:, :20].any()
    assert not wall[:, 76:].any()
    assert (wall[:, 22:74] == 90).all()
    renderer.push(quarters())
    wall = seen_on(renderer, Moment(fit="stretch"))
    assert (wall[10, 10] == (230, 40, 40)).all()
    assert (wall[10, 85] == (40, 230, 40)).all()
    tiled, whole = (seen_on(renderer, Moment(fit=fit)) for fit in ("tile", "whole"))
    assert np.abs(tiled[:, 26:70] - whole[:, 26:70]).mean() < 8
    assert np.abs(tiled[:, 2:20] - tiled[:, 22:40][:, ::-1]).mean() < 8
    assert (tiled[10, 3] == (230, 40, 40)).all()


MOTIONS: tuple[dict[str, float], ...] = (
    {"zoom": 0.8}, {"rotate": 60.0}, {"pan_x": 0.2, "pan_y": -0.3}, {"zoom": -0.5, "rotate": -30.0},
)  # fmt: skip


CURVED: tuple[dict[str, float], ...] = (
    {"swirl": 90.0}, {"ripple": 1.0}, {"swirl": -60.0, "zoom": 0.4, "ripple": 0.5},
)  # fmt: skip


def test_motion_is_carried_on_as_the_loop_moves_its_pictures(make: Make) -> None:
    picture = smooth(64)
    image = torch.tensor(picture).permute(2, 0, 1).unsqueeze(0).float() / 255
    renderer = make((64, 64))
    renderer.push(picture)
    motions = MOTIONS if isinstance(renderer, SoftwareRenderer) else MOTIONS + CURVED
    for values in motions:
        asked = moving(**values)
        for seconds in (0.2, -0.15):
            expected = warp(image, asked, abs(seconds)) if seconds > 0 else None
            wall = seen_on(renderer, Moment(request=asked, behind=seconds))
            if expected is not None:
                looped = expected[0].permute(1, 2, 0).numpy() * 255
                assert np.abs(wall - looped).mean() < 3, values
            else:  # there and back is where it was
                renderer.push(wall.astype(np.uint8))
                back = seen_on(renderer, Moment(request=asked, behind=-seconds))
                inner = slice(20, 44)  # beyond, what had left the picture is missing
                assert np.abs(back - picture)[inner, inner].mean() < 5, values
                renderer.push(picture)
            assert np.abs(wall - picture).mean() > 3, values


def test_a_folded_picture_moves_within_its_fold(gl: Make) -> None:
    plain_picture = torch.tensor(smooth(64)).permute(2, 0, 1).unsqueeze(0).float() / 255
    for fold in ({"kaleidoscope": 6}, {"mirror": 3}):
        asked = moving(rotate=40.0, zoom=0.3, **fold)
        folded = warp(plain_picture, moving(**fold), 0.0)
        expected = warp(folded, asked, 0.2)[0].permute(1, 2, 0).numpy() * 255
        renderer = gl((64, 64))
        renderer.push(np.round(folded[0].permute(1, 2, 0).numpy() * 255).astype(np.uint8))
        still = seen_on(renderer, Moment(request=asked))
        wall = seen_on(renderer, Moment(request=asked, behind=0.2))
        assert np.abs(wall - expected).mean() < 4
        assert np.abs(still - expected).mean() > 10


def chart(size: int, slope: float = 0.0) -> Pixels:
    """A step from dark to bright; slope: pixels to the right a row, antialiased."""
    x = np.arange(size)[None, :] - size // 2 - slope * (np.arange(size)[:, None] - size // 2)
    levels = 40 + 170 * np.clip(x + 0.5, 0, 1)
    return np.repeat(np.round(levels).astype(np.uint8)[..., None], 3, axis=2)


def rise(row: npt.NDArray[np.float64]) -> float:
    """Pixels from 10 to 90 % of a step from 40 to 210."""
    places = np.arange(len(row))
    edge = slice(int(np.argmax(row > 45)) - 3, int(np.argmax(row > 208)) + 3)
    low, high = (np.interp(level, row[edge], places[edge]) for level in (57.0, 193.0))
    return float(high - low)


def bilinear(picture: Pixels, size: Size) -> npt.NDArray[np.float64]:
    import cv2

    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR), np.float64)


def check_step(make: Make, picture: Pixels, side: int) -> None:
    renderer = make((side, side))
    renderer.push(picture)
    row = seen_on(renderer, Moment())[side // 2, :, 1].astype(float)
    assert rise(row) <= 0.8 * rise(bilinear(picture, (side, side))[side // 2, :, 1])
    assert row.max() - 210 <= 0.03 * 170
    assert 40 - row.min() <= 0.03 * 170


def test_a_step_is_scaled_to_a_steeper_one_than_bilinear_and_does_not_ring(make: Make) -> None:
    check_step(make, chart(256), 540)


def test_software_keeps_steps_steep_on_large_screens_too() -> None:
    check_step(software, chart(256), 1280)
    check_step(software, np.where(chart(256) > 125, 210, 40).astype(np.uint8), 1280)


def test_a_slanted_edge_has_no_stairs(gl: Make) -> None:
    slope = 0.25
    renderer = gl((1080, 1080))
    renderer.push(chart(512, slope))
    wall = seen_on(renderer, Moment())[400:680, :, 1].astype(float)
    crossings = np.array([np.interp(125, row[300:780], np.arange(300, 780)) for row in wall])
    rows = np.arange(len(wall))
    straight = np.polyval(np.polyfit(rows, crossings, 1), rows)
    assert np.abs(crossings - straight).max() < 0.5  # of a pixel of the wall


def test_the_wall_is_read_at_another_size_too(make: Make) -> None:
    renderer = make((96, 54))
    renderer.push(plain(10, 20, 30))
    renderer.draw(Moment())
    assert renderer.read((48, 27)).shape == (27, 48, 3)
    assert (renderer.read((48, 27)) == (10, 20, 30)).all()


def test_what_is_drawn_on_the_canvas_lies_over_the_wall_and_is_not_read_with_it(
    make: Make,
) -> None:
    renderer = make((96, 54))
    renderer.push(plain(10, 20, 30))
    for _ in range(2):
        renderer.draw(Moment())
        renderer.canvas.fill((250, 0, 0), (0, 0, 10, 10))
        assert (renderer.read() == (10, 20, 30)).all()
        renderer.finish()


def test_opengl_puts_canvas_and_wall_on_the_screen_the_right_way_up(gl: Make) -> None:
    renderer = gl((64, 64))
    assert isinstance(renderer, GLRenderer)
    renderer.push(quarters())
    renderer.draw(Moment())
    renderer.canvas.fill((250, 0, 250, 128), (0, 0, 10, 64))
    renderer.finish()
    raw = renderer.screen_pixels()
    assert (raw[10, 50] == (40, 230, 40)).all()
    assert (raw[50, 50] == (230, 230, 40)).all()
    assert np.abs(raw[10, 5].astype(int) - (240, 20, 145)).max() <= 2


def test_software_draws_on_a_screen_with_16_bits_a_pixel() -> None:
    target = pygame.Surface((32, 18), depth=16)
    renderer = SoftwareRenderer(target)
    renderer.push(plain(255, 255, 255))
    renderer.draw(Moment())
    assert target.get_at((5, 5))[:3] == (255, 255, 255)


@pytest.mark.parametrize("size", [(2560, 1440), (3841, 2163), (7680, 4320)])
def test_on_a_large_screen_software_shows_slopes_and_no_blocks(size: Size) -> None:
    picture = np.zeros((8, 8, 3), np.uint8)
    picture[:, 4:] = 255
    target = pygame.Surface(size, depth=32)
    renderer = SoftwareRenderer(target)
    renderer.push(picture)
    renderer.draw(Moment())
    row = pygame.surfarray.array3d(target.subsurface((0, size[1] // 2, size[0], 1)))[:, 0, 1]
    assert (row[0], row[-1]) == (0, 255)
    assert np.abs(np.diff(row.astype(int))).max() <= 8


def test_a_large_screen_is_drawn_at_a_half_and_then_doubled() -> None:
    small, large = (pygame.Surface(size, depth=32) for size in ((48, 36), (96, 72)))
    for target in (small, large):
        renderer = SoftwareRenderer(target, finest=48 * 36)
        renderer.push(quarters())
        renderer.draw(Moment(fit="whole"))
    doubled = pygame.surfarray.array3d(small).repeat(2, axis=0).repeat(2, axis=1)
    assert (pygame.surfarray.array3d(large) == doubled).all()


def test_what_is_read_stays(make: Make) -> None:
    renderer = make((33, 17))
    renderer.push(quarters())
    renderer.draw(Moment())
    read = renderer.read()
    before = read.copy()
    renderer.push(plain(1, 2, 3))
    renderer.draw(Moment())
    assert (read == before).all()
    assert (renderer.read() == (1, 2, 3)).all()
