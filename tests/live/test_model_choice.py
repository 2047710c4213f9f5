"""Which model plays: the start screen, commands, presets and options."""

from __future__ import annotations

import threading

import pygame
import pytest

from visualizer.engine.engine import Engine
from visualizer.engine.failures import ModelError
from visualizer.live.app import LiveShow
from visualizer.show.play_actions import Run
from visualizer.show.prompt_mix import alone
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.status import Report

from .rig import PRESETS, Named, Wall, key, opens, show_on, until


def test_the_next_model_is_a_command_and_a_failure_is_one_line(
    wall: Wall, live: LiveShow, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(name: str, report: Report) -> Engine:
        raise ModelError(f"{name}: it is broken")

    opens(monkeypatch, lambda name, report: Named(name), load)
    show = show_on(wall, model="builtin")
    with show:
        until(show, lambda: show.show.model.running == "builtin")
        show.do(Run("next_model"))
        until(show, lambda: "a/model: it is broken" in str(wall.views[-1].show.messages))
        before = len(wall.frames)
        until(show, lambda: len(wall.frames) > before)
    assert show.show.model.running == "builtin"
    assert capsys.readouterr().err.count("a/model: it is broken") == 1


def test_a_preset_brings_its_model_unless_one_was_named(
    wall: Wall, live: LiveShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    opens(monkeypatch, lambda name, report: Named(name))
    own = (Preset("own", (Cued(alone("a blue tunnel"), NO_VALUES),), model="a/model"), *PRESETS)
    for named, runs in ((None, "a/model"), ("builtin", "builtin")):
        show = show_on(wall, presets=own, model=named)
        with show:
            assert not show.show.asks_model
            until(show, lambda show=show, runs=runs: show.show.model.running == runs)  # type: ignore[misc]


def test_a_model_asked_for_by_a_command_answers_the_start_screen(
    wall: Wall, live: LiveShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    opens(monkeypatch, lambda name, report: Named(name))
    show = show_on(wall, model=None)
    with show:
        until(show, lambda: bool(show.show.model.available))
        show.do(Run("next_model"))
        assert not show.show.asks_model
        until(show, lambda: bool(wall.frames))


def test_the_start_screen_asks_and_takes_what_is_typed(wall: Wall, live: LiveShow) -> None:
    show = show_on(wall, model=None)
    with show:
        show.step(1.0)
        assert wall.views[-1].show.asks_model
        wall.coming = [pygame.event.Event(pygame.TEXTINPUT, text="builtin")]
        show.step(0.0)
        assert wall.views[-1].show.asks_model
        assert (entry := wall.views[-1].show.entry) is not None
        assert entry.text == "builtin"
        assert wall.frames == []
        wall.coming = [key(pygame.KEYDOWN, pygame.K_RETURN, "\r")]
        until(show, lambda: bool(wall.frames))
    assert not wall.views[-1].show.asks_model
    assert wall.views[-1].show.entry is None


def test_the_start_screens_answer_is_the_model_in_force_and_may_be_a_part_of_its_name(
    wall: Wall, live: LiveShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading = threading.Event()

    def load(name: str, report: Report) -> Engine:
        assert loading.wait(30)
        return Named(name)

    opens(monkeypatch, lambda name, report: Named(name), load)
    show = show_on(wall, model=None)
    with show:
        until(show, lambda: bool(show.show.model.available))
        wall.coming = [
            pygame.event.Event(pygame.TEXTINPUT, text="mod"),
            key(pygame.KEYDOWN, pygame.K_RETURN, "\r"),
        ]
        show.step(0.0)
        assert (show.show.model.wanted, show.show.asks_model) == ("a/model", False)
        until(show, lambda: bool(wall.frames))
        assert show.show.model.wanted == "a/model"
        loading.set()
        until(show, lambda: show.show.model.running == "a/model")
