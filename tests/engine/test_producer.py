"""The producer thread: what it makes, when, and what it does when that fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import count

import numpy as np
import pytest

from visualizer.engine.failures import FrameError
from visualizer.engine.known import BUILTIN
from visualizer.engine.picture import Picture, Stopwatch, untimed
from visualizer.engine.producer import REOPEN_AFTER, WHITE_AFTER, Engine, Producer
from visualizer.frame import Frame
from visualizer.latest import Latest
from visualizer.show.request import Request
from visualizer.show.status import Phase, Status

from .conftest import request

SOON = 20.0
"""Seconds that a test waits for what must come. A good test takes far less."""


class Gated:
    """An engine that makes one frame per permit; it keeps the requests it was given."""

    def __init__(self, model: str = "gated") -> None:
        self.model = model
        self.device = "cpu"
        self.stopwatch: Stopwatch = untimed
        self.permits = threading.Semaphore(0)
        self.asked: Latest[Request] = Latest()
        self.requests: list[Request] = []
        self.failures: Sequence[BaseException] = []

    def next(self, request: Request) -> Picture:
        self.requests.append(request)
        self.asked.put(request)
        assert self.permits.acquire(timeout=SOON)
        if self.failures:
            first, *self.failures = self.failures
            raise first
        return Picture(np.zeros((2, 2, 3), np.uint8), request.seed)


class Rig:
    """A producer with its four slots, and engines by name."""

    def __init__(self) -> None:
        self.models: Latest[str] = Latest()
        self.requests: Latest[Request] = Latest()
        self.frames: Latest[Frame] = Latest()
        self.statuses: Latest[Status] = Latest()
        self.heard: list[Status] = []
        self.engines = {name: Gated(name) for name in ("first", "second")}
        self.opened: list[str] = []
        self.ticks = count()
        self.producer = self.new()

    def new(self, **changes: Callable[..., object]) -> Producer:
        """A producer, not started."""
        parts: dict[str, Callable[..., object]] = {
            "open_engine": self.open,
            "default_model": lambda: ("first", "because"),
            **changes,
        }
        return Producer(
            models=self.models,
            requests=self.requests,
            frames=self.frames,
            statuses=self.statuses,
            clock=lambda: float(next(self.ticks)),
            pauses=(0.0,),
            **parts,  # type: ignore[arg-type]
        )

    def open(self, name: str, report: Callable[[Status], None]) -> Engine:
        """Stands for open_engine."""
        self.opened.append(name)
        report(Status(Phase.RUNNING, f"about {name}", model=name, device="cpu"))
        return self.engines[name]

    def start(self, model: str = "first") -> Gated:
        """Run the producer with a model."""
        self.models.put(model)
        self.producer.start()
        return self.engines[model or "first"]

    def frame(self) -> Frame:
        """The next frame."""
        frame = self.frames.wait(SOON)
        assert frame is not None, "no frame came"
        return frame

    def status(self, fits: Callable[[Status], bool]) -> Status:
        """The next status that fits."""
        while (status := self.statuses.wait(SOON)) is not None:
            if fits(status):
                return status
        raise AssertionError("no such status came")


@pytest.fixture
def rig() -> Iterator[Rig]:
    """A rig that is taken down again."""
    rig = Rig()
    yield rig
    for engine in rig.engines.values():
        engine.permits.release(1000)
    assert rig.producer.stop(SOON)


def test_it_asks_for_a_model_with_the_default_and_why(rig: Rig) -> None:
    rig.producer.start()
    status = rig.status(lambda status: status.phase is Phase.ASKING)
    assert (status.default, status.reason) == ("first", "because")
    assert rig.opened == []


def test_no_name_is_the_default_model(rig: Rig) -> None:
    rig.start("")
    status = rig.status(lambda status: status.phase is Phase.RUNNING)
    assert (status.model, status.device, status.text) == ("first", "cpu", "about first")
    assert rig.opened == ["first"]


def test_a_frame_tells_what_it_was_made_from(rig: Rig) -> None:
    engine = rig.start()
    rig.requests.put(request(seed=42))
    engine.permits.release()
    frame = rig.frame()
    assert (frame.number, frame.seed, frame.request) == (1, 42, request(seed=42))
    assert frame.seconds == 1.0
    assert frame.pixels.shape == (2, 2, 3)


def test_the_newest_request_wins_and_stays_in_force(rig: Rig) -> None:
    engine = rig.start()
    rig.requests.put(request(seed=1))
    engine.asked.wait(SOON)
    for seed in (2, 3, 4):
        rig.requests.put(request(seed=seed))
    for expected in (1, 4, 4):
        engine.permits.release()
        assert rig.frame().seed == expected


@pytest.mark.parametrize(
    "idle", [request(prompts=()), request(prompts=(("  ", 1.0),)), request(generating=False)]
)
def test_no_frame_is_made_where_none_is_wanted(rig: Rig, idle: Request) -> None:
    engine = rig.start()
    engine.permits.release(2)
    rig.requests.put(idle)
    rig.status(lambda status: status.phase is Phase.RUNNING)
    rig.requests.put(request(seed=5))
    assert rig.frame().seed == 5
    assert all(each.wants_frame for each in engine.requests)


def test_generation_stops_and_goes_on(rig: Rig) -> None:
    engine = rig.start()
    rig.requests.put(request())
    engine.asked.wait(SOON)
    rig.requests.put(request(generating=False))
    engine.permits.release()
    assert rig.frame().number == 1
    rig.requests.put(request(seed=9))
    engine.permits.release()
    frame = rig.frame()
    assert (frame.number, frame.seed) == (2, 9)


def test_it_stops_within_the_frame_it_is_making(rig: Rig) -> None:
    engine = rig.start()
    rig.requests.put(request())
    engine.asked.wait(SOON)
    assert not rig.producer.stop(0.0)
    engine.permits.release()
    assert rig.producer.stop(SOON)
    assert len(engine.requests) == 1


def test_it_stops_while_it_waits_for_a_model(rig: Rig) -> None:
    rig.producer.start()
    assert rig.producer.stop(SOON)


def test_it_stops_while_no_frame_is_wanted(rig: Rig) -> None:
    rig.start()
    rig.status(lambda status: status.phase is Phase.RUNNING)
    assert rig.producer.stop(SOON)


def test_it_can_be_stopped_before_it_starts(rig: Rig) -> None:
    assert rig.producer.stop()


def test_a_failing_frame_is_reported_in_one_line_and_tried_again(
    rig: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = rig.start()
    engine.failures = [RuntimeError("the GPU\nsneezed")]
    rig.requests.put(request())
    engine.permits.release()
    status = rig.status(lambda status: status.phase is Phase.FAILED)
    assert status.text == "RuntimeError: the GPU"
    assert status.model == "first"
    engine.permits.release()
    assert rig.frame().number == 1
    # The lines of the opening are not told again.
    assert rig.status(lambda status: status.phase is Phase.RUNNING).text == ""


def test_after_some_failures_the_loop_starts_from_white(rig: Rig) -> None:
    engine = rig.start()
    engine.failures = [FrameError("not-a-number")] * WHITE_AFTER
    rig.requests.put(request(restarts=7))
    engine.permits.release(WHITE_AFTER + 1)
    frame = rig.frame()
    assert [each.restarts for each in engine.requests[: WHITE_AFTER + 1]] == [7] * WHITE_AFTER + [8]
    assert frame.request.restarts == 7


def test_after_many_failures_the_model_is_opened_anew(rig: Rig) -> None:
    engine = rig.start()
    engine.failures = [RuntimeError("the driver died")] * REOPEN_AFTER
    rig.requests.put(request())
    engine.permits.release(REOPEN_AFTER + 1)
    assert rig.frame().number == 1
    assert rig.opened == ["first", "first"]


def test_a_model_that_fails_again_once_opened_anew_gives_way_to_the_builtin_one(rig: Rig) -> None:
    rig.engines[BUILTIN] = Gated(BUILTIN)
    rig.engines[BUILTIN].permits.release(1)
    engine = rig.start()
    engine.failures = [RuntimeError("no such kernel")] * 2 * REOPEN_AFTER
    rig.requests.put(request())
    engine.permits.release(2 * REOPEN_AFTER)
    assert rig.frame().number == 1
    assert rig.opened == ["first", "first", BUILTIN]


def test_a_good_frame_in_between_and_the_model_is_opened_anew_once_more(rig: Rig) -> None:
    engine = rig.start()
    rig.requests.put(request())
    for _ in range(2):
        engine.failures = [RuntimeError("the driver died")] * REOPEN_AFTER
        engine.permits.release(REOPEN_AFTER + 1)
        rig.frame()
    assert rig.opened == ["first"] * 3


def test_pictures_of_no_numbers_are_no_reason_to_open_the_model_anew(rig: Rig) -> None:
    engine = rig.start()
    engine.failures = [FrameError("not-a-number")] * 2 * REOPEN_AFTER
    rig.requests.put(request())
    engine.permits.release(2 * REOPEN_AFTER + 1)
    assert rig.frame().number == 1
    assert rig.opened == ["first"]


@pytest.fixture
def paused(rig: Rig) -> Rig:
    """A rig whose first frame has failed and will not be tried again for a long time."""
    rig.producer._pauses = (3600.0,)
    engine = rig.start()
    engine.failures = [RuntimeError("no")]
    rig.requests.put(request())
    engine.asked.wait(SOON)
    engine.permits.release()
    rig.status(lambda status: status.phase is Phase.FAILED)
    return rig


def test_it_stops_in_the_pause_after_a_failure(paused: Rig) -> None:
    assert paused.producer.stop(SOON)


@pytest.mark.parametrize("turned", [{"guidance": 2.0}, {"restarts": 1}])
def test_a_knob_or_a_restart_ends_the_pause_after_a_failure(
    paused: Rig, turned: dict[str, float]
) -> None:
    paused.engines["first"].permits.release()
    paused.requests.put(request(**turned))
    assert paused.frame().request == request(**turned)


def test_prompts_change_by_themselves_and_do_not_end_the_pause(paused: Rig) -> None:
    paused.requests.put(request(prompts=(("a red sea", 0.9), ("green ice", 0.1))))
    assert paused.engines["first"].asked.wait(0.5) is None


def test_another_model_is_heard_in_the_pause(paused: Rig) -> None:
    paused.engines["second"].permits.release()
    paused.models.put("second")
    paused.frame()
    assert paused.opened == ["first", "second"]


def test_tries_that_a_knob_hastens_do_not_count(paused: Rig) -> None:
    engine = paused.engines["first"]
    for turn in range(2 * REOPEN_AFTER):
        engine.failures = [RuntimeError("no")]
        paused.requests.put(request(seed=turn))
        engine.asked.wait(SOON)
        engine.permits.release()
    engine.permits.release()
    paused.requests.put(request(seed=99))
    assert paused.frame().seed == 99
    assert paused.opened == ["first"]
    assert {each.restarts for each in engine.requests} == {0}


def test_another_model_is_switched_to_live(rig: Rig) -> None:
    first = rig.start()
    rig.requests.put(request())
    first.asked.wait(SOON)
    rig.models.put("second")
    first.permits.release()
    assert rig.frame().number == 1
    rig.engines["second"].permits.release()
    assert rig.frame().number == 2
    assert rig.opened == ["first", "second"]
    assert len(first.requests) == 1


def test_another_model_is_switched_to_while_no_frame_is_wanted(rig: Rig) -> None:
    rig.start()
    rig.status(lambda status: status.phase is Phase.RUNNING)
    rig.models.put("second")
    assert rig.status(lambda status: status.model == "second" and status.phase is Phase.RUNNING)


def test_a_crash_of_the_thread_itself_reaches_the_main_thread(rig: Rig) -> None:
    def crash(name: str, report: Callable[[Status], None]) -> Engine:
        raise LookupError("a fault of ours")

    rig.producer = rig.new(open_engine=crash)
    rig.models.put("first")
    rig.producer.start()
    with pytest.raises(LookupError, match="a fault of ours"):
        rig.frames.wait(SOON)


def test_a_library_that_wants_to_exit_does_not_end_the_show(rig: Rig) -> None:
    engine = rig.start()
    engine.failures = [SystemExit(3)]
    engine.permits.release()
    rig.requests.put(request())
    with pytest.raises(RuntimeError, match="SystemExit: 3"):
        rig.frames.wait(SOON)
