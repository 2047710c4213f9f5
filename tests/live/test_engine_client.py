"""The live show's line to the engine: what it tells and asks, and what it survives."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from visualizer.engine.colour_fields import ColourFields
from visualizer.engine.engine import OpenEngine
from visualizer.engine.failures import ModelError
from visualizer.engine.models.catalogue import Choice
from visualizer.frame import Frame
from visualizer.live.engine_client import EngineClient
from visualizer.options import LiveOptions, Options
from visualizer.show.actions import Action
from visualizer.show.next_request import request
from visualizer.show.prompt_mix import alone
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.reducer import start
from visualizer.show.status import Phase, Report, Status
from visualizer.show.system_actions import Engine, Live, Say

WANTED = request(start((Preset("one", (Cued(alone("a blue tunnel"), NO_VALUES),)),)))


WHITE = np.full((32, 32, 3), 255, np.uint8)


class Named(ColourFields):
    """Colour fields under a model's name."""

    def __init__(self, model: str) -> None:
        super().__init__(size=32)
        self.model = model


class Far:
    """A line, what is at its far end, and what was heard over it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.actions: list[Action] = []
        self.warnings: list[str] = []
        self.frames: list[Frame] = []
        self.time = 0.0
        self.choose: Callable[[], Choice] = lambda: Choice("builtin", "it is a test", ("builtin",))
        self.open: OpenEngine = lambda name, report: Named(name)
        self.load = self.open
        monkeypatch.setattr("visualizer.openers.choose", lambda device, named: self.choose())
        monkeypatch.setattr("visualizer.openers.opener", self._opener)
        self.engine = EngineClient(
            LiveOptions(), do=self.actions.append, warn=self.warnings.append, picture=WHITE
        )

    def _opener(self, options: Options, *, strict: bool = False, live: bool = False) -> OpenEngine:
        return lambda name, report: (self.load if strict else self.open)(name, report)

    def until(self, done: Callable[[], bool], seconds: float = 0.0) -> None:
        """Run display frames, each of some seconds of show time, until done."""
        for _ in range(2_000_000):
            self.time += seconds
            if (frame := self.engine.hear(self.time)) is not None:
                self.frames.append(frame)
            self.engine.want(replace(WANTED, time=self.time))
            if done():
                return
        raise AssertionError("it never came to that")

    def of(self, kind: type[Action]) -> list[Action]:
        """All actions of a kind, in turn."""
        return [action for action in self.actions if isinstance(action, kind)]

    def until_runs(self, model: str, seconds: float = 0.0) -> None:
        """Until the show was told that a model runs."""
        self.until(
            lambda: any(isinstance(a, Engine) and a.model == model for a in self.actions[-9:]),
            seconds,
        )

    def until_more(self, frames: int = 2) -> None:
        """Until so many more frames came."""
        there = len(self.frames) + frames
        self.until(lambda: len(self.frames) >= there)

    def end(self) -> bool:
        """End the line; whether nothing is left of it."""
        self.engine.close()
        return self.engine.stop()


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Far:
    return Far(monkeypatch)


def test_it_tells_the_show_what_runs_and_what_there_is_once(far: Far) -> None:
    far.engine.ask("builtin")
    far.engine.start()
    far.until_more(frames=5)
    told = far.of(Engine)
    assert told[-1] == Engine("builtin", ("builtin",))
    assert len(told) == len(set(told))
    assert far.of(Say) == [Say("builtin on cpu", "engine")]
    assert len(far.of(Live)) == len(far.frames)
    assert far.warnings == []
    assert far.end()
    assert not far.engine.alive


def test_one_slow_frame_does_not_move_how_long_one_takes(far: Far) -> None:
    frame = Frame(1, 0.0, 0.1, np.zeros((1, 1, 3), np.uint8), 0, WANTED)

    def told(seconds: float) -> float:
        far.engine._slots.frames.put(replace(frame, seconds=seconds))
        far.engine.hear(0.0)
        live = far.of(Live)[-1]
        assert isinstance(live, Live)
        return live.period

    assert {told(0.1) for _ in range(5)} == {0.1}
    assert {told(3.0) for _ in range(4)} == {0.1}, "a few slow ones neither"
    assert [told(0.3) for _ in range(9)][-1] == 0.3, "it follows what stays"
    far.engine._slots.statuses.put(Status(Phase.RUNNING, model="builtin", device="cpu"))
    assert told(0.02) == 0.02, "another model takes another time"


def test_time_goes_on_from_frame_to_frame(far: Far) -> None:
    far.engine.ask("")
    far.engine.start()
    far.until(lambda: len(far.frames) > 5, seconds=0.001)
    times = [frame.request.time for frame in far.frames]
    assert times == sorted(set(times))
    assert far.end()


def test_a_dead_engine_thread_is_brought_back_with_the_model_that_was_wanted(
    far: Far, capsys: pytest.CaptureFixture[str]
) -> None:
    deaths = iter([RuntimeError("the driver is gone")])
    opened = []

    def choose() -> Choice:
        for death in deaths:
            raise death
        return Choice("the default", "")

    def open_(name: str, report: Report) -> Named:
        opened.append(name)
        return Named(name)

    far.choose, far.open, far.load = choose, open_, open_
    far.engine.ask("the one I chose")
    far.engine.start()
    far.until(lambda: "driver is gone" in str(far.warnings))
    far.until(lambda: True, seconds=1.0)
    assert not far.engine.alive, "it is not started anew in a hurry"
    far.until_runs("the one I chose", seconds=0.01)
    assert opened == ["builtin", "the one I chose"]
    far.until(lambda: bool(far.frames))
    assert far.frames[0].pixels.mean() > 200, "from the picture that there was"
    assert "the driver is gone" in capsys.readouterr().err
    assert far.end()


def test_whoever_quits_while_the_first_model_opens_is_not_kept_waiting(
    far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening, never = threading.Event(), threading.Event()

    def for_ever(name: str, report: Report) -> Named:
        opening.set()
        never.wait()
        return Named(name)

    far.open = for_ever
    far.engine.start()
    assert opening.wait(30)
    far.engine.close()
    assert not far.engine._host.stop(timeout=0.05)
    never.set()


def test_whoever_quits_while_a_model_loads_is_not_kept_waiting(far: Far) -> None:
    loading, never = threading.Event(), threading.Event()

    def for_ever(name: str, report: Report) -> Named:
        loading.set()
        never.wait()
        return Named(name)

    far.load = for_ever
    far.engine.ask("large")
    far.engine.start()
    far.until_more()
    assert loading.wait(30)
    assert not far.end(), "so that the program leaves at once"
    assert not far.engine.alive
    never.set()


def test_frames_come_while_a_model_loads_and_go_on_with_it(far: Far) -> None:
    ready = threading.Event()

    def load(name: str, report: Report) -> Named:
        report(Status(Phase.LOADING, f"fetching {name}: 41 % of 6.9 GB", 0.41))
        assert ready.wait(30)
        return Named(name)

    far.load = load
    far.engine.ask("a/model")
    far.engine.start()
    far.until_more()
    far.until(lambda: far.engine.status.progress == 0.41)
    assert (far.engine.status.model, far.engine.status.coming) == ("builtin", "a/model")
    assert "fetching" not in str(far.actions), "the HUD says how far it is"
    ready.set()
    far.until_runs("a/model")
    far.until_more()
    assert far.of(Engine)[-1] == Engine("a/model", ("builtin", "a/model"))
    assert far.end()


def test_a_model_that_cannot_be_had_is_one_line_and_frames_go_on(far: Far) -> None:
    def load(name: str, report: Report) -> Named:
        raise ModelError(f"{name}: it is broken")

    far.load = load
    far.engine.ask("builtin")
    far.engine.start()
    far.until_more()
    far.engine.ask("a/model")
    far.until(lambda: bool(far.warnings))
    far.until_more()
    assert far.warnings == ["a/model: it is broken"]
    assert far.of(Engine)[-1] == Engine("builtin", ("builtin",))
    assert far.end()


def test_a_load_that_starts_and_fails_between_two_display_frames_is_told(far: Far) -> None:
    plays = Status(Phase.RUNNING, model="builtin", models=("builtin",))

    def told(status: Status) -> Action:
        far.engine._slots.statuses.put(status)
        far.engine.hear(0.0)
        return far.of(Engine)[-1]

    coming = told(replace(plays, coming="a/model"))
    assert coming == Engine("builtin", ("builtin",), coming="a/model")
    assert told(plays) == Engine("builtin", ("builtin",))
    before = len(far.of(Engine))
    far.engine.ask("b/model")
    assert told(plays) == Engine("builtin", ("builtin",))
    assert len(far.of(Engine)) == before + 1
