"""The renderer for machines without a GPU: OpenCV's SIMD code, at the picture's own size, scaled to
the screen once; a projection is a warp and a product with weights that are kept.

What it leaves out, as it would take longer than a display frame: swirl and ripple are not carried
on between two frames, nor are turns and pans of a folded picture; scaling sharpens edges, and does
not follow them, and that of large pictures is bicubic.
"""

from __future__ import annotations

import math
from copy import copy
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt
import pygame

from visualizer.frame import Pixels
from visualizer.show.loop_motion import Affine, way_back
from visualizer.show.projection import PLAIN, SQUARE, Projection
from visualizer.stage.geometry import Size, fitted, seen
from visualizer.stage.homography import Grey, is_plain, pixels_back, wall_size, weights
from visualizer.stage.renderer import Moment
from visualizer.stage.software_looks import Image, SoftwareLooks

FINEST = 2560 * 1440
"""Screen pixels up to which scaling is fine; above, each of its pixels becomes 2 by 2 (8K: 3 by 3)
on the screen, as more would take over 8 ms of a weak core."""

SHARPEST = 256 * 256
"""A picture's pixels up to which its edges are sharpened as it is scaled; above, it would take over
1 ms of a 720p frame (of 512 by 288 pixels, 4 ms)."""

SHARPNESS = 0.4
"""How much of what a picture has over its blur is added before it is scaled: edges become a quarter
steeper than by bilinear scaling. More overshoots."""

STILL = Affine(0.0, 0.0, 1.0, 0.0)


class SoftwareRenderer:
    """Draws on a pygame surface: the window's, or any other. finest: see FINEST; where time does
    not matter, infinite, and edges are then always sharpened."""

    name = "software"

    def __init__(self, target: pygame.Surface, finest: float = FINEST) -> None:
        cv2.setNumThreads(1)  # the other cores make the next frame
        self._target = target
        self._finest = finest
        self._sharpest = SHARPEST if math.isfinite(finest) else math.inf
        self._before: _Picture | None = None
        self._newest: _Picture | None = None
        self._shown = Moment()
        self._looks = SoftwareLooks()
        self._looks_before = self._looks  # another's where the picture before has another size
        self._wall: Image | None = None
        self._projection = PLAIN
        self._mapping: _Mapping | None = None

    @property
    def canvas(self) -> pygame.Surface:
        """See Renderer."""
        return self._target

    def aim(self, target: pygame.Surface) -> None:
        """See Renderer."""
        self._target = target

    def push(self, pixels: Pixels) -> None:
        """See Renderer."""
        if self._newest is not None:
            self._before = _Picture(_merged(self._before, self._newest, self._shown))
        self._newest = _Picture(np.array(pixels))
        self._looks_before = self._looks
        if self._before is not None and self._before.size != self._newest.size:
            self._looks = copy(self._looks)  # both begin with what light stays
        self._shown = Moment(mix=0.0)

    def draw(self, moment: Moment) -> None:
        """See Renderer."""
        self._shown, self._projection = moment, moment.projection
        screen = _coarse(self._target.get_size(), self._finest)
        size = wall_size(screen, moment.projection)
        if moment.dim <= 0.0:
            self._looks.forget()
            self._looks_before.forget()
        if (self._newest is None and moment.card is None) or moment.dim <= 0.0 or moment.dark:
            self._wall = np.zeros((size[1], size[0], 3), np.uint8)
        elif moment.card is not None:
            self._wall = _scaled(moment.card, size)
        else:
            assert self._newest is not None
            self._wall = self._drawn(self._before, self._newest, moment, size)
        _put(self._mapped(self._wall, moment, screen), self._target)

    def read(self, size: Size | None = None) -> Pixels:
        """See Renderer."""
        width, height = size or wall_size(self._target.get_size(), self._projection)
        if self._wall is None:
            return np.zeros((height, width, 3), np.uint8)
        return _scaled(self._wall, (width, height))

    def finish(self) -> None:
        """See Renderer."""

    def _drawn(
        self, before: _Picture | None, newest: _Picture, moment: Moment, screen: Size
    ) -> Image:
        """The wall, of the size screen."""
        if before is None or moment.mix >= 1.0:
            part, place = _part(newest, moment, moment.behind, screen)
            return self._finished(self._looks, part, moment, place, screen)
        one, place = _part(before, moment, moment.ahead, screen)
        if moment.mix <= 0.0:
            return self._finished(self._looks_before, one, moment, place, screen)
        other, other_place = _part(newest, moment, moment.behind, screen)
        if before.size == newest.size:
            part = _blended(one, other, moment.mix)
            return self._finished(self._looks, part, moment, place, screen)
        # While another model fades in, each by itself: through the other's pixels it would lose its
        # own at once, and over the wall's pixels looks would take long, and have another grain.
        one = self._finished(self._looks_before, one, moment, place, screen)
        other = self._finished(self._looks, other, moment, other_place, screen)
        return _blended(one, other, moment.mix)

    def _finished(
        self, looks: SoftwareLooks, part: Image, moment: Moment, place: pygame.Rect, screen: Size
    ) -> Image:
        """The wall with a part of a picture, looks laid over it, in its place."""
        return _placed(looks.laid(part, moment, place, screen), place, screen, self._sharpest)

    def _mapped(self, wall: Image, moment: Moment, screen: Size) -> Image:
        """The wall as its projection has it."""
        if is_plain(moment.projection, moment.mask):
            self._mapping = None
            return wall
        kept = self._mapping
        if kept is None or not kept.fits(moment, screen):
            kept = self._mapping = _Mapping(moment.projection, moment.mask, screen)
        return kept.mapped(wall)


class _Mapping:
    """A projection on a screen of a size, with its weights."""

    def __init__(self, projection: Projection, mask: Grey | None, screen: Size) -> None:
        self._of, self._mask, self._screen = projection, mask, screen
        lets_through: npt.NDArray[np.float32] | None = None
        if mask is not None:
            lets_through = _scaled(mask, screen).astype(np.float32) / np.float32(255)
        levels = np.rint(255 * weights(projection, screen, lets_through)).astype(np.uint8)
        self._levels = None if levels.min() == 255 else cv2.merge([levels] * 3)
        self._back = pixels_back(projection, screen, wall_size(screen, projection))

    def fits(self, moment: Moment, screen: Size) -> bool:
        """Whether it is that of a moment."""
        same = self._of == moment.projection and self._screen == screen
        return same and self._mask is moment.mask

    def mapped(self, wall: Image) -> Image:
        """The wall on the screen."""
        of = self._of
        if of.corners == SQUARE:  # in a tenth of the time
            put = _turned(_shown(wall, of, self._screen), of)
        else:
            how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP  # a border of black is quick
            put = np.asarray(cv2.warpPerspective(wall, self._back, self._screen, flags=how))
        if self._levels is not None:
            put = np.asarray(cv2.multiply(put, self._levels, scale=1 / 255))
        return put


def _shown(wall: Image, projection: Projection, screen: Size) -> Image:
    """What is left of a cropped wall, in the screen's pixels."""
    width, height = screen if projection.rotate % 180 == 0 else (screen[1], screen[0])
    left, top = round(projection.crop[0] * wall.shape[1]), round(projection.crop[1] * wall.shape[0])
    left, top = min(left, wall.shape[1] - width), min(top, wall.shape[0] - height)
    return wall[top : top + height, left : left + width]


def _turned(picture: Image, projection: Projection) -> Image:
    flipped = picture[:: -1 if projection.flip_v else 1, :: -1 if projection.flip_h else 1]
    return np.ascontiguousarray(np.rot90(flipped, -projection.rotate // 90))


class _Picture:
    """A picture, and itself in more pixels, made where it is moved."""

    def __init__(self, pixels: Image) -> None:
        self.pixels = pixels
        self.size: Size = (pixels.shape[1], pixels.shape[0])

    @cached_property
    def finer(self) -> Image:
        """Twice as fine: bilinear sampling between its pixels hardly blurs."""
        return _scaled(self.pixels, (2 * self.size[0], 2 * self.size[1]))


def _merged(before: _Picture | None, newest: _Picture, shown: Moment) -> Image:
    """What was shown of two pictures, all of it, in the larger one's size."""
    if before is None or shown.mix >= 1.0:
        return _moved(newest, shown, shown.behind)
    if shown.mix <= 0.0:
        return _moved(before, shown, shown.ahead)
    size = max(before.size, newest.size)
    one = _scaled(_moved(before, shown, shown.ahead), size)
    return _blended(one, _scaled(_moved(newest, shown, shown.behind), size), shown.mix)


def _blended(one: Image, other: Image, mix: float) -> Image:
    return np.asarray(cv2.addWeighted(one, 1.0 - mix, other, mix, 0.0), np.uint8)


def _part(
    picture: _Picture, moment: Moment, seconds: float, screen: Size
) -> tuple[Image, pygame.Rect]:
    """What a screen shows of a picture moved on, in its pixels, and where on the screen."""
    if moment.fit == "whole":
        return _moved(picture, moment, seconds), fitted(picture.size, screen)
    shows = seen(picture.size, screen, moment.fit)
    return _moved(picture, moment, seconds, shows), pygame.Rect((0, 0), screen)


def _moved(
    picture: _Picture, moment: Moment, seconds: float, shows: tuple[float, float] = (1.0, 1.0)
) -> Image:
    """shows: how many of the picture's widths and heights the result has, about its middle."""
    width, height = picture.size
    to = max(1, round(width * shows[0])), max(1, round(height * shows[1]))
    move = _move(moment, seconds, width / height)
    if move == STILL and to[0] <= width and to[1] <= height:
        left, top = (width - to[0]) // 2, (height - to[1]) // 2
        return picture.pixels[top : top + to[1], left : left + to[0]]
    # From the middle of the result's pixel to one of the picture's, both counted from 0.
    turn = np.array(((move.cosine, move.sine), (-move.sine, move.cosine)))
    shift = np.array((move.across, move.down)) * height / 2
    begin = turn @ (shift - (np.array(to) - 1) / 2) + (np.array((width, height)) - 1) / 2
    # Pixel i lies at 2 i + 0.5 in the finer picture.
    affine = np.column_stack((2.0 * turn, 2.0 * begin + 0.5))
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(picture.finer, affine, to, flags=how, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.uint8)


def _move(moment: Moment, seconds: float, aspect: float) -> Affine:
    request = moment.request
    if request is None or seconds == 0.0:
        return STILL
    move = way_back(request, seconds, aspect)
    if request.kaleidoscope or request.mirror:  # zoom alone keeps to a fold
        return Affine(0.0, 0.0, math.hypot(move.cosine, move.sine), 0.0)
    return move


def _coarse(screen: Size, finest: float) -> Size:
    """A whole fraction of the screen's size where that is very large."""
    coarse = max(1, math.ceil(math.sqrt(screen[0] * screen[1] / finest)))
    return math.ceil(screen[0] / coarse), math.ceil(screen[1] / coarse)


def _scaled(picture: Image, size: Size) -> Image:
    """Bicubic; by areas where it becomes smaller."""
    height, width = picture.shape[:2]
    if (width, height) == size:
        return picture
    smaller = width >= size[0] and height >= size[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8)


_AROUND = np.ones((3, 3), np.uint8)


def _sharpened(picture: Image) -> Image:
    """Twice as fine, with steep edges that do not ring: sharpened, then held within the four pixels
    next to each, as FSR 1 does."""
    size = 2 * picture.shape[1], 2 * picture.shape[0]
    sharp = cv2.addWeighted(picture, 1 + SHARPNESS, cv2.blur(picture, (3, 3)), -SHARPNESS, 0.0)
    fine = cv2.resize(sharp, size, interpolation=cv2.INTER_CUBIC)
    near = cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST)
    fine = cv2.min(fine, cv2.dilate(near, _AROUND))
    return np.asarray(cv2.max(fine, cv2.erode(near, _AROUND)), np.uint8)


def _placed(part: Image, place: pygame.Rect, screen: Size, sharpest: float) -> Image:
    """On a black screen, where it does not cover it. sharpest: see SHARPEST."""
    height, width = part.shape[:2]
    if place.width >= 2 * width and place.height >= 2 * height and width * height <= sharpest:
        part = _sharpened(part)
    scaled = _scaled(part, place.size)
    if place.size == screen:
        return scaled
    wall = np.zeros((screen[1], screen[0], 3), np.uint8)
    wall[place.top : place.bottom, place.left : place.right] = scaled
    return wall


def _put(wall: Image, target: pygame.Surface) -> None:
    """Onto a surface of any depth, and of a whole multiple of the wall's size, but for the last
    pixels."""
    height, width = wall.shape[:2]
    size = target.get_size()
    if target.get_masks()[:3] == (0xFF0000, 0xFF00, 0xFF) and target.get_bytesize() == 4:
        if (width, height) != size:
            wall = np.asarray(cv2.resize(wall, size, interpolation=cv2.INTER_NEAREST_EXACT))
        rows = np.asarray(target.get_view("0"), np.uint8)  # a view
        pixels = rows.reshape(size[1], -1)[:, : 4 * size[0]].reshape(size[1], size[0], 4)
        cv2.cvtColor(wall, cv2.COLOR_RGB2BGRA, dst=pixels)
        return
    picture = pygame.image.frombuffer(np.ascontiguousarray(wall).data, (width, height), "RGB")
    target.blit(
        picture if (width, height) == size else pygame.transform.scale(picture, size), (0, 0)
    )
