"""Other displays that show the same wall, each filled and mapped in its own way.

Always drawn by software, from the picture that is read back from the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pygame

from visualizer.frame import Pixels
from visualizer.show.projection import PLAIN, Projection
from visualizer.stage.displays import display_names
from visualizer.stage.geometry import Size, seen
from visualizer.stage.homography import Grey, wall_size
from visualizer.stage.plain_window import PlainWindow
from visualizer.stage.renderer import Moment
from visualizer.stage.software_renderer import SoftwareRenderer


class SecondWall:
    """On a display, by its number, in all of its size. Raises pygame.error where it can't be
    opened."""

    def __init__(self, display: int, size: Size) -> None:
        self._window = PlainWindow("Visualizer: second wall", size, display)
        self._renderer = SoftwareRenderer(self._window.surface)

    @property
    def is_open(self) -> bool:
        """See PlainWindow."""
        return self._window.is_open

    def owns(self, event: pygame.event.Event) -> bool:
        """Whether an event is of this window."""
        return self._window.owns(event)

    def draw(
        self,
        read: Callable[[], Pixels],
        projection: Projection = PLAIN,
        mask: Grey | None = None,
    ) -> None:
        """Draw and show it. read: gives the first display's wall, of which as much is shown as
        fills this one."""
        surface = self._window.surface
        self._renderer.aim(surface)
        wall = read()
        height, width = wall.shape[:2]
        across, down = seen((width, height), wall_size(surface.get_size(), projection), "fill")
        columns, rows = max(1, round(width * across)), max(1, round(height * down))
        left, top = (width - columns) // 2, (height - rows) // 2
        part = wall[top : top + rows, left : left + columns]
        self._renderer.draw(Moment(card=part, projection=projection, mask=mask))
        self._window.flip()

    def close(self) -> None:
        """Close it."""
        self._window.close()


class SecondWalls:
    """Those that are open, by their displays' names."""

    def __init__(self) -> None:
        self._walls: dict[str, SecondWall] = {}
        self._told: set[int] = set()

    def owns(self, event: pygame.event.Event) -> bool:
        """Whether an event is of one of their windows."""
        return any(wall.owns(event) for wall in self._walls.values())

    def open(self, displays: Sequence[int]) -> list[str]:
        """Have walls on these displays, by their numbers, and on no others; lines for people. A
        display that is pulled loses its wall, and has it again when it is back."""
        sizes, names, lines = pygame.display.get_desktop_sizes(), display_names(), []
        wanted = {names[n]: n for n in displays if 0 <= n < len(names)}
        for name, wall in list(self._walls.items()):
            if name not in wanted or not wall.is_open:  # one goes with the first's display, say
                self._walls.pop(name).close()
        for name in wanted.keys() - self._walls.keys():
            self._walls[name] = SecondWall(wanted[name], sizes[wanted[name]])
        for number in set(displays) - set(wanted.values()) - self._told:
            lines.append(f"no display {number} for a second wall; it is opened when it is there")
            self._told.add(number)
        return lines

    def draw(
        self,
        read: Callable[[], Pixels],
        projections: Mapping[str, Projection],
        masks: Mapping[str, Grey],
    ) -> None:
        """Draw and show all of them. projections: by displays' names; masks: by theirs."""
        for name, wall in self._walls.items():
            projection = projections.get(name, PLAIN)
            wall.draw(read, projection, masks.get(projection.mask))
