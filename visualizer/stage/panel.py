"""The HUD's panel: model, prompt, every parameter with its bar, keys and waiting knobs.

layout() says where things go (pure), Panel draws them. Each section is kept as a surface until
what it shows changes, so that a panel at rest costs a few blits a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pygame

from visualizer.show.parameters import PARAMETERS, Parameter
from visualizer.show.status import Phase
from visualizer.show.view import View
from visualizer.stage import cue_text, shapes
from visualizer.stage.lettering import Lettering
from visualizer.stage.palette import (
    ACCENT,
    AMBER,
    DIM,
    EDGE,
    FILL,
    INK,
    LINE,
    PANEL,
    SOFT,
    TRACK,
)

WIDTH, MARGIN, PAD = 440, 20, 18
"""Of the panel, around it and within it, in units of a 720th of the screen's height."""

HEADER, PROMPT, FOOTER, GAP, ROW = 74, 124, 22, 15, 36
"""Heights of the sections, between them, and of a parameter with the space below it."""

NONE = "–"
"""Stands where there is no figure yet."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the panel and its sections stand on the screen. unit: pixels a unit."""

    unit: float
    panel: pygame.Rect
    header: pygame.Rect
    prompt: pygame.Rect
    rows: Mapping[str, pygame.Rect]
    footer: pygame.Rect


def unit_of(size: tuple[int, int]) -> float:
    """Pixels a unit: text grows with the screen, and shrinks in narrow windows."""
    return max(0.3, min(size[1] / 720, size[0] / 860))


def layout(size: tuple[int, int]) -> Layout:
    """Where everything goes on a screen of that size. More parameters make lower rows."""
    unit = unit_of(size)
    fixed = 2 * PAD + HEADER + PROMPT + FOOTER + 3 * GAP
    room = (size[1] / unit - 2 * MARGIN - fixed) / len(PARAMETERS)
    pitch = min(ROW, room)

    def rect(x: float, y: float, width: float, height: float) -> pygame.Rect:
        return pygame.Rect(int(x * unit), int(y * unit), int(width * unit), int(height * unit))

    left, inner = MARGIN + PAD, WIDTH - 2 * PAD
    y = MARGIN + PAD
    header = rect(left, y, inner, HEADER)
    y += HEADER + GAP
    prompt = rect(left, y, inner, PROMPT)
    y += PROMPT + GAP
    rows = {
        row.name: rect(left, y + pitch * place, inner, pitch - 6)
        for place, row in enumerate(PARAMETERS)
    }
    y += int(pitch * len(PARAMETERS)) - 6 + GAP
    footer = rect(left, y, inner, FOOTER)
    panel = rect(MARGIN, MARGIN, WIDTH, y + FOOTER + PAD - MARGIN)
    return Layout(unit, panel, header, prompt, rows, footer)


class Panel:
    """Draws the panel from a View."""

    def __init__(self, letters: Lettering) -> None:
        self._letters = letters
        self._kept: dict[str, tuple[object, pygame.Surface]] = {}
        self._rates: tuple[int, float, float] = (-1, 0.0, 0.0)

    def draw(self, target: pygame.Surface, view: View) -> pygame.Rect:
        """Draw it; gives back where it stands."""
        plan = layout(target.get_size())
        u = plan.unit
        target.blit(shapes.plate(*plan.panel.size, round(16 * u), PANEL, EDGE), plan.panel)
        self._section(target, "header", plan.header, u, self._header_of(view), self._header)
        cue = cue_text.of(view.show, plan.prompt.width)
        self._section(target, "prompt", plan.prompt, u, cue, self._prompt)
        for row in PARAMETERS:
            value = view.show.values[row.name]
            waiting = tuple(
                grip.position
                for grip in view.show.knobs.values()
                if grip.parameter == row.name and view.show.waits(grip)
            )
            known = (row, value, waiting)
            self._section(target, row.name, plan.rows[row.name], u, known, self._row)
        self._section(target, "footer", plan.footer, u, view.ports, self._footer)
        return plan.panel

    def _section(
        self,
        target: pygame.Surface,
        name: str,
        place: pygame.Rect,
        unit: float,
        shown: object,
        paint: Callable[[pygame.Surface, float, object], None],
    ) -> None:
        key = (shown, place.size, unit)
        kept = self._kept.get(name)
        if kept is None or kept[0] != key:
            surface = pygame.Surface(place.size, pygame.SRCALPHA)
            paint(surface, unit, shown)
            kept = self._kept[name] = (key, surface)
        target.blit(kept[1], place)

    def _header_of(self, view: View) -> tuple[str, str, str, str, str]:
        # Rates are held for half a second: figures that flicker can't be read.
        slot = int(view.show.time * 2)
        if slot != self._rates[0]:
            self._rates = (slot, view.engine_fps, view.display_fps)
        _, engine, wall = self._rates
        status = view.status
        name = status.model or ("Model failed" if status.phase is Phase.FAILED else "No model yet")
        made = f"{engine:.1f}" if view.show.generating and engine > 0 else NONE
        seed = NONE if view.show.seed is None else str(view.show.seed)
        return name, status.device, made, f"{wall:.0f}", seed

    def _header(self, to: pygame.Surface, u: float, shown: object) -> None:
        assert isinstance(shown, tuple)
        name, device, engine, wall, seed = shown
        letters, width = self._letters, to.get_width()
        small = letters.line(device, _px(15, u), DIM, bold=False)
        to.blit(small, small.get_rect(topright=(width, _px(5, u))))
        room = width - small.get_width() - _px(12, u)
        to.blit(letters.line(letters.shorten(name, _px(21, u), room), _px(21, u)), (0, 0))
        columns = (("Engine", engine, "fps"), ("Wall", wall, "fps"), ("Seed in force", seed, ""))
        for place, (caption, number, per) in enumerate(columns):
            x = round(width * place * 0.315)
            y = _px(32, u)
            to.blit(letters.line(caption, _px(14, u), DIM, bold=False), (x, y))
            figure = letters.line(number, _px(23, u), INK)
            to.blit(figure, (x, y + _px(17, u)))
            if per and number != NONE:
                right = x + figure.get_width() + _px(5, u)
                to.blit(letters.line(per, _px(14, u), DIM, bold=False), (right, y + _px(24, u)))

    def _prompt(self, to: pygame.Surface, u: float, shown: object) -> None:
        assert isinstance(shown, cue_text.CueText)
        letters, width = self._letters, to.get_width()
        to.fill(LINE, (0, 0, width, max(1, round(u))))
        y = _px(13, u)
        count = letters.line(shown.place, _px(15, u), SOFT)
        to.blit(count, count.get_rect(topright=(width, y)))
        room = width - count.get_width() - _px(12, u)
        preset = letters.shorten(shown.preset, _px(15, u), room)
        to.blit(letters.line(preset, _px(15, u), ACCENT), (0, y))
        text, colour = (shown.text, INK) if shown.text else ("No prompt", DIM)
        for number, line in enumerate(letters.wrap(text, _px(20, u), width)):
            to.blit(letters.line(line, _px(20, u), colour), (0, _px(33 + 25 * number, u)))
        bar = pygame.Rect(0, _px(90, u), width, max(2, _px(5, u)))
        to.blit(shapes.plate(*bar.size, bar.height // 2, TRACK), bar)
        if shown.filled:
            done = shapes.plate(*bar.size, bar.height // 2, ACCENT if shown.fading else SOFT)
            to.blit(done, bar, (0, 0, shown.filled, bar.height))
        caption = letters.line(shown.caption, _px(15, u), DIM, bold=False)
        to.blit(caption, (0, _px(103, u)))
        room = width - caption.get_width() - _px(8, u)
        other = letters.shorten(shown.other, _px(15, u), room, bold=False)
        x = caption.get_width() + _px(8, u)
        to.blit(letters.line(other, _px(15, u), SOFT, bold=False), (x, _px(103, u)))

    def _row(self, to: pygame.Surface, u: float, shown: object) -> None:
        assert isinstance(shown, tuple)
        row, value, waiting = shown
        assert isinstance(row, Parameter)
        width, height = to.get_size()
        cap = min(height, _px(30, u))
        down, up = row.keys
        shapes.key(to, self._letters, down, pygame.Rect(0, 0, cap, height), dim=True)
        shapes.key(to, self._letters, up, pygame.Rect(width - cap, 0, cap, height), dim=True)
        bar = pygame.Rect(cap + _px(6, u), 0, width - 2 * (cap + _px(6, u)), height)
        radius = round(height * 0.24)
        to.blit(shapes.plate(*bar.size, radius, TRACK), bar)
        at = round(row.position(value) * bar.width)
        line = max(2, _px(3, u))
        to.blit(shapes.plate(*bar.size, radius, FILL), bar, (0, 0, at, height))
        under = pygame.Rect(0, height - line, at, line)
        to.blit(shapes.plate(*bar.size, radius, ACCENT), (bar.left, under.top), under)
        for position in waiting:
            x = min(max(round(position * bar.width) - line // 2, 0), bar.width - line)
            to.fill(AMBER, (bar.left + x, 0, line, height))
        size = min(_px(17, u), round(height * 0.62))
        label = self._letters.line(row.label, size)
        to.blit(label, label.get_rect(midleft=(bar.left + _px(11, u), height // 2)))
        figure = self._letters.line(row.text(value), size, AMBER if waiting else INK)
        place = figure.get_rect(midright=(bar.right - _px(11, u), height // 2))
        to.blit(figure, place)
        if waiting:  # which way to turn the knob that was moved last
            turn = "right" if row.position(value) > waiting[-1] else "left"
            mark = shapes.arrow(size, turn, AMBER)
            to.blit(mark, mark.get_rect(midright=(place.left - _px(5, u), height // 2)))

    def _footer(self, to: pygame.Surface, u: float, shown: object) -> None:
        assert isinstance(shown, tuple)
        letters, size = self._letters, _px(15, u)
        head = letters.line("MIDI", size, DIM)
        to.blit(head, (0, _px(2, u)))
        x = head.get_width() + _px(8, u)
        text = letters.shorten(", ".join(shown) or "no controller", size, to.get_width() - x, False)
        to.blit(letters.line(text, size, SOFT if shown else DIM, bold=False), (x, _px(2, u)))


def _px(units: float, unit: float) -> int:
    return max(1, round(units * unit))
