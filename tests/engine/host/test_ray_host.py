"""The show's side of an engine on another machine, by what Ray answers. No Ray, and no cluster."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from visualizer.engine.host.engine_host import EngineDied, EngineLost, Slots
from visualizer.engine.host.far_engine import Update
from visualizer.engine.host.ray_host import GIVEN_UP, LOOK, SILENT, RayHost, _lost
from visualizer.show.status import Phase, Status

from ..conftest import request
from .engines import make

RUNS = Status(Phase.RUNNING, model="large", device="cpu")


class Answers:
    """Stands for Ray, and for the actor. told: what looks are answered with, by the seconds when;
    all else is not answered."""

    def __init__(self, *told: tuple[float, Update]) -> None:
        self.now, self.told = 0.0, list(told)
        self.look, self.want = self, self

    def remote(self, *given: Any) -> str:
        return "call"

    def wait(self, looks: list[str], timeout: float) -> tuple[list[str], list[str]]:
        if self.told and self.told[0][0] <= self.now:
            return looks[:1], looks[1:]
        self.now += timeout
        return [], looks

    def get(self, call: str) -> Update:
        return self.told.pop(0)[1]


def listened(ray: Answers, slots: Slots) -> str:
    """Why a host ends that listens."""
    host = RayHost(make, slots, clock=lambda: ray.now)
    with pytest.raises(EngineLost) as lost:
        host._listen(ray, ray)
    return str(lost.value)


def statuses(ray: Answers) -> tuple[list[tuple[float, Status]], str]:
    """What is said of an engine, and when; and why it is lost at last."""
    slots, heard = Slots(), list[tuple[float, Status]]()
    slots.statuses.put = lambda status: heard.append((ray.now, status))  # type: ignore[method-assign,assignment]
    return heard, listened(ray, slots)


def test_an_engine_that_is_silent_is_said_soon_and_plays_on_where_it_answers() -> None:
    ray = Answers((0.0, Update(1, status=RUNS)), (5.0, Update(2)))
    heard, why = statuses(ray)
    phases = [(at, status.phase) for at, status in heard if not status.wire]
    assert [phase for _, phase in phases[:3]] == [Phase.RUNNING, Phase.STARTING, Phase.RUNNING]
    assert [at for at, _ in phases[:3]] == pytest.approx([0.0, SILENT, 5.0], abs=2 * LOOK)
    assert heard[1][1].text == "the remote engine is lost:  does not answer"
    assert why == f"the remote engine is lost:  is silent for {GIVEN_UP:g} s"
    assert ray.now == pytest.approx(5.0 + GIVEN_UP, abs=2 * LOOK)


def test_one_that_opens_a_model_may_be_silent_for_longer() -> None:
    ray = Answers((0.0, Update(1, status=Status(Phase.LOADING))))
    heard, _ = statuses(ray)
    assert [status.phase for _, status in heard] == [Phase.LOADING]
    assert ray.now > 2 * GIVEN_UP


def test_an_answer_that_was_overtaken_by_a_newer_one_says_nothing_any_more() -> None:
    slots = Slots()
    host = RayHost(make, slots)
    host._take(Update(2, status=RUNS))
    host._take(Update(1, status=Status(Phase.LOADING)))
    status = slots.statuses.get()
    assert status is not None
    assert status.phase is Phase.RUNNING


def test_a_line_that_comes_again_with_news_of_the_memory_is_passed_on_once() -> None:
    slots, texts = Slots(), []
    host = RayHost(make, slots)
    for number, text in enumerate(("full", "full", "full", "", "full"), 1):
        host._take(Update(number, status=replace(RUNS, text=text)))
        status = slots.statuses.get()
        assert status is not None
        texts.append(status.text)
    assert texts == ["full", "", "", "", "full"]


def test_what_fails_while_a_request_is_sent_ends_the_host() -> None:
    class Refuses(Answers):
        def get(self, call: str) -> Update:
            raise ValueError("no such picture")

    slots, ray = Slots(), Refuses()
    host = RayHost(make, slots, clock=lambda: ray.now)
    slots.requests.put(request())
    host._send_all(ray, ray)
    with pytest.raises(ValueError, match="no such picture"):
        host._listen(ray, ray)


def test_only_an_actor_that_ended_by_itself_speaks_against_its_model() -> None:
    class ActorDiedError(Exception):
        pass

    class ActorUnavailableError(Exception):
        pass

    died = _lost(ActorDiedError("The actor is dead because its worker process has died."))
    assert isinstance(died, EngineDied)
    assert str(died) == "the remote engine is lost: its process has ended"
    for error in (
        ActorDiedError("The actor died because its node has died."),
        ActorUnavailableError(),
        ConnectionError(),
    ):
        assert not isinstance(_lost(error), EngineDied)
