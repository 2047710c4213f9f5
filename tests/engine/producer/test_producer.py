"""The producer thread: which frames it makes, and when; and what it survives."""

from __future__ import annotations

import os
import sys

import numpy as np
import pytest

from visualizer.engine.engine import Engine
from visualizer.engine.host.engine_host import EngineLost
from visualizer.engine.picture import Picture
from visualizer.engine.producer.producer import NICENESS
from visualizer.engine.producer.retrying import REOPEN_AFTER
from visualizer.openers import fatal
from visualizer.show.request import Request
from visualizer.show.status import GpuMemory, Phase, Report

from ..conftest import request
from ..rig import SOON, Gated, Rig, running_rig


def test_a_frame_tells_what_it_was_made_from(rig: Rig) -> None:
    engine = rig.start()
    rig.requests.put(request(seed=42))
    engine.permits.release()
    frame = rig.frame()
    assert (frame.number, frame.seed, frame.request) == (1, 42, request(seed=42))
    assert frame.seconds == 1.0
    assert np.array_equal(frame.pixels, engine.picture)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads share one priority")
@pytest.mark.parametrize("gives_way", [True, False])
def test_where_processors_are_scarce_a_wall_goes_first(rig: Rig, gives_way: bool) -> None:
    rig.producer = rig.new(gives_way=gives_way)
    rig.start().permits.release()
    rig.requests.put(request())
    rig.frame()
    here = os.getpriority(os.PRIO_PROCESS, 0)
    there = os.getpriority(os.PRIO_PROCESS, rig.producer.native_id or 0)
    assert there == (min(here + NICENESS, 19) if gives_way else here)
    assert here < 19


def test_the_loop_goes_on_from_the_picture_it_is_given(rig: Rig) -> None:
    picture = np.full((4, 4, 3), 77, np.uint8)
    rig.producer = rig.new(picture=picture)
    engine = rig.start()
    rig.requests.put(request())
    engine.permits.release()
    rig.frame()
    assert [adopted.tolist() for adopted in engine.adopted] == [picture.tolist()]


def test_the_newest_request_wins_and_stays_in_force(rig: Rig) -> None:
    engine = rig.start()
    rig.requests.put(request(seed=1))
    engine.asked.wait(SOON)
    for seed in (2, 3, 4):
        rig.requests.put(request(seed=seed))
    for expected in (1, 4, 4):
        engine.permits.release()
        assert rig.frame().seed == expected


def test_a_frame_of_many_slow_steps_gives_signs_of_life_and_a_fast_one_none(rig: Rig) -> None:
    class Steps(Gated):
        """Takes as many steps as are wanted, each a second of the rig's clock."""

        def next(self, request: Request) -> Picture:
            picture = super().next(request)
            for _ in range(request.steps):
                with self.stopwatch("step"):
                    pass
            return picture

    rig.engines["builtin"] = engine = Steps("builtin")
    rig.start()
    rig.requests.put(request(steps=1))
    engine.permits.release()
    rig.frame()
    rig.runs("builtin")
    rig.requests.put(request(steps=21, seed=2))
    engine.permits.release()  # of a frame like the first, perhaps
    rig.statuses.all.queue.clear()
    while rig.frame().seed != 2:
        engine.permits.release()
    signs = list(rig.statuses.all.queue)
    assert len(signs) == 10
    assert all(sign.phase is Phase.RUNNING and not sign.text for sign in signs)


def test_after_each_frame_the_engine_may_prepare_for_what_comes(rig: Rig) -> None:
    engine = rig.start()
    rig.requests.put(request(ahead=("green ice",)))
    engine.permits.release(2)
    rig.frame()
    engine.asked.wait(SOON)
    while len(engine.requests) < 3:
        engine.asked.wait(SOON)
    assert [each.ahead for each in engine.prepared] == [("green ice",)] * 2


@pytest.mark.parametrize(
    "idle", [request(prompts=()), request(prompts=(("  ", 1.0),)), request(generating=False)]
)
def test_no_frame_is_made_where_none_is_wanted(rig: Rig, idle: Request) -> None:
    engine = rig.start()
    engine.permits.release(2)
    rig.requests.put(idle)
    rig.runs("builtin")
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
    rig.runs("builtin")
    assert rig.producer.stop(SOON)


def test_it_can_be_stopped_before_it_starts(rig: Rig) -> None:
    assert rig.producer.stop()


def test_a_crash_of_the_thread_itself_reaches_the_main_thread(rig: Rig) -> None:
    def crash(name: str, report: Report) -> Engine:
        raise LookupError("a fault of ours")

    rig.producer = rig.new(open_engine=crash)
    rig.start()
    with pytest.raises(LookupError, match="a fault of ours"):
        rig.frames.wait(SOON)


def test_a_library_that_wants_to_exit_does_not_end_the_show(rig: Rig) -> None:
    engine = rig.start()
    engine.failures = [SystemExit(3)]
    engine.permits.release()
    rig.requests.put(request())
    with pytest.raises(RuntimeError, match="SystemExit: 3"):
        rig.frames.wait(SOON)


def test_where_memory_is_out_the_engine_takes_a_step_down_and_the_frame_is_made(rig: Rig) -> None:
    engine = rig.start()
    engine.steps = ["a tiny autoencoder", "256 pixels"]
    engine.failures = [RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")] * 2
    rig.requests.put(request(seed=3))
    engine.permits.release(3)
    frame = rig.frame()
    assert (frame.number, frame.seed) == (1, 3)
    assert engine.steps == []
    assert Phase.FAILED not in {status.phase for status in rig.statuses.all.queue}


def test_the_step_down_is_said_in_a_line(rig: Rig) -> None:
    engine = rig.start()
    engine.steps = ["a tiny autoencoder"]
    engine.failures = [RuntimeError("CUDA out of memory")]
    rig.requests.put(request())
    engine.permits.release(1)
    status = rig.status(lambda status: "tiny" in status.text)
    assert (status.phase, status.text) == (Phase.RUNNING, "a tiny autoencoder")


def test_what_the_engine_notes_about_a_prompt_is_said_in_a_line(rig: Rig) -> None:
    engine = rig.start()
    engine.notices = ["too long"]
    rig.requests.put(request())
    engine.permits.release(1)
    assert rig.status(lambda status: status.text == "too long").phase is Phase.RUNNING


def test_where_there_is_no_step_down_left_it_is_a_failure_like_others(rig: Rig) -> None:
    engine = rig.start()
    engine.failures = [RuntimeError("CUDA out of memory")]
    rig.requests.put(request())
    engine.permits.release(2)
    status = rig.status(lambda status: status.phase is Phase.FAILED)
    assert status.text == "RuntimeError: CUDA out of memory"
    assert rig.frame().number == 1


def test_what_fails_in_preparing_is_printed_once_and_is_no_failure_of_the_frame(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = rig.start()

    def prepare(_: Request) -> str:
        raise RuntimeError("no such prompt")

    monkeypatch.setattr(engine, "prepare", prepare)
    rig.requests.put(request())
    engine.permits.release(2 * REOPEN_AFTER)
    while rig.frame().number < 2 * REOPEN_AFTER:
        pass
    assert Phase.FAILED not in {status.phase for status in rig.statuses.all.queue}
    assert rig.opened == ["builtin"]
    assert capsys.readouterr().err.count("RuntimeError: no such prompt") == 1


def test_after_what_is_fatal_where_it_runs_the_thread_ends_and_says_why_in_a_line() -> None:
    broken, full = RuntimeError("CUDA error: illegal memory"), RuntimeError("CUDA out of memory")
    further = "and its use can't be reduced further"
    for error, steps, why in (
        (broken, [], f"CUDA is broken in the engine's process (RuntimeError: {broken})"),
        (full, [], f"the GPU is out of memory, {further} (RuntimeError: {full})"),
        (full, ["a tiny autoencoder"], None),
        (ValueError("a fault of one frame"), [], None),
    ):  # fmt: skip
        with running_rig() as here:
            here.producer = here.new(fatal=fatal)
            engine = here.start()
            engine.failures, engine.steps = [error], steps
            here.requests.put(request())
            engine.permits.release(2)
            if why is None:
                assert here.frame().number == 1
            else:
                with pytest.raises(EngineLost) as lost:
                    here.frames.wait(SOON)
                assert str(lost.value) == why


def test_what_is_taken_of_a_gpus_memory_is_said_when_it_changes_and_lines_stay_to_be_read(
    rig: Rig,
) -> None:
    rows = [GpuMemory(1000, 8000), GpuMemory(1000, 8000), GpuMemory(2000, 8000)]
    read = iter(rows)
    rig.producer = rig.new(gpu_memory=lambda device: next(read, rows[-1]))
    engine = rig.start()
    rig.requests.put(request())
    engine.permits.release(20)
    first = rig.status(lambda status: status.gpu_memory is not None)
    assert (first.gpu_memory, first.text) == (rows[0], "about builtin")
    assert rig.status(lambda status: status != first).gpu_memory == rows[2]
