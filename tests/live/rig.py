"""What tests of the running show stand on: a stage without a window, and a show on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pygame
import pytest

from visualizer.engine.colour_fields import ColourFields
from visualizer.engine.engine import OpenEngine
from visualizer.frame import Frame
from visualizer.live.app import LiveShow
from visualizer.options import LiveOptions, Options
from visualizer.show.prompt_mix import alone
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.reducer import start
from visualizer.show.view import View
from visualizer.stage.stage import Stage

PRESETS = (Preset("one", (Cued(alone("a blue tunnel"), NO_VALUES),)),)

TWO = (*PRESETS, Preset("two", (Cued(alone("red"), NO_VALUES),), values={"blend": 0.5}))


class Wall:
    """A stage without a window, on which events are laid out beforehand."""

    engine_fps = display_fps = display_p99 = 0.0
    size = (1280, 720)
    late_frames = 0
    display, chosen_display, renderer = "", "", "none"
    displays: tuple[str, ...] = ()
    masks: Mapping[str, npt.NDArray[np.uint8]] = MappingProxyType({})

    def __init__(self) -> None:
        self.coming: list[pygame.event.Event] = []
        self.frames: list[Frame] = []
        self.others: dict[int, list[Frame]] = {}
        self.views: list[View] = []
        self.fault: Callable[[], None] = lambda: None
        self.closed = False

    def events(self) -> list[pygame.event.Event]:
        events, self.coming = self.coming, []
        return events

    def take_messages(self) -> list[str]:
        return []

    def clipboard(self) -> str:
        return ""

    def show_frame(self, frame: Frame) -> None:
        self.frames.append(frame)

    def show_on(self, wall: int, frame: Frame) -> None:
        self.others.setdefault(wall, []).append(frame)

    def close(self) -> None:
        self.closed = True

    def present(self, view: View) -> None:
        self.views.append(view)
        self.fault()


def opens(
    monkeypatch: pytest.MonkeyPatch, open_: OpenEngine, load: OpenEngine | None = None
) -> None:
    """Have shows open their models so, and load them in the background so."""

    def opener(options: Options, *, strict: bool = False, live: bool = False) -> OpenEngine:
        return load if strict and load is not None else open_

    monkeypatch.setattr("visualizer.openers.opener", opener)


class Named(ColourFields):
    """Colour fields under a model's name."""

    def __init__(self, model: str) -> None:
        super().__init__(size=32)
        self.model = model


def show_on(wall: Wall, presets: tuple[Preset, ...] = PRESETS, **options: Any) -> LiveShow:
    chosen = LiveOptions(**{"model": "colour-fields", "no_midi": True, **options})
    names = [preset.name for preset in presets]
    first = names.index(chosen.preset) if chosen.preset else 0
    show = start(presets, first, chosen.settings, model=chosen.model or "", source=chosen.source)
    return LiveShow(chosen, cast(Stage, wall), show)


def until(live: LiveShow, done: Callable[[], bool], seconds: float = 0.0) -> None:
    """Run display frames, each of some seconds of show time, until done: far more than it takes."""
    for _ in range(200_000):
        live.step(seconds)
        if done():
            return
    raise AssertionError("it never came to that")


def key(kind: int, code: int, unicode: str = "") -> pygame.event.Event:
    return pygame.event.Event(kind, key=code, mod=0, unicode=unicode, scancode=0)
