"""Previews of the next prompt: made beside the loop's frames, which they leave as they were."""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import cv2
import numpy as np
import pytest

from visualizer.engine.colour_fields import ColourFields
from visualizer.engine.picture import Picture
from visualizer.engine.producer.next_preview import FRAMES, LONGEST_SIDE, ROOM, NextPreviews
from visualizer.frame import Frame, Pixels
from visualizer.latest import Latest
from visualizer.show.prompt_mix import alone
from visualizer.show.request import Following, Place, Request
from visualizer.show.status import NextPreview, Phase, Status

from ..conftest import request
from ..rig import SOON, Rig, running_rig

HERE: Place = (1, 0, 0, alone("a red sea"), alone("green ice"))
THERE: Place = (1, 1, 0, alone("green ice"), alone("a red sea"))


def wanted(asked: int = 0, place: Place = HERE, **changes: Any) -> Request:
    """A request with a next prompt."""
    after = request(prompts=place[4])
    return request(prompts=place[3], following=Following(after, place, asked), **changes)


class Noted(ColourFields):
    """The test card, which keeps what it and its forks were asked for. fault: what forks raise."""

    def __init__(self) -> None:
        super().__init__((32, 16))
        self.asked: list[Request] = []
        self.fault: Exception | None = None

    def next(self, request: Request) -> Picture:
        self.asked.append(request)
        if self.fault is not None:
            raise self.fault
        return super().next(request)


class Bench:
    """NextPreviews between the frames of an engine. told: what they have told so far."""

    def __init__(self, device: str = "cpu") -> None:
        self.engine = Noted()
        self.engine.device = device
        self.told: list[NextPreview | None] = []
        self.said: list[str] = []
        self.previews = NextPreviews(self.told.append, self.said.append)

    def step(self, request: Request, seconds: float = ROOM) -> int:
        """How many frames of a preview were made after one of the loop's."""
        before = len(self.engine.asked)
        self.previews.step(self.engine, request, seconds)
        return len(self.engine.asked) - before

    @property
    def made(self) -> NextPreview:
        assert self.told
        last = self.told[-1]
        assert last is not None
        assert last.jpeg
        return last


def decoded(jpeg: bytes) -> Pixels:
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB), np.uint8)


def test_what_is_asked_for_is_made_by_one_frame_after_each_of_the_loops() -> None:
    bench = Bench()
    assert bench.step(wanted(0)) == 0
    steps = [bench.step(wanted(1, time=float(n))) for n in range(FRAMES + 2)]
    assert steps == [1] * FRAMES + [0, 0]
    assert bench.told == [NextPreview(HERE), bench.made]
    assert {each.prompts for each in bench.engine.asked} == {HERE[4]}
    assert [each.time for each in bench.engine.asked] == [float(n) for n in range(FRAMES)]
    picture = decoded(bench.made.jpeg)
    assert picture.shape == (16, 32, 3)


def test_a_preview_is_small() -> None:
    bench = Bench()
    bench.engine = cast(Noted, ColourFields((LONGEST_SIDE * 2, LONGEST_SIDE)))
    bench.previews.step(bench.engine, wanted(0), ROOM)
    for _ in range(FRAMES):
        bench.previews.step(bench.engine, wanted(1), ROOM)
    assert decoded(bench.made.jpeg).shape == (LONGEST_SIDE // 2, LONGEST_SIDE, 3)


def test_what_was_asked_of_an_engine_before_is_not_made_by_a_new_one() -> None:
    assert Bench().step(wanted(7)) == 0


def test_a_gpu_with_room_makes_one_by_itself_for_each_next_prompt_once_a_crossfade_is_over() -> (
    None
):
    bench = Bench("cuda")
    fading = replace(wanted(place=HERE), prompts=(("green ice", 0.5), ("a red sea", 0.5)))
    assert [bench.step(each) for each in (fading, wanted())] == [0, 0]
    assert sum(bench.step(wanted()) for _ in range(2 * FRAMES)) == FRAMES
    assert bench.made.place == HERE
    bench.step(wanted(place=THERE))
    assert sum(bench.step(wanted(place=THERE)) for _ in range(2 * FRAMES)) == FRAMES
    assert bench.made.place == THERE
    slow = Bench("cuda")
    assert sum(slow.step(wanted(), seconds=2 * ROOM) for _ in range(5)) == 0


@pytest.mark.parametrize(
    "change",
    [lambda: wanted(1, place=THERE), lambda: replace(wanted(1), following=None)],
    ids=["another prompt", "nobody looks"],
)
def test_where_the_show_comes_to_another_place_it_is_given_up(
    change: Callable[[], Request],
) -> None:
    bench = Bench()
    bench.step(wanted(0))
    bench.step(wanted(1))
    assert sum(bench.step(change()) for _ in range(2 * FRAMES)) == 0
    assert bench.told == [NextPreview(HERE), None]


def test_a_fault_is_one_line_and_is_not_tried_again_until_it_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench = Bench("cuda")
    bench.engine.fault = RuntimeError("no such network")
    assert sum(bench.step(wanted(0)) for _ in range(9)) == 1
    assert bench.said == ["no preview of the next prompt: RuntimeError: no such network"]
    assert bench.told[-1] is None
    bench.engine.fault = None
    assert sum(bench.step(wanted(1)) for _ in range(2 * FRAMES)) == FRAMES
    assert bench.made
    assert capsys.readouterr().err.count("no such network") == 1


def test_it_has_the_source_of_the_loop_and_its_restarts() -> None:
    bench = Bench()
    pixels = np.full((4, 4, 3), 9, np.uint8)
    bench.step(wanted(0))
    bench.step(replace(wanted(1), source_pixels=pixels, restarts=5))
    (asked,) = bench.engine.asked
    assert asked.source_pixels is pixels
    assert asked.restarts == 5


class All(Latest[Frame]):
    """A slot that keeps all that was ever put into it."""

    def __init__(self) -> None:
        super().__init__()
        self.all: queue.Queue[Frame] = queue.Queue()

    def put(self, value: Frame) -> None:
        self.all.put(value)
        super().put(value)


def played(*requests: Request, until: Callable[[Status], bool], count: int) -> list[Pixels]:
    """The first frames of a producer with the test card, whose pictures never stand still."""
    with running_rig() as rig:
        rig.frames = frames = All()
        card = ColourFields((32, 16))
        card.model = "builtin"
        rig.producer = rig.new(open_engine=lambda name, report: card)
        rig.models.put("builtin")
        rig.producer.start()
        found = []
        for each in requests:
            rig.requests.put(each)
            found.append(frames.all.get(timeout=SOON).pixels)
        rig.status(until)
        found += [frames.all.get(timeout=SOON).pixels for _ in range(count - len(found))]
    return found


def test_the_loops_own_frames_are_the_same_with_a_preview_and_without() -> None:
    plain = played(request(), until=lambda status: True, count=40)
    beside = played(
        wanted(0),
        wanted(1),
        until=lambda status: bool(status.next_preview and status.next_preview.jpeg),
        count=40,
    )
    assert not np.array_equal(plain[0], plain[-1])
    assert np.array_equal(plain, beside)


def test_another_model_takes_the_preview_away_and_lines_are_kept(rig: Rig) -> None:
    engine = rig.start()
    rig.requests.put(wanted(0))
    engine.notices = ["too long"]
    engine.permits.release()
    rig.frame()
    rig.requests.put(wanted(1))
    engine.permits.release(2 * FRAMES)
    rig.status(lambda status: bool(status.next_preview))
    rig.models.put("other")
    engine.permits.release(1000)
    status = rig.runs("other")
    assert status.next_preview is None


def test_a_line_that_was_said_just_before_a_preview_begins_stays_to_be_read(rig: Rig) -> None:
    engine = rig.start()
    rig.requests.put(wanted(0))
    engine.permits.release()
    rig.frame()
    engine.notices = ["too long"]
    rig.requests.put(wanted(1))
    engine.permits.release(3)
    status = rig.status(lambda status: bool(status.next_preview))
    assert (status.phase, status.text) == (Phase.RUNNING, "too long")


def test_where_the_loops_own_frame_finds_no_memory_the_preview_gives_way_and_nothing_else(
    rig: Rig,
) -> None:
    engine = rig.start()
    rig.requests.put(wanted(0))
    engine.permits.release()
    rig.frame()
    rig.requests.put(wanted(1))
    engine.permits.release(4)
    rig.status(lambda status: bool(status.next_preview))
    engine.steps = ["smaller"]
    engine.failures = [RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")]
    engine.permits.release(4)
    said = rig.status(lambda status: "no preview" in status.text)
    assert said.text == "no preview of the next prompt: the GPU's memory is full"
    assert rig.status(lambda status: status.next_preview is None).phase is Phase.RUNNING
    engine.permits.release(4)
    rig.frame()
    assert engine.steps == ["smaller"]
    engine.failures = [RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")]
    engine.permits.release(4)
    rig.status(lambda status: status.text == "smaller")
