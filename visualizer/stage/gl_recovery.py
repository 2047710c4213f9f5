"""When to retry OpenGL after its context was lost: in a hidden window first, so that a failed
attempt is not seen on the wall."""

from __future__ import annotations

import math

import numpy as np
import pygame

from visualizer.stage.gl_renderer import GLRenderer
from visualizer.stage.plain_window import CENTRED
from visualizer.stage.renderer import Moment
from visualizer.stage.window import GL

GL_AGAIN = (10.0, 30.0, 120.0, 600.0)
"""Seconds until OpenGL is tried again, by its losses and the tries that failed; then no more, until
the performer asks for another display. A try takes some display frames' time."""

SIZE = 16
"""Width and height of the hidden window."""


class GLRecovery:
    """slow: as GLRenderer has it."""

    def __init__(self, slow: bool) -> None:
        self._slow = slow
        self._failures = 0
        self._at = math.inf

    def lost(self, now: float) -> None:
        """OpenGL has failed. now: seconds."""
        left = GL_AGAIN[self._failures :]
        self._at = now + left[0] if left else math.inf
        self._failures += 1

    def ask(self) -> None:
        """Try it with the next picture, and then as after the first loss; nothing where it was
        never lost."""
        if self._failures:
            self._failures, self._at = 1, -math.inf

    def ready(self, now: float, display: int) -> bool:
        """Whether it was to be tried by now, and draws in a window on that display, by its
        number."""
        if now < self._at:
            return False
        self._at = math.inf
        if not self._draws(display):
            self.lost(now)
            return False
        return True

    def _draws(self, display: int) -> bool:
        place = CENTRED | display
        for attribute, value in GL:
            pygame.display.gl_set_attribute(attribute, value)
        try:
            window = pygame.Window(
                "Visualizer", (SIZE, SIZE), position=(place, place), opengl=True, hidden=True
            )
        except pygame.error:
            return False
        try:
            renderer = GLRenderer((SIZE, SIZE), self._slow)
            renderer.push(np.full((SIZE, SIZE, 3), 255, np.uint8))
            renderer.draw(Moment())
            return bool((renderer.read() > 250).all())
        except Exception:  # as various as what loses a context
            return False
        finally:
            window.destroy()
