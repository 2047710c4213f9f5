"""Both renderers, each over a screen of a size."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pygame

from visualizer.stage import window
from visualizer.stage.geometry import Size
from visualizer.stage.gl_renderer import GLRenderer
from visualizer.stage.renderer import Moment, Renderer
from visualizer.stage.software_renderer import SoftwareRenderer

Make = Callable[[Size], Renderer]
"""A renderer for a wall of a size."""


def software(size: Size) -> Renderer:
    """Over something that is not black, so that a pixel left out shows."""
    surface = pygame.Surface(size, depth=32)
    surface.fill((255, 0, 255))
    return SoftwareRenderer(surface)


def open_gl(size: Size) -> Renderer:
    """In a hidden window."""
    for attribute, value in window.GL:
        pygame.display.gl_set_attribute(attribute, value)
    pygame.display.set_mode(size, pygame.OPENGL | pygame.DOUBLEBUF | pygame.HIDDEN)
    return GLRenderer(size, slow=True)


def on_screen(renderer: Renderer, moment: Moment) -> npt.NDArray[np.int64]:
    """What the screen shows at a moment, (height, width, 3)."""
    renderer.draw(moment)
    renderer.finish()
    if isinstance(renderer, GLRenderer):
        return renderer.screen_pixels().astype(np.int64)
    return pygame.surfarray.array3d(renderer.canvas).transpose(1, 0, 2).astype(np.int64)
