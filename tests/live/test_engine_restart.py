"""An engine that dies in its process while a show plays: what the wall gets, and what is said."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count, pairwise

import numpy as np
import pytest

from visualizer.engine.host import shared_pictures
from visualizer.engine.host.engine_host import EngineLost, Slots
from visualizer.engine.host.process_host import ProcessHost
from visualizer.engine.producer.producer import Producer
from visualizer.frame import Frame, Pixels
from visualizer.live.engine_client import THREAD_HANGS, EngineClient
from visualizer.options import LiveOptions
from visualizer.show.actions import Action
from visualizer.show.request import Request
from visualizer.show.status import Phase, Status
from visualizer.show.system_actions import Say

from ..engine.host.conftest import importable
from ..engine.host.engines import SHADE, WANTED, make
from .patience import comes_to

pytestmark = pytest.mark.skipif(os.name != "posix", reason="by signals")
__all__ = ["importable"]

BRIGHT = SHADE + 100
"""The level of a source's picture."""


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


def test_where_shared_memory_is_full_the_engine_goes_on_in_a_thread_with_a_line(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(memory: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("visualizer.openers._producer", lambda options, *slots: make(*slots))
    show.begin("builtin")
    show.until_more(1)
    monkeypatch.setattr(shared_pictures, "reserve", full)
    show.engine.ask("large")  # whose pictures need more
    show.until(lambda: bool(show.frames) and len(show.frames[-1].pixels) == 48)
    assert isinstance(show.engine._host, Producer)
    (line,) = show.warnings
    assert line.startswith("no shared memory for pictures (")
    assert line.endswith("); the engine continues in a thread of the show's process")


def test_where_there_is_none_at_all_the_engine_begins_in_a_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr("visualizer.openers._producer", lambda options, *slots: make(*slots))
    monkeypatch.setattr(shared_pictures, "SharedMemory", none)
    show = Show()
    show.begin("builtin")
    show.until_more(2)
    assert isinstance(show.engine._host, Producer)
    assert show.engine.stop(60.0)


def test_an_engine_that_is_killed_comes_back_from_the_last_picture_with_all_that_was_asked(
    show: Show,
) -> None:
    show.begin("large")
    bright = np.full((8, 8, 3), BRIGHT, np.uint8)
    show.wanted = replace(WANTED, seed=77, source_pixels=bright)
    show.until(lambda: bool(show.frames) and len(show.frames[-1].pixels) == 48)
    show.until(lambda: show.frames[-1].pixels.mean() == BRIGHT)
    show.kill()
    show.wanted = replace(WANTED, seed=77)  # by itself, a new engine's pictures are darker
    show.until(lambda: bool(show.warnings))
    at_death = len(show.frames)
    show.until(lambda: len(show.frames) >= at_death + 10)
    show.until(lambda: len(show.frames[-1].pixels) == 48)
    show.until(lambda: show.frames[-1].pixels.mean() == SHADE)
    assert show.warnings == [
        "the engine's process was killed (SIGKILL); the engine restarts from the last picture"
    ]
    assert show.frames[at_death].number < show.frames[at_death - 1].number, "another engine"
    assert {frame.seed for frame in show.frames[at_death:]} == {77}
    said = [action.text for action in show.actions if isinstance(action, Say)]
    assert said[-1] == "large on cpu", "it is said that it runs again"
    levels = [float(frame.pixels.mean()) for frame in show.frames]
    assert min(levels) > SHADE - 50, "never black"
    jumps = [abs(after - before) for before, after in pairwise(levels[at_death - 2 :])]
    assert max(jumps) < (BRIGHT - SHADE) / 2, "it is a continuation"


def test_a_model_that_kills_it_three_times_is_left_for_the_built_in_one_and_tried_when_asked_for(
    show: Show,
) -> None:
    show.begin("deadly")
    show.until(lambda: len(show.warnings) == 3, seconds=0.01)
    assert show.warnings[-1] == (
        "the engine's process was killed (SIGKILL); deadly has crashed the engine 3 times in a "
        "row, so builtin plays; choose deadly to try it again"
    )
    show.until_more(20)
    assert len(show.warnings) == 3
    assert show.engine.status.model == "builtin"
    show.engine.ask("deadly")
    show.until(lambda: len(show.warnings) == 4, seconds=0.01)
    assert "the engine restarts" in show.warnings[-1]
    show.engine.ask("builtin")
    show.until_more(5)


class Nothing:
    """A host that does nothing; or none can be started."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.starts = 0

    def start(self) -> None:
        self.starts += 1
        if self.fault is not None:
            raise self.fault

    def is_alive(self) -> bool:
        return True

    def stop(self, timeout: float = 5.0) -> bool:
        return True


def line_to(host: Nothing, warnings: list[str], begins: list[float] | None = None) -> EngineClient:
    """A line to it. begins: gets the level of each picture that it is to go on from."""

    def make(slots: Slots, picture: Pixels | None) -> Nothing:
        if begins is not None and picture is not None:
            begins.append(float(picture.mean()))
        return host

    return EngineClient(
        LiveOptions(engine="process"), do=lambda action: None, warn=warnings.append, make=make
    )


def test_the_default_model_that_ends_the_engine_is_named_and_does_not_stand_in_for_itself() -> None:
    warnings: list[str] = []
    engine = line_to(Nothing(), warnings)
    engine._slots.statuses.put(Status(Phase.RUNNING, model="builtin", default="builtin"))
    engine.ask("")
    for _ in range(3):
        engine._slots.frames.fail(EngineLost("it crashed"))
        engine.hear(0.0)
    assert warnings[-1] == (
        "it crashed; builtin has crashed the engine 3 times in a row, so colour-fields plays; "
        "choose builtin to try it again"
    )


def test_what_was_made_at_the_last_moment_is_not_shown_after_what_goes_on_from_the_walls() -> None:
    begins: list[float] = []
    host = Nothing()
    engine = line_to(host, [], begins)
    for level, number in ((50, 1), (60, 2)):
        pixels = np.full((4, 4, 3), level, np.uint8)
        engine._slots.frames.put(Frame(number, 0.0, 0.1, pixels, 0, WANTED))
        if level == 50:
            assert engine.hear(0.0) is not None
    engine._slots.frames.fail(EngineLost("it crashed"))
    assert [engine.hear(0.0) for _ in range(3)] == [None] * 3
    assert (begins, host.starts) == ([50.0], 1)


def test_where_no_engine_can_be_started_it_is_said_and_tried_again() -> None:
    warnings: list[str] = []
    host = Nothing(RuntimeError("can't start new thread"))
    engine = line_to(host, warnings)
    engine._slots.frames.fail(EngineLost("it crashed"))
    for now in (0.0, 0.1, 10.0):
        engine.hear(now)
    assert warnings[1].startswith("the engine stopped: can't start new thread; the engine restarts")
    assert host.starts == 2


def test_an_engine_in_a_thread_that_hangs_is_said_once_until_it_goes_on() -> None:
    warnings: list[str] = []
    engine = EngineClient(
        LiveOptions(engine="thread"), do=lambda action: None, warn=warnings.append
    )
    engine._slots.statuses.put(Status(Phase.RUNNING, model="builtin", device="cpu"))
    frame = Frame(1, 0.0, 0.1, np.zeros((1, 1, 3), np.uint8), 0, WANTED)
    seconds = count()
    engine.want(replace(WANTED, generating=False))
    engine._slots.frames.put(frame)
    for _ in range(3 * round(THREAD_HANGS)):
        engine.hear(float(next(seconds)))
    assert not warnings, "none is wanted"
    engine.want(WANTED)
    for _ in range(2):
        engine._slots.frames.put(frame)
        for _ in range(3 * round(THREAD_HANGS)):
            engine.hear(float(next(seconds)))
    assert len(warnings) == 2
    assert warnings[0].startswith("the engine hangs: no response for 60 s; in a thread it")
    engine.close()
