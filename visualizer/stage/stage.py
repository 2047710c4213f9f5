"""The stage: puts frames on the wall, 60 pictures a second, and the HUD over them.

present() is the draw loop's body: draw picture, start screen and HUD, wait for the display clock,
flip. What is drawn is decided by the View, and by the wall for what takes time there (wall.py): the
stage keeps only the start screen's fade.

Never black by accident: the start screen stands until the first frame, the last frame until the
next.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

import pygame

from visualizer import terminal
from visualizer.frame import Frame, Pixels
from visualizer.show.view import View
from visualizer.stage import display_label, window
from visualizer.stage.alignment_card import AlignmentCard
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.geometry import Size
from visualizer.stage.homography import Grey, wall_size
from visualizer.stage.hud.hud import Hud
from visualizer.stage.hud.start_screen import StartScreen
from visualizer.stage.operator_window import OperatorWindow, ShownWall
from visualizer.stage.pacing import Beat, Rate
from visualizer.stage.renderer import Renderer
from visualizer.stage.second_wall import SecondWalls
from visualizer.stage.wall import Wall
from visualizer.stage.wall_window import WallWindow

Drawn = TypeVar("Drawn")

SPLASH_FADE = 1.0
"""Seconds from the start screen to the first picture."""


class Stage:
    """The window with all that is drawn in it. For the main thread only.

    display: its number, or its name. also: other displays that show the same wall, or another
    (show_on), while the first is fullscreen. clock gives seconds; wait (seconds) is how the stage
    waits for the next picture's moment. renderer: "gl", "software", or "auto" for OpenGL where a
    GPU draws it. strobe_limit: see Strobe. hud: where it is, on the "wall", in a
    "window" of the operator's own, or "auto" for that where there is a second display. masks: of
    projections, by the names that they have there. window_size: outside fullscreen, in pixels; None
    for the usual one.
    """

    def __init__(
        self,
        *,
        display: int | str = 0,
        also: tuple[int, ...] = (),
        windowed: bool = False,
        renderer: str = "auto",
        strobe_limit: float | None = None,
        hud: str = "auto",
        window_size: tuple[int, int] | None = None,
        clock: Callable[[], float] = time.perf_counter,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """Open the window. Raises NoDisplay (video_driver.py)."""
        self.on_wall: Callable[[Pixels], None] | None = None
        """Takes the wall of each display frame, before start screen and HUD are drawn over it."""
        self._clock, self._wait = clock, wait
        self._messages: list[str] = []
        self.masks: Mapping[str, Grey] = {}
        self._wall_window = WallWindow(display, windowed, renderer, window_size)
        self._window = self._wall_window.window
        self._wall = Wall(lambda pixels: self._renderer.push(pixels), strobe_limit=strobe_limit)
        letters = Lettering()
        self._hud, self._splash = Hud(letters), StartScreen(letters)
        self._card = AlignmentCard(letters)
        self._letters, self._hud_at = letters, hud
        self._operator: OperatorWindow | None = None
        self._operator_left = False
        self._also, self._seconds = list(also), SecondWalls(strobe_limit)
        self._opens_seconds = False
        self._faults: dict[str, str] = {}
        self._beat = Beat()
        self._made, self._shown = Rate(), Rate()
        self._pictures = 0
        self._splash_left = 1.0
        self._last: float | None = None

    @property
    def engine_fps(self) -> float:
        """Generated frames a second, those that were never shown included."""
        return self._made.per_second(self._clock())

    @property
    def display_fps(self) -> float:
        """Pictures a second on the wall."""
        return self._shown.per_second(self._clock())

    @property
    def late_frames(self) -> int:
        """How many pictures came over one and a half periods (25 ms) after the one before."""
        return self._beat.late

    @property
    def display_p99(self) -> float:
        """Seconds that all but one in a hundred of the last ten seconds' pictures took."""
        return self._beat.p99

    @property
    def displays(self) -> tuple[str, ...]:
        """Names of all displays, as they were when the wall's was last looked at."""
        return self._window.names

    def take_messages(self) -> list[str]:
        """Lines for the performer since the last call (a display was lost, and the like)."""
        lines = self._wall_window.take_messages() + self._messages + self._wall.messages
        self._messages, self._wall.messages = [], []
        return lines

    def events(self) -> list[pygame.event.Event]:
        """What came from keyboard and window since the last call."""
        events = pygame.event.get() if pygame.display.get_init() else []
        for event in events:
            if self._operator is not None and event.type == pygame.WINDOWCLOSE:
                if self._operator.owns(event):
                    self._close_operator()
                    self._operator_left = True
                elif not self._seconds.owns(event):  # SDL sends QUIT with the last window only
                    events = [*events, pygame.event.Event(pygame.QUIT)]
            if not self._is_of_another(event):
                self._window.watch(event)
        return events

    def _is_of_another(self, event: pygame.event.Event) -> bool:
        """Whether an event is of a window that is not the wall's."""
        return (self._operator is not None and self._operator.owns(event)) or self._seconds.owns(
            event
        )

    def clipboard(self) -> str:
        """The text that was copied elsewhere; empty where there is none."""
        try:
            return pygame.scrap.get_text()
        except pygame.error:
            return ""

    def show_frame(self, frame: Frame) -> None:
        """A new frame is there; the wall begins to fade to it, unless it is frozen."""
        # By this clock: the producer may use another.
        self._made.count(self._clock(), frame.number)
        self._wall.show_frame(frame)

    def show_on(self, wall: int, frame: Frame) -> None:
        """A new frame for another wall that has frames of its own. wall: 1 for the first display in
        also."""
        self._seconds.show_frame(self._also[wall - 1], frame)

    def begin_with(self, frame: Frame, dark: bool = False) -> None:
        """Show a frame at once, and no start screen. dark: under a blackout that is whole."""
        self._splash_left = 0.0
        self._wall.dim = 0.0 if dark else 1.0
        self.show_frame(frame)

    def present(self, view: View) -> None:
        """Draw the moment, wait for its turn and put it on the wall.

        A fault in drawing is raised after its turn: a show that goes on must not spin.
        """
        now = self._clock()
        passed = 0.0 if self._last is None else max(now - self._last, 0.0)
        self._last = now
        try:
            before = self._window.display
            self._wall_window.go_to(view.show.display_choice)
            self._swap(self._window.display, before)
            self._window.set_fullscreen(view.show.fullscreen)
            self._window.show_cursor(view.show.mapping is not None)
            if self._wall_window.ready(now, self._wall.pixels):
                self._draw(view, now, passed)
            self._wall_window.drawn()
        except Exception as error:
            if self._wall_window.failed(error, now, self._wall.pixels):
                self._draw(view, now, 0.0)
            raise
        finally:
            self._take_turn()

    def close(self) -> None:
        """Close the window."""
        self._close_operator()
        self._seconds.open([])
        window.close()

    @property
    def size(self) -> Size:
        """Of the window's inside, in the mouse's pixels."""
        return self._window.size

    @property
    def display(self) -> str:
        """The name of the display that the wall is on."""
        return self._window.display_name

    @property
    def chosen_display(self) -> str:
        """The name of the display that the wall goes back to when it is there again."""
        return self._window.chosen_name or self._window.display_name

    @property
    def renderer(self) -> str:
        """What draws the wall, for people."""
        return self._renderer.name

    @property
    def _renderer(self) -> Renderer:
        return self._wall_window.renderer

    def _swap(self, display: int, before: int) -> None:
        """Where the wall has gone to another wall's display, have that one on the wall's."""
        if display == before or display not in self._also or before in self._also:
            return
        self._also[self._also.index(display)] = before
        self._seconds.move(display, before)
        self._opens_seconds = True
        self._messages.append(f"the wall that was there is on display {before}")

    def _draw(self, view: View, now: float, passed: float) -> None:
        projection, card = view.show.projection, view.show.test_card
        moment = replace(
            self._wall.moment(view, now, passed),
            projection=projection,
            mask=self.masks.get(projection.mask),
        )
        if card:
            moment = replace(moment, card=self._drawn_card(view), dark=False)
        begun = self._wall.newest is not None or card
        if begun or view.show.identifies:  # which names every display, before the first frame too
            self._renderer.draw(moment)
            if begun and self.on_wall is not None:
                self._try("the wall can't be read", self._read_wall, self.on_wall)
        if begun or view.show.identifies or self._seconds.are_open:
            self._try("a second wall can't be drawn", self._draw_seconds, view, now, passed)
        if self._wall.newest is not None:
            self._splash_left = max(self._splash_left - passed / SPLASH_FADE, 0.0)
        surface = self._renderer.canvas
        if self._splash_left > 0.0 and not card:
            self._try("the start screen can't be drawn", self._draw_splash, surface, view, now)
        self._place_hud(view)
        if self._operator is None:
            typed = self._try("the HUD can't be drawn", self._draw_hud, surface, view)
        else:
            typed = None
            size = wall_size(surface.get_size(), projection)
            shown = self._wall.newest is not None
            wall = ShownWall(size, self._renderer.read) if shown else None
            drawn = self._try(
                "the operator's window can't be drawn",
                self._operator.draw,
                view,
                wall,
                self._label,
            )
            if drawn is None:  # it went with a display, say: the HUD is on the wall again
                self._close_operator()
            self._try("the mapping can't be drawn", self._hud.draw_mapping, surface, view)
        if view.show.identifies:
            self._label(surface, self._window.display, self._window.display_name)
        # Where the HUD that says it is gone, what is typed must still be heard.
        typing = view.show.entry is not None
        place = typed or (surface.get_rect() if typing else None)
        self._try("text can't be typed", self._window.type_at, place)
        self._renderer.finish()

    def _read_wall(self, take: Callable[[Pixels], None]) -> None:
        take(self._renderer.read())

    def _draw_seconds(self, view: View, now: float, passed: float) -> None:
        shows = view.show.fullscreen
        displays = [n for n in self._also if n != self._window.display] if shows else []
        if self._pictures % 60 == 0 or self._opens_seconds:
            self._opens_seconds = False
            self._messages += self._seconds.open(displays)
        self._seconds.draw(self._renderer.read, self.masks, view, now, passed, self._label)

    def _label(self, surface: pygame.Surface, display: int, name: str) -> None:
        """Name a display; a window that can't be labelled is shown all the same."""
        fault = "a display can't be named"
        self._try(fault, display_label.draw, surface, self._letters, display, name)

    def _drawn_card(self, view: View) -> Pixels:
        width, height = screen = self._renderer.canvas.get_size()
        rate = f"{self._window.refresh_rate} Hz" if self._window.refresh_rate else "rate unknown"
        words: tuple[str, ...] = self._window.display_name, f"{width} × {height}, {rate}"
        size = wall_size(screen, view.show.projection)
        if size != screen:
            words = *words, f"wall {size[0]} × {size[1]}"
        return self._card.drawn(size, words, self._pictures)

    def _draw_splash(self, surface: pygame.Surface, view: View, now: float) -> None:
        """The start screen: alone, then fading away over the first picture."""
        alpha = self._splash_left if self._wall.newest is not None else 1.0
        if self._wall.newest is None:
            surface.fill((0, 0, 0))
        self._splash.fade(surface, view, now, alpha * self._wall.dim)

    def _draw_hud(self, surface: pygame.Surface, view: View) -> pygame.Rect | None:
        """The HUD; gives back where text is typed in it."""
        return self._hud.draw(
            surface, view, splash=self._wall.newest is None and not view.show.test_card
        )

    def _place_hud(self, view: View) -> None:
        """Open or close the operator's window; looked at once in a second or so."""
        if self._pictures % 60:
            return
        taken = {self._window.display, *(self._also if view.show.fullscreen else ())}
        others = [n for n in range(self._window.displays) if n not in taken]
        wants = self._hud_at == "window" or (
            self._hud_at == "auto" and view.show.fullscreen and bool(others)
        )
        if not wants:
            self._operator_left = False
            self._close_operator()
        elif self._operator is None and not self._operator_left:
            display = others[0] if others else self._window.display
            self._operator = self._try(
                "the operator's window can't be opened", OperatorWindow, display, self._letters
            )
            self._operator_left = self._operator is None

    def _close_operator(self) -> None:
        if self._operator is not None:
            self._operator.close()
            self._operator = None

    def _try(self, fault: str, work: Callable[..., Drawn], *given: object) -> Drawn | None:
        """Do what must not touch the picture if it fails, such as for a text that no font can
        draw; fault: what to say of it then."""
        try:
            return work(*given)
        except Exception as error:
            if self._faults.get(fault) != repr(error):  # told once, not 60 times a second
                self._faults[fault] = repr(error)
                terminal.trace()
                self._messages.append(f"{fault}, the show goes on: {error}")
            return None

    def _take_turn(self) -> None:
        """Wait for the picture's moment, put it on the wall and count it."""
        self._wait_for_turn()
        self._window.flip()
        shown = self._clock()
        self._beat.shown(shown)
        self._pictures += 1
        self._shown.count(shown, self._pictures)

    def _wait_for_turn(self) -> None:
        wait = self._beat.wait(self._clock())
        # With vsync the flip itself waits, on the display's own beat; a flip that does not
        # (minimised, a bad driver) must not spin, so half a period is kept in any case.
        wait -= 0.5 / 60 if self._window.vsync else 0.0
        if wait > 0.0:
            self._wait(wait)
