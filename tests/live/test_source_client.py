"""The live show's line to its source: the newest picture, and what is said of one that is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from visualizer.engine.source.source_reader import Reading, SourceReader, Wanted
from visualizer.latest import Latest
from visualizer.live.source_client import STALLED, SourceClient

from ..clips import BLUE, RED, is_colour, write_clip
from ..engine.conftest import request

PIXELS = np.zeros((4, 4, 3), np.uint8)


class Silent(SourceReader):
    """A reader that never starts: the test answers in its place."""

    made: ClassVar[list[Silent]] = []

    def __init__(self, name: str, wanted: Latest[Wanted], readings: Latest[Reading]) -> None:
        super().__init__(name, wanted, readings)
        self.wanted, self.readings, self.of = wanted, readings, name
        Silent.made.append(self)

    def start(self) -> None:
        pass


class Bench:
    """A client at a clock that is set by hand, and what it said."""

    def __init__(self) -> None:
        Silent.made = []
        self.now = 0.0
        self.said: list[str] = []
        self.client = SourceClient(warn=self.said.append, clock=lambda: self.now, reader=Silent)

    def frame(self, source: str = "a/clip.mp4", **changes: Any) -> Any:
        """A display frame: the request as it goes to the engine."""
        return self.client.over(request(source=source, source_mix=0.5, **changes))

    def answer(self, **reading: Any) -> None:
        Silent.made[-1].readings.put(Reading(**reading))


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_without_a_source_a_request_goes_as_it_is_and_no_thread_is_made(bench: Bench) -> None:
    wanted = request()
    assert bench.client.over(wanted) is wanted
    assert (Silent.made, bench.client.words) == ([], ())
    assert bench.client.stop()


def test_the_newest_picture_stays_until_there_is_another(bench: Bench) -> None:
    assert bench.frame().source_pixels is None
    bench.answer(pixels=PIXELS)
    assert bench.frame().source_pixels is PIXELS
    assert bench.frame().source_pixels is PIXELS
    wanted = Silent.made[0].wanted.get()
    assert wanted is not None
    assert wanted.size == (512, 512)
    assert bench.client.words == ("clip.mp4",)
    assert bench.said == []


def test_another_source_is_read_in_another_thread_and_none_in_none(bench: Bench) -> None:
    bench.frame()
    bench.answer(pixels=PIXELS)
    bench.frame()
    assert bench.frame("camera:1").source_pixels is None
    first, second = Silent.made
    assert (first.of, second.of) == ("a/clip.mp4", "camera:1")
    assert first.wanted.closed
    assert not second.wanted.closed
    assert bench.client.words == ("camera:1",)
    assert bench.frame("").source_pixels is None
    assert second.wanted.closed
    assert bench.client.words == ()


def test_a_source_that_fails_is_said_once_and_again_when_it_is_back(bench: Bench) -> None:
    bench.frame()
    bench.answer(pixels=PIXELS)
    bench.frame()
    for _ in range(3):
        bench.answer(line="source a/clip.mp4: no such file", failed=True)
        assert bench.frame().source_pixels is None
    assert bench.client.words == ("clip.mp4 (lost)",)
    bench.answer(pixels=PIXELS)
    assert bench.frame().source_pixels is PIXELS
    assert bench.client.words == ("clip.mp4",)
    assert bench.said == ["source a/clip.mp4: no such file", "source clip.mp4 is back"]


def test_one_that_hangs_leaves_the_loop_alone(bench: Bench) -> None:
    bench.frame()
    bench.answer(pixels=PIXELS)
    bench.frame()
    bench.now = STALLED
    assert bench.frame().source_pixels is PIXELS
    bench.now = STALLED + 0.1
    for _ in range(3):
        assert bench.frame().source_pixels is None
    assert bench.said == ["source a/clip.mp4: no picture for 5 s; the loop plays without it"]
    bench.answer(pixels=PIXELS)
    assert bench.frame().source_pixels is PIXELS
    assert bench.said[1:] == ["source clip.mp4 is back"]


def test_one_that_waits_to_be_tried_again_is_not_taken_for_hung(bench: Bench) -> None:
    bench.frame()
    bench.answer(line="source a/clip.mp4: no such file", failed=True)
    bench.frame()
    bench.now = 100.0
    bench.frame()
    assert bench.said == ["source a/clip.mp4: no such file"]


def test_one_that_is_not_read_at_the_moment_is_not_lost(bench: Bench) -> None:
    bench.frame()
    bench.answer()
    assert bench.frame(generating=False).source_pixels is None
    assert bench.client.words == ("clip.mp4",)
    bench.answer(pixels=PIXELS)
    bench.frame()
    assert bench.said == []


def test_a_heavy_video_is_said_and_shown(bench: Bench) -> None:
    bench.frame()
    for line in ("too heavy", "too heavy", ""):
        bench.answer(pixels=PIXELS, line=line)
        assert bench.frame().source_pixels is PIXELS
        assert bench.client.words == ("clip.mp4",)
    assert bench.said == ["too heavy"]


def test_a_heavy_video_that_is_not_read_at_the_moment_is_neither_lost_nor_back(
    bench: Bench,
) -> None:
    """With its mix at 0 it is closed, and the line about it goes."""
    bench.frame()
    bench.answer(pixels=PIXELS, line="too heavy")
    bench.frame()
    bench.answer()
    bench.frame()
    assert bench.client.words == ("clip.mp4",)
    bench.answer(pixels=PIXELS)
    bench.frame()
    assert bench.said == ["too heavy"]
    bench.now = STALLED + 0.1
    bench.frame()
    assert bench.client.words == ("clip.mp4 (lost)",)


@pytest.fixture
def client() -> Iterator[SourceClient]:
    made = SourceClient(warn=lambda line: pytest.fail(line))
    yield made
    assert made.stop(20.0)


def test_real_videos_follow_one_another(tmp_path: Path, client: SourceClient) -> None:
    client.size = (16, 24)
    for name, colour in (("a.mp4", RED), ("b.mp4", BLUE)):
        source = str(write_clip(tmp_path / name, [colour] * 4))
        pixels = None
        while pixels is None:  # each turn is a display frame
            pixels = client.over(request(source=source, source_mix=0.5)).source_pixels
        assert pixels.shape == (16, 24, 3)
        assert is_colour(pixels, colour)
