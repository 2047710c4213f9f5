"""What the producer does when a frame fails, once and again."""

from __future__ import annotations

import pytest

from visualizer.engine.failures import FrameError
from visualizer.engine.producer.retrying import REOPEN_AFTER, WHITE_AFTER
from visualizer.show.status import Phase

from ..conftest import request
from ..rig import SOON, Gated, Rig


def test_a_failing_frame_is_reported_in_one_line_and_tried_again(
    rig: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = rig.start()
    engine.failures = [RuntimeError("the GPU\nsneezed")]
    rig.requests.put(request())
    engine.permits.release()
    status = rig.status(lambda status: status.phase is Phase.FAILED)
    assert status.text == "RuntimeError: the GPU"
    assert status.model == "builtin"
    engine.permits.release()
    assert rig.frame().number == 1
    # The lines of the opening are not told again.
    assert rig.runs("builtin").text == ""


def test_after_some_failures_the_loop_starts_from_white(rig: Rig) -> None:
    engine = rig.start()
    engine.failures = [FrameError("not-a-number")] * WHITE_AFTER
    rig.requests.put(request(restarts=7))
    engine.permits.release(WHITE_AFTER + 1)
    frame = rig.frame()
    assert [each.restarts for each in engine.requests[: WHITE_AFTER + 1]] == [7] * WHITE_AFTER + [8]
    assert frame.request.restarts == 7


def failing(rig: Rig, engine: Gated, times: int = 1) -> None:
    """Have an engine fail so often that it is given up, that many times."""
    engine.failures = [RuntimeError("the driver died")] * REOPEN_AFTER * times
    engine.permits.release(REOPEN_AFTER * times)


def on_other(rig: Rig) -> Gated:
    """The producer on another model than the built-in one."""
    rig.start("other")
    rig.runs("other")
    rig.loaded.clear()
    rig.opened.clear()
    return rig.other


def test_after_many_failures_the_builtin_model_plays_and_the_other_is_loaded_anew(
    rig: Rig,
) -> None:
    other = on_other(rig)
    rig.hold.clear()
    failing(rig, other)
    rig.builtin.permits.release()
    rig.requests.put(request())
    assert rig.frame().number == 1
    assert (rig.opened, rig.loaded) == (["builtin"], ["other"])
    rig.hold.set()
    rig.builtin.permits.release(1000)
    rig.runs("other")


def test_a_model_that_fails_again_once_loaded_anew_is_not_loaded_a_third_time(rig: Rig) -> None:
    other = on_other(rig)
    failing(rig, other, times=2)
    rig.requests.put(request())
    rig.builtin.permits.release(1000)
    rig.status(lambda status: status.coming == "other")
    rig.status(lambda status: status.model == "other" and status.phase is Phase.FAILED)
    status = rig.runs("builtin")
    line = "other kept failing (RuntimeError: the driver died); builtin plays instead"
    assert status.text == f"{line}; about builtin"
    assert (rig.opened, rig.loaded) == (["builtin"] * 2, ["other"])


def test_a_good_frame_in_between_and_the_model_is_loaded_anew_once_more(rig: Rig) -> None:
    other = on_other(rig)
    rig.requests.put(request())
    rig.builtin.permits.release(1000)
    for _ in range(2):
        failing(rig, other)
        rig.status(lambda status: status.coming == "other")
        rig.runs("other")
        other.permits.release()
        while not other.prepared:
            rig.frame()
        other.prepared.clear()
    assert rig.loaded == ["other"] * 2


def test_a_builtin_model_that_fails_is_opened_anew_at_once(rig: Rig) -> None:
    engine = rig.start()
    failing(rig, engine)
    engine.permits.release()
    rig.requests.put(request())
    assert rig.frame().number == 1
    assert (rig.opened, rig.loaded) == (["builtin"] * 2, [])


def test_pictures_of_no_numbers_are_no_reason_to_open_the_model_anew(rig: Rig) -> None:
    engine = rig.start()
    engine.failures = [FrameError("not-a-number")] * 2 * REOPEN_AFTER
    rig.requests.put(request())
    engine.permits.release(2 * REOPEN_AFTER + 1)
    assert rig.frame().number == 1
    assert rig.opened == ["builtin"]


@pytest.fixture
def paused(rig: Rig) -> Rig:
    """A rig whose first frame has failed and will not be tried again for a long time."""
    rig.producer._retrying._pauses = (3600.0,)
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
    paused.builtin.permits.release()
    paused.requests.put(request(**turned))
    assert paused.frame().request == request(**turned)


@pytest.mark.parametrize(
    "gone_on",
    [
        {"prompts": (("a red sea", 0.9), ("green ice", 0.1))},
        {"negative": (("grey", 0.5), ("", 0.5))},
        {"time": 12.0, "ahead": ("green ice",)},
    ],
)
def test_what_changes_by_itself_does_not_end_the_pause(
    paused: Rig, gone_on: dict[str, object]
) -> None:
    paused.requests.put(request(**gone_on))
    assert paused.builtin.asked.wait(0.5) is None


def test_another_model_is_heard_in_the_pause(paused: Rig) -> None:
    paused.other.permits.release()
    paused.models.put("other")
    paused.frame()
    assert paused.loaded == ["other"]


def test_tries_that_a_knob_hastens_do_not_count(paused: Rig) -> None:
    engine = paused.builtin
    for turn in range(2 * REOPEN_AFTER):
        engine.failures = [RuntimeError("no")]
        paused.requests.put(request(seed=turn))
        engine.asked.wait(SOON)
        engine.permits.release()
    engine.permits.release()
    paused.requests.put(request(seed=99))
    assert paused.frame().seed == 99
    assert paused.opened == ["builtin"]
    assert {each.restarts for each in engine.requests} == {0}
