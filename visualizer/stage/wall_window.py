"""The wall's window, and the renderer that draws in it: OpenGL while it works, else software."""

from __future__ import annotations

import pygame

from visualizer.frame import Pixels
from visualizer.show.records import DisplayChoice
from visualizer.stage.gl_recovery import GLRecovery
from visualizer.stage.gl_renderer import GLRenderer, NoOpenGL
from visualizer.stage.renderer import Renderer
from visualizer.stage.software_renderer import SoftwareRenderer
from visualizer.stage.video_driver import has_gpu
from visualizer.stage.window import Window

GL_FAULTS = 3
"""Pictures in a row that can't be drawn by OpenGL, after which its context is taken for lost, as
after a reset of the GPU."""


class WallWindow:
    """renderer: "gl", "software", or "auto" for OpenGL where a GPU draws it. The rest: see Window,
    which this opens. Raises NoDisplay.

    last, in its methods: the last picture on the wall, for a renderer that begins anew; None before
    the first.
    """

    def __init__(
        self,
        display: int | str,
        windowed: bool,
        renderer: str,
        size: tuple[int, int] | None,
    ) -> None:
        self.messages: list[str] = []
        """Lines for the performer, with the window's own."""
        self._slow_gl = renderer == "gl"
        self._recovery = GLRecovery(self._slow_gl)
        self._faults = 0
        self._had_gl = False
        self._display_asks = 0
        wants_gl = renderer == "gl" or (renderer == "auto" and has_gpu())
        self.window = Window(display, windowed, wants_gl, size)
        self._opened = 0
        self.renderer = self._new_renderer()

    def take_messages(self) -> list[str]:
        """Lines for the performer since the last call."""
        lines = self.window.messages + self.messages
        self.window.messages, self.messages = [], []
        return lines

    def go_to(self, choice: DisplayChoice) -> None:
        """Move to a display that was asked for since the last call."""
        if choice.asks != self._display_asks:
            self._display_asks = choice.asks
            self.window.go_to(choice.wanted)
            self._recovery.ask()

    def ready(self, now: float, last: Pixels | None) -> bool:
        """Make ready to draw, by OpenGL again where it was lost and works; False while there is no
        display at all. now: seconds."""
        if self._had_gl and not self.window.gl:  # lost as the window was opened again
            self._gl_is_lost(now)
        self._try_gl(now, last)
        surface = self.window.surface
        if surface is None:
            return False
        self._aim(surface, last)
        return True

    def drawn(self) -> None:
        """A picture was drawn."""
        self._faults = 0
        self._had_gl = self._had_gl or self.window.gl

    def failed(self, error: Exception, now: float, last: Pixels | None) -> bool:
        """A picture could not be drawn. Where OpenGL fails again and again, go on by software: True
        where that happened and a picture can be drawn at once, as the new window is black."""
        self._faults += self.window.gl
        if not self.window.gl or self._faults < GL_FAULTS:
            return False
        self.messages.append(f"OpenGL fails ({error}); the wall is drawn by software")
        self.window.leave_gl()
        self._gl_is_lost(now)
        surface = self.window.surface
        if surface is None:
            return False
        self._aim(surface, last)
        return True

    def _gl_is_lost(self, now: float) -> None:
        self._had_gl = False
        self._recovery.lost(now)

    def _try_gl(self, now: float, last: Pixels | None) -> None:
        window = self.window
        if window.gl or window.surface is None or not self._recovery.ready(now, window.display):
            return
        window.take_gl()
        if (surface := window.surface) is not None:
            self._aim(surface, last)
        if window.gl:
            self.messages.append("OpenGL works again; the wall is drawn with it")
            self._faults = GL_FAULTS - 1  # a first picture that fails is the last
        else:
            self._recovery.lost(now)

    def _aim(self, surface: pygame.Surface, last: Pixels | None) -> None:
        """Draw on the window as it is now: a new one has lost what an OpenGL context held."""
        if self._opened != self.window.opened:
            if self.window.gl or not isinstance(self.renderer, SoftwareRenderer):
                self.renderer = self._new_renderer()
                if last is not None:
                    self.renderer.push(last)
            self._opened = self.window.opened
        if self.window.gl and surface.get_size() != self.window.size:
            surface = pygame.Surface(self.window.size)  # as an OpenGL window is resized
        self.renderer.aim(surface)

    def _new_renderer(self) -> Renderer:
        self._opened = self.window.opened
        if self.window.gl:
            try:
                return GLRenderer(self.window.size, self._slow_gl)
            except NoOpenGL as why:
                self.messages.append(f"{why}; the wall is drawn by software")
                self.window.leave_gl()
                self._opened = self.window.opened
        surface = self.window.surface
        assert surface is not None
        return SoftwareRenderer(surface)
