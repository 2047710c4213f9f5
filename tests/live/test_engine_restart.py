"""An engine that dies in its process while a show plays: what the wall gets, and what is said."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count, pairwise

import numpy as np
import pytest

from visualizer.engine.host.process_host import ProcessHost
from visualizer.frame import Frame
from visualizer.live.engine_client import THREAD_HANGS, EngineClient
from visualizer.options import LiveOptions
from visualizer.show.actions import Action, Say
from visualizer.show.request import Request
from visualizer.show.status import Phase, Status

from ..engine.host.conftest import importable
from ..engine.host.engines import SHADE, WANTED, make
from .patience import comes_to

pytestmark = pytest.mark.skipif(os.name != "posix", reason="by signals")
__all__ = ["importable"]


class Show:
    """A show's line to an engine in a process, and what came over it. time: the show's."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.warnings: list[str] = []
        self.actions: list[Action] = []
        self.time = 0.0
        self.wanted: Request = WANTED
        self.engine = EngineClient(
            LiveOptions(engine="process"),
            do=self.actions.append,
            warn=self.warnings.append,
            picture=np.full((16, 16, 3), SHADE - 40, np.uint8),
            make=partial(ProcessHost, make),
        )

    def begin(self, model: str) -> None:
        self.engine.ask(model)
        self.engine.start()

    def until(self, done: Callable[[], bool], seconds: float = 0.001) -> None:
        """Display frames until done, each of so many seconds of show time."""

        def step() -> bool:
            self.time += seconds
            if (frame := self.engine.hear(self.time)) is not None:
                self.frames.append(frame)
            self.engine.want(replace(self.wanted, time=self.time))
            return done()

        assert comes_to(step), f"never came to that; it said {self.warnings}"

    def until_more(self, frames: int) -> None:
        there = len(self.frames) + frames
        self.until(lambda: len(self.frames) >= there)

    def kill(self) -> None:
        """Kill the engine's process as the system does where memory is out."""
        host = self.engine._host
        assert isinstance(host, ProcessHost)
        assert host.pid is not None
        os.kill(host.pid, signal.SIGKILL)


@pytest.fixture
def show() -> Iterator[Show]:
    show = Show()
    yield show
    show.engine.close()
    assert show.engine.stop(60.0)


def test_an_engine_that_is_killed_comes_back_from_the_last_picture_with_all_that_was_asked(
    show: Show,
) -> None:
    show.begin("large")
    show.wanted = replace(WANTED, seed=77)
    show.until(lambda: bool(show.frames) and len(show.frames[-1].pixels) == 48)
    show.until(lambda: show.frames[-1].pixels.mean() == SHADE)
    show.kill()
    show.until(lambda: bool(show.warnings))
    at_death = len(show.frames)
    show.until(lambda: len(show.frames) > at_death and show.frames[-1].number >= 10)
    show.until(lambda: len(show.frames[-1].pixels) == 48)
    assert show.warnings == [
        "the engine's process was killed (SIGKILL); the engine is started again and goes on from "
        "the last picture"
    ]
    assert show.frames[at_death].number == 1
    assert {frame.seed for frame in show.frames[at_death:]} == {77}
    said = [action.text for action in show.actions if isinstance(action, Say)]
    assert said[-1] == "large on cpu", "it is said that it runs again"
    levels = [float(frame.pixels.mean()) for frame in show.frames]
    assert min(levels) > SHADE - 50, "never black"
    jumps = [abs(after - before) for before, after in pairwise(levels[at_death - 2 :])]
    assert max(jumps) < 10, "it is a continuation"


def test_a_model_that_kills_it_three_times_is_left_for_the_built_in_one_and_tried_when_asked_for(
    show: Show,
) -> None:
    show.begin("deadly")
    show.until(lambda: len(show.warnings) == 3, seconds=0.01)
    assert show.warnings[-1] == (
        "the engine's process was killed (SIGKILL); deadly has ended the engine 3 times in a row, "
        "so builtin plays; ask for deadly to try it again"
    )
    show.until_more(20)
    assert len(show.warnings) == 3
    assert show.engine.status.model == "builtin"
    show.engine.ask("deadly")
    show.until(lambda: len(show.warnings) == 4, seconds=0.01)
    assert "the engine is started again" in show.warnings[-1]
    show.engine.ask("builtin")
    show.until_more(5)


def test_an_engine_in_a_thread_that_hangs_is_said_once_until_it_goes_on() -> None:
    warnings: list[str] = []
    engine = EngineClient(
        LiveOptions(engine="thread"), do=lambda action: None, warn=warnings.append
    )
    engine._slots.statuses.put(Status(Phase.RUNNING, model="builtin", device="cpu"))
    frame = Frame(1, 0.0, 0.1, np.zeros((1, 1, 3), np.uint8), 0, WANTED)
    engine.want(WANTED)
    seconds = count()
    for _ in range(2):
        engine._slots.frames.put(frame)
        for _ in range(3 * round(THREAD_HANGS)):
            engine.hear(float(next(seconds)))
    assert len(warnings) == 2
    assert warnings[0].startswith("the engine hangs: nothing came of it for 60 s; in a thread it")
    engine.close()
