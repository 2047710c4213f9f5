"""When an engine is hung: by frames that do not come, never by those that take their time."""

from __future__ import annotations

import pytest

from visualizer.engine.host.watchdog import HANG, LOADS, SLOW, Watchdog
from visualizer.show.status import Phase, Status

RUNS = Status(Phase.RUNNING, model="builtin", device="cpu")


def seconds_until_hung(dog: Watchdog, wanted: bool = True, pulses: bool = False) -> float | None:
    """Seconds of silence until it is hung; None where it never is."""
    for tenth in range(10_000):
        if pulses:
            dog.pulse()
        if dog.look(0.1, wanted):
            return tenth / 10
    return None


def playing(seconds: float = 0.05) -> Watchdog:
    dog = Watchdog()
    dog.status(RUNS)
    dog.look(0.0, True)
    dog.frame(seconds)
    return dog


def test_an_engine_is_hung_that_makes_no_frame_for_ten_seconds_also_where_its_process_answers() -> (
    None
):
    assert seconds_until_hung(playing()) == pytest.approx(HANG, abs=0.5)
    assert seconds_until_hung(playing(), pulses=True) == pytest.approx(HANG, abs=0.5)


def test_what_the_producer_says_of_a_frame_that_failed_is_a_sign_of_life() -> None:
    dog = playing()
    for _ in range(100):
        assert not dog.look(0.5, True)
        dog.status(Status(Phase.FAILED, "no frame", model="builtin", device="cpu"))


def test_where_no_frame_is_wanted_a_process_that_answers_is_alive() -> None:
    assert seconds_until_hung(playing(), wanted=False, pulses=True) is None
    assert seconds_until_hung(playing(), wanted=False) == pytest.approx(HANG, abs=0.5)
    dog = playing()
    for _ in range(1000):
        dog.pulse()
        dog.look(0.1, False)
    assert seconds_until_hung(dog) == pytest.approx(HANG, abs=0.5), "counted from the wish"


def test_a_load_may_take_long_while_the_process_answers() -> None:
    for phase in (Phase.STARTING, Phase.ASKING, Phase.LOADING):
        dog = Watchdog()
        dog.status(Status(phase))
        assert seconds_until_hung(dog, pulses=True) is None
        assert seconds_until_hung(dog) == pytest.approx(LOADS, abs=0.5)


def test_the_first_frame_and_those_beside_a_load_have_longer() -> None:
    dog = Watchdog()
    dog.status(RUNS)
    assert seconds_until_hung(dog) == pytest.approx(LOADS, abs=0.5)
    dog = playing()
    dog.status(Status(Phase.RUNNING, model="builtin", device="cpu", coming="large"))
    assert seconds_until_hung(dog, pulses=True) == pytest.approx(LOADS, abs=0.5)


def test_a_slow_engine_is_not_hung() -> None:
    assert seconds_until_hung(playing(30.0)) == pytest.approx(30.0 * SLOW, abs=0.5)


def test_a_machine_that_slept_was_no_hung_engine() -> None:
    dog = playing()
    assert not dog.look(3600.0, True)
    dog.frame(0.05)
    assert not dog.look(3600.0, True)
