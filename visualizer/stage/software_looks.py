"""The looks in OpenCV (looks.py has their order and numbers)."""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
import pygame

from visualizer.stage import looks
from visualizer.stage.geometry import Size
from visualizer.stage.renderer import Moment

Image = npt.NDArray[np.uint8]
"""RGB, (height, width, 3)."""


class SoftwareLooks:
    """Lays looks over a picture in its own pixels, before it is scaled to the screen: on the
    screen's they would take several times as long."""

    def __init__(self) -> None:
        self._trail: Image | None = None

    def forget(self) -> None:
        """Let no light stay from before."""
        self._trail = None

    def laid(self, picture: Image, moment: Moment, place: pygame.Rect, wall: Size) -> Image:
        """A picture with all of a moment's looks, and dimmed. place: where it is scaled to, on a
        wall of a size; looks are as large as on that wall, and no wider where it is stretched."""
        values = moment.looks
        height, width = picture.shape[:2]
        rows = height * wall[1] / place.height  # that the wall has, of the picture's height
        aspect = (place.width / width) / (place.height / height)  # of a pixel, on the wall
        picture = _folded(picture, moment, aspect)
        if values["trails"] > 0.0:
            if self._trail is not None and self._trail.shape != picture.shape:
                self._trail = _u8(cv2.resize(self._trail, (width, height)))
            if self._trail is not None:
                picture = _u8(cv2.max(picture, cv2.LUT(self._trail, _fading(values["trails"]))))
            self._trail = picture
        else:
            self._trail = None
        if values["pixelate"] > 0.0:
            block = values["pixelate"] * looks.LARGEST_BLOCK * rows
            picture = _pixelated(picture, max(block / aspect, 1.0), max(block, 1.0))
        if values["rgb_split"] > 0.0:
            picture = _split(picture, values["rgb_split"] * looks.WIDEST_SPLIT * rows / aspect)
        if values["edge_glow"] > 0.0:
            # A slope over the GPU's step, from that over the picture's own.
            gain = looks.EDGE_GAIN * rows / min(looks.EDGE_ROWS, wall[1])
            picture = _blend(picture, _edges(picture, gain / aspect, gain), values["edge_glow"])
        if values["bloom"] > 0.0:
            picture = _bloomed(picture, values["bloom"], place, wall)
        picture = _coloured(picture, looks.colours(values))
        if values["vignette"] > 0.0:
            away = np.arange(256) / 255  # squared, as a share of a corner's
            darker = np.round(255 * (1.0 - values["vignette"] * away)).astype(np.uint8)
            shade = cv2.LUT(_from_middle(width, height, place.size, wall), darker)
            picture = _u8(cv2.multiply(picture, shade, scale=1 / 255))
        if values["grain"] > 0.0:
            picture = _grained(picture, values["grain"], moment.number)
        if moment.dim < 1.0:
            picture = _u8(cv2.convertScaleAbs(picture, alpha=moment.dim))
        return picture


def _u8(picture: object) -> Image:
    return np.asarray(picture, np.uint8)


def _blend(one: Image, other: Image, mix: float) -> Image:
    return _u8(cv2.addWeighted(one, 1.0 - mix, other, mix, 0.0))


@lru_cache(8)
def _fading(keep: float) -> Image:
    """Levels a picture later: always less, so that no trail stays for good."""
    return _u8(np.floor(np.arange(256) * keep))


def _folded(picture: Image, moment: Moment, aspect: float) -> Image:
    values = moment.looks
    height, width = picture.shape[:2]
    mirror, wedges = int(values["wall_mirror"]), int(values["wall_kaleidoscope"])
    if mirror or wedges:
        picture = picture.copy()
    if mirror & 1:
        picture[:, width - width // 2 :] = picture[:, : width // 2][:, ::-1]
    if mirror & 2:
        picture[height - height // 2 :] = picture[: height // 2][::-1]
    if wedges >= 1:
        x, y = cv2.split(_unfolded(width, height, aspect, wedges, values["wall_angle"]))
        picture = _u8(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))
    return picture


Floats = npt.NDArray[np.float32]


def _unfolded(width: int, height: int, aspect: float, wedges: int, degrees: float) -> Floats:
    """Where each pixel of a folded picture comes from, across and down. aspect: a pixel's."""
    turn = math.radians(degrees)
    cosine, sine = math.cos(turn), math.sin(turn)
    across = cosine / aspect, sine / aspect, (width - 1) / 2
    down = sine, -cosine, (height - 1) / 2
    matrix = np.array((across, down))
    return np.asarray(cv2.transform(_wedge(width, height, aspect, wedges), matrix), np.float32)


@lru_cache(2)  # for two pictures that fade
def _wedge(width: int, height: int, aspect: float, wedges: int) -> Floats:
    """The point of the first wedge that each pixel is folded onto, clockwise from above: to the
    right of the middle and above it, in pixels' heights."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    x, y = (x - (width - 1) / 2) * np.float32(aspect), (height - 1) / 2 - y
    wedge = 2.0 * math.pi / wedges
    angle = np.arctan2(x, y) % wedge
    angle = np.minimum(angle, wedge - angle)
    away = np.hypot(x, y)
    return np.stack((away * np.sin(angle), away * np.cos(angle)), axis=-1).astype(np.float32)


def _pixelated(picture: Image, block_width: float, block_height: float) -> Image:
    """In squares about the middle; those at the edges are cut off, as on the GPU."""
    height, width = picture.shape[:2]
    across, down = math.ceil(width / block_width / 2), math.ceil(height / block_height / 2)
    left = max(round(across * block_width - width / 2), 0)
    top = max(round(down * block_height - height / 2), 0)
    around = cv2.copyMakeBorder(picture, top, top, left, left, cv2.BORDER_REFLECT)
    small = cv2.resize(around, (2 * across, 2 * down), interpolation=cv2.INTER_AREA)
    size = width + 2 * left, height + 2 * top
    large = cv2.resize(small, size, interpolation=cv2.INTER_NEAREST_EXACT)
    return _u8(large[top : top + height, left : left + width])


def _split(picture: Image, pixels: float) -> Image:
    """Red moved to the right by so many pixels, blue to the left."""
    height, width = picture.shape[:2]
    moved = picture.copy()
    for channel, shift in ((0, pixels), (2, -pixels)):
        affine = np.array(((1.0, 0.0, shift), (0.0, 1.0, 0.0)))
        moved[..., channel] = cv2.warpAffine(
            np.ascontiguousarray(picture[..., channel]), affine, (width, height),
            flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
    return moved


def _edges(picture: Image, gain_across: float, gain_down: float) -> Image:
    across, down = (
        cv2.convertScaleAbs(
            cv2.Sobel(picture, cv2.CV_16S, *which, borderType=cv2.BORDER_REPLICATE), alpha=gain
        )
        for which, gain in (((1, 0), gain_across), ((0, 1), gain_down))
    )
    return _u8(cv2.add(across, down))


def _bloomed(picture: Image, bloom: float, place: pygame.Rect, wall: Size) -> Image:
    height, width = picture.shape[:2]
    across, down = (max(1, round(looks.GLOW_ROWS * side / wall[1])) for side in place.size)
    small = min(across, looks.WIDEST_GLOW), down
    bright = cv2.LUT(cv2.resize(picture, small, interpolation=cv2.INTER_AREA), _BRIGHT)
    bright = cv2.GaussianBlur(bright, (0, 0), looks.GLOW_SIGMA)
    glow = cv2.convertScaleAbs(cv2.resize(bright, (width, height)), alpha=bloom)
    # Screen: 1 - (1 - a) (1 - b).
    return _u8(
        cv2.bitwise_not(
            cv2.multiply(cv2.bitwise_not(picture), cv2.bitwise_not(_u8(glow)), scale=1 / 255)
        )
    )


_BRIGHT = np.clip(
    (np.arange(256) / 255 - looks.GLOW_FROM) / (1.0 - looks.GLOW_FROM) * 255, 0, 255
).astype(np.uint8)


def _coloured(picture: Image, colours: looks.Colours) -> Image:
    if colours.matrix is not None:
        matrix = np.column_stack((colours.matrix, np.full(3, 255.0 * colours.offset)))
        picture = _u8(cv2.transform(picture, matrix.astype(np.float32)))
    if colours.curve is not None:
        levels = np.clip(np.round(255.0 * colours.curve), 0, 255).astype(np.uint8)
        picture = _u8(cv2.LUT(picture, levels))
    return picture


@lru_cache(2)  # for two pictures that fade
def _from_middle(width: int, height: int, place: Size, wall: Size) -> Image:
    """Squared distance of each pixel of a centred picture from the wall's middle, 255 in the wall's
    corners; in three channels."""
    x = ((2 * np.arange(width, dtype=np.float32) + 1) / width - 1) * (place[0] / wall[0])
    y = ((2 * np.arange(height, dtype=np.float32) + 1) / height - 1) * (place[1] / wall[1])
    aspect = wall[0] / wall[1]
    squared = ((x * aspect) ** 2 + y[:, None] ** 2) / (aspect**2 + 1)
    return np.repeat(np.round(255 * squared).astype(np.uint8)[..., None], 3, axis=2)


_TILE, _ROOM = 1024, 256


@lru_cache(1)
def _noises() -> tuple[Image, Image]:
    """A full grain's: what is added, and what is taken away."""
    side = _TILE + _ROOM
    noise = np.random.default_rng(1).random((side, side, 1), np.float32) - 0.5
    noise = np.repeat(noise * (255 * looks.GRAIN), 3, axis=2)
    return np.maximum(noise, 0).astype(np.uint8), np.maximum(-noise, 0).astype(np.uint8)


def _grained(picture: Image, grain: float, number: int) -> Image:
    """Another piece of the noise in each; again beside itself where the picture is larger."""
    height, width = picture.shape[:2]
    left, top = number * 167 % _ROOM, number * 59 % _ROOM
    rows, columns = (
        slice(begin, begin + min(side, _TILE)) for begin, side in ((top, height), (left, width))
    )
    tiles = -(-height // _TILE), -(-width // _TILE), 1
    added, taken = (cv2.convertScaleAbs(noise[rows, columns], alpha=grain) for noise in _noises())
    if tiles != (1, 1, 1):
        added, taken = (np.tile(noise, tiles)[:height, :width] for noise in (added, taken))
    return _u8(cv2.subtract(cv2.add(picture, added), taken))
