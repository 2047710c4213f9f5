"""Looks on both renderers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from visualizer.show.parameters import DEFAULTS
from visualizer.stage.geometry import Size
from visualizer.stage.renderer import Moment

from .renderers import Make, software
from .wall_pictures import plain, seen_on, smooth


def with_looks(**values: float) -> Moment:
    return Moment(looks={**DEFAULTS, **values})


LOOKS: dict[str, dict[str, float]] = {
    "brightness": {"wall_brightness": 0.2},
    "contrast": {"wall_contrast": 1.5},
    "colours": {"saturation": 0.3, "hue": 70.0},
    "gamma": {"gamma": 1.8},
    "invert": {"invert": 0.8},
    "mirror": {"wall_mirror": 3},
    "kaleidoscope": {"wall_kaleidoscope": 5, "wall_angle": 40.0},
    "pixelate": {"pixelate": 1.0},
    "split": {"rgb_split": 1.0},
    "edges": {"edge_glow": 1.0},
    "bloom": {"bloom": 1.0},
    "vignette": {"vignette": 0.8},
}


@pytest.mark.parametrize("fit", ["fill", "whole", "stretch"])
@pytest.mark.parametrize("size", [(128, 64), (64, 128)])
def test_both_renderers_lay_the_same_looks(gl: Make, size: Size, fit: str) -> None:
    picture = smooth(64)
    renderers = [make(size) for make in (software, gl)]
    for renderer in renderers:
        renderer.push(picture)
    plain_wall = seen_on(renderers[0], Moment(fit=fit))
    for name, values in LOOKS.items():
        walls = [seen_on(one, replace(with_looks(**values), fit=fit)) for one in renderers]
        assert np.abs(walls[0] - plain_wall).mean() > 2, name
        # The GPU sharpens what is scaled on the wall, and edges more than all else.
        allowed = 12 if name == "edges" else 4
        assert np.abs(walls[0] - walls[1]).mean() < allowed, name


def test_bars_stay_black_whatever_looks_are_on(make: Make) -> None:
    renderer = make((96, 54))
    renderer.push(smooth(54))
    for values in (
        {"invert": 1.0}, {"wall_brightness": 0.4}, {"grain": 1.0}, {"bloom": 1.0},
        {"wall_kaleidoscope": 6},
    ):  # fmt: skip
        wall = seen_on(renderer, replace(with_looks(**values), fit="whole"))
        assert not wall[:, :20].any(), values
        assert not wall[:, 76:].any(), values


def test_in_a_fade_between_sizes_looks_are_as_large_as_on_each_picture_alone(make: Make) -> None:
    for values in ({"pixelate": 0.7}, {"edge_glow": 1.0}, {"grain": 1.0}, {"rgb_split": 1.0}):
        ends = []
        for size in (16, 48):
            renderer = make((96, 54))
            renderer.push(smooth(size))
            ends.append(seen_on(renderer, with_looks(**values)))
        renderer = make((96, 54))
        renderer.push(smooth(16))
        renderer.draw(with_looks(**values))
        renderer.push(smooth(48))
        for mix, end in ((0.02, 0), (0.98, 1)):
            wall = seen_on(renderer, replace(with_looks(**values), mix=mix))
            assert np.abs(wall - ends[end]).mean() < 3, values


def test_a_trail_goes_on_through_a_fade_between_sizes(make: Make) -> None:
    renderer = make((8, 8))
    renderer.push(plain(200, 200, 200))
    moment = with_looks(trails=0.9)
    renderer.draw(moment)
    renderer.push(plain(0, 0, 0, 16))
    levels = [
        int(seen_on(renderer, replace(moment, mix=mix)).max()) for mix in (0.5, 0.9, 1.0, 1.0)
    ]
    assert np.abs(np.array(levels) - (180, 162, 146, 131)).max() <= 12


def test_no_trail_outlasts_a_blackout_but_a_strobe_keeps_it(make: Make) -> None:
    renderer, moment = make((8, 8)), with_looks(trails=0.95)
    renderer.push(plain(240, 240, 240))
    renderer.draw(moment)
    renderer.push(plain(0, 0, 0))
    assert not seen_on(renderer, replace(moment, dark=True)).any()
    assert seen_on(renderer, moment).max() > 200
    renderer.draw(replace(moment, dim=0.0))
    assert not seen_on(renderer, moment).any()


def test_colours_are_what_their_names_say(make: Make) -> None:
    renderer = make((8, 8))
    renderer.push(plain(200, 100, 60))
    luma = 0.2126 * 200 + 0.7152 * 100 + 0.0722 * 60
    for values, colour in (
        ({"wall_brightness": 0.1}, (225.5, 125.5, 85.5)),
        ({"wall_contrast": 0.5}, (163.75, 113.75, 93.75)),
        ({"saturation": 0.0}, (luma, luma, luma)),
        ({"invert": 1.0}, (55, 155, 195)),
        ({"gamma": 2.0}, tuple(255 * (level / 255) ** 0.5 for level in (200, 100, 60))),
        ({"posterise": 2}, (255, 0, 0)),
        ({"posterise": 3}, (255, 127.5, 0)),
    ):
        assert np.abs(seen_on(renderer, with_looks(**values)) - colour).max() <= 2, values
    turned = seen_on(renderer, with_looks(hue=120.0))[0, 0]
    assert turned[1] == turned.max()  # red becomes green
    assert abs(turned @ (0.2126, 0.7152, 0.0722) - luma) < 12


def test_grain_is_another_in_each_picture_and_adds_no_light(make: Make) -> None:
    renderer = make((96, 54))
    renderer.push(plain(120, 120, 120))
    one, other = (
        seen_on(renderer, replace(with_looks(grain=0.5), number=number)) for number in (1, 2)
    )
    assert abs(one.mean() - 120) < 1.5
    assert 8 < one.std() < 30
    assert np.abs(one - other).mean() > 5


def test_pixelate_makes_squares_of_mean_colours(make: Make) -> None:
    renderer = make((64, 64))
    renderer.push(smooth(64))
    wall = seen_on(renderer, with_looks(pixelate=1.0))  # squares of 8
    assert len(np.unique(wall.reshape(-1, 3), axis=0)) <= 100
    assert abs(wall.mean() - smooth(64).mean()) < 3


def test_trails_stay_a_while_and_fade_to_nothing(make: Make) -> None:
    renderer = make((8, 8))
    renderer.push(plain(200, 200, 200))
    moment = with_looks(trails=0.9)
    renderer.draw(moment)
    renderer.push(plain(0, 0, 0))
    levels = [int(seen_on(renderer, moment).max()) for _ in range(80)]
    assert abs(levels[0] - 180) <= 1
    assert abs(levels[1] - 162) <= 2
    assert levels == sorted(levels, reverse=True)
    assert levels[-1] <= 1


def test_a_bloom_spreads_light_beyond_what_is_bright(make: Make) -> None:
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[28:36, 28:36] = 255
    renderer = make((64, 64))
    renderer.push(picture)
    assert seen_on(renderer, Moment())[32, 40].max() < 10
    assert seen_on(renderer, with_looks(bloom=1.0))[32, 40].min() > 5
