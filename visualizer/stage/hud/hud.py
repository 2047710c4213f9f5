"""The HUD: what the performer reads over the picture.

With it off, only what asks for an answer is drawn: the open entry, the list of MIDI learn, the grid
of the mapping mode, the line that asks for Esc again, and the help page.
"""

from __future__ import annotations

import pygame

from visualizer.show.durations import clock_text
from visualizer.show.state import Show
from visualizer.show.status import Phase, Status
from visualizer.show.time_text import recorded
from visualizer.show.view import View
from visualizer.stage.drawing import shapes
from visualizer.stage.drawing.hud_colours import (
    ACCENT,
    AMBER,
    DARK,
    EDGE,
    INK,
    PANEL,
    RED,
    TRACK,
    Colour,
)
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.hud import entry_box, learn_list, projection_grid
from visualizer.stage.hud.help_page import Help
from visualizer.stage.hud.learn_list import Learn
from visualizer.stage.hud.panel import Panel
from visualizer.stage.hud.panel_layout import MARGIN, plan, unit_of
from visualizer.stage.hud.start_screen import offer_top


class Hud:
    """Draws over what is on the surface."""

    def __init__(self, letters: Lettering) -> None:
        self._letters = letters
        self._panel = Panel(letters)
        self._help = Help(letters)
        self._learn = Learn(letters)

    def draw(self, target: pygame.Surface, view: View, splash: bool = False) -> pygame.Rect | None:
        """The HUD of this moment; gives back where text is typed, None where none is.

        splash: the start screen is on, which says the status itself; then values show only where
        the performer asked for them.
        """
        show, size = view.show, target.get_size()
        unit = unit_of(size)
        values = (show.hud is True if splash else show.hud_on) and not show.help
        beside = plan(size).panel.right if values else 0
        field = entry_box.field(show, size, unit, beside)
        bottom = field.top if show.entry_open else size[1]
        if not show.help:
            self.draw_mapping(target, view)
        if show.help:
            self._help.draw(target)
        elif values:
            self._panel.draw(target, view)
        if show.learning is not None and not show.help:
            listed = learn_list.place_of(size, unit, beside, bottom)
            self._learn.draw(target, show.learning, unit, listed)
            bottom = listed.top
        if splash:
            bottom = min(bottom, offer_top(show, size))
        # Beside the panel, as the field; messages stand above it.
        bottom = entry_box.draw_quit(target, self._letters, show, unit, field.centerx, bottom)
        margin = round(MARGIN * unit)
        area = pygame.Rect(
            beside + margin, margin, size[0] - beside - 2 * margin, bottom - 2 * margin
        )
        if values:
            self._chips(target, show, area, unit)
        if values or (splash and not show.help):
            top = self._messages(target, show, area, unit)
            if not splash and (view.status.phase is not Phase.RUNNING or view.status.coming):
                self._status(target, view.status, area, top, unit)
        entry_box.draw_entry(target, self._letters, show, unit, field)
        return field if show.entry_open else None

    def draw_mapping(self, target: pygame.Surface, view: View) -> None:
        """The mapping mode's grid and corners, which belong on the wall itself."""
        projection_grid.draw(target, self._letters, view.show, unit_of(target.get_size()))

    def _chips(self, target: pygame.Surface, show: Show, area: pygame.Rect, unit: float) -> None:
        """States that a performer must not overlook."""
        states = (
            (not show.generating, "GENERATION OFF", AMBER),
            (show.frozen, "FROZEN", ACCENT),
            (show.blackout, "BLACKOUT", RED),
            (show.recording is not None, f"● {clock_text(recorded(show))}", RED),
        )
        x, y = area.topleft
        size = max(6, round(17 * unit))
        for on, text, colour in states:
            if not on:
                continue
            line = self._letters.line(text, size, DARK)
            plate = pygame.Rect(x, y, line.get_width() + round(1.5 * size), round(1.95 * size))
            if plate.right > area.right and x > area.left:
                plate.topleft = (area.left, plate.bottom + round(8 * unit))
            target.blit(shapes.plate(*plate.size, round(9 * unit), colour), plate)
            target.blit(line, line.get_rect(center=plate.center))
            x, y = plate.right + round(8 * unit), plate.top

    def _messages(self, target: pygame.Surface, show: Show, area: pygame.Rect, unit: float) -> int:
        """Lines for the performer, the newest at the bottom; gives back where they begin."""
        y = area.bottom
        for message in reversed(show.messages):
            y = self._card(target, message.text, area, y, unit, INK) - round(8 * unit)
        return y

    def _status(
        self, target: pygame.Surface, status: Status, area: pygame.Rect, bottom: int, unit: float
    ) -> None:
        """What the engine is doing, or what is wrong with it, or which model is on its way."""
        failed = status.phase is Phase.FAILED
        loading = f"Loading {status.coming}".rstrip()
        text = status.text or ("The engine has failed" if failed else loading)
        bar = 0 if failed or status.progress is None else round(14 * unit)
        top = self._card(target, text, area, bottom, unit, AMBER if failed else INK, bar)
        if bar and status.progress is not None:
            inset, height = round(16 * unit), max(2, round(5 * unit))
            place = pygame.Rect(area.left + inset, 0, area.width - 2 * inset, height)
            place.bottom = bottom - round(12 * unit)
            target.blit(shapes.plate(*place.size, height // 2, TRACK), place)
            done = round(min(max(status.progress, 0.0), 1.0) * place.width)
            full = shapes.plate(*place.size, height // 2, ACCENT)
            target.blit(full, place, (0, 0, done, height))
        if failed:
            mark = pygame.Rect(area.left, top, round(5 * unit), bottom - top)
            target.blit(shapes.plate(*mark.size, round(2 * unit), AMBER), mark)

    def _card(
        self,
        target: pygame.Surface,
        text: str,
        area: pygame.Rect,
        bottom: int,
        unit: float,
        colour: Colour,
        below: int = 0,
    ) -> int:
        """Text on a plate that stands on bottom, with room below it; gives back its top."""
        size, inset = max(6, round(18 * unit)), round(16 * unit)
        lines = self._letters.wrap(text, size, area.width - 2 * inset, most=3)
        pitch = round(size * 1.35)
        wide = max([self._letters.width(line, size) for line in lines], default=0) + 2 * inset
        plate = pygame.Rect(area.left, 0, area.width if below else wide, 0)
        plate.height = pitch * len(lines) + round(18 * unit) + below
        plate.bottom = bottom
        target.blit(shapes.plate(*plate.size, round(12 * unit), PANEL, EDGE), plate)
        for number, line in enumerate(lines):
            spot = (plate.left + inset, plate.top + round(10 * unit) + pitch * number)
            target.blit(self._letters.line(line, size, colour), spot)
        return plate.top
