"""The frame loop: what it hands from room to room, and what it survives."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import pygame
import pytest

from visualizer.app import MOST_FAULTS, LiveShow
from visualizer.engine.producer import Engine
from visualizer.engine.testcard import TestCard
from visualizer.frame import Frame
from visualizer.options import LiveOptions
from visualizer.show.actions import Run, Set
from visualizer.show.mixes import alone
from visualizer.show.preset import NO_VALUES, Cued, Preset
from visualizer.show.reducer import start
from visualizer.show.status import Status
from visualizer.show.view import View
from visualizer.stage.stage import Stage

PRESETS = (Preset("one", (Cued(alone("a blue tunnel"), NO_VALUES),)),)


class Wall:
    """A stage without a window, on which events are laid out beforehand."""

    engine_fps = display_fps = 0.0

    def __init__(self) -> None:
        self.coming: list[pygame.event.Event] = []
        self.frames: list[Frame] = []
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

    def close(self) -> None:
        self.closed = True

    def present(self, view: View) -> None:
        self.views.append(view)
        self.fault()


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def live(wall: Wall, monkeypatch: pytest.MonkeyPatch) -> LiveShow:
    """A show on the test card; `with live:` runs its threads."""

    def open_card(name: str, report: Callable[[Status], None]) -> Engine:
        return TestCard(size=32)

    monkeypatch.setattr("visualizer.app.opener", lambda options: open_card)
    monkeypatch.setattr("visualizer.app.default_model", lambda device: ("testcard", "it is a test"))
    return show_on(wall)


def show_on(wall: Wall, **options: Any) -> LiveShow:
    chosen = LiveOptions(**{"model": "testcard", "no_midi": True, **options})
    return LiveShow(chosen, cast(Stage, wall), start(PRESETS))


def until(live: LiveShow, done: Callable[[], bool], seconds: float = 0.0) -> None:
    """Run display frames, each of some seconds of show time, until done: far more than it takes."""
    for _ in range(200_000):
        live.step(seconds)
        if done():
            return
    raise AssertionError("it never came to that")


def key(kind: int, code: int, unicode: str = "") -> pygame.event.Event:
    return pygame.event.Event(kind, key=code, mod=0, unicode=unicode, scancode=0)


def test_frames_reach_the_wall_and_knobs_reach_the_frames(live: LiveShow, wall: Wall) -> None:
    with live:
        until(live, lambda: bool(wall.frames))
        live.do(Set("seed", 77))
        until(live, lambda: wall.frames[-1].request.seed == 77)
    assert wall.frames[-1].pixels.shape == (32, 32, 3)


def test_a_fault_in_drawing_does_not_end_the_show(
    live: LiveShow, wall: Wall, capsys: pytest.CaptureFixture[str]
) -> None:
    def fault() -> None:
        if len(wall.views) == 3:
            raise ValueError("no such glyph")
        if len(wall.views) == 6:
            live.do(Run("quit"))
            live.do(Run("quit"))

    with live:
        wall.fault = fault
        live.play()
    assert len(wall.views) == 6
    assert "no such glyph" in str(wall.views[3].show.messages)
    assert "ValueError" in capsys.readouterr().err


def test_a_fault_that_stays_ends_the_show_at_last(live: LiveShow, wall: Wall) -> None:
    def fault() -> None:
        raise ValueError("for ever")

    with live:
        wall.fault = fault
        with pytest.raises(ValueError, match="for ever"):
            live.play()
    assert len(wall.views) == MOST_FAULTS + 2  # and the one before the loop


def test_a_dead_engine_thread_is_brought_back_with_the_model_that_was_wanted(
    wall: Wall, live: LiveShow, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deaths = iter([RuntimeError("the driver is gone")])
    opened = []

    def default(device: str) -> tuple[str, str]:
        for death in deaths:
            raise death
        return "the default", ""

    def open_card(name: str, report: Callable[[Status], None]) -> Engine:
        opened.append(name)
        return TestCard(size=32)

    monkeypatch.setattr("visualizer.app.default_model", default)
    monkeypatch.setattr("visualizer.app.opener", lambda options: open_card)
    show = show_on(wall, model="the one I chose")
    with show:
        until(show, lambda: "driver is gone" in str(wall.views[-1].show.messages))
        show.step(1.0)
        assert not show.producer.is_alive(), "it is not started anew in a hurry"
        until(show, lambda: bool(wall.frames), seconds=0.1)
    assert opened == ["the one I chose"]
    assert "the driver is gone" in capsys.readouterr().err


def test_whoever_quits_while_a_model_loads_is_not_kept_waiting(
    wall: Wall, live: LiveShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading, never = threading.Event(), threading.Event()

    def load_for_ever(name: str, report: Callable[[Status], None]) -> Engine:
        loading.set()
        never.wait()
        return TestCard(size=32)

    monkeypatch.setattr("visualizer.app.opener", lambda options: load_for_ever)
    show = show_on(wall)
    monkeypatch.setattr(show.producer, "stop", partial(show.producer.stop, timeout=0.05))
    with show:
        assert loading.wait(30)
    assert wall.closed
    assert not show.ended, "so that run leaves at once"
    never.set()


def test_an_orderly_end_leaves_no_thread(wall: Wall, live: LiveShow) -> None:
    with live:
        until(live, lambda: bool(wall.frames))
    assert live.ended
    assert not live.producer.is_alive()


def test_the_start_screen_asks_and_takes_what_is_typed(wall: Wall, live: LiveShow) -> None:
    show = show_on(wall, model=None)
    with show:
        show.step(1.0)
        assert wall.views[-1].question is not None
        wall.coming = [pygame.event.Event(pygame.TEXTINPUT, text="builtin")]
        show.step(0.0)
        assert wall.views[-1].question is not None
        assert wall.views[-1].question.typed == "builtin"
        assert wall.frames == []
        wall.coming = [key(pygame.KEYDOWN, pygame.K_RETURN, "\r")]
        until(show, lambda: bool(wall.frames))
    assert wall.views[-1].question is None
    assert wall.views[-1].show.entry is None


def test_a_faulty_midi_map_is_a_line_and_the_show_starts(
    wall: Wall, live: LiveShow, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "midi.yaml"
    broken.write_text("knobs: {20: strenth}\n")
    show = show_on(wall, no_midi=False, midi="no such port", midi_map=broken)
    with show:
        until(show, lambda: bool(wall.frames))
    assert f"{broken}:1: knobs" in capsys.readouterr().err
