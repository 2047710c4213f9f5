"""Projection: the mapping of the finished wall to its display. Frozen values; stage/homography.py
computes what draws them.

In order: the wall is cropped, flipped, rotated and pinned by its corners; the edge blend fades
sides of what is shown; the mask lies over the screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]
"""Shares of a screen's width and height, from its top left."""

Corners = tuple[Point, Point, Point, Point]
"""Top left, top right, bottom right, bottom left."""

Edges = tuple[float, float, float, float]
"""Left, top, right, bottom of the wall as the audience sees it."""

SQUARE: Corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
"""Corners of the whole screen."""

NO_EDGES: Edges = (0.0, 0.0, 0.0, 0.0)

ROTATIONS = (0, 90, 180, 270)
"""Degrees, clockwise on the screen."""

FARTHEST = 1.0
"""Screens by which a corner can lie outside of the screen."""

LEAST_TURN = 1e-3
"""Twice the area, in screens, of the smallest triangle that three corners may make."""


@dataclass(frozen=True, slots=True)
class Projection:
    """corners: where on the screen those of the picture go. rotate: one of ROTATIONS; the wall is
    drawn upright for 90 and 270. crop: shares of the wall cut off; the wall grows, so that what is
    left fills the corners undistorted. blend: shares of what is left over which a side fades to
    black, where another projector overlaps: two add up to one in linear light. gamma: the
    projectors'. mask: a picture's path, "" for none; white or opaque shows, black or clear hides.
    """

    corners: Corners = SQUARE
    rotate: int = 0
    flip_h: bool = False
    flip_v: bool = False
    crop: Edges = NO_EDGES
    blend: Edges = NO_EDGES
    gamma: float = 2.2
    mask: str = ""


PLAIN = Projection()
"""The wall as it is."""


def is_convex(corners: Corners) -> bool:
    """Whether corners can be drawn to: in order clockwise, none on or within the others' triangle,
    none farther than FARTHEST from the screen."""
    near = all(-FARTHEST <= share <= 1.0 + FARTHEST for point in corners for share in point)
    around = (*corners, *corners[:2])
    sides = [(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(around)]
    return near and all(a[0] * b[1] - a[1] * b[0] >= LEAST_TURN for a, b in pairwise(sides))
