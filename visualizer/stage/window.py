"""The window: which display, fullscreen or not, and what to do when a display goes away.

Only pygame's display, font and key parts are started: pygame.init() would open the sound card.
Fullscreen is borderless at the desktop's size, so a click on the laptop's screen does not
minimise the wall.
"""

from __future__ import annotations

import warnings
from contextlib import suppress

import pygame

from visualizer.stage.displays import display_names
from visualizer.stage.plain_window import CENTRED, end_video
from visualizer.stage.text_input import TextInput
from visualizer.stage.video_driver import (
    NoDisplay,
    check_driver,
    check_server,
    has_gpu,
    no_display,
    set_hints,
)

WINDOWED = (960, 720)
"""Size of the window outside fullscreen, in pixels."""

REPEAT = (350, 45)
"""Milliseconds until a held key repeats, and between its repeats."""

RETRY = 60
"""Flips between two tries to open a lost display again, and between two looks whether the one
that was asked for is back: about a second."""

GL = (
    (pygame.GL_CONTEXT_MAJOR_VERSION, 3),
    (pygame.GL_CONTEXT_MINOR_VERSION, 3),
    (pygame.GL_CONTEXT_PROFILE_MASK, pygame.GL_CONTEXT_PROFILE_CORE),
    (pygame.GL_CONTEXT_FLAGS, pygame.GL_CONTEXT_FORWARD_COMPATIBLE_FLAG),  # macOS wants it
)
"""Attributes of the OpenGL context."""


class Window:
    """The one window. Lines for the performer gather in messages.

    gl: whether it is drawn on by OpenGL, in a context that is new with each opening; opened: how
    many of them there were. display_name: of the one that it is on (display_names);
    chosen_name: of the one that it goes back to when that is there again. refresh_rate: its
    pictures a second, 0 where that is not known.
    """

    def __init__(
        self,
        display: int | str = 0,
        windowed: bool = False,
        gl: bool = False,
        size: tuple[int, int] | None = None,
    ) -> None:
        """Open it. display: its number, or the name of the one that it goes to when that is there.
        gl: for OpenGL, see self.gl. size: outside fullscreen, in pixels; None for the usual one.
        Raises NoDisplay."""
        self.messages: list[str] = []
        self.fullscreen = not windowed
        self.vsync = False
        self.gl = gl
        self.opened = 0
        self._size = size
        self._wanted = self._display = self._opened_on = 0
        self.display_name = self.chosen_name = ""
        self.names: tuple[str, ...] = ()
        self._refused = ""
        self._desktop = (0, 0)
        self.refresh_rate = 0
        self._cursor = False
        self._flips = 0
        self._failures = 0
        self._text = TextInput(lambda line: self.messages.append(line))
        self._gpu = has_gpu()
        set_hints(gl, self._gpu)
        try:
            check_server(self._gpu)
            pygame.display.init()
            pygame.font.init()
            check_driver()
            self._wanted = self._display = self._number(display)
            self._open()
        except pygame.error as error:
            close()
            raise no_display(str(error)) from None
        except NoDisplay:
            close()
            raise

    @property
    def surface(self) -> pygame.Surface | None:
        """What to draw on (with OpenGL, only its size counts); None while there is no display at
        all."""
        return pygame.display.get_surface()

    @property
    def display(self) -> int:
        """The number of the display that it is on."""
        return self._display

    @property
    def displays(self) -> int:
        """How many displays there are."""
        return pygame.display.get_num_displays()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return pygame.display.get_window_size()

    def leave_gl(self) -> None:
        """OpenGL can't be used: open it again for drawing without."""
        self.gl = False
        self._reopen()

    def take_gl(self) -> None:
        """OpenGL works again: open it again for drawing with it."""
        self.gl = True
        self._reopen()

    def set_fullscreen(self, fullscreen: bool) -> None:
        """Go to fullscreen or to a window; nothing where it is so already."""
        if fullscreen != self.fullscreen:
            self.fullscreen = fullscreen
            self._reopen()

    def show_cursor(self, wanted: bool) -> None:
        """Whether the cursor is seen in fullscreen, too."""
        if wanted != self._cursor:
            self._cursor = wanted
            pygame.mouse.set_visible(wanted or not self.fullscreen)

    def go_to(self, name: str) -> None:
        """Move to the display of that name; "" for the next one."""
        names, self._refused = display_names(), ""
        if name and name not in names:
            self.chosen_name = name  # for the start after this
            self.messages.append(f"display {name} is not connected; using {self.display_name}")
            return
        if len(names) == 1:
            self.messages.append(f"{self.display_name} is the only display")
            return
        before = self._display
        self._display = names.index(name) if name else (before + 1) % len(names)
        if self._display == before:
            return
        to, self._wanted = names[self._display], self._display
        if self._reopen():
            self.chosen_name = self.display_name
            self.messages.append(f"the wall is on display {self._display}: {self.display_name}")
        else:
            self._display = self._wanted = before
            self._reopen()
            self.messages.append(f"display {to} can't be used")

    def flip(self) -> None:
        """Put the drawn picture on the display.

        A lost display is replaced by display 0 until it is there again.
        """
        try:
            if self.surface is None:
                raise pygame.error("no surface")
            pygame.display.flip()
        except pygame.error:
            self._replace()
            return
        self._flips += 1
        if self._flips % RETRY == 0:
            self._go_back()
            self._follow_desktop()

    def type_at(self, place: pygame.Rect | None) -> None:
        """Where text is typed; None where none is (see TextInput)."""
        self._text.type_at(place)

    def watch(self, event: pygame.event.Event) -> None:
        """Follow the window to another display: moved there by hand, or a cable was pulled; and
        keep an input method out of the playing (text_input.py)."""
        self._text.watch(event)
        if event.type != pygame.WINDOWDISPLAYCHANGED:
            return
        now = int(getattr(event, "display_index", 0))
        if now == self._display:
            return
        lost, self._display = self._display, now
        self._look_at_display()
        if lost < pygame.display.get_num_displays():
            self._wanted = now  # moved by hand
            self.chosen_name = self.display_name
        elif self.fullscreen:
            self.messages.append(f"display {lost} is gone; using display {now}")
            self._reopen()

    def _replace(self) -> None:
        """Open display 0 in place of one that can't be drawn on; tried once in RETRY calls."""
        if self._failures % RETRY == 0:
            lost, self._display = self._display, 0
            if self._reopen():
                self.messages.append(f"display {lost} was lost; using display 0")
                self._failures = 0
                return
        self._failures += 1

    def _go_back(self) -> None:
        """Fullscreen, return to the display that was asked for if it is there again."""
        names = display_names()
        if self.chosen_name in names and self.chosen_name != self._refused:
            # Its number may be another after a display has gone.
            self._wanted = names.index(self.chosen_name)
        there = 0 <= self._wanted < len(names)
        if not self.fullscreen or self._display == self._wanted or not there:
            return
        before, self._display = self._display, self._wanted
        if self._reopen():
            self.messages.append(f"display {self._display} is back; using it")
        else:  # not tried again; the next flip opens display 0
            self._wanted, self._refused = before, self.chosen_name

    def _follow_desktop(self) -> None:
        """Fullscreen, open again where the display's resolution is another."""
        sizes = pygame.display.get_desktop_sizes()
        if not self.fullscreen or self._display >= len(sizes):
            return
        before, now = self._desktop, sizes[self._display]
        if now != before and self._reopen():
            self.messages.append(f"display {self._display} now has {now[0]} × {now[1]} pixels")

    def _number(self, display: int | str) -> int:
        """The number of a display; 0 for a name that is not there, which is kept for when it is."""
        if isinstance(display, int):
            return display
        names = display_names()
        self.chosen_name = display
        return names.index(display) if display in names else 0

    def _open(self) -> None:
        sizes = pygame.display.get_desktop_sizes()
        if not 0 <= self._display < len(sizes):
            self.messages.append(f"no display {self._display}; using display 0")
            self._display = 0
        pygame.display.set_caption("Visualizer")
        pygame.display.set_icon(_icon())
        if self.fullscreen:
            self._free_from_display()
            self._open_fullscreen(sizes[self._display])
        else:
            self.vsync = False
            width, height = sizes[self._display]
            size = (min(WINDOWED[0], width * 9 // 10), min(WINDOWED[1], height * 9 // 10))
            self._set_mode(self._size or size, pygame.RESIZABLE)
        pygame.mouse.set_visible(self._cursor or not self.fullscreen)
        self._look_at_display()
        if self._display == self._wanted:
            self.chosen_name = self.chosen_name or self.display_name
        # All of these are forgotten when a display is closed.
        pygame.key.set_repeat(*REPEAT)
        self._text.begin()
        self._opened_on = self._display
        self.opened += 1

    def _look_at_display(self) -> None:
        sizes, names = pygame.display.get_desktop_sizes(), display_names()
        self.names = tuple(names)
        rates = pygame.display.get_desktop_refresh_rates()
        self._desktop = sizes[self._display] if self._display < len(sizes) else (0, 0)
        self.display_name = names[self._display] if self._display < len(names) else ""
        self.refresh_rate = rates[self._display] if self._display < len(rates) else 0

    def _set_mode(self, size: tuple[int, int], flags: int) -> None:
        """With vsync where OpenGL has it; without OpenGL where that can't be had."""
        if self.gl:
            for attribute, value in GL:
                pygame.display.gl_set_attribute(attribute, value)
            for vsync in (1, 0):
                try:
                    _set_mode(size, flags | pygame.OPENGL | pygame.DOUBLEBUF, self._display, vsync)
                    self.vsync = bool(vsync)
                    return
                except pygame.error as error:
                    why = str(error)
            self.messages.append(f"no OpenGL window ({why}); the wall is drawn by software")
            self.gl = False
        _set_mode(size, flags, self._display)

    def _free_from_display(self) -> None:
        """Have a fullscreen window on the display that is meant, as SDL moves none that is so."""
        if self._opened_on == self._display or self.surface is None:
            return
        with suppress(pygame.error):
            if pygame.display.is_fullscreen():
                pygame.display.toggle_fullscreen()
            place = CENTRED | self._display
            pygame.display.set_window_position((place, place))

    def _open_fullscreen(self, size: tuple[int, int]) -> None:
        # SDL gives vsync to a software surface only through SCALED (a texture on the GPU).
        flags = pygame.FULLSCREEN
        self.vsync = False
        if self.gl:
            self._set_mode(size, flags)
        if self.gl:
            return
        try:
            if not self._gpu:
                raise pygame.error("vsync needs a GPU")
            _set_mode(size, flags | pygame.SCALED, self._display, vsync=1)
            self.vsync = True
        except pygame.error:
            _set_mode(size, flags, self._display)
            self.vsync = False

    def _reopen(self) -> bool:
        """Open again, from the start if need be; whether it worked."""
        for afresh in (False, True):
            try:
                if afresh:
                    end_video()
                    pygame.display.init()
                self._open()
                return True
            except pygame.error:
                continue
        return False


def close() -> None:
    """Close the window and release the display; harmless when there is none."""
    pygame.font.quit()
    end_video()


def _set_mode(size: tuple[int, int], flags: int, display: int, vsync: int = 0) -> None:
    with warnings.catch_warnings():
        # "forcibly resized by the OS": tiling desktops do, and any size will do.
        warnings.simplefilter("ignore", RuntimeWarning)
        pygame.display.set_mode(size, flags, display=display, vsync=vsync)


def _icon() -> pygame.Surface:
    """A glowing disc, so that the task bar has something to show."""
    icon = pygame.Surface((64, 64), pygame.SRCALPHA)
    for radius in range(30, 0, -1):
        share = 1 - radius / 30
        pygame.draw.circle(
            icon, (round(60 + 170 * share), round(70 + 140 * share), 255), (32, 32), radius
        )
    return icon
