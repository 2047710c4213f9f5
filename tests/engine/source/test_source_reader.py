"""The thread that reads a source: what is due, the newest, and what it does when there is none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from visualizer.engine.source.clip import Clip, SourceError
from visualizer.engine.source.open_source import Source, open_source
from visualizer.engine.source.source_reader import LATE, LINGER, Reading, SourceReader, Wanted
from visualizer.frame import Pixels
from visualizer.latest import Latest

from ...clips import BLUE, GREEN, GREY, RATE, RED, Colour, is_colour, write_clip
from ..conftest import request

SOON = 20.0
"""Seconds that a test waits for what must come. A good test takes far less."""

COLOURS = [RED, GREEN, BLUE, GREY] * 3
SIZE = (16, 24)


class Reads:
    """A reader on a test bench."""

    def __init__(self, name: str, opens: Callable[[str], Source] = open_source) -> None:
        self.wanted: Latest[Wanted] = Latest()
        self.readings: Latest[Reading] = Latest()
        self.reader = SourceReader(name, self.wanted, self.readings, opens=opens, pauses=(0.0,))
        self.reader.start()

    def want(self, **changes: Any) -> None:
        """Tell it what a display frame wants."""
        self.wanted.put(Wanted(request(**{"source_mix": 0.5, **changes}), SIZE))

    def reading(self, fits: Callable[[Reading], bool] = lambda reading: True) -> Reading:
        """The next answer that fits."""
        while True:
            found = self.readings.wait(SOON)
            assert found is not None, "no answer came"
            if fits(found):
                return found

    def at(self, time: float, colour: Colour = RED, **changes: Any) -> Pixels:
        """The picture of a colour that comes where a show time is wanted."""
        self.want(time=time, source_time=time, **changes)
        found = self.reading(
            lambda reading: reading.pixels is not None and is_colour(reading.pixels, colour)
        )
        assert found.pixels is not None
        return found.pixels


@pytest.fixture
def reads() -> Iterator[Callable[..., Reads]]:
    made: list[Reads] = []

    def make(*given: Any) -> Reads:
        made.append(Reads(*given))
        return made[-1]

    yield make
    for each in made:
        assert each.reader.stop(SOON)


Make = Callable[..., Reads]


def test_it_shows_what_is_due_by_the_shows_clock_round_and_round(
    tmp_path: Path, reads: Make
) -> None:
    bench = reads(str(write_clip(tmp_path / "clip.mp4", COLOURS)))
    for number in (0, 1, 2, 3, 7, 8, 11, 12, 13, 26, 120):
        colour = COLOURS[number % len(COLOURS)]
        bench.at((number + 0.5) / RATE, colour)


def test_a_round_is_fitted_to_beats_where_that_is_asked_for(tmp_path: Path, reads: Make) -> None:
    bench = reads(str(write_clip(tmp_path / "clip.mp4", COLOURS)))
    for rounds, colour in ((3.0, RED), (3.1, GREEN), (5.55, BLUE), (0.96, GREY)):
        bench.at(100.0 * rounds, colour, source_rounds=rounds + 0.001)


def test_zoom_mirror_and_size_are_followed_and_what_stays_is_the_same_picture(
    tmp_path: Path, reads: Make
) -> None:
    bench = reads(str(write_clip(tmp_path / "clip.mp4", COLOURS)))
    first = bench.at(0.05)
    assert first.shape == (*SIZE, 3)
    assert not first.flags.writeable
    assert bench.at(0.06) is first
    assert bench.at(0.06, source_zoom=1.0) is not first
    assert bench.at(0.06, source_zoom=1.0, source_mirror=4) is not first


class Counted:
    """Opens a clip, and keeps count of what is open. failures: raised instead, one an opening."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.open = self.opened = 0

    def __call__(self, name: str) -> Source:
        if self.failures:
            raise self.failures.pop(0)
        self.open, self.opened = self.open + 1, self.opened + 1
        outer = self

        class Watched(Clip):
            def close(self) -> None:
                outer.open -= 1
                super().close()

        return Watched(Path(name))


def test_it_reads_nothing_while_nothing_is_generated_or_the_mix_has_been_0_for_long(
    tmp_path: Path, reads: Make
) -> None:
    path = tmp_path / "still.png"
    Image.new("RGB", (8, 8), RED).save(path)
    opened = Counted()
    bench = reads(str(path), opened)
    bench.at(0.0)
    bench.want(time=1.0, generating=False)
    assert bench.reading().pixels is None
    assert opened.open == 0
    bench.at(2.0)
    bench.at(2.0 + LINGER, source_mix=0.0)
    assert opened.open == 1
    bench.want(time=2.1 + LINGER, source_mix=0.0)
    assert bench.reading().pixels is None
    assert opened.open == 0
    bench.at(30.0)
    assert opened.opened == 3


def test_what_fails_is_said_and_tried_again_until_it_is_back(tmp_path: Path, reads: Make) -> None:
    path = write_clip(tmp_path / "clip.mp4", COLOURS)
    bench = reads(str(path), Counted(SourceError("source clip: gone"), RuntimeError("a driver's")))
    for line in ("source clip: gone", f"source {path}: RuntimeError: a driver's"):
        bench.want(time=0.0)
        found = bench.reading()
        assert (found.pixels, found.line) == (None, line)
    bench.at(0.05)


def test_a_missing_file_plays_once_it_is_there(tmp_path: Path, reads: Make) -> None:
    path = tmp_path / "clip.mp4"
    bench = reads(str(path))
    bench.want(time=0.0)
    assert bench.reading().line == f"source {path}: no such file; check its path"
    write_clip(tmp_path / "draft.mp4", COLOURS).rename(path)
    bench.want(time=0.0)
    assert bench.reading(lambda reading: reading.pixels is not None).line == ""


class Pulled:
    """A camera that gives two frames, then fails."""

    seconds, behind, pixel_aspect = 0.0, False, 1.0

    def __init__(self) -> None:
        self.left = 2

    def at(self, position: float, most: int | None = None) -> av.VideoFrame:
        if not self.left:
            raise SourceError("source camera:0: no more pictures")
        self.left -= 1
        return av.VideoFrame.from_ndarray(np.full((8, 8, 3), BLUE, np.uint8), format="rgb24")

    def close(self) -> None:
        pass


def test_a_camera_that_is_pulled_has_no_picture_and_comes_back(reads: Make) -> None:
    bench = reads("camera:0", lambda name: Pulled())
    for _ in range(2):
        for time in (0.0, 0.1):
            bench.at(time, BLUE)
        bench.want(time=0.2)
        found = bench.reading()
        assert (found.pixels, found.line) == (None, "source camera:0: no more pictures")


class Heavy(Pulled):
    """A video that never comes to the frame that is due."""

    behind = True

    def at(self, position: float, most: int | None = None) -> av.VideoFrame:
        self.left = 2
        return super().at(position, most)


def test_a_video_too_heavy_for_the_machine_is_said_and_still_shown(reads: Make) -> None:
    bench = reads("clip.mp4", lambda name: Heavy())
    bench.want(time=0.0)
    assert bench.reading().line == ""
    bench.want(time=LATE + 0.1)
    found = bench.reading(lambda reading: bool(reading.line))
    assert "clip.mp4: too demanding for this machine" in found.line
    assert found.pixels is not None


def test_one_that_hangs_does_not_hold_up_its_end(reads: Make) -> None:
    hangs, goes_on = threading.Event(), threading.Event()

    class Hung(Pulled):
        def at(self, position: float, most: int | None = None) -> av.VideoFrame:
            hangs.set()
            assert goes_on.wait(SOON)
            return super().at(position, most)

    bench = reads("camera:0", lambda name: Hung())
    bench.want(time=0.0)
    assert hangs.wait(SOON)
    assert not bench.reader.stop(0.0)
    goes_on.set()
