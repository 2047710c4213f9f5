"""The mapping mode: move the corners of the wall's projection, rotate and flip it. Pure.

What it changes is that of the display that the wall is on; live/projection_store.py keeps them all.
"""

from __future__ import annotations

from dataclasses import replace
from math import hypot
from types import MappingProxyType

from visualizer.show.notices import say
from visualizer.show.projection import PLAIN, ROTATIONS, SQUARE, Projection, is_convex
from visualizer.show.records import MappingMode
from visualizer.show.state import Show

AGAIN_WITHIN = 2.0
"""Seconds within which reset must come twice: an evening's work hangs on it."""

OFF = "the wall's corners are moved in the mapping mode, which is off"


def toggled(show: Show) -> Show:
    """The mode begins, in place of MIDI learn; or it ends."""
    if show.mapping is not None:
        return replace(show, mapping=None)
    return replace(show, mapping=MappingMode(), learning=None)


def chosen(show: Show, index: int) -> Show:
    """A corner (0 to 3, clockwise from the top left) is the one to move; below 0: the next."""
    mode = show.mapping
    if mode is None or index > 3:
        return show
    return replace(show, mapping=MappingMode(index if index >= 0 else (mode.corner + 1) % 4))


def grabbed(show: Show, x: float, y: float) -> Show:
    """The corner nearest to a point of the screen is the one to move."""
    corners = show.projection.corners
    return chosen(show, min(range(4), key=lambda n: hypot(corners[n][0] - x, corners[n][1] - y)))


def moved(show: Show, across: float, down: float) -> Show:
    """The chosen corner moves by shares of the screen; not to where the wall would fold."""
    mode, projection = show.mapping, show.projection
    if mode is None:
        return show
    x, y = projection.corners[mode.corner]
    corners = list(projection.corners)
    corners[mode.corner] = (x + across, y + down)
    new = (corners[0], corners[1], corners[2], corners[3])
    if not is_convex(new):
        return say(show, f"corner {mode.corner + 1} can't go there: the wall would fold")
    return with_projection(show, replace(projection, corners=new))


def placed(show: Show, index: int, x: float, y: float) -> Show:
    """A corner at a point of the screen; not where the wall would fold."""
    corners = show.projection.corners
    if show.mapping is None:
        return say(show, OFF)
    if not 0 <= index < len(corners):
        return show
    show = replace(show, mapping=MappingMode(index))
    return moved(show, x - corners[index][0], y - corners[index][1])


def changed(show: Show, change: str) -> Show:
    """ "rotate" by a quarter, "flip_h", "flip_v", or "reset", which must come twice."""
    mode, projection = show.mapping, show.projection
    if mode is None:
        return say(show, OFF)
    match change:
        case "rotate":
            turn = ROTATIONS[(ROTATIONS.index(projection.rotate) + 1) % len(ROTATIONS)]
            return with_projection(show, replace(projection, rotate=turn))
        case "flip_h":
            return with_projection(show, replace(projection, flip_h=not projection.flip_h))
        case "flip_v":
            return with_projection(show, replace(projection, flip_v=not projection.flip_v))
        case "reset":
            return _reset(show, mode, projection)
    return show


def _reset(show: Show, mode: MappingMode, projection: Projection) -> Show:
    """Corners, rotation and flips as they came; what was written by hand (crop, blend, mask)
    stays."""
    asked = mode.reset_asked
    if asked is None or show.time - asked > AGAIN_WITHIN:
        return replace(show, mapping=replace(mode, reset_asked=show.time))
    plain = replace(projection, corners=SQUARE, rotate=0, flip_h=False, flip_v=False)
    return with_projection(replace(show, mapping=MappingMode(mode.corner)), plain)


def with_projection(show: Show, projection: Projection) -> Show:
    """The show with another projection on the display that the wall is on."""
    others = {name: kept for name, kept in show.projections.items() if name != show.display}
    new = {**others, show.display: projection} if projection != PLAIN else others
    return replace(show, projections=MappingProxyType(new))
