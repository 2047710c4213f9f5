"""Loads in the background: what fails, what is overtaken or dropped, and what memory they cost."""

from __future__ import annotations

import threading
import weakref

import pytest

from visualizer.engine.engine import Engine
from visualizer.engine.failures import ModelError
from visualizer.engine.models.catalogue import BUILTIN
from visualizer.engine.producer.background_load import BackgroundLoad
from visualizer.show.status import Phase, Report, Status

from ..conftest import request
from ..rig import FULL, SOON, Gated, Rig


def test_frames_go_on_while_a_model_loads_and_the_status_says_how_far_it_is(rig: Rig) -> None:
    rig.hold.clear()
    engine = rig.start("other")
    rig.requests.put(request())
    engine.permits.release(1000)
    while rig.frame().number < 3:
        pass
    status = rig.status(lambda status: status.progress is not None)
    assert (status.phase, status.model, status.coming) == (Phase.RUNNING, BUILTIN, "other")
    assert (status.text, status.progress) == ("fetching other: 41 %", 0.41)


def test_a_model_that_cannot_be_had_leaves_the_show_where_it_was_with_one_line(rig: Rig) -> None:
    engine = rig.start()
    rig.runs(BUILTIN)
    rig.models.put("nobody/nothing")
    status = rig.status(lambda status: "nobody/nothing: there is no such model" in status.text)
    assert (status.phase, status.model, status.coming) == (Phase.RUNNING, BUILTIN, "")
    assert status.text == "nobody/nothing: there is no such model"
    engine.permits.release()
    rig.requests.put(request())
    rig.frame()


def test_a_model_that_failed_can_be_asked_for_again(rig: Rig) -> None:
    rig.start()
    for _ in range(2):
        rig.models.put("nobody/nothing")
        rig.status(lambda status: "there is no such model" in status.text)
    assert rig.loaded == ["nobody/nothing"] * 2


def test_what_was_to_be_said_at_the_start_is_said_with_the_failure(rig: Rig) -> None:
    rig.start("nobody/nothing")
    status = rig.status(lambda status: not status.coming and status.phase is Phase.RUNNING)
    assert status.text == "about builtin; nobody/nothing: there is no such model"


@pytest.mark.parametrize("fault", [RuntimeError("a\nb"), SystemExit(3)])
def test_whatever_ends_a_load_is_one_line(rig: Rig, fault: BaseException) -> None:
    def load(name: str, report: Report) -> Engine:
        raise fault

    rig.producer = rig.new(load_engine=load)
    rig.start()
    rig.runs(BUILTIN)
    rig.models.put("other")
    status = rig.status(lambda status: "other: " in status.text)
    assert status.text == f"other: {type(fault).__name__}: {str(fault).splitlines()[0]}"


def test_a_newer_wish_overtakes_a_load_and_what_that_brings_is_dropped(rig: Rig) -> None:
    rig.engines["third"] = Gated("third")
    rig.hold.clear()
    rig.start("third")
    rig.status(lambda status: status.coming == "third" and status.progress is not None)
    rig.models.put("other")
    rig.status(lambda status: status.coming == "other" and status.progress is not None)
    rig.hold.set()
    rig.runs("other")
    rig.requests.put(request())
    rig.other.permits.release()
    rig.frame()
    assert rig.loaded == ["third", "other"]
    assert rig.engines["third"].adopted == rig.engines["third"].requests == []


def test_to_ask_for_what_runs_ends_the_wish_for_another(rig: Rig) -> None:
    rig.hold.clear()
    rig.start("other")
    rig.status(lambda status: status.coming == "other")
    rig.models.put(BUILTIN)
    rig.runs(BUILTIN)
    rig.hold.set()
    rig.builtin.permits.release(3)
    rig.requests.put(request())
    while rig.frame().number < 3:
        pass
    assert rig.other.requests == []


def test_to_ask_twice_for_what_loads_is_to_ask_once(rig: Rig) -> None:
    rig.hold.clear()
    rig.start("other")
    rig.status(lambda status: status.progress is not None)
    rig.models.put("other")
    rig.hold.set()
    rig.runs("other")
    assert rig.loaded == ["other"]


def test_a_load_does_not_hold_up_the_end(rig: Rig) -> None:
    rig.hold.clear()
    rig.start("other")
    rig.status(lambda status: status.progress is not None)
    assert not rig.producer.stop(SOON), "so that the program knows that a thread is left"
    assert not rig.producer.is_alive()
    rig.hold.set()


def test_memory_that_a_loading_model_takes_costs_that_model_and_not_the_picture(rig: Rig) -> None:
    loading = threading.Event()

    def load(name: str, report: Report) -> Engine:
        loading.set()
        while not rig.hold.wait(0.01):
            report(Status(Phase.LOADING, f"loading {name}", 0.9))
        raise AssertionError("it was not dropped")

    rig.hold.clear()
    rig.producer = rig.new(load_engine=load)
    engine = rig.start("other")
    engine.steps = ["a tiny autoencoder"]
    engine.failures = [RuntimeError(FULL)]
    assert loading.wait(SOON)
    rig.requests.put(request())
    engine.permits.release(2)
    assert rig.frame().number == 1
    assert engine.steps == ["a tiny autoencoder"]
    status = rig.runs(BUILTIN)
    assert status.text == "other: too large beside the current model; change to builtin first"


class Loop:
    """What only the garbage collector ends, as a model's parts are."""

    def __init__(self) -> None:
        self.itself = self


def test_what_was_loaded_in_vain_is_thrown_away_at_once(rig: Rig) -> None:
    loops: list[weakref.ref[Loop]] = []

    def load(name: str, report: Report) -> Engine:
        loops.append(weakref.ref(Loop()))
        raise ModelError(f"{name}: no")

    rig.producer = rig.new(load_engine=load)
    engine = rig.start("other")
    rig.status(lambda status: "other: no" in status.text)
    rig.requests.put(request())
    engine.permits.release()
    rig.frame()
    assert [loop() for loop in loops] == [None]


def test_a_loader_that_is_dropped_keeps_no_engine() -> None:
    ready = BackgroundLoad("other", lambda name, report: Gated(name))
    ready.run()
    assert ready.engine is not None
    ready.drop()
    assert ready.engine is None

    def load(name: str, report: Report) -> Engine:
        busy.drop()
        return Gated(name)

    busy = BackgroundLoad("other", load)
    busy.run()
    assert busy.engine is None
