"""The fade from one model's last picture to the next model's pictures."""

from __future__ import annotations

import numpy as np

from visualizer.engine.crossfade import resized
from visualizer.engine.producer.model_crossfade import HANDOVER, ModelCrossfade


def grey(shade: int, height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), shade, np.uint8)


def test_it_begins_with_the_old_picture_and_ends_with_the_new_one() -> None:
    handover = ModelCrossfade(grey(10, 4, 4), since=5.0)
    new = grey(250, 4, 4)
    assert (handover.mixed(new, 5.0) == 10).all()
    assert (handover.mixed(new, 5.0 + HANDOVER) == 250).all()
    assert not handover.over(5.0 + 0.99 * HANDOVER)
    assert handover.over(5.0 + HANDOVER)


def test_it_goes_softly_and_never_back() -> None:
    handover = ModelCrossfade(grey(0, 2, 2), since=0.0)
    shades = [
        int(handover.mixed(grey(255, 2, 2), HANDOVER * step / 40)[0, 0, 0]) for step in range(41)
    ]
    steps = np.diff(shades)
    assert (steps >= 0).all()
    assert max(steps) <= 10
    assert steps[0] <= 1
    assert steps[-1] <= 1


def test_a_picture_of_another_size_is_fitted_to_the_new_one() -> None:
    for size in ((8, 8), (2, 6), (4, 4)):
        handover = ModelCrossfade(grey(100, 4, 4), since=0.0)
        mixed = handover.mixed(grey(100, *size), HANDOVER / 2)
        assert mixed.shape == (*size, 3)
        assert mixed.dtype == np.uint8
        assert not mixed.flags.writeable
        assert (mixed == 100).all()


def test_pictures_that_change_their_size_in_the_fade_are_no_fault() -> None:
    handover = ModelCrossfade(grey(100, 4, 4), since=0.0)
    for side in (8, 6):
        assert handover.mixed(grey(100, side, side), 1.0).shape == (side, side, 3)


def test_what_has_the_size_is_left_alone() -> None:
    picture = grey(1, 3, 5)
    assert resized(picture, (3, 5)) is picture
