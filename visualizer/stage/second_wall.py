"""Other displays: the same wall, or one with frames of its own, each mapped in its own way.

Always drawn by software. The same wall is read back from the first; one with frames of its own is
drawn from them as the first is, with its looks, fades and motion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pygame

from visualizer.frame import Frame, Pixels
from visualizer.show.projection import PLAIN, Projection
from visualizer.show.view import View
from visualizer.stage.display_label import Label
from visualizer.stage.displays import display_names
from visualizer.stage.geometry import Size, seen
from visualizer.stage.homography import Grey, wall_size
from visualizer.stage.plain_window import PlainWindow
from visualizer.stage.renderer import Moment
from visualizer.stage.software_renderer import SoftwareRenderer
from visualizer.stage.wall import Wall


class SecondWall:
    """On a display, by its number, in all of its size. strobe_limit: see Strobe. Raises
    pygame.error where it can't be opened."""

    def __init__(self, display: int, size: Size, strobe_limit: float | None = None) -> None:
        self.display = display
        self._window = PlainWindow("Visualizer: second wall", size, display)
        self._renderer = SoftwareRenderer(self._window.surface)
        self._wall = Wall(self._renderer.push, strobe_limit=strobe_limit)
        self._played = False

    @property
    def has_frames(self) -> bool:
        """Whether it has frames of its own."""
        return self._wall.newest is not None

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
        """Draw it. read: gives the first display's wall, of which as much is shown as fills this
        one."""
        surface = self._window.surface
        self._renderer.aim(surface)
        wall = read()
        height, width = wall.shape[:2]
        across, down = seen((width, height), wall_size(surface.get_size(), projection), "fill")
        columns, rows = max(1, round(width * across)), max(1, round(height * down))
        left, top = (width - columns) // 2, (height - rows) // 2
        part = wall[top : top + rows, left : left + columns]
        self._renderer.draw(Moment(card=part, projection=projection, mask=mask))

    def show_frame(self, frame: Frame) -> None:
        """A new frame of its own is there."""
        self._wall.show_frame(frame)

    def play(
        self, view: View, now: float, passed: float, projection: Projection, mask: Grey | None
    ) -> None:
        """Draw its own frames. now, passed: as Wall.moment has them."""
        self._renderer.aim(self._window.surface)
        if not self._played:  # opened in a blackout, it is dark from its first moment on
            self._played, self._wall.dim = True, 0.0 if view.show.blackout else 1.0
        moment = self._wall.moment(view, now, passed)
        self._wall.messages.clear()  # the first wall's are the same
        self._renderer.draw(replace(moment, projection=projection, mask=mask))

    @property
    def surface(self) -> pygame.Surface:
        """What it is drawn on. Raises pygame.error where the window is lost."""
        return self._window.surface

    def flip(self) -> None:
        """Show what was drawn."""
        self._window.flip()

    def close(self) -> None:
        """Close it."""
        self._window.close()


class SecondWalls:
    """Those that are open, by their displays' names. strobe_limit: as SecondWall has it."""

    def __init__(self, strobe_limit: float | None = None) -> None:
        self._walls: dict[str, SecondWall] = {}
        self._strobe_limit = strobe_limit
        self._newest: dict[int, Frame] = {}
        self._told: set[int] = set()

    @property
    def are_open(self) -> bool:
        """Whether there is one."""
        return bool(self._walls)

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
        for name, number in wanted.items():
            if name not in self._walls:
                try:
                    self._walls[name] = SecondWall(number, sizes[number], self._strobe_limit)
                except pygame.error as error:  # the others are opened all the same
                    if number not in self._told:
                        lines.append(f"a second wall on {name} can't be opened: {error}")
                        self._told.add(number)
                    continue
                if number in self._newest:
                    self._walls[name].show_frame(self._newest[number])
            self._walls[name].display = number  # another, where a display has gone
        for number in set(displays) - set(wanted.values()) - self._told:
            lines.append(f"no display {number} for a second wall; it opens when there is one")
            self._told.add(number)
        return lines

    def show_frame(self, display: int, frame: Frame) -> None:
        """A new frame for the wall on a display, by its number, open or not."""
        self._newest[display] = frame
        for wall in self._walls.values():
            if wall.display == display:
                wall.show_frame(frame)

    def move(self, display: int, to: int) -> None:
        """The wall on a display, by its number, is to be on another."""
        self._newest.pop(to, None)
        if (frame := self._newest.pop(display, None)) is not None:
            self._newest[to] = frame

    def draw(
        self,
        read: Callable[[], Pixels],
        masks: Mapping[str, Grey],
        view: View,
        now: float,
        passed: float,
        label: Label,
    ) -> None:
        """Draw and show all of them. masks: by projections' names for them. now, passed: as
        Wall.moment has them. label: names their displays where the show identifies them. Raises
        what one of them met, once all had their turn."""
        fault: Exception | None = None
        for name, wall in self._walls.items():
            projection = view.show.projections.get(name, PLAIN)
            mask = masks.get(projection.mask)
            try:
                if wall.has_frames and not view.show.test_card:
                    wall.play(view, now, passed, projection, mask)
                else:
                    wall.draw(read, projection, mask)
                if view.show.identifies:
                    label(wall.surface, wall.display, name)
                wall.flip()
            except Exception as error:  # the others are drawn all the same
                fault = error
        if fault is not None:
            raise fault
