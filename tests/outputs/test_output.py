"""What all outputs promise the frame loop: it never waits, and a failure is one line."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from visualizer.frame import Pixels
from visualizer.outputs.output import WAITING_BYTES, Output

PATIENCE = 30.0

SMALL = np.zeros((4, 4, 3), np.uint8)


class Written(Output):
    """Keeps what it was given; writes nothing before it may."""

    def __init__(self, fps: float = 30.0, most: int | None = None) -> None:
        super().__init__("the test", fps, most)
        self.may = threading.Event()
        self.times: list[float] = []
        self.fault: Exception | None = None
        self.closed = 0

    def write(self, pixels: Pixels, at: float) -> None:
        self.may.wait(PATIENCE)
        if self.fault is not None:
            raise self.fault
        self.times.append(at)

    def finish(self) -> None:
        self.closed += 1

    def too_slow(self) -> str:
        return "some is lost"


def test_of_a_display_that_is_faster_every_second_picture_is_taken() -> None:
    output = Written(fps=30.0)
    taken = []
    chance = np.random.default_rng(1)
    for frame in range(121):
        at = frame / 60 + chance.uniform(-0.003, 0.003)
        if output.wants(at):
            output.take(SMALL, at)
            taken.append(frame)
    assert taken == list(range(0, 121, 2))


def test_pictures_that_come_late_are_all_taken() -> None:
    output = Written(fps=60.0, most=1000)
    for frame in range(60):
        assert output.wants(frame / 50)
        output.take(SMALL, frame / 50)


def test_what_waits_at_the_end_is_written_in_order() -> None:
    output = Written()
    output.start()
    for at in range(10):
        output.take(SMALL, float(at))
    assert not output.stop(0.0)
    output.may.set()
    assert output.stop(PATIENCE)
    assert output.times == [float(at) for at in range(10)]
    assert output.closed == 1
    assert output.off
    assert not output.wants(100.0)


@pytest.mark.parametrize("side", [200, 1000, 3000])
def test_memory_is_bounded_and_what_is_dropped_is_counted_and_said_once(side: int) -> None:
    pixels = np.zeros((side, side, 3), np.uint8)
    room = max(WAITING_BYTES // pixels.nbytes, 2)
    output = Written()
    for at in range(room + 5):
        output.take(pixels, float(at))
    assert output.dropped == 5
    assert output.drain() == ["some is lost"]
    assert output.drain() == []


def test_a_failure_is_one_line_and_the_output_is_off() -> None:
    output = Written()
    output.fault = OSError(28, "No space left on device")
    output.may.set()
    output.start()
    for at in range(5):
        output.take(SMALL, float(at))
    output.join(PATIENCE)
    assert output.off
    assert output.closed == 1
    assert output.drain() == ["the test is off: No space left on device"]
    assert output.stop(0.0)


def test_one_that_was_never_started_stops_at_once() -> None:
    assert Written().stop(0.0)


def test_a_failure_is_said_even_where_its_line_can_not_be_made() -> None:
    class Mute(Written):
        def failed(self, error: Exception) -> str:
            raise FileNotFoundError(2, "No such file or directory")

    output = Mute()
    output.may.set()
    output.fault = OSError(5, "Input/output error")
    output.start()
    output.take(SMALL, 0.0)
    output.join(PATIENCE)
    assert output.off
    assert output.closed == 1
    assert output.drain() == ["the test is off: Input/output error"]
