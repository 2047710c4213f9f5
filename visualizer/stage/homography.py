"""The numbers of a projection (show/projection.py): homography, edge blend, coverage. Pure.

Units are shares, of the screen or of the picture shown, from the top left, y downwards.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from visualizer.show.projection import PLAIN, SQUARE, Corners, Projection
from visualizer.stage.geometry import Size

Matrix = npt.NDArray[np.float64]
"""(3, 3), for points (x, y, 1)."""

Grey = npt.NDArray[np.uint8]
"""A mask, (height, width): 255 shows, 0 hides."""

Weights = npt.NDArray[np.float32]


def is_plain(projection: Projection, mask: Grey | None) -> bool:
    """Whether the wall goes on the screen as it is."""
    return mask is None and projection == replace(
        PLAIN, gamma=projection.gamma, mask=projection.mask
    )


def wall_size(screen: Size, projection: Projection) -> Size:
    """Pixels of the wall: upright where it is turned on its side; larger than the screen where it
    is cropped, so that what is left is as fine, and it has the shape of several screens."""
    width, height = screen if projection.rotate % 180 == 0 else (screen[1], screen[0])
    _, _, across, down = cropped(projection)
    return round(width / across), round(height / down)


def to_corners(corners: Corners) -> Matrix:
    """The homography from the unit square to corners, which must be convex."""
    rows, targets = [], []
    for (u, v), (x, y) in zip(SQUARE, corners, strict=True):
        rows += [[u, v, 1, 0, 0, 0, -u * x, -v * x], [0, 0, 0, u, v, 1, -u * y, -v * y]]
        targets += [x, y]
    return np.append(np.linalg.solve(np.array(rows, float), targets), 1.0).reshape(3, 3)


def to_picture(projection: Projection) -> Matrix:
    """From the screen to the picture shown (the wall as cropped). Where the third coordinate is
    not above 0, nothing of it is seen."""
    across = -1.0 if projection.flip_h else 1.0
    down = -1.0 if projection.flip_v else 1.0
    turn = np.deg2rad(projection.rotate)
    cosine, sine = np.round((np.cos(turn), np.sin(turn)))
    # About the middle; y is downwards, so this turns clockwise.
    placed = np.array(((cosine * across, -sine * down), (sine * across, cosine * down)))
    shift = 0.5 - placed @ (0.5, 0.5)
    affine = np.vstack((np.column_stack((placed, shift)), (0.0, 0.0, 1.0)))
    back: Matrix = np.linalg.inv(to_corners(projection.corners) @ affine)
    middle = np.append(np.mean(projection.corners, axis=0), 1.0)
    facing: Matrix = back / (back[2] @ middle)
    return facing


def cropped(projection: Projection) -> tuple[float, float, float, float]:
    """Left, top, width and height of the picture shown, in shares of the wall."""
    left, top, right, bottom = projection.crop
    return left, top, 1.0 - left - right, 1.0 - top - bottom


def pixels_back(projection: Projection, screen: Size, wall: Size) -> Matrix:
    """From the middle of a screen's pixel to one of the wall's, both counted from 0."""
    left, top, width, height = cropped(projection)
    shares = np.array(((1 / screen[0], 0, 0.5 / screen[0]), (0, 1 / screen[1], 0.5 / screen[1]),
                       (0, 0, 1)))  # fmt: skip
    pixels = np.array(((width * wall[0], 0, left * wall[0] - 0.5),
                       (0, height * wall[1], top * wall[1] - 0.5), (0, 0, 1)))  # fmt: skip
    back: Matrix = pixels @ to_picture(projection) @ shares
    return back


def weights(projection: Projection, screen: Size, mask: Weights | None = None) -> Weights:
    """What each pixel of the screen is multiplied by, (height, width), 0 to 1: within the corners,
    with smooth edges; the edge blend; the mask, if there is one, as weights of that shape.

    projection.frag does the same.
    """
    matrix = to_picture(projection).astype(np.float32)
    x, y = (((np.arange(side) + 0.5) / side).astype(np.float32) for side in screen)
    y = y[:, None]
    depth = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2]
    seen = depth > 0
    depth = np.where(seen, depth, np.float32(1.0))
    result: Weights = seen.astype(np.float32)
    light: Weights | None = None
    for axis in (0, 1):
        at = (matrix[axis, 0] * x + matrix[axis, 1] * y + matrix[axis, 2]) / depth
        slope = np.hypot(
            (matrix[axis, 0] - at * matrix[2, 0]) / screen[0],
            (matrix[axis, 1] - at * matrix[2, 1]) / screen[1],
        ) / depth  # fmt: skip
        for inside, share in ((at, projection.blend[axis]), (1.0 - at, projection.blend[axis + 2])):
            result *= np.clip(inside / slope + 0.5, 0.0, 1.0)
            if share > 0.0:
                faded = np.clip(inside / share, 0.0, 1.0)
                faded *= faded * (3.0 - 2.0 * faded)
                light = faded if light is None else light * faded
    if light is not None:
        result = result * light ** np.float32(1.0 / projection.gamma)
    if mask is not None:
        result *= mask
    return result
