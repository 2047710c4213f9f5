"""What holds of every place where an engine can run: one contract, a thread and a process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from visualizer.engine.host.engine_host import EngineHost, MakeHost, Slots
from visualizer.engine.host.jpeg import decode
from visualizer.engine.host.process_host import ProcessHost
from visualizer.engine.models.catalogue import BUILTIN
from visualizer.frame import Frame, Pixels
from visualizer.show.prompt_mix import alone
from visualizer.show.request import Following, Place, Request
from visualizer.show.status import Phase, Status

from ..conftest import request
from .engines import GPU_MEMORY, SHADE, make

SOON = 60.0
"""Seconds to wait for what must come: far above what it takes, for slow shared machines."""

PLACES: dict[str, MakeHost] = {
    "thread": make,
    "process": lambda slots, picture: ProcessHost(make, slots, picture),
}


class Line:
    """A host that runs, and what is asked of it and heard."""

    def __init__(self, place: str, picture: Pixels | None = None) -> None:
        self.slots = Slots()
        self.host: EngineHost = PLACES[place](self.slots, picture)
        self.slots.models.put(BUILTIN)
        self.host.start()

    def frame(self, fits: Callable[[Frame], bool] = lambda frame: True) -> Frame:
        """The next frame that fits."""
        end = time.monotonic() + SOON
        while True:
            frame = self.slots.frames.wait(SOON)
            assert frame is not None, "no frame came"
            if fits(frame):
                return frame
            assert time.monotonic() < end, f"{frame} is not what was to come"

    def status(self, fits: Callable[[Status], bool]) -> Status:
        """The next status that fits."""
        end = time.monotonic() + SOON
        while True:
            status = self.slots.statuses.wait(SOON)
            assert status is not None, "nothing was said"
            if fits(status):
                return status
            assert time.monotonic() < end, f"{status} is not what was to be said"


@pytest.fixture(scope="module", params=PLACES)
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    line = Line(request.param)
    yield line
    assert line.host.stop(SOON)


def test_frames_tell_what_they_were_made_from_and_stay_as_they_are(line: Line) -> None:
    wanted = request(seed=42, time=3.5)
    line.slots.requests.put(wanted)
    first = line.frame(lambda frame: frame.seed == 42)
    assert (first.request, first.request.time) == (wanted, 3.5)
    assert first.pixels.shape == (16, 16, 3)
    assert not first.pixels.flags.writeable
    before = first.pixels.copy()
    line.slots.requests.put(with_source(200, seed=43))
    later = line.frame(lambda frame: frame.seed == 43)
    assert later.number > first.number
    assert later.pixels.mean() == 200
    assert np.array_equal(first.pixels, before)


def test_the_newest_request_wins_and_stays_in_force(line: Line) -> None:
    for seed in range(100, 200):
        line.slots.requests.put(request(seed=seed))
    line.frame(lambda frame: frame.seed == 199)
    assert [line.frame().seed for _ in range(3)] == [199] * 3


def test_pictures_of_a_source_reach_the_engine_in_any_size_and_go(line: Line) -> None:
    for seed, (shade, side) in enumerate([(10, 8), (20, 64), (30, 64), (40, 8)], start=300):
        wanted = with_source(shade, side, seed=seed)
        line.slots.requests.put(wanted)
        assert line.frame(lambda frame: frame.seed == seed).pixels.mean() == shade  # noqa: B023
        line.slots.requests.put(replace(wanted, seed=seed + 50))  # the very same picture
        assert line.frame(lambda frame: frame.seed == seed + 50).pixels.mean() == shade  # noqa: B023
    line.slots.requests.put(request(seed=399))
    assert line.frame(lambda frame: frame.seed == 399).pixels.mean() == SHADE


def test_models_change_while_frames_come_and_what_runs_is_said(line: Line) -> None:
    line.slots.requests.put(request(seed=5))
    line.slots.models.put("large")
    said = line.status(lambda status: status.model == "large")
    assert (said.phase, said.default) == (Phase.RUNNING, BUILTIN)
    assert said.device.partition(" @ ")[0] == "cpu"
    assert line.frame(lambda frame: len(frame.pixels) == 48).pixels.shape == (48, 48, 3)
    line.slots.models.put("nobody")
    assert "nobody: there is no such model" in line.status(lambda s: "nobody:" in s.text).text
    line.slots.models.put(BUILTIN)
    assert line.frame(lambda frame: len(frame.pixels) == 16).pixels.mean() == SHADE


def test_what_is_taken_of_a_gpus_memory_is_said_wherever_the_engine_runs(line: Line) -> None:
    line.slots.requests.put(request(seed=6))
    line.slots.models.put("large")
    said = line.status(lambda status: status.model == "large" and status.gpu_memory is not None)
    assert said.gpu_memory == GPU_MEMORY
    line.slots.models.put(BUILTIN)
    line.frame(lambda frame: len(frame.pixels) == 16)


def test_a_preview_of_the_next_prompt_comes_beside_the_frames(line: Line) -> None:
    place: Place = (1, 0, 0, alone("a red sea"), alone("green ice"))
    for asked, seed in enumerate((500, 501)):
        following = Following(request(), place, asked)
        line.slots.requests.put(request(seed=seed, following=following))
        line.frame(lambda frame: frame.seed == seed)  # noqa: B023
    status = line.status(lambda status: bool(status.next_preview and status.next_preview.jpeg))
    assert status.next_preview is not None
    assert status.next_preview.place == place
    assert decode(status.next_preview.jpeg).mean() == pytest.approx(SHADE, abs=2)


def test_no_frame_is_made_where_none_is_wanted(line: Line) -> None:
    line.slots.requests.put(request(seed=600))
    line.frame(lambda frame: frame.seed == 600)
    line.slots.requests.put(request(seed=601, generating=False))
    made = 0
    while (frame := line.slots.frames.wait(0.3)) is not None:  # what was on its way
        assert frame.seed == 600
        made += 1
        assert made < 100, "frames go on"
    line.slots.requests.put(request(seed=602))
    assert line.frame(lambda frame: frame.seed != 600).seed == 602


@pytest.mark.parametrize("place", PLACES)
def test_it_goes_on_from_a_picture_and_stops_within_its_time(place: str) -> None:
    white = np.full((40, 30, 3), 255, np.uint8)
    line = Line(place, white)
    assert line.host.is_alive()
    line.slots.requests.put(request())
    shades = [line.frame().pixels.mean()]
    while shades[-1] > SHADE:
        shades.append(line.frame().pixels.mean())
    assert shades[0] > 200, "it fades from there"
    assert shades == sorted(shades, reverse=True)
    assert line.host.stop(SOON)
    assert not line.host.is_alive()


@pytest.mark.parametrize("place", PLACES)
def test_it_can_be_stopped_before_it_has_begun_and_while_it_begins(place: str) -> None:
    slots = Slots()
    never = PLACES[place](slots, None)
    assert never.stop(SOON)
    line = Line(place)
    assert line.host.stop(SOON)


def with_source(shade: int, side: int = 8, **changes: object) -> Request:
    return request(source_pixels=np.full((side, side, 3), shade, np.uint8), **changes)
