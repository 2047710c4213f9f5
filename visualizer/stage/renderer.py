"""The renderer: two pictures, a mix and a dimming → the window's surface.

It blends at the picture's own size, then scales once. All in pygame's SIMD code:
the same crossfade in numpy takes seven times as long (512²: 3.0 against 0.4 ms).
It knows nothing of time: the mix comes from pacing.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
import pygame

from visualizer.frame import Pixels

BLACK = (0, 0, 0)

SMOOTH_UP_TO = 2560 * 1440
"""Screen pixels up to which scaling is bilinear; above it would take over 8 ms of a weak core.
There it is bilinear to a half (8K: a third) of the screen, whose pixels are then doubled."""


Layer: TypeAlias = tuple[pygame.Surface, int]
"""A picture and its opacity, 0 to 255, over those below it."""


def fitted(picture: tuple[int, int], screen: tuple[int, int]) -> pygame.Rect:
    """Where on the screen the whole picture goes: as large as it can, centred."""
    width, height = picture
    scale = min(screen[0] / width, screen[1] / height)
    rect = pygame.Rect(0, 0, max(1, round(width * scale)), max(1, round(height * scale)))
    rect.center = (screen[0] // 2, screen[1] // 2)
    return rect.clip(pygame.Rect((0, 0), screen))


def cropped(picture: tuple[int, int], screen: tuple[int, int]) -> pygame.Rect:
    """Which part of the picture covers the whole screen: as much as it can, centred."""
    return fitted(screen, picture)


class SoftwareRenderer:
    """Draws on a pygame surface: the window's, or any other in tests."""

    def __init__(self, target: pygame.Surface) -> None:
        self._target = target
        self._layers: list[Layer] = []  # the newest picture on top; the lowest is opaque

    def aim(self, target: pygame.Surface) -> None:
        """Draw on another surface from now on (the window was resized or reopened)."""
        self._target = target

    def push(self, pixels: Pixels) -> None:
        """pixels (copied) is the picture to go to; what the last draw showed is the one to come
        from."""
        height, width, _ = pixels.shape
        picture = pygame.image.frombuffer(np.ascontiguousarray(pixels).data, (width, height), "RGB")
        # 32 bits a pixel, at any depth of the window: smoothscale and alpha blending need it.
        new = pygame.Surface((width, height), depth=32)
        new.blit(picture, (0, 0))
        self._layers = [*_merged(self._layers), (new, 0 if self._layers else 255)]

    def draw(self, mix: float, dim: float, fill: bool) -> None:
        """Draw the moment: mix 0 to 1 between the two, dim 0 (black) to 1 (full); black before the
        first push.

        fill: crop the picture, centred, so that it covers the screen; else show all of it.
        """
        if len(self._layers) > 1:  # in the dark too, so that the fade goes on unseen
            self._layers[-1] = (self._layers[-1][0], round(255 * min(max(mix, 0.0), 1.0)))
        if not self._layers or dim <= 0.0:
            self._target.fill(BLACK)
            return
        (lowest, _), *others = _merged(self._layers)
        _paint(lowest, self._target, dim, fill)
        for picture, alpha in others:
            over = pygame.Surface(self._target.get_size(), depth=32)
            _paint(picture, over, dim, fill)
            over.set_alpha(alpha)
            self._target.blit(over, (0, 0))


def _merged(layers: list[Layer]) -> list[Layer]:
    """The same to the eye, without what is hidden, and with one layer for neighbours of one size.

    So there are several only while a model that makes another size fades in: its pictures and the
    old ones are then scaled each by themselves, as through the other's pixels one would lose its
    own at once. Opacities: Porter and Duff, "Compositing digital images" (1984), "over".
    """
    merged: list[Layer] = []
    for picture, alpha in layers:
        if alpha == 255:
            merged = []
        below, under = merged[-1] if merged else (None, 0)
        if below is not None and alpha > 0 and below.get_size() == picture.get_size():
            both = 255 - (255 - under) * (255 - alpha) / 255
            blend = below.copy()
            picture.set_alpha(round(255 * alpha / both))
            blend.blit(picture, (0, 0))
            picture.set_alpha(None)
            merged[-1] = (blend, round(both))
        elif alpha > 0:
            merged.append((picture, alpha))
    return merged


def _paint(picture: pygame.Surface, target: pygame.Surface, dim: float, fill: bool) -> None:
    """Put a picture on the whole target, as SoftwareRenderer.draw says."""
    level = round(255 * min(dim, 1.0))
    if level < 255:
        picture = picture.copy()
        picture.fill((level, level, level), special_flags=pygame.BLEND_RGB_MULT)
    size, screen = picture.get_size(), target.get_size()
    if fill:
        _scale(picture.subsurface(cropped(size, screen)), target)
        return
    place = fitted(size, screen)
    for bar in _around(place, screen):
        target.fill(BLACK, bar)
    _scale(picture, target.subsurface(place))


def _scale(source: pygame.Surface, target: pygame.Surface) -> None:
    width, height = target.get_size()
    stretch = pygame.transform.smoothscale
    coarse = math.ceil(math.sqrt(width * height / SMOOTH_UP_TO))
    if coarse > 1:
        source = stretch(source, (math.ceil(width / coarse), math.ceil(height / coarse)))
        stretch = pygame.transform.scale
    if target.get_bitsize() == 32:
        stretch(source, (width, height), target)
    else:  # a screen with fewer bits: let blit convert
        target.blit(stretch(source, (width, height)), (0, 0))


def _around(place: pygame.Rect, screen: tuple[int, int]) -> list[pygame.Rect]:
    """The bars of a screen that a centred picture leaves free."""
    width, height = screen
    return [
        pygame.Rect(0, 0, width, place.top),
        pygame.Rect(0, place.bottom, width, height - place.bottom),
        pygame.Rect(0, place.top, place.left, place.height),
        pygame.Rect(place.right, place.top, width - place.right, place.height),
    ]
