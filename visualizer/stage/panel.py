"""The HUD's panel: model, prompt, every parameter with its bar, keys and waiting knobs.

plan.py says where things go. Each section is kept as a surface until what it shows changes, so
that a panel at rest costs a few blits a picture.
"""

from __future__ import annotations

from collections.abc import Callable

import pygame

from visualizer.show.parameters import BY_NAME
from visualizer.show.status import Phase
from visualizer.show.view import View
from visualizer.stage import bar, cue_text, shapes
from visualizer.stage.lettering import Lettering
from visualizer.stage.palette import ACCENT, DIM, EDGE, INK, LINE, PANEL, SOFT, TRACK
from visualizer.stage.plan import plan

NONE = "–"
"""Stands where there is no figure yet."""


class Panel:
    """Draws the panel from a View."""

    def __init__(self, letters: Lettering) -> None:
        self._letters = letters
        self._kept: dict[str, tuple[object, pygame.Surface]] = {}
        self._rates: tuple[int, float, float] = (-1, 0.0, 0.0)

    def draw(self, target: pygame.Surface, view: View) -> pygame.Rect:
        """Draw it; gives back where it stands."""
        where = plan(target.get_size())
        u = where.unit
        target.blit(shapes.plate(*where.panel.size, round(16 * u), PANEL, EDGE), where.panel)
        self._section(target, "header", where.header, u, self._header_of(view), self._header)
        cue = cue_text.of(view.show, where.prompt.width)
        self._section(target, "prompt", where.prompt, u, cue, self._prompt)
        self._section(target, "ctrl", where.ctrl, u, None, self._ctrl)
        waiting: dict[str, tuple[float, ...]] = {}
        for grip in view.show.knobs.values():
            if view.show.waits(grip):
                waiting[grip.parameter] = (*waiting.get(grip.parameter, ()), grip.position)
        for row in where.rows:
            for key, place in row.keys:
                self._section(target, f"key {key}", place, u, key, self._key)
            for name, place in row.bars.items():
                known = (name, view.show.values[name], waiting.get(name, ()))
                self._section(target, f"bar {name}", place, u, known, self._bar)
        self._section(target, "footer", where.footer, u, view.ports, self._footer)
        return where.panel

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
        for number, part in enumerate(letters.wrap(text, _px(20, u), width)):
            to.blit(letters.line(part, _px(20, u), colour), (0, _px(33 + 25 * number, u)))
        line = pygame.Rect(0, _px(90, u), width, max(2, _px(5, u)))
        to.blit(shapes.plate(*line.size, line.height // 2, TRACK), line)
        if shown.filled:
            done = shapes.plate(*line.size, line.height // 2, ACCENT if shown.fading else SOFT)
            to.blit(done, line, (0, 0, shown.filled, line.height))
        caption = letters.line(shown.caption, _px(15, u), DIM, bold=False)
        to.blit(caption, (0, _px(103, u)))
        room = width - caption.get_width() - _px(8, u)
        other = letters.shorten(shown.other, _px(15, u), room, bold=False)
        x = caption.get_width() + _px(8, u)
        to.blit(letters.line(other, _px(15, u), SOFT, bold=False), (x, _px(103, u)))

    def _ctrl(self, to: pygame.Surface, u: float, _: object) -> None:
        """What the right column needs: Ctrl held."""
        height = to.get_height()
        cap = pygame.Rect(0, 0, shapes.key_width(self._letters, "ctrl", height), height)
        shapes.key(to, self._letters, "ctrl", cap, dim=True)
        words = self._letters.line("held", _px(15, u), DIM, bold=False)
        to.blit(words, words.get_rect(midleft=(cap.right + _px(7, u), height // 2)))

    def _key(self, to: pygame.Surface, _: float, shown: object) -> None:
        shapes.key(to, self._letters, str(shown), to.get_rect(), dim=True)

    def _bar(self, to: pygame.Surface, u: float, shown: object) -> None:
        assert isinstance(shown, tuple)
        name, value, waiting = shown
        bar.draw(to, self._letters, u, BY_NAME[name], value, waiting)

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
