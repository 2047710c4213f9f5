"""Shows to look at, and what is seen of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pygame

from visualizer.show.actions import Action
from visualizer.show.records import Cued, Preset
from visualizer.show.reducer import reduce, start
from visualizer.show.state import Show
from visualizer.show.status import Phase, Status
from visualizer.show.view import View
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.hud.hud import Hud

SIZES = [
    (1280, 720), (1920, 1080), (3840, 2160), (960, 720), (640, 480), (640, 360), (1080, 1920),
]  # fmt: skip
"""Of screens and windows, in pixels."""

GREY = (90, 90, 90)
"""The picture behind the HUD."""

NONE = MappingProxyType[str, float]({})

SEA = Preset("Deep sea", tuple(Cued(((text, 1.0),), NONE) for text in ("coral", "whale", "kelp")))

RUNNING = Status(Phase.RUNNING, model="tiny", device="cpu")


def played(*actions: Action) -> Show:
    """A show with the HUD on, after some actions."""
    show = replace(start((SEA,)), hud=True)
    for action in actions:
        show = reduce(show, action)
    return show


def picture(
    letters: Lettering, view: View, size: tuple[int, int] = (1280, 720), splash: bool = False
) -> pygame.Surface:
    """The HUD over grey."""
    target = pygame.Surface(size, depth=32)
    target.fill(GREY)
    Hud(letters).draw(target, view, splash=splash)
    return target


def texts(letters: Lettering, draw: Callable[[], object]) -> list[str]:
    """Every line of text that draw renders."""
    seen: list[str] = []
    line = letters.line

    def noted(text: str, *args: object, **options: object) -> pygame.Surface:
        seen.append(text)
        return line(text, *args, **options)  # type: ignore[arg-type]

    letters.line = noted  # type: ignore[method-assign]
    try:
        draw()
    finally:
        letters.line = line  # type: ignore[method-assign]
    return seen


def changed(surface: pygame.Surface) -> int:
    """How many pixels are no longer the grey."""
    return int((pygame.surfarray.array3d(surface) != GREY[0]).any(axis=2).sum())


def count(surface: pygame.Surface, colour: tuple[int, int, int, int]) -> int:
    """How many pixels have exactly this colour."""
    pixels = pygame.surfarray.array3d(surface)
    return int((pixels == np.array(colour[:3])).all(axis=2).sum())
