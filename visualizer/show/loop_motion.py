"""The loop's motion as numbers, for the engine, which moves the picture from frame to frame, and
for the stage, which continues the motion between two frames. Pure.

Places are (x, y) from the picture's middle, across and down, in half heights, so that a turn is one
of pixels in pictures of any shape.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from visualizer.show.request import Request

SWIRL_RADIUS = 1.2
"""Half heights from the middle at which a swirl has faded to nothing."""

RIPPLE_DEPTH = 0.25
"""Half heights a second that a full ripple pushes a pixel in or out, at its crests."""

RIPPLE_LENGTH, RIPPLE_RATE = 0.5, 0.6
"""Half heights from crest to crest, and crests a second that run outwards."""

LONGEST_MOVE = 0.25
"""Most seconds of show time that one frame moves on by: after a pause nothing leaps."""


class Affine(NamedTuple):
    """x, y → (cosine·x + sine·y, cosine·y − sine·x) of the place moved by (across, down) first."""

    across: float
    down: float
    cosine: float
    sine: float


def seconds_moved(before: float, after: float) -> float:
    """Seconds by which the loop moves from a frame of show time before to one of after."""
    return min(max(after - before, 0.0), LONGEST_MOVE)


def way_back(request: Request, seconds: float, aspect: float) -> Affine:
    """Where what is at a place was so many seconds before, by zoom, turn and pan alone. aspect:
    width by height."""
    scale = 2.0 ** (-request.zoom * seconds)
    angle = math.radians(request.rotate * seconds)
    return Affine(
        -2.0 * request.pan_x * seconds * aspect,
        2.0 * request.pan_y * seconds,
        scale * math.cos(angle),
        scale * math.sin(angle),
    )


def is_still(request: Request) -> bool:
    """Whether nothing of the loop moves."""
    return not any(
        (request.zoom, request.rotate, request.pan_x, request.pan_y, request.swirl, request.ripple)
    )
