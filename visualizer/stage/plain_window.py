"""Windows beside the wall's: plain ones with their own surface, always drawn by software.

pygame's Window points to what SDL frees when its video ends: a use of one after that, of its
surface, or merely its end, is a segmentation fault or the end of another window (pygame-ce's issue
3601). So this module keeps track of all open windows, and only end_video() ends the video.
"""

from __future__ import annotations

import pygame

from visualizer.stage.geometry import Size

CENTRED = 0x2FFF0000
"""SDL_WINDOWPOS_CENTERED; a display's number in its low bits."""

_open: list[PlainWindow] = []


class PlainWindow:
    """In the middle of a display, by its number. size: in pixels; smallest: how small it can be
    made, None where it can't be resized and has no border. Raises pygame.error where it can't be
    opened."""

    def __init__(self, title: str, size: Size, display: int, smallest: Size | None = None) -> None:
        place, resizable = CENTRED | display, smallest is not None
        self._window = pygame.Window(
            title, size, position=(place, place), resizable=resizable, borderless=not resizable
        )
        _open.append(self)
        if smallest is not None:
            self._window.minimum_size = smallest

    @property
    def is_open(self) -> bool:
        """False once it was closed, or went with the video."""
        return self in _open

    @property
    def surface(self) -> pygame.Surface:
        """The surface to draw on; ask again for each picture, as it changes with the size. Raises
        pygame.error where the window is lost."""
        if not self.is_open:
            raise pygame.error("the window was closed")
        return self._window.get_surface()

    def flip(self) -> None:
        """Show what was drawn."""
        self._window.flip()

    def owns(self, event: pygame.event.Event) -> bool:
        """Whether an event is of this window."""
        return getattr(event, "window", None) == self._window

    def close(self) -> None:
        """Close it; harmless where it is closed."""
        if self.is_open:
            _open.remove(self)
            self._window.destroy()


def end_video() -> None:
    """Close all windows and release the display; harmless when there is none."""
    for window in list(_open):
        window.close()
    pygame.display.quit()
