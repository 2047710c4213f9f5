"""Two hosts as one: who plays, from which picture it goes on, and what is said. No engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from visualizer.engine.host.engine_host import EngineDied, EngineLost, Slots
from visualizer.engine.host.failover import Failover
from visualizer.engine.models.catalogue import BUILTIN, COLOUR_FIELDS
from visualizer.frame import Frame, Pixels
from visualizer.show.status import Phase, Status

from ...live.patience import comes_to
from ..conftest import request

SOON = 60.0


class Scripted:
    """A host that does nothing by itself."""

    def __init__(self, made: list[Scripted], slots: Slots, picture: Pixels | None) -> None:
        self.slots, self.picture = slots, picture
        self.started = False
        made.append(self)

    def start(self) -> None:
        self.started = True

    def is_alive(self) -> bool:
        return not self.slots.requests.closed

    def stop(self, timeout: float = 5.0) -> bool:
        self.slots.close()
        return True

    def runs(self, model: str) -> None:
        self.slots.statuses.put(Status(Phase.RUNNING, model=model, device="cpu"))

    def frame(self, shade: int) -> None:
        pixels = np.full((2, 2, 3), shade, np.uint8)
        self.slots.frames.put(Frame(1, 0.0, 0.1, pixels, 1, request()))


class Both:
    """A show's line to two hosts."""

    def __init__(self) -> None:
        self.fars: list[Scripted] = []
        self.nears: list[Scripted] = []
        self.slots = Slots()
        self.host = Failover(
            partial(Scripted, self.fars), partial(Scripted, self.nears), self.slots,
            where="the cluster", retries=(0.0,),
        )  # fmt: skip

    @property
    def near(self) -> Scripted:
        return self.nears[-1]

    @property
    def far(self) -> Scripted:
        return self.fars[-1]

    def begin(self, model: str = "large") -> None:
        """Until both have been started, and the local one plays."""
        self.slots.models.put(model)
        self.slots.requests.put(request(seed=1))
        self.host.start()
        assert comes_to(lambda: bool(self.fars) and self.far.started)
        self.near.runs(BUILTIN)

    def far_plays(self) -> None:
        self.far.runs("large")
        assert comes_to(lambda: self.far.slots.requests.get() is not None)

    def shade(self) -> int:
        frame = self.slots.frames.wait(SOON)
        assert frame is not None
        return int(frame.pixels[0, 0, 0])

    def origin(self) -> int:
        frame = self.slots.frames.wait(SOON)
        assert frame is not None
        return frame.origin

    def statuses(self) -> Iterator[Status]:
        while (status := self.slots.statuses.get()) is not None:
            yield status


@pytest.fixture
def both() -> Iterator[Both]:
    both = Both()
    yield both
    assert both.host.stop(SOON)
    assert not both.host.is_alive()


def line(both: Both, fits: Callable[[Status], bool]) -> Status:
    """The next status that fits."""
    while True:
        status = both.slots.statuses.wait(SOON)
        assert status is not None, "nothing was said"
        if fits(status):
            return status


def test_the_local_engine_plays_the_built_in_model_until_the_far_one_has_the_one_asked_for(
    both: Both,
) -> None:
    both.begin()
    assert both.near.slots.models.wait(SOON) == BUILTIN
    assert both.far.slots.models.wait(SOON) == "large"
    both.near.frame(10)
    both.far.frame(20)  # of a far one that was not asked
    assert both.shade() == 10
    both.far_plays()
    picture = both.far.slots.pictures.get()
    assert picture is not None
    assert picture[0, 0, 0] == 10, "it goes on from what is on the wall"
    both.far.frame(30)
    assert both.shade() == 30
    both.near.frame(40)
    assert both.slots.frames.get() is None
    assert line(both, lambda status: bool(status.text)).text == "the cluster plays"
    idle = both.near.slots.requests.wait(SOON)
    while idle is not None and idle.generating:
        idle = both.near.slots.requests.wait(SOON)


def test_when_the_far_engine_is_lost_the_local_one_goes_on_from_its_picture_and_it_is_tried_again(
    both: Both,
) -> None:
    both.begin()
    both.far_plays()
    both.far.frame(50)
    assert both.shade() == 50
    lost = both.far
    lost.slots.frames.fail(EngineLost("the node is gone"))
    wanted = both.near.slots.requests.wait(SOON)
    while wanted is not None and not wanted.generating:
        wanted = both.near.slots.requests.wait(SOON)
    picture = both.near.slots.pictures.wait(SOON)
    assert picture is not None
    assert picture[0, 0, 0] == 50
    said = line(both, lambda status: "gone" in status.text)
    assert said.text.endswith("the node is gone; a local model plays until the cluster is ready")
    both.near.frame(60)
    assert both.shade() == 60
    assert comes_to(lambda: both.far is not lost and both.far.started)
    assert both.far.slots.models.wait(SOON) == "large"
    assert both.far.picture is not None
    both.far_plays()
    both.far.frame(70)
    assert both.shade() == 70
    both.far.frame(71)
    assert both.origin() == 3, "counted at each change, for the wall to fade"


def test_a_line_that_was_not_heard_yet_goes_along_with_the_next_news(both: Both) -> None:
    both.begin()
    both.far_plays()
    lost = both.far
    lost.slots.frames.fail(EngineLost("the node is gone"))
    assert comes_to(lambda: both.far is not lost)
    both.near.runs(BUILTIN)  # as where it tells its device, before the show has looked
    both.near.runs(BUILTIN)
    status = both.slots.statuses.get()
    assert status is not None
    assert "the node is gone; a local model plays until the cluster is ready" in status.text


def test_a_line_that_comes_again_before_it_was_heard_is_said_once(both: Both) -> None:
    both.begin()
    list(both.statuses())
    full = Status(Phase.RUNNING, "the memory is full", model=BUILTIN)
    for status in (replace(full, text="LoRAs are left out"), full, full, full):
        both.host._heard(both.host._active, status)
    heard = both.slots.statuses.get()
    assert heard is not None
    assert heard.text == "LoRAs are left out; the memory is full"


def test_a_far_engine_that_is_not_there_is_said_once_however_often_it_is_tried(both: Both) -> None:
    both.begin()
    for _ in range(5):
        tried = both.far
        tried.slots.frames.fail(EngineLost("no route"))
        assert comes_to(lambda tried=tried: both.far is not tried)  # type: ignore[misc]
    both.near.frame(1)
    both.far_plays()
    both.near.runs(BUILTIN)
    texts = [status.text for status in both.statuses()]
    assert len(both.fars) == 6
    assert sum("no route" in text for text in texts) <= 1


def test_a_far_engine_that_is_silent_is_stood_in_for_and_plays_on_when_it_answers(
    both: Both,
) -> None:
    both.begin()
    both.far_plays()
    both.far.frame(50)
    assert both.shade() == 50
    silent = both.far
    silent.slots.statuses.put(Status(Phase.STARTING, "the node is silent"))
    said = line(both, lambda status: status.phase is Phase.RUNNING and "silent" in status.text)
    assert said.text == "the node is silent; a local model plays until the cluster is ready"
    both.near.frame(60)
    assert both.shade() == 60
    silent.frame(70)  # on its way when it fell silent
    assert both.slots.frames.get() is None
    both.far_plays()
    assert both.far is silent, "it has kept all that it had loaded"
    picture = silent.slots.pictures.wait(SOON)
    assert picture is not None
    assert picture[0, 0, 0] == 60
    silent.frame(80)
    assert both.shade() == 80
    silent.slots.statuses.put(Status(Phase.STARTING, "the node is silent"))
    assert line(both, lambda status: "silent" in status.text)
    silent.slots.frames.fail(EngineLost("it is gone for good"))
    assert comes_to(lambda: both.far is not silent)
    assert not any("gone" in status.text for status in both.statuses()), "one line a loss"


def test_a_model_that_ends_the_far_engine_again_and_again_is_given_up_there_until_it_is_asked_for(
    both: Both,
) -> None:
    both.begin()
    for _ in range(3):
        both.far_plays()
        tried = both.far
        tried.slots.frames.fail(EngineDied("its process has ended"))
        assert line(both, lambda status: "ended" in status.text)
        assert comes_to(lambda tried=tried: both.far is not tried or tried is both.fars[2])  # type: ignore[misc]
    assert len(both.fars) == 3
    both.near.frame(60)
    assert both.shade() == 60
    both.slots.requests.put(request(seed=3))
    assert comes_to(lambda: both.slots.requests.get() is None and len(both.fars) == 3)
    both.slots.models.put("large")
    assert comes_to(lambda: len(both.fars) == 4)
    both.far_plays()


def test_a_far_engine_whose_node_is_lost_again_and_again_is_never_given_up(both: Both) -> None:
    both.begin()
    for _ in range(6):
        both.far_plays()
        tried = both.far
        tried.slots.frames.fail(EngineLost("its node is gone"))
        assert comes_to(lambda tried=tried: both.far is not tried)  # type: ignore[misc]


def test_colour_fields_stand_in_for_themselves_and_a_local_engine_that_dies_is_handed_on(
    both: Both,
) -> None:
    both.begin(COLOUR_FIELDS)
    assert both.near.slots.models.wait(SOON) == COLOUR_FIELDS
    both.near.slots.frames.fail(EngineLost("nothing left"))
    with pytest.raises(EngineLost, match="nothing left"):
        both.slots.frames.wait(SOON)
    assert comes_to(lambda: not both.host.is_alive())
    assert both.far.slots.requests.closed
