"""Claims about projections, over both renderers: corners, turns, crop, edge blend and mask."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest

from visualizer.frame import Pixels
from visualizer.show.projection import PLAIN, ROTATIONS, SQUARE, Corners, Projection, is_convex
from visualizer.stage.geometry import Size
from visualizer.stage.homography import is_plain, pixels_back, to_corners, wall_size
from visualizer.stage.renderer import Moment, Renderer

from .renderers import Make, on_screen

SCREEN = (96, 54)

PINNED: Corners = ((0.1, 0.2), (0.85, 0.05), (0.95, 0.9), (0.2, 0.75))


def card(size: Size = SCREEN) -> Pixels:
    """A picture in which each pixel is another, none of them black."""
    width, height = size
    return np.random.default_rng(5).integers(40, 256, (height, width, 3), dtype=np.uint8)


def flat(level: int = 200, size: Size = SCREEN) -> Pixels:
    return np.full((size[1], size[0], 3), level, np.uint8)


def shown(
    renderer: Renderer,
    projection: Projection,
    picture: Pixels,
    mask: npt.NDArray[np.uint8] | None = None,
) -> npt.NDArray[np.int64]:
    """What the screen shows of a picture."""
    return on_screen(renderer, Moment(projection=projection, mask=mask, card=picture))


def test_a_homography_takes_the_square_to_its_corners() -> None:
    for (u, v), (x, y) in zip(SQUARE, PINNED, strict=True):
        point = to_corners(PINNED) @ (u, v, 1.0)
        assert point[:2] / point[2] == pytest.approx((x, y))


def test_corners_that_fold_or_leave_the_screen_far_behind_can_not_be_drawn_to() -> None:
    assert is_convex(SQUARE)
    assert is_convex(PINNED)
    for bad in (
        ((0.0, 0.0), (1.0, 0.0), (0.2, 0.2), (0.0, 1.0)),  # a dent
        ((1.0, 0.0), (0.0, 0.0), (1.0, 1.0), (0.0, 1.0)),  # crossed
        ((0.0, 0.0), (1.0, 0.0), (1.0, 0.0), (0.0, 1.0)),  # two in one place
        ((1.0, 0.0), (0.0, 0.0), (0.0, 1.0), (1.0, 1.0)),  # anticlockwise
        ((-1.1, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),
    ):
        assert not is_convex(bad)


def test_without_a_mapping_the_screen_is_the_wall_and_nothing_is_computed(make: Make) -> None:
    assert is_plain(Projection(gamma=1.8, mask="not there.png"), None)
    assert not is_plain(PLAIN, np.zeros((2, 2), np.uint8))
    renderer = make(SCREEN)
    assert (shown(renderer, PLAIN, card()) == card()).all()
    assert (renderer.read() == card()).all()


def test_corners_land_where_they_should_within_a_pixel_and_outside_is_black(make: Make) -> None:
    size = (320, 180)
    renderer = make(size)
    screen = shown(renderer, Projection(PINNED), flat(size=size))[..., 1]
    assert (renderer.read() == 200).all()  # the wall itself is as it was
    y, x = np.mgrid[: size[1], : size[0]] + 0.5
    corners = np.array(PINNED) * size
    # Pixels from each side: above 0 within.
    inside = np.full((size[1], size[0]), np.inf)
    for (ax, ay), (bx, by) in itertools.pairwise((*corners, corners[0])):
        along = np.array((bx - ax, by - ay)) / np.hypot(bx - ax, by - ay)
        inside = np.minimum(inside, (y - ay) * along[0] - (x - ax) * along[1])
    assert (screen[inside >= 1.0] == 200).all()
    assert not screen[inside <= -1.0].any()
    for px, py in corners:
        spot = screen[int(py) - 2 : int(py) + 3, int(px) - 2 : int(px) + 3]
        assert spot.max() > 100
        assert spot.min() == 0


def test_a_mark_on_the_wall_lies_where_the_homography_says(make: Make) -> None:
    size = (320, 180)
    renderer = make(size)
    for projection in (
        Projection(PINNED),
        Projection(PINNED, flip_h=True, crop=(0.1, 0.0, 0.2, 0.3)),
        Projection(PINNED, rotate=90, flip_v=True),
    ):
        wall = wall_size(size, projection)
        back = np.linalg.inv(pixels_back(projection, size, wall))
        for at in ((wall[0] // 4, wall[1] // 3), (wall[0] // 2, wall[1] // 2)):
            picture = flat(0, wall)
            picture[at[1] - 2 : at[1] + 3, at[0] - 2 : at[0] + 3] = 255
            screen = shown(renderer, projection, picture)[..., 1]
            found = np.average(np.indices(screen.shape).reshape(2, -1), 1, screen.ravel())
            x, y, depth = back @ (*at, 1.0)
            assert found[::-1] == pytest.approx((x / depth, y / depth), abs=1.0)


def test_flips_and_rotations_are_exact(make: Make) -> None:
    renderer = make(SCREEN)
    for turn, flip_h, flip_v in itertools.product(ROTATIONS, (False, True), (False, True)):
        projection = Projection(rotate=turn, flip_h=flip_h, flip_v=flip_v)
        picture = card(SCREEN if turn % 180 == 0 else (SCREEN[1], SCREEN[0]))
        expected = picture[:: -1 if flip_v else 1, :: -1 if flip_h else 1]
        screen = shown(renderer, projection, picture)
        assert (screen == np.rot90(expected, -turn // 90)).all(), projection
        assert (renderer.read() == picture).all()


def test_the_wall_is_upright_where_the_projector_lies_on_its_side(make: Make) -> None:
    renderer = make(SCREEN)
    renderer.push(flat(90, (8, 8)))
    renderer.draw(Moment(fit="whole", projection=Projection(rotate=90)))
    wall = renderer.read()
    assert wall.shape == (96, 54, 3)
    assert not wall[:20].any()  # bars above and below a square picture
    assert (wall[22:74] == 90).all()
    renderer.draw(Moment(fit="whole"))
    assert renderer.read().shape == (54, 96, 3)


def test_a_cropped_wall_grows_so_that_its_part_is_on_the_screen_pixel_by_pixel(make: Make) -> None:
    renderer, picture = make(SCREEN), card((192, 72))
    screen = shown(renderer, Projection(crop=(0.5, 0.0, 0.0, 0.25)), picture)
    assert (renderer.read() == picture).all()
    assert (screen == picture[:54, 96:]).all()
    assert (
        shown(renderer, Projection(crop=(0.25, 0.25, 0.25, 0.0)), picture) == picture[18:, 48:144]
    ).all()


def test_two_halves_with_an_edge_blend_add_up_to_a_flat_field_in_linear_light(make: Make) -> None:
    """A wall of 100 columns on two projectors, whose pictures overlap over 20."""
    renderer = make((60, 40))
    for gamma, level in ((2.2, 255), (1.8, 255), (2.4, 180)):
        light = np.zeros((40, 100))
        for left, blend, crop in (
            (0, (0.0, 0.0, 1 / 3, 0.0), (0.0, 0.0, 0.4, 0.0)),
            (40, (1 / 3, 0.0, 0.0, 0.0), (0.4, 0.0, 0.0, 0.0)),
        ):
            half = Projection(crop=crop, blend=blend, gamma=gamma)
            screen = shown(renderer, half, flat(level, (100, 40)))[..., 1]
            sides = screen[:, [0, -1]]
            assert (sides.min(axis=1) < level / 4).all()
            assert (sides.max(axis=1) == level).all()
            light[:, left : left + 60] += (screen / 255) ** gamma
        assert light == pytest.approx((level / 255) ** gamma, abs=0.01)


def test_a_side_fades_where_the_audience_sees_it_whatever_the_flip(make: Make) -> None:
    renderer = make(SCREEN)
    fades = Projection(blend=(0.5, 0.0, 0.0, 0.0))
    plain = shown(renderer, fades, flat())
    rear = shown(renderer, Projection(blend=fades.blend, flip_h=True), flat())
    assert plain[20, 2, 0] < 40
    assert plain[20, 60, 0] == 200
    assert (rear == plain[:, ::-1]).all()


def test_a_mask_of_any_size_blackens_the_screen_whatever_lies_below(make: Make) -> None:
    renderer = make(SCREEN)
    mask = np.zeros((108, 192), np.uint8)
    mask[:, 96:] = 255
    mask[54:, 96:] = 51
    for projection in (PLAIN, Projection(flip_h=True)):
        screen = shown(renderer, projection, flat(), mask)
        assert not screen[:, :47].any()
        assert (screen[:26, 49:] == 200).all()
        assert (screen[28:, 49:] == 40).all()
    white = np.full((2, 3), 255, np.uint8)
    assert (shown(renderer, PLAIN, card(), white) == card()).all()
    assert (shown(renderer, PLAIN, card()) == card()).all()  # and gone again


def test_blackout_is_black_under_any_projection(make: Make) -> None:
    moment = Moment(dim=0.0, projection=Projection(PINNED, rotate=90), card=flat())
    assert not on_screen(make(SCREEN), moment).any()
