"""Claims about a second wall: the same picture, filled and mapped in its own way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pygame
import pytest

from visualizer.frame import Pixels
from visualizer.show.projection import PLAIN, Projection
from visualizer.stage.second_wall import SecondWall


def halves() -> Pixels:
    """Red to the left, blue to the right."""
    wall = np.zeros((90, 160, 3), np.uint8)
    wall[:, :80] = (250, 0, 0)
    wall[:, 80:] = (0, 0, 250)
    return wall


@pytest.mark.parametrize(
    ("projection", "left"),
    [(PLAIN, (250, 0, 0)), (replace(PLAIN, flip_h=True), (0, 0, 250))],
)
def test_it_shows_the_wall_filled_and_mapped(
    headless: None, projection: Projection, left: tuple[int, int, int]
) -> None:
    pygame.display.init()
    second = SecondWall(0, (60, 90))  # upright
    second.draw(halves, projection)
    pixels = pygame.surfarray.array3d(second._window.get_surface())
    assert pixels.shape == (60, 90, 3)
    assert np.abs(pixels[5, 45].astype(int) - left).max() <= 2
    assert pixels.any(axis=2).all()  # no bars
    second.close()
