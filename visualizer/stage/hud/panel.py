"""The HUD's panel: model, prompt, time, snapshots, and every parameter with its bar, keys and
waiting knobs.

panel_layout.py says where things go, panel_sections.py and bar.py how they look. Each section is
kept as a surface until what it shows changes. What moves at each picture (the beat's dot, the mark
of a value that is modulated) is laid over it and is never part of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import pygame

from visualizer.show import prompt_text, time_text
from visualizer.show.parameters import BY_NAME
from visualizer.show.state import Show
from visualizer.show.status import Phase
from visualizer.show.targets import SNAPSHOTS
from visualizer.show.view import View
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.hud import bar, panel_sections, value_text
from visualizer.stage.hud.panel_layout import Plan, has_bar, plan
from visualizer.stage.hud.surface_cache import Kept

Shown = TypeVar("Shown")


def plan_of(show: Show, size: tuple[int, int]) -> Plan:
    """Where the panel stands for a show."""
    extra = "" if has_bar(show.focus) else show.focus
    return plan(size, extra, len(value_text.lines(show)))


class Panel:
    """Draws the panel from a View."""

    def __init__(self, letters: Lettering) -> None:
        self._letters = letters
        self._kept = Kept()
        self._rates: tuple[int, float, float, float] = (-1, 0.0, 0.0, 0.0)

    def draw(self, target: pygame.Surface, view: View) -> pygame.Rect:
        """Draw it; gives back where it stands."""
        show = view.show
        where = plan_of(show, target.get_size())
        u, put = where.unit, partial(self._put, target, where.unit)
        put("ground", where.panel, where, panel_sections.ground)
        put("header", where.header, self._header(view), panel_sections.header)
        put("prompt", where.prompt, prompt_text.of(show, where.prompt.width), panel_sections.prompt)
        put("time", where.time, time_text.of(show, self._rates[3]), panel_sections.time)
        beat = time_text.beat(show)
        target.blit(panel_sections.lit(u, beat), panel_sections.beat_dot(where.time, u, beat))
        put("snapshots", where.snapshots, _cells(show), panel_sections.snapshots)
        self._bars(target, view, where)
        lines = zip(where.modulations, value_text.lines(show), strict=True)
        for number, (place, words) in enumerate(lines):
            put(f"modulation {number}", place, words, panel_sections.modulation)
        put("footer", where.footer, (view.ports, view.inputs), panel_sections.footer)
        return where.panel

    def _bars(self, target: pygame.Surface, view: View, where: Plan) -> None:
        show, u, put = view.show, where.unit, partial(self._put, target, where.unit)
        waiting = _waiting(show)
        moved = set(value_text.moved(show))
        rows = where.rows if where.extra is None else (*where.rows, where.extra)
        for row in rows:
            for name, place in row.bars.items():
                known = bar.Bar(
                    BY_NAME[name],
                    show.values[name],
                    value_text.value(show, name),
                    waiting.get(name, ()),
                    name == show.focus,
                )
                put(f"bar {name}", place, known, bar.draw)
                if name in moved:
                    bar.mark(target, place, u, BY_NAME[name].position(view.played[name]))

    def _put(
        self,
        target: pygame.Surface,
        unit: float,
        name: str,
        place: pygame.Rect,
        shown: Shown,
        paint: Callable[[pygame.Surface, Lettering, float, Shown], None],
    ) -> None:
        """Put a section into its place, repainted where what it shows has changed."""
        letters = self._letters
        self._kept.draw(
            target, name, place, unit, shown, lambda to, u, what: paint(to, letters, u, what)
        )

    def _header(self, view: View) -> panel_sections.Header:
        # Rates are held for half a second: figures that flicker can't be read.
        slot = int(view.show.time * 2)
        if slot != self._rates[0]:
            self._rates = (slot, view.engine_fps, view.display_fps, view.show.tempo.bpm)
        _, engine, wall, _ = self._rates
        status, seed = view.status, view.show.seed
        return panel_sections.Header(
            model=status.model
            or ("Model failed" if status.phase is Phase.FAILED else "No model yet"),
            device=status.place,
            engine=f"{engine:.1f}" if view.show.generating and engine > 0 else panel_sections.NONE,
            wall=f"{wall:.0f}",
            renderer=view.renderer,
            seed=panel_sections.NONE if seed is None else str(seed),
        )


def _waiting(show: Show) -> dict[str, tuple[float, ...]]:
    """Positions of the knobs that were moved but do not hold their parameter, by its name."""
    waiting: dict[str, tuple[float, ...]] = {}
    for grip in show.knobs.values():
        if grip.position is not None and show.waits(grip):
            waiting[grip.parameter] = (*waiting.get(grip.parameter, ()), grip.position)
    return waiting


def _cells(show: Show) -> tuple[panel_sections.Cell, ...]:
    """The slots of the preset in force."""
    preset = show.preset_now
    kept = show.snapshots.get(preset.name if preset else "", {})
    coming = 0 if show.morph is None else show.morph.slot
    return tuple(
        panel_sections.Cell(slot, slot in kept, slot == coming) for slot in range(1, SNAPSHOTS + 1)
    )
